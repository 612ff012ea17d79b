"""A host through its states, on a libvirtd of the test's own: killed, started again, frozen, edited, refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.fleet.domains import State
from console.fleet.errors import FleetError, NotFound, Reason, Unreachable
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.updates import DomainsRead, StatusChanged
from console.gateway import domains
from tests.contract.console_like import OFF, RUNNING, console, node, uuid_of, wait_for
from tests.contract.daemon import Daemon, daemon


@pytest.fixture
def libvirtd(tmp_path: Path) -> Iterator[Daemon]:
    with daemon(tmp_path / "daemon") as mine:
        yield mine


@pytest.fixture
def spec(libvirtd: Daemon, tmp_path: Path) -> HostSpec:
    return HostSpec("h", "h", libvirtd.uri(node(tmp_path, RUNNING, OFF), "tcp"))


def test_a_host_becomes_live_once_it_is_read(spec: HostSpec) -> None:
    with console(spec) as at:
        status = at.gateway.wait_settled("h", 5)
        assert status.phase is Phase.LIVE
        assert status.seen >= status.since - 1 > 0
        assert at.phases() == [Phase.CONNECTING, Phase.LIVE]
        live = next(i for i, told in enumerate(at.told) if getattr(told, "status", HostStatus()).phase is Phase.LIVE)
        assert any(isinstance(told, DomainsRead) for told in at.told[:live])
        facts = wait_for(lambda: at.inventory.view("h").facts)
        assert (facts.hypervisor, facts.libvirt_version) == ("TEST", 9000000)


def test_a_killed_daemon_is_noticed_at_once_and_taken_up_again(libvirtd: Daemon, spec: HostSpec) -> None:
    with console(spec) as at:
        at.settled()
        libvirtd.kill()
        wait_for(lambda: at.gateway.status("h").phase is Phase.UNREACHABLE, 2)
        status = at.gateway.status("h")
        assert status.problem is not None
        assert status.problem.reason in (Reason.LOST, Reason.CONN_REFUSED)
        with pytest.raises(Unreachable):
            at.gateway.link("h")
        assert at.vm(0) is not None  # its VMs stay to be seen
        libvirtd.start()
        wait_for(lambda: at.gateway.status("h").phase is Phase.LIVE, 8)
        domains.suspend(at.gateway.link("h"), uuid_of(0))
        at.until(0, lambda vm: vm.state is State.PAUSED)


def test_a_host_that_breaks_off_was_seen_when_it_last_spoke(libvirtd: Daemon, spec: HostSpec) -> None:
    with console(spec) as at:
        at.settled()
        live = at.gateway.status("h").since
        time.sleep(2)
        domains.suspend(at.gateway.link("h"), uuid_of(0))
        at.until(0, lambda vm: vm.state is State.PAUSED)
        libvirtd.kill()
        wait_for(lambda: at.gateway.status("h").phase is Phase.UNREACHABLE, 2)
        assert at.gateway.status("h").seen > live + 1


def test_what_changed_meanwhile_is_read_after_the_return(libvirtd: Daemon, spec: HostSpec, tmp_path: Path) -> None:
    with console(spec) as at:
        at.settled()
        libvirtd.kill()
        wait_for(lambda: at.gateway.status("h").phase is Phase.UNREACHABLE, 2)
        node(tmp_path, OFF)  # the second VM is gone, the first one off
        libvirtd.start()
        at.gateway.try_now("h")
        wait_for(lambda: at.gateway.status("h").phase is Phase.LIVE, 8)
        at.until(0, lambda vm: vm.state is State.OFF)
        at.until(1, lambda vm: vm is None)


def test_tries_come_later_and_later_and_say_when(libvirtd: Daemon, spec: HostSpec) -> None:
    libvirtd.kill()
    with console(spec) as at:
        wait_for(lambda: at.gateway.status("h").attempt >= 2, 5)
        waits = [
            told.status.next_try - told.status.since
            for told in at.all(StatusChanged)
            if told.status.phase is Phase.UNREACHABLE and told.status.next_try
        ]
        assert 0.8 <= waits[0] <= 1.3
        assert waits[1] > waits[0] + 1.0
        assert at.phases() == [Phase.CONNECTING, Phase.UNREACHABLE]  # it does not flicker between the two


def test_a_host_that_falls_silent_is_stale_and_then_unreachable_within_ten_seconds(
    libvirtd: Daemon, spec: HostSpec
) -> None:
    with console(spec) as at:
        at.settled()
        time.sleep(0.5)
        libvirtd.freeze()
        begun = time.monotonic()
        try:
            wait_for(lambda: at.gateway.status("h").phase is Phase.STALE, 10)
            assert at.gateway.status("h").seen < time.time() - 2
            wait_for(lambda: at.gateway.status("h").phase is Phase.UNREACHABLE, 10)
            assert time.monotonic() - begun < 10
            assert at.gateway.status("h").problem.reason is Reason.SILENT
        finally:
            libvirtd.thaw()
        at.gateway.try_now("h")
        wait_for(lambda: at.gateway.status("h").phase is Phase.LIVE, 8)


def test_a_short_silence_leaves_no_trace_but_stale(libvirtd: Daemon, spec: HostSpec) -> None:
    with console(spec) as at:
        at.settled()
        libvirtd.freeze()
        try:
            wait_for(lambda: at.gateway.status("h").phase is Phase.STALE, 10)
        finally:
            libvirtd.thaw()
        wait_for(lambda: at.gateway.status("h").phase is Phase.LIVE, 3)
        assert at.phases() == [Phase.CONNECTING, Phase.LIVE, Phase.STALE, Phase.LIVE]


def test_reports_that_overtake_each_other_leave_the_host_as_it_is(spec: HostSpec) -> None:
    with console(spec) as at:
        at.settled()
        session = at.gateway._sessions["h"]
        live = session._live
        live._pulse.late = True
        live._on_heard()
        assert session.status.phase is Phase.STALE
        live._hear()
        assert session.status.phase is Phase.LIVE
        live._on_heard()  # the first report, arriving last
        assert session.status.phase is Phase.LIVE


@pytest.mark.hangs
def test_closing_takes_half_a_second_whatever_hangs(libvirtd: Daemon, spec: HostSpec) -> None:
    with console(spec) as at:
        at.settled()
        libvirtd.freeze()
        stuck = threading.Thread(target=_call, args=(at.gateway.link("h").conn,), name="worker-stuck", daemon=True)
        stuck.start()
        begun = time.monotonic()
        at.gateway.close()
        assert time.monotonic() - begun < 0.6
        libvirtd.kill()


def _call(conn: object) -> None:
    try:
        conn.getHostname()  # type: ignore[attr-defined]
    except Exception:
        return


def test_disconnect_and_connect(spec: HostSpec) -> None:
    with console(spec) as at:
        at.settled()
        at.gateway.disconnect("h")
        assert at.settled() is Phase.OFF
        with pytest.raises(FleetError):
            at.gateway.link("h")
        at.gateway.connect("h")
        wait_for(lambda: at.gateway.status("h").phase is Phase.LIVE, 5)


def test_a_host_that_does_not_connect_by_itself_waits(spec: HostSpec) -> None:
    with console(HostSpec("h", "h", spec.uri, autoconnect=False)) as at:
        assert at.settled() is Phase.OFF
        assert at.all(StatusChanged) == []
        at.gateway.connect("h")
        wait_for(lambda: at.gateway.status("h").phase is Phase.LIVE, 5)


def test_only_an_edit_of_the_connection_reopens_it(spec: HostSpec) -> None:
    with console(spec) as at:
        at.settled()
        conn = at.gateway.link("h").conn
        at.set_hosts(HostSpec("h", "another name", spec.uri, zone="z"))
        assert at.gateway.link("h").conn is conn
        assert at.gateway.link("h").spec.name == "another name"
        at.set_hosts(HostSpec("h", "another name", spec.uri, zone="z", read_only=True))
        assert at.settled() is Phase.LIVE
        assert at.gateway.link("h").read_only


def test_a_host_that_leaves_the_fleet_is_closed(spec: HostSpec) -> None:
    with console(spec) as at:
        at.settled()
        at.set_hosts()
        with pytest.raises(NotFound):
            at.gateway.link("h")
        assert at.inventory.domains() == ()


def test_refresh_reads_all_anew(spec: HostSpec) -> None:
    with console(spec) as at:
        at.settled()
        before = len(at.all(DomainsRead))
        at.gateway.refresh("h")
        wait_for(lambda: len(at.all(DomainsRead)) > before)


def test_a_refused_host_is_not_tried_again_by_itself() -> None:
    with console(HostSpec("h", "h", "qemu+nonsense://host/system")) as at:
        assert at.settled() is Phase.REFUSED
        status = at.gateway.status("h")
        assert status.problem.reason is Reason.BAD_URI
        assert status.next_try == 0


def test_two_hosts_with_one_uuid_and_the_same_vms_are_two(libvirtd: Daemon, tmp_path: Path) -> None:
    uri = libvirtd.uri(node(tmp_path, RUNNING))
    with console(HostSpec("a", "a", uri), HostSpec("b", "b", uri)) as at:
        assert at.settled("a") is at.settled("b") is Phase.LIVE
        assert {domain.key.host for domain in at.inventory.domains()} == {"a", "b"}
        domains.suspend(at.gateway.link("a"), uuid_of(0))
        at.until(0, lambda vm: vm.state is State.PAUSED, host="a")
        assert at.vm(0, "b").state is State.RUNNING  # each test-driver connection has its own


def test_a_hung_host_holds_up_no_other(libvirtd: Daemon, tmp_path: Path) -> None:
    with daemon(tmp_path / "frozen") as frozen:
        hung = [HostSpec(f"x{n}", f"x{n}", frozen.uri(node(tmp_path, RUNNING), "tcp")) for n in range(12)]
        good = HostSpec("h", "h", libvirtd.uri(node(tmp_path, RUNNING), "tcp"))
        frozen.freeze()
        try:
            with console(*hung, good) as at:
                begun = time.monotonic()
                assert at.settled("h") is Phase.LIVE
                assert time.monotonic() - begun < 2.5
                assert at.gateway.status("x0").phase is Phase.CONNECTING
        finally:
            frozen.kill()
