import pytest
from msgspec.structs import replace

from console.fleet.domains import Address, AddressSource, Disk, Domain, Load, Nic, State, VmKey
from console.fleet.hosts import HostFacts, HostSpec, HostStatus, Network, Phase, Pool
from console.fleet.updates import HostView
from console.ui.models import facts

GIB = 1 << 30
VM = Domain(
    VmKey("a", "u"),
    "shop-db-01",
    State.RUNNING,
    vcpus=8,
    max_vcpus=8,
    memory_kib=32 << 20,
    max_memory_kib=32 << 20,
    disks=(
        Disk("vda", "/srv/images/db.qcow2", bus="virtio", capacity=80 * GIB, allocation=51 * GIB),
        Disk("sda", "", device="cdrom"),
        Disk("vdb", "nvme/data", bus="virtio"),
    ),
    nics=(Nic("52:54:00:8a:1f:3c", "bridge", "br-shop"), Nic("52:54:00:8a:1f:3d", "user")),
    addresses=(
        Address("10.20.1.31", 24, source=AddressSource.AGENT),
        Address("2001:db8::1", source=AddressSource.LEASE),
    ),
    snapshots=6,
    autostart=True,
    owner="m.keller",
    os="http://debian.org/debian/12",
    machine="pc-q35-7.2",
    cpu_mode="host-model",
    firmware="uefi",
    has_agent=True,
)


def told(rows: list[facts.Fact]) -> list[tuple[str, str, str]]:
    return [(row.label, row.value.replace("\u00a0", " "), row.note.replace("\u00a0", " ")) for row in rows]


def test_guest_says_who_told_each_address() -> None:
    assert told(facts.guest(VM)) == [
        ("System", "Debian 12", ""),
        ("Address", "10.20.1.31", "by agent"),
        ("", "2001:db8::1", "by lease"),
        ("Agent", "answers", ""),
    ]
    assert told(facts.guest(VM, 9 * 60.0))[1:3] == [
        ("Address", "10.20.1.31", "by agent, 9 min ago"),
        ("", "2001:db8::1", "by lease, 9 min ago"),
    ]


@pytest.mark.parametrize(
    ("changes", "agent"),
    [
        ({"addresses": ()}, "has a channel, told no address yet"),
        ({"addresses": (), "state": State.OFF}, "has a channel"),
        ({"addresses": (), "has_agent": False}, "no channel for it"),
    ],
)
def test_the_agent_is_not_said_to_answer_before_it_did(changes: dict[str, object], agent: str) -> None:
    rows = facts.guest(replace(VM, **changes))  # type: ignore[arg-type]
    assert rows[-1].value == agent
    assert rows[1].value in ("not known", "none while off")


def test_hardware_in_a_line_each() -> None:
    load = Load(0.0, memory_used_kib=int(27.4 * (1 << 20)))
    assert told(facts.hardware(VM, load)) == [
        ("vCPU", "8, host model, q35, UEFI", ""),
        ("Memory", "32 GiB, 27.4 used", ""),
        ("vda", "51 of 80 GiB", "images"),
        ("sda", "empty", "CD"),
        ("vdb", "nvme/data", "virtio"),
        ("NIC", "br-shop", "52:54:00:8a:1f:3c"),
        ("", "user", "52:54:00:8a:1f:3d"),
    ]
    assert facts.hardware(VM, None)[2].share == 51 / 80


def test_room_for_more_is_said() -> None:
    grown = replace(VM, max_vcpus=16, memory_kib=24 << 20)
    rows = told(facts.hardware(grown, None))
    assert rows[0][1].startswith("8 of at most 16,")
    assert rows[1][1] == "24 GiB of at most 32 GiB"


def test_keeping_names_what_nobody_decided() -> None:
    assert told(facts.keeping(VM)) == [
        ("Snapshots", "6 kept", ""),
        ("Autostart", "on, with its host", ""),
        ("Owner", "m.keller", ""),
    ]
    bare = facts.keeping(Domain(VmKey("a", "u"), "x"))
    assert [row.value for row in bare] == ["none", "off", "nobody named"]


@pytest.mark.parametrize(
    ("os", "name"),
    [
        ("http://debian.org/debian/12", "Debian 12"),
        ("http://microsoft.com/win/2k22", "Windows 2k22"),
        ("http://opensuse.org/opensuse/15.5", "openSUSE 15.5"),
        ("http://nixos.org/nixos/unknown", "Nixos"),
        ("Plan 9", "Plan 9"),
        ("", ""),
    ],
)
def test_systems_by_name(os: str, name: str) -> None:
    assert facts.system(os) == name


def test_machines_in_short() -> None:
    assert [facts.machine(name) for name in ("pc-q35-7.2", "pc-i440fx-6.0", "virt")] == ["q35", "i440fx", "virt"]


def test_a_host_says_what_it_is() -> None:
    spec = HostSpec("a", "kvm-a", "qemu+ssh://a/system", reach="10.0.0.1", verify=False, read_only=True)
    known = HostFacts("kvm-a.example", "abc", "QEMU", 7002009, 9000000, 32, 3400, "EPYC", "x86_64", 128 << 20)
    assert told(facts.host_system(spec, known)) == [
        ("Host name", "kvm-a.example", ""),
        ("Hypervisor", "QEMU 7.2.9", ""),
        ("libvirt", "9.0.0", ""),
        ("CPU", "32 threads, EPYC, x86_64, 3.4 GHz", ""),
        ("Memory", "128 GiB", ""),
        ("UUID", "abc", ""),
    ]
    assert facts.host_system(spec, None)[0].tone == "text3"
    said = {row.label: row.value for row in facts.host_connection(spec, HostStatus(Phase.LIVE), 0)}
    assert said["Rights"] == "only look, never change"
    assert said["Others reach it by"] == "10.0.0.1"
    assert said["Certificate"] == "not checked, by your word"


def test_counts_of_networks_and_pools() -> None:
    pools = (Pool("a", active=True, available=3 * GIB), Pool("b", available=9 * GIB))
    view = HostView("a", facts=HostFacts("a"), networks=(Network("n", active=True), Network("m")), pools=pools)
    assert told(facts.host_counts(view)) == [
        ("Networks", "1 of 2 active", ""),
        ("Pools", "1 of 2 active", "3 GiB free"),
    ]
    assert told(facts.host_counts(HostView("h"))) == [("Networks", "not known yet", ""), ("Pools", "not known yet", "")]
    assert facts.forward(Network("n", forward="nat")) == "NAT"
    assert facts.forward(Network("n")) == "isolated"
    assert facts.forward(Network("n", forward="odd")) == "odd"
