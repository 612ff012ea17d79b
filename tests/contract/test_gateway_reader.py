"""Reading a host: all of it, what vanishes meanwhile, what cannot be read, and hosts too old for half the calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import libvirt
import pytest

from console.fleet.domains import Domain, State
from console.fleet.errors import NotFound, Unreachable
from console.gateway import loop, reader
from tests.contract.console_like import OFF, RUNNING, node, uuid_of


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Any]:
    loop.acquire()
    opened = libvirt.open(f"test://{node(tmp_path, RUNNING, OFF, RUNNING)}")
    yield opened
    opened.close()
    loop.release()


class Broken:
    """A handle of libvirt's with some calls replaced: by an error's code, or by a function."""

    def __init__(self, real: Any, **calls: Any) -> None:
        self._real = real
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        if name not in self._calls:
            return getattr(self._real, name)
        wanted = self._calls[name]
        if callable(wanted):
            return wanted

        def fails(*_: Any) -> Any:
            error = libvirt.libvirtError("no")
            error.err = (wanted, libvirt.VIR_FROM_RPC, "client socket is closed", 2, None, None, None, -1, -1)
            raise error

        return fails


def broken_domains(conn: Any, number: int, **calls: Any) -> Broken:
    """The connection, with VM `number` broken in every list."""

    def listed(flags: int = 0) -> list[Any]:
        return [
            Broken(domain, **calls) if domain.UUIDString() == uuid_of(number) else domain
            for domain in conn.listAllDomains(flags)
        ]

    return Broken(conn, listAllDomains=listed)


def states(domains: tuple[Domain, ...]) -> dict[str, State]:
    return {domain.name: domain.state for domain in domains}


def test_all_domains(conn: Any) -> None:
    conn.lookupByUUIDString(uuid_of(0)).suspend()
    conn.lookupByUUIDString(uuid_of(1)).setAutostart(1)
    conn.lookupByUUIDString(uuid_of(1)).snapshotCreateXML("<domainsnapshot><name>s</name></domainsnapshot>", 0)
    conn.lookupByUUIDString(uuid_of(2)).managedSave(0)
    found = reader.read_all(conn, "h")
    assert states(found) == {"vm0": State.PAUSED, "vm1": State.OFF, "vm2": State.SAVED}
    assert [(d.snapshots, d.autostart, d.persistent) for d in sorted(found, key=lambda d: d.name)] == [
        (0, False, True),
        (1, True, True),
        (0, False, True),
    ]
    assert all(domain.key.host == "h" and domain.disks and domain.nics for domain in found)


def test_one_domain_reads_as_in_the_sweep(conn: Any) -> None:
    conn.lookupByUUIDString(uuid_of(1)).setAutostart(1)
    conn.lookupByUUIDString(uuid_of(2)).managedSave(0)
    every = {domain.key.uuid: domain for domain in reader.read_all(conn, "h")}
    assert {uuid: reader.read_one(conn, "h", uuid) for uuid in every} == every
    with pytest.raises(NotFound):
        reader.read_one(conn, "h", uuid_of(9))


def test_a_vm_that_vanishes_between_the_list_and_its_description_is_left_out(conn: Any) -> None:
    gone = broken_domains(conn, 1, XMLDesc=libvirt.VIR_ERR_NO_DOMAIN)
    assert set(states(reader.read_all(gone, "h"))) == {"vm0", "vm2"}


@pytest.mark.parametrize(
    "xml", [libvirt.VIR_ERR_NO_SUPPORT, lambda *_: "<domain", lambda *_: "<!DOCTYPE d [<!ENTITY a 'b'>]><d/>"]
)  # fmt: skip
def test_a_vm_whose_description_cannot_be_read_keeps_its_name_and_state(conn: Any, xml: Any) -> None:
    found = reader.read_all(broken_domains(conn, 0, XMLDesc=xml), "h")
    assert states(found)["vm0"] is State.RUNNING
    assert len(found) == 3


def test_a_host_too_old_for_the_lists_is_asked_vm_by_vm(conn: Any) -> None:
    no = libvirt.VIR_ERR_NO_SUPPORT

    def plain_list_only(flags: int = 0) -> list[Any]:
        if flags:
            return Broken(conn, call=no).call()
        return conn.listAllDomains(0)

    old = Broken(conn, listAllDomains=plain_list_only, getAllDomainStats=no)
    assert sorted(reader.read_all(old, "h"), key=lambda d: d.name) == sorted(
        reader.read_all(conn, "h"), key=lambda d: d.name
    )


def test_a_vm_too_old_for_snapshots_and_saved_images_is_read_without(conn: Any) -> None:
    no = libvirt.VIR_ERR_NO_SUPPORT
    domain = Broken(conn.lookupByUUIDString(uuid_of(0)), snapshotNum=no, hasManagedSaveImage=no, autostart=no)
    found = reader.read_one(Broken(conn, lookupByUUIDString=lambda _uuid: domain), "h", uuid_of(0))
    assert (found.name, found.state, found.snapshots) == ("vm0", State.RUNNING, 0)


def test_a_host_that_is_lost_while_it_is_read_is_said_to_be(conn: Any) -> None:
    with pytest.raises(Unreachable):
        reader.read_all(broken_domains(conn, 0, XMLDesc=libvirt.VIR_ERR_INTERNAL_ERROR), "h")


def test_a_big_host_shows_its_first_vms_before_the_last_is_read(conn: Any) -> None:
    some: list[int] = []
    found = reader.read_all(conn, "h", lambda batch: some.append(len(batch)), every=1)
    assert some == [1, 1]
    assert len(found) == 3


def test_reading_stops_when_it_is_given_up(conn: Any) -> None:
    assert reader.read_all(conn, "h", given_up=lambda: True) == ()


def test_facts(conn: Any) -> None:
    facts = reader.read_facts(conn, read_only=True)
    assert (facts.hypervisor, facts.cpus, facts.arch, facts.read_only) == ("TEST", 16, "i686", True)
    assert facts.memory_kib > 1 << 20
    little = Broken(conn, getCapabilities=libvirt.VIR_ERR_NO_SUPPORT, getHostname=libvirt.VIR_ERR_NO_SUPPORT)
    assert reader.read_facts(little, read_only=False).hostname == ""
    with pytest.raises(Unreachable):
        reader.read_facts(Broken(conn, getInfo=libvirt.VIR_ERR_INTERNAL_ERROR), read_only=False)


def test_networks(conn: Any) -> None:
    (network,) = reader.read_networks(conn, {"default": 3})
    assert (network.name, network.active, network.forward, network.leases) == ("default", True, "nat", 3)
    assert reader.read_networks(Broken(conn, listAllNetworks=libvirt.VIR_ERR_NO_SUPPORT)) == ()


def test_pools_and_volumes(conn: Any) -> None:
    (pool,) = reader.read_pools(conn)
    assert (pool.name, pool.active, [volume.name for volume in pool.volumes]) == ("images", True, ["base.img"])
    assert pool.volumes[0].capacity == 1000000


def test_volumes_are_read_anew_only_where_the_pool_differs(conn: Any) -> None:
    (pool,) = reader.read_pools(conn)
    assert reader.read_pools(conn, {pool.uuid: pool})[0] is pool
    conn.storagePoolLookupByName("images").createXML("<volume><name>b</name><capacity>1</capacity></volume>", 0)
    assert [volume.name for volume in reader.read_pools(conn, {pool.uuid: pool})[0].volumes] == ["b", "base.img"]


@pytest.mark.parametrize(
    ("state", "reason", "saved", "ours"),
    [
        (libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_CRASHED, False, State.CRASHED),
        (libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_SAVED, True, State.SAVED),
        (libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_SAVED, False, State.OFF),
        (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_MIGRATION, False, State.MIGRATING),
        (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_IOERROR, False, State.PAUSED),
        (libvirt.VIR_DOMAIN_SHUTDOWN, 0, False, State.SHUTTING_DOWN),
        (libvirt.VIR_DOMAIN_PMSUSPENDED, 0, False, State.SUSPENDED),
        (libvirt.VIR_DOMAIN_BLOCKED, 0, False, State.RUNNING),
        (libvirt.VIR_DOMAIN_NOSTATE, 0, False, State.UNKNOWN),
        (99, 0, False, State.UNKNOWN),
    ],
)
def test_states(state: int, reason: int, saved: bool, ours: State) -> None:
    assert reader.state_of(state, reason, saved) is ours


def test_what_only_holds_files_while_they_are_merged_is_no_vm(conn: Any) -> None:
    xml = conn.lookupByName("vm0").XMLDesc(0).replace(uuid_of(0), uuid_of(7)).replace("vm0", "splendid-merge-1-vda")
    held = conn.createXML(xml, 0)
    assert held.UUIDString() == uuid_of(7)
    assert {domain.name for domain in reader.read_all(conn, "h")} == {"vm0", "vm1", "vm2"}
    with pytest.raises(NotFound):
        reader.read_one(conn, "h", uuid_of(7))


def test_a_vm_that_stands_still_after_its_memory_was_restored_does_not_migrate() -> None:
    def domain(kind: int | None) -> Any:
        def job() -> list[int]:
            if kind is None:
                raise libvirt.libvirtError("migration statistics are available only on the source host")
            return [kind, 0]

        return SimpleNamespace(jobInfo=job)

    assert reader.settled(domain(libvirt.VIR_DOMAIN_JOB_NONE), State.MIGRATING) is State.PAUSED
    assert reader.settled(domain(libvirt.VIR_DOMAIN_JOB_UNBOUNDED), State.MIGRATING) is State.MIGRATING
    assert reader.settled(domain(None), State.MIGRATING) is State.MIGRATING
    assert reader.settled(None, State.RUNNING) is State.RUNNING
