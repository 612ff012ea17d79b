"""One open connection at work: what it polls, what it leaves out, and how it ends under calls that go on."""

from __future__ import annotations

import gc
import threading
import time
from pathlib import Path

import pytest

from console.fleet.domains import State
from console.fleet.hosts import HostSpec, Phase
from console.fleet.updates import AddressesLooked, LoadsRead
from console.gateway import domains, live
from tests.contract.console_like import OFF, RUNNING, console, node, uuid_of, wait_for
from tests.contract.daemon import daemon


def test_a_driver_without_figures_is_told_of_once(tmp_path: Path) -> None:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, OFF)}"), interval=0.05) as at:
        at.settled()
        time.sleep(0.6)
        told = at.all(LoadsRead)
        assert all(not update.domains for update in told)
        assert told[0].load.cpu is None


def test_what_no_event_tells_is_found_by_looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.gateway.live.EVERY", {"flags": 0.3, "addresses": 0.3, "pools": 0.3})
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING, OFF)}")) as at:
        at.settled()
        link = at.gateway.link("h")
        vm = link.domain(uuid_of(0))
        vm.snapshotCreateXML("<domainsnapshot><name>s</name></domainsnapshot>", 0)
        vm.setAutostart(1)
        at.until(0, lambda now: now.snapshots == 1 and now.autostart)
        at.until(0, lambda now: now.addresses)
        link.conn.storagePoolLookupByName("images").createXML(
            "<volume><name>b</name><capacity>1</capacity></volume>", 0
        )
        wait_for(lambda: len(at.inventory.view("h").pools[0].volumes) == 2)


def test_who_waits_for_addresses_has_them_at_once_and_knows_when_there_are_no_more(tmp_path: Path) -> None:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING, OFF)}")) as at:
        at.settled()
        asked = time.monotonic()
        at.gateway.look_for_addresses("h")
        wait_for(lambda: at.inventory.told("h", AddressesLooked))
        assert time.monotonic() - asked < 0.3, "the first look is due after that"
        assert at.inventory.domains_of("h")
        at.until(0, lambda now: now.addresses)


def test_a_missed_event_is_made_up_for_by_the_statistics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live.Live, "_event", lambda self, event: self.touch_pools())  # every event is lost
    real = live.Live.touch

    def touch(self: live.Live, uuid: str | None) -> None:
        if uuid is not None:
            self._submit("again", lambda: self._picture.read_one(uuid))
        else:
            real(self, uuid)

    monkeypatch.setattr(live.Live, "touch", touch)
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING, OFF)}"), interval=0.1) as at:
        assert at.settled() is Phase.LIVE
        at.gateway.link("h").domain(uuid_of(1)).create()
        at.until(1, lambda vm: vm.state is State.RUNNING)
        at.gateway.link("h").domain(uuid_of(0)).destroy()
        at.until(0, lambda vm: vm.state is State.OFF)


def test_the_connection_stays_open_while_somebody_uses_it(tmp_path: Path) -> None:
    with (
        daemon(tmp_path / "daemon") as libvirtd,
        console(HostSpec("h", "h", libvirtd.uri(node(tmp_path, RUNNING), "tcp"))) as at,
    ):
        assert at.settled() is Phase.LIVE
        link = at.gateway.link("h")
        at.gateway.disconnect("h")
        time.sleep(0.3)
        assert link.conn.getHostname()  # it was not closed under our hands
        conn = link.conn
        del link
        gc.collect()
        wait_for(lambda: conn._o is None)


@pytest.mark.hangs
def test_calls_that_hang_are_cut_off_when_the_host_is_given_up(tmp_path: Path) -> None:
    with (
        daemon(tmp_path / "daemon") as libvirtd,
        console(HostSpec("h", "h", libvirtd.uri(node(tmp_path, RUNNING), "tcp"))) as at,
    ):
        assert at.settled() is Phase.LIVE
        ended = threading.Semaphore(0)

        def call() -> None:
            link = at.gateway.link("h")
            try:
                link.conn.getCapabilities()
            except Exception:
                ended.release()

        libvirtd.freeze()
        for number in range(2):
            threading.Thread(target=call, name=f"test-call-{number}", daemon=True).start()
        wait_for(lambda: at.gateway.status("h").phase is Phase.UNREACHABLE, 10)
        assert ended.acquire(timeout=2)
        assert ended.acquire(timeout=2)
        libvirtd.thaw()
        at.gateway.try_now("h")
        wait_for(lambda: at.gateway.status("h").phase is Phase.LIVE, 5)


def test_acts_use_the_handles_that_reading_brought_and_none_of_another_name(tmp_path: Path) -> None:
    spec = HostSpec("h", "h", f"test://{node(tmp_path, RUNNING, OFF)}")
    with console(spec) as mine:
        assert mine.settled() is Phase.LIVE
        link = mine.gateway.link("h")
        assert set(link.handles) == {uuid_of(0), uuid_of(1)}
        domains.suspend(link, uuid_of(0))
        mine.until(0, lambda vm: vm and vm.state is State.PAUSED)
        domains.rename(link, uuid_of(1), "other")
        mine.until(1, lambda vm: vm and vm.name == "other")
        assert link.domain(uuid_of(1)).name() == "other"
        handles = link.handles
        del link
        mine.gateway.disconnect("h")
        wait_for(lambda: not handles)


def test_a_link_that_the_collector_finds_is_given_back_whatever_goes_on_just_then(tmp_path: Path) -> None:
    """It may be at work in any thread, also in one that holds these locks."""
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING)}")) as mine:
        assert mine.settled() is Phase.LIVE
        live = mine.gateway._sessions["h"]._live
        assert live is not None
        gc.collect()
        gc.disable()
        try:
            loop: list[object] = [mine.gateway.link("h")]
            loop.append(loop)
            del loop
            mine.gateway.disconnect("h")
            assert not live.over.is_set()

            def collect() -> None:
                with mine.gateway._workers._lock, live._lock:
                    gc.collect()

            threading.Thread(target=collect, name="collects", daemon=True).start()
            assert live.over.wait(5)
        finally:
            gc.enable()
