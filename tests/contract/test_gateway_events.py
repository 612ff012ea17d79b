"""Every event of a host is seen; what changes behind the console's back shows up without polling."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import libvirt
import pytest

from console.fleet.domains import State
from console.fleet.hosts import HostSpec, Phase
from console.fleet.updates import DomainRead, Reverted, StateRead
from console.gateway.events import state_after
from console.gateway.live import MOVED
from tests.contract.console_like import DOMAIN, OFF, RUNNING, Console, console, node, uuid_of, wait_for


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Console]:
    """One host; vm0 runs, vm1 is off. Statistics are read so rarely that only events can tell."""
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING, OFF)}"), interval=60.0) as mine:
        assert mine.settled() is Phase.LIVE
        wait_for(lambda: mine.inventory.view("h").pools)
        yield mine


def test_states_come_as_they_change(at: Console) -> None:
    vm = at.gateway.link("h").domain(uuid_of(0))
    vm.suspend()
    at.until(0, lambda now: now.state is State.PAUSED)
    vm.resume()
    at.until(0, lambda now: now.state is State.RUNNING)
    vm.destroy()
    at.until(0, lambda now: now.state is State.OFF)
    vm.create()
    at.until(0, lambda now: now.state is State.RUNNING)
    assert at.all(StateRead)[0].state is State.PAUSED
    assert at.vm(0).started >= at.vm(0).since - 1 > 0


def test_going_back_to_a_snapshot_is_told_once_each_time(at: Console) -> None:
    vm = at.gateway.link("h").domain(uuid_of(0))
    kept = vm.snapshotCreateXML("<domainsnapshot><name>clean</name></domainsnapshot>", 0)
    vm.destroy()
    at.until(0, lambda now: now.state is State.OFF)
    assert not at.all(Reverted)
    vm.revertToSnapshot(kept, 0)
    at.until(0, lambda now: now.state is State.RUNNING)
    wait_for(lambda: at.all(Reverted))
    time.sleep(0.3)
    (told,) = at.all(Reverted)
    assert (told.host, told.uuid) == ("h", uuid_of(0))
    assert time.time() - 5 < told.at <= time.time()


def test_a_state_is_stamped_when_the_event_came(at: Console) -> None:
    at.gateway.link("h").domain(uuid_of(1)).create()
    at.until(1, lambda now: now.state is State.RUNNING)
    assert at.vm(1).since == at.vm(1).started
    assert time.time() - 2 < at.vm(1).since <= time.time()


def test_how_long_it_runs_survives_a_pause_and_ends_with_it(at: Console) -> None:
    vm = at.gateway.link("h").domain(uuid_of(1))
    vm.create()
    at.until(1, lambda now: now.state is State.RUNNING)
    started = at.vm(1).started
    vm.suspend()
    at.until(1, lambda now: now.state is State.PAUSED)
    assert at.vm(1).started == started
    vm.destroy()
    at.until(1, lambda now: now.state is State.OFF)
    assert at.vm(1).started == 0


def test_a_vm_comes_and_goes(at: Console) -> None:
    conn = at.gateway.link("h").conn
    xml = DOMAIN.format(name="new", uuid=uuid_of(7), number=7, state=OFF)
    conn.defineXML(xml)
    at.until(7, lambda now: now is not None and now.name == "new")
    conn.defineXML(xml.replace("2097152", "1048576"))
    at.until(7, lambda now: now.max_memory_kib == 1048576)
    at.gateway.link("h").domain(uuid_of(7)).undefine()
    at.until(7, lambda now: now is None)


def test_a_transient_vm_is_gone_when_it_stops(at: Console) -> None:
    vm = at.gateway.link("h").conn.createXML(DOMAIN.format(name="t", uuid=uuid_of(8), number=8, state=RUNNING), 0)
    at.until(8, lambda now: now is not None and not now.persistent)
    vm.destroy()
    at.until(8, lambda now: now is None)


def test_metadata_of_another_program(at: Console) -> None:
    vm = at.gateway.link("h").domain(uuid_of(0))
    vm.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, "Theirs", None, None, libvirt.VIR_DOMAIN_AFFECT_LIVE)
    at.until(0, lambda now: now.title == "Theirs")


def test_networks_come_and_go(at: Console) -> None:
    conn = at.gateway.link("h").conn
    conn.networkDefineXML("<network><name>lab</name><bridge name='virbr9'/></network>")
    wait_for(lambda: [net.name for net in at.inventory.view("h").networks] == ["default", "lab"])
    conn.networkLookupByName("lab").create()
    wait_for(lambda: {net.name: net.active for net in at.inventory.view("h").networks}["lab"])


def test_pools_come_and_go(at: Console) -> None:
    conn = at.gateway.link("h").conn
    pool = conn.storagePoolDefineXML("<pool type='dir'><name>fast</name><target><path>/fast</path></target></pool>", 0)
    wait_for(lambda: [pool.name for pool in at.inventory.view("h").pools] == ["fast", "images"])
    pool.create()
    wait_for(lambda: {pool.name: pool.active for pool in at.inventory.view("h").pools}["fast"])


def test_many_events_of_one_vm_are_read_once(at: Console) -> None:
    vm = at.gateway.link("h").domain(uuid_of(0))
    before = len(at.all(DomainRead))
    for number in range(100):
        vm.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, f"No. {number}", None, None, libvirt.VIR_DOMAIN_AFFECT_CONFIG)
    vm.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, "done", None, None, libvirt.VIR_DOMAIN_AFFECT_LIVE)
    at.until(0, lambda now: now.title == "done")
    assert 0 < len(at.all(DomainRead)) - before <= 20


def test_a_pause_is_told_by_its_event_alone(at: Console) -> None:
    vm = at.gateway.link("h").domain(uuid_of(0))
    before = len(at.all(DomainRead))
    vm.suspend()
    at.until(0, lambda now: now.state is State.PAUSED)
    vm.resume()
    at.until(0, lambda now: now.state is State.RUNNING)
    time.sleep(2 * MOVED)
    assert len(at.all(DomainRead)) == before


def test_what_stops_is_read_again_and_keeps_what_its_xml_does_not_say(at: Console) -> None:
    vm = at.gateway.link("h").domain(uuid_of(0))
    vm.snapshotCreateXML("<domainsnapshot><name>clean</name></domainsnapshot>", 0)
    at.gateway.refresh("h")
    at.until(0, lambda now: now.snapshots == 1)
    before = len(at.all(DomainRead))
    vm.destroy()
    wait_for(lambda: len(at.all(DomainRead)) > before)
    read = at.all(DomainRead)[-1].domain
    assert (read.state, read.snapshots, read.boot, read.persistent) == (State.OFF, 1, 0, True)


@pytest.mark.parametrize(
    ("event", "detail", "state"),
    [
        (libvirt.VIR_DOMAIN_EVENT_STARTED, 0, State.RUNNING),
        (libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_CRASHED, State.CRASHED),
        (libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_SAVED, State.SAVED),
        (libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_FAILED, State.OFF),
        (libvirt.VIR_DOMAIN_EVENT_SUSPENDED, libvirt.VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED, None),
        (libvirt.VIR_DOMAIN_EVENT_SHUTDOWN, 0, State.SHUTTING_DOWN),
        (libvirt.VIR_DOMAIN_EVENT_PMSUSPENDED, 0, State.SUSPENDED),
        (libvirt.VIR_DOMAIN_EVENT_CRASHED, 0, State.CRASHED),
        (libvirt.VIR_DOMAIN_EVENT_DEFINED, 0, None),
        (4711, 0, None),
    ],
)
def test_the_state_an_event_tells(event: int, detail: int, state: State | None) -> None:
    assert state_after(event, detail) is state
