"""The whole program without a face: it starts, keeps what it saw, says what is wrong, and ends in time."""

from __future__ import annotations

import gc
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from console.app import CLOSE_LIMIT, App, Options, calm_collector
from console.files.atomic import write_text
from console.fleet.domains import State
from console.fleet.errors import Reason
from console.fleet.history import MarkKind, Measure
from console.fleet.hosts import Phase
from console.settings.paths import Profile
from console.settings.preferences import PreferencesStore
from tests.unit.services.conftest import OFF, RUNNING, open_app, write_fleet

__all__ = ["open_app"]

Open = Callable[[dict[str, dict[str, int]]], App]


def test_the_demo_is_live_with_load_that_says_it_is_replayed(tmp_path: Path) -> None:
    app = App(Options(Profile.at(tmp_path / "profile"), demo=True))
    try:
        app.start(watch=False)
        demo = [spec for spec in app.services.hosts.specs() if spec.demo]
        for spec in demo:
            assert app.gateway.wait_settled(spec.id, 10).phase is Phase.LIVE
        end = time.monotonic() + 10
        while any(app.inventory.view(spec.id).load is None for spec in demo) and time.monotonic() < end:
            time.sleep(0.05)
        loads = [app.inventory.view(spec.id).load for spec in demo]
        assert all(load is not None and load.replayed for load in loads)
        assert len(app.inventory.domains()) > 35
        off = {one.name: time.time() - one.since for one in app.inventory.domains() if one.state is State.OFF}
        assert {name for name, age in off.items() if age > 30 * 86400} == {"crm-old", "tmp-do-not-delete", "qa-4698-b"}
    finally:
        app.close()


def test_a_broken_fleet_file_costs_only_what_is_broken(tmp_path: Path) -> None:
    fleet = write_fleet(tmp_path, {"alpha": {"web": RUNNING}})
    fleet.write_text(fleet.read_text() + '\n[[host]]\nname = "bad"\nuri = [\n', "utf-8")
    app = App(Options(Profile.at(tmp_path / "profile"), fleet))
    try:
        app.start(watch=False)
        assert app.gateway.wait_settled("alpha", 10).phase is Phase.LIVE
        (problem,) = app.services.hosts.file_problems()
        assert problem.line is not None
    finally:
        app.close()


def test_damaged_databases_are_said(tmp_path: Path) -> None:
    profile = Profile.at(tmp_path / "profile")
    profile.cache.mkdir(parents=True)
    profile.database.write_bytes(b"rubbish" * 500)
    app = App(Options(profile, write_fleet(tmp_path, {"alpha": {"web": OFF}})))
    try:
        app.start(watch=False)
        assert app.gateway.wait_settled("alpha", 10).phase is Phase.LIVE
        assert [problem.reason for problem in app.problems()] == [Reason.DAMAGED]
        assert list(app.services.troubles()) == ["cache"]
    finally:
        app.close()


def test_what_was_chosen_right_before_the_end_is_kept_however_slow_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(path: Path, text: str) -> None:
        time.sleep(1.5)  # longer than all else may take
        write_text(path, text)

    monkeypatch.setattr("console.settings.preferences.write_text", slow)
    profile = Profile.at(tmp_path / "p")
    app = App(Options(profile))
    app.start(connect=False, watch=False)
    app.preferences.set(compact=True)
    app.close()
    assert PreferencesStore(profile.preferences_file).value.compact


def test_the_end_takes_no_longer_where_nothing_was_chosen(tmp_path: Path) -> None:
    app = App(Options(Profile.at(tmp_path / "p")))
    app.start(connect=False, watch=False)
    began = time.monotonic()
    app.close()
    assert time.monotonic() - began < CLOSE_LIMIT + 0.3


