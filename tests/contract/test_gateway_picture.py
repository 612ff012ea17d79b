"""What a picture tells, call by call, on the test driver."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libvirt
import pytest

from console.fleet.domains import State
from console.fleet.hosts import HostSpec
from console.fleet.updates import (
    AddressesRead,
    DomainGone,
    DomainRead,
    DomainsRead,
    FactsRead,
    LoadsRead,
    NetworksRead,
    PoolsRead,
    StateRead,
    Update,
)
from console.gateway import loop, reader
from console.gateway.events import Depth, Event, Kind
from console.gateway.kit import Kit
from console.gateway.picture import Picture
from console.gateway.timer import Timer
from console.gateway.workers import Workers
from tests.contract.console_like import OFF, RUNNING, node, uuid_of


class Looking:
    """A picture of a node with vm0 running and vm1 off, and all it told. now: its clock."""

    def __init__(self, folder: Path, *states: int) -> None:
        self.now = 1000.0
        self.told: list[Update] = []
        self.conn: Any = libvirt.open(f"test://{node(folder, *(states or (RUNNING, OFF)))}")
        self.timer = Timer()
        kit = Kit(self.told.append, lambda _: None, Workers(), self.timer, 3.0, None, lambda: self.now)
        spec = HostSpec("h", "h", "test:///default")
        self.picture = Picture(kit, lambda: spec, self.conn, self.told.append, lambda: False)

    def vm(self, number: int) -> Any:
        return self.conn.lookupByUUIDString(uuid_of(number))

    def since(self) -> list[Update]:
        """What was told since the last time."""
        told, self.told[:] = list(self.told), []
        return told


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Looking]:
    loop.acquire()
    mine = Looking(tmp_path)
    mine.picture.read_all()
    mine.since()
    yield mine
    mine.timer.close()
    mine.conn.close()
    loop.release()


def only(told: list[Update]) -> Update:
    (update,) = told
    return update


def test_each_reading_tells_its_own(at: Looking) -> None:
    for read, kind in (
        (at.picture.read_all, DomainsRead),
        (at.picture.read_facts, FactsRead),
        (at.picture.read_networks, NetworksRead),
        (at.picture.read_pools, PoolsRead),
        (at.picture.read_stats, LoadsRead),
    ):
        read()
        assert isinstance(only(at.since()), kind)


def test_one_domain_and_one_that_is_gone(at: Looking) -> None:
    at.vm(1).setAutostart(1)
    at.picture.read_one(uuid_of(1))
    assert only(at.since()).domain.autostart
    at.vm(1).undefine()
    at.picture.read_one(uuid_of(1))
    assert isinstance(only(at.since()), DomainGone)


def test_of_a_domain_that_is_gone_nothing_is_kept(at: Looking) -> None:
    kept: dict[str, Any] = {}
    picture = Picture(at.picture._kit, at.picture._spec, at.conn, at.told.append, lambda: False, kept)
    picture.read_all()
    assert set(kept) == {uuid_of(0), uuid_of(1)}
    at.vm(1).undefine()
    picture.read_one(uuid_of(1))
    assert set(kept) == {uuid_of(0)}


def test_looking_for_what_no_event_told(at: Looking) -> None:
    at.picture.read_flags()
    assert at.since() == []
    at.vm(0).snapshotCreateXML("<domainsnapshot><name>s</name></domainsnapshot>", 0)
    at.vm(1).undefine()
    at.picture.read_flags()
    told = at.since()
    assert {type(update) for update in told} == {DomainRead, DomainGone}
    at.picture.read_flags()
    assert at.since() == []


def test_a_reading_that_is_ahead_of_its_event_has_times_too(at: Looking) -> None:
    at.vm(1).create()
    at.now = 2000.0
    at.picture.read_one(uuid_of(1))
    domain = only(at.since()).domain
    assert (domain.state, domain.since, domain.started) == (State.RUNNING, 2000.0, 2000.0)
    at.picture.state_told(Event(Kind.DOMAIN, uuid_of(1), State.RUNNING, 1999.0))
    assert at.since() == []  # known already
    at.vm(1).suspend()
    at.picture.state_told(Event(Kind.DOMAIN, uuid_of(1), State.PAUSED, 2001.0))
    assert only(at.since()) == StateRead("h", uuid_of(1), State.PAUSED, 2001.0)
    at.picture.read_one(uuid_of(1))
    domain = only(at.since()).domain
    assert (domain.state, domain.since, domain.started) == (State.PAUSED, 2001.0, 2000.0)


def test_statistics_notice_states_no_event_told(at: Looking) -> None:
    assert at.picture.read_stats() == []
    at.vm(0).destroy()
    at.vm(1).create()
    assert set(at.picture.read_stats()) == {uuid_of(0), uuid_of(1)}


def test_that_there_are_no_figures_is_told_once(at: Looking) -> None:
    at.picture.read_stats()
    at.picture._meter._no_cpu = True  # the test driver's figures of its host are those of this computer
    at.since()
    for _ in range(3):
        at.picture.read_stats()
    assert len(at.since()) <= 1


def test_the_sizes_of_volumes_become_those_of_disks(at: Looking) -> None:
    pool = at.conn.storagePoolLookupByName("images")
    pool.createXML("<volume><name>vm0.img</name><capacity>4096</capacity><allocation>512</allocation></volume>", 0)
    at.picture.read_pools()
    pools, sized = at.since()
    assert isinstance(pools, PoolsRead)
    assert [(disk.capacity, disk.allocation) for disk in sized.domain.disks] == [(4096, 512)]
    at.picture.read_one(uuid_of(0))
    assert only(at.since()).domain.disks[0].capacity == 4096


def test_addresses(at: Looking) -> None:
    assert at.picture.read_addresses() == []  # no VM has an agent
    told = only(at.since())
    assert isinstance(told, AddressesRead)
    assert told.addresses[0].ip.startswith("192.168.122.")


def test_several_are_read_with_one_sweep_over_the_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What vanished meanwhile is told as gone; few are asked one by one."""
    loop.acquire()
    mine = Looking(tmp_path, RUNNING, RUNNING, OFF, OFF)
    try:
        mine.picture.read_all()
        mine.since()
        sweeps: list[Any] = []
        sweep = reader.Sweep
        monkeypatch.setattr(reader, "Sweep", lambda conn: sweeps.append(conn) or sweep(conn))
        mine.vm(0).suspend()
        mine.vm(3).undefine()
        mine.picture.read_several({uuid_of(number): Depth.ALL for number in range(4)})
        told = mine.since()
        read = {update.domain.name: update.domain.state for update in told if isinstance(update, DomainRead)}
        assert read == {"vm0": State.PAUSED, "vm1": State.RUNNING, "vm2": State.OFF}
        assert [update.uuid for update in told if isinstance(update, DomainGone)] == [uuid_of(3)]
        assert len(sweeps) == 1
        mine.picture.read_several({uuid_of(0): Depth.ALL})
        assert len(mine.since()) == 1
        assert len(sweeps) == 1
    finally:
        mine.timer.close(1.0)
        mine.conn.close()
        loop.release(1.0)
