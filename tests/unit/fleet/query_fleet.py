"""VMs to search among."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from console.fleet.domains import Address, Disk, Domain, Load, Nic, State, VmKey
from console.fleet.hosts import HostSpec, HostStatus, Phase, Pool
from console.fleet.search import parse
from console.fleet.subjects import Known, Seen, Texts, bare_hay

NOW = 1_800_000_000.0
DAY = 86400.0


def shows(word: str) -> Callable[[Domain, Load | None], bool]:
    return lambda _domain, load: load is not None and word in f"{round((load.cpu or 0) * 100)} %"


TEXTS = Texts(bare_hay, shows)
NORTH = HostSpec("n11", "kvm-n11.example.org", "test:///1", zone="north", rack="N1", tags=("prod",))
SOUTH = HostSpec("s1", "kvm-s1", "test:///2", zone="south", rack="S1")
LIVE = HostStatus(Phase.LIVE, NOW, NOW)
LOST = HostStatus(Phase.UNREACHABLE, NOW, NOW - 840)


def seen(
    name: str,
    spec: HostSpec = NORTH,
    status: HostStatus = LIVE,
    load: Load | None = None,
    state: State = State.RUNNING,
    **more: Any,
) -> Seen:
    more.setdefault("memory_kib", 8 << 20)
    domain = Domain(VmKey(spec.id, f"uuid-{name}"), name, state, **more)
    return Seen(domain, spec, status, load, TEXTS)


def load(cpu: float = 0.5, used_gib: float = 4.0, disk_mib: float = 10.0, net_mbit: float = 8.0) -> Load:
    """disk_mib and net_mbit: half in, half out."""
    disk, net = disk_mib * 2**20 / 2, net_mbit * 1e6 / 8 / 2
    return Load(NOW, cpu, int(used_gib * 2**20), 8 << 20, disk, disk, 120.0, net, net)


FLEET = (
    seen(
        "shop-db-01",
        load=load(0.95, 7.5, 200, 96),
        addresses=(Address("10.20.1.31"), Address("fe80::5054:ff:fe01:203")),
        nics=(Nic("52:54:00:01:02:03", source="lan"),),
        disks=(Disk("vda", "/srv/images/shop-db.qcow2", capacity=200 << 30), Disk("sda", "", "cdrom")),
        tags=("prod", "db"),
        group="shop ha",
        owner="m.keller",
        os="http://debian.org/debian/12",
        title="Orders",
        description="The primary",
        snapshots=6,
        vcpus=8,
        started=NOW - 3 * DAY,
        autostart=True,
        has_agent=True,
    ),
    seen("shop-web-01", load=load(0.2), tags=("non-prod",), nics=(Nic("52:54:00:01:02:04", source="default"),)),
    seen("qa-4698-b", state=State.OFF, since=NOW - 9 * DAY, tags=("qa",), snapshots=5, vcpus=2),
    seen("win2022-base", SOUTH, state=State.OFF, since=NOW - 31 * DAY, disks=(Disk("vda", "fast/win.qcow2"),)),
    seen("ldap-01", SOUTH, LOST, load(0.72), tags=("lab", "env:prod")),
    seen("crashed-02", SOUTH, state=State.CRASHED, owner="Web Team"),
)
POOLS = {"n11": (Pool("images", path="/srv/images"),), "s1": (Pool("fast", path="/fast"),)}
KNOWN = Known(NOW, {VmKey("n11", "uuid-shop-web-01"): NOW - 40 * DAY}.get, lambda host: POOLS.get(host, ()), shows)


def found(text: str, known: Known = KNOWN) -> list[str]:
    """Names of the VMs that a query finds, in order."""
    test = parse(text).matcher(known)
    return [subject.domain.name for subject in FLEET if test(subject)]