@pytest.mark.hangs
def test_closing_is_quick_with_hosts_that_hang(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        port = silent.getsockname()[1]
        fleet = tmp_path / "fleet.toml"
        lines = [f'[[host]]\nname = "h{n}"\nuri = "qemu+tcp://127.0.0.1:{port}/system"\n' for n in range(20)]
        fleet.write_text("\n".join(lines))
        app = App(Options(Profile.at(tmp_path / "profile"), fleet))
        app.start(watch=False)
        time.sleep(0.5)
        start = time.monotonic()
        app.close()
        assert time.monotonic() - start < CLOSE_LIMIT + 0.2


def test_two_consoles_on_one_profile(open_app: Open, tmp_path: Path) -> None:
    one = open_app({"alpha": {"web": RUNNING}})
    two = App(Options(Profile.at(tmp_path / "profile"), one.options.fleet))
    try:
        two.start(watch=False)
        assert two.gateway.wait_settled("alpha", 10).phase is Phase.LIVE
        assert two.problems() == ()
        assert one.problems() == ()
    finally:
        two.close()


def test_the_window_records_load_and_the_command_line_reads_it(tmp_path: Path) -> None:
    profile, fleet = Profile.at(tmp_path / "profile"), write_fleet(tmp_path, {"alpha": {"web": RUNNING}})
    window = App(Options(profile, fleet, demo=True))
    window.start(watch=False)
    try:
        end = time.monotonic() + 15
        while not window.services.stats.subjects() and time.monotonic() < end:
            time.sleep(0.05)
        told = len(window.services.stats.subjects())
        assert told
    finally:
        window.close()
    line = App(Options(profile, fleet, demo=True))
    line.start(connect=False, watch=False)
    try:
        now, stats = time.time(), line.services.stats
        assert len(stats.subjects()) >= told
        rows = stats.top(Measure.CPU, now - 600, now)
        assert rows
        assert stats.replayed(rows[0].subject)
        assert line.recorder.claim.other() is None
        assert not line.recorder.recording
    finally:
        line.close()


def test_a_damaged_history_of_load_is_said(tmp_path: Path) -> None:
    profile = Profile.at(tmp_path / "profile")
    profile.state.mkdir(parents=True)
    profile.load_database.write_bytes(b"rubbish" * 500)
    app = App(Options(profile, write_fleet(tmp_path, {"alpha": {"web": OFF}})))
    try:
        app.start(connect=False, watch=False)
        assert app.services.stats.subjects() == []
        assert list(app.services.troubles()) == ["load"]
    finally:
        app.close()


def test_a_revert_behind_our_back_is_marked(open_app: Open) -> None:
    app = open_app({"alpha": {"web": RUNNING}})
    (vm,) = app.inventory.domains()
    domain = app.gateway.link("alpha").domain(vm.key.uuid)
    kept = domain.snapshotCreateXML("<domainsnapshot><name>clean</name></domainsnapshot>", 0)
    domain.destroy()
    domain.revertToSnapshot(kept, 0)
    end = time.monotonic() + 10
    kinds: list[MarkKind] = []
    while MarkKind.REVERT not in kinds and time.monotonic() < end:
        time.sleep(0.05)
        kinds = [mark.kind for mark in app.services.stats.marks([vm.key], 0, time.time() + 10)]
    assert kinds.count(MarkKind.REVERT) == 1


def test_what_is_kept_of_a_live_host_was_seen_then(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app({"kvm-a": {"web-01": OFF}})
    kept: list[float] = []
    monkeypatch.setattr(app.cache, "keep", lambda host, view, domains: kept.append(view.status.seen))
    told = app.inventory.view("kvm-a").status.seen
    time.sleep(1.1)
    assert app.inventory.on_read is not None
    app.inventory.on_read("kvm-a")
    assert kept[-1] > told + 1


def test_old_objects_are_not_looked_through_again_and_again() -> None:
    before = gc.get_threshold()
    try:
        calm_collector()
        young, *old = gc.get_threshold()
        assert young < 100_000 <= min(old)
    finally:
        gc.set_threshold(*before)
