"""The recorder: what it is told is in the file, whatever happens to file, clock and process."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from console.fleet.domains import Domain, Load, State, VmKey
from console.fleet.errors import Failed, Reason
from console.fleet.history import Mark, MarkKind
from console.fleet.hosts import HostFacts, HostLoad, HostSpec
from console.fleet.updates import DomainRead, DomainsRead, FactsRead, LoadsRead, StateRead
from console.inventory import history
from console.inventory.history import Recorder
from console.inventory.inventory import Inventory

T = 1_800_000_000.0
KEY = VmKey("a", "1")
WEB = Domain(KEY, "web", State.RUNNING, since=T - 9, vcpus=2)
NAN = float("nan")


class Clock:
    def __init__(self) -> None:
        self.now = T

    def __call__(self) -> float:
        return self.now


class Desk:
    """Recorders on one file, fed by one inventory whose clock is set by hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = Clock()
        self.inventory = Inventory(self.clock)
        self.inventory.set_hosts((HostSpec("a", "kvm-a", "test:///default"),))
        self.inventory.apply(DomainsRead("a", (WEB,)))
        self.inventory.apply(FactsRead("a", HostFacts()))
        self.open: list[Recorder] = []

    def recorder(self, start: bool = True) -> Recorder:
        made = Recorder(self.path, self.inventory, 5.0, self.clock, delay=0.0)
        self.open.append(made)
        if start:
            made.start()
        return made

    def run(self, seconds: int, cpu: float = 0.5, replayed: bool = False) -> None:
        """Rounds every five seconds, this many seconds long."""
        for _ in range(seconds // 5):
            at = self.clock.now
            self.inventory.apply(LoadsRead("a", HostLoad(at, 0.1, 5, replayed), {"1": Load(at, cpu, 1 << 20)}))
            self.clock.now += 5


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "history.sqlite")
    yield made
    for recorder in made.open:
        recorder.close()


def cpu(recorder: Recorder, start: float, count: int, tier: int = 0) -> list[float]:
    step = (5, 60, 3600)[tier]
    return recorder.read([KEY], tier, int(start) // step, count)[KEY][1][0].tolist()


def until(check: Callable[[], object], seconds: float = 8.0) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end
        time.sleep(0.01)


def on_disk(path: Path) -> int:
    db = sqlite3.connect(path)
    try:
        found: int = db.execute("SELECT count(*) FROM seconds").fetchone()[0]
    except sqlite3.OperationalError:
        return 0  # it is just being made
    finally:
        db.close()
    return found


def near(found: list[float], expected: list[float]) -> None:
    assert found == pytest.approx(expected, rel=1e-3, nan_ok=True)


def test_a_restart_shows_the_past_with_a_gap(desk: Desk) -> None:
    first = desk.recorder()
    desk.run(40, 0.5)
    assert first.close(5)
    desk.clock.now += 20
    second = desk.recorder()
    desk.run(10, 0.9)
    near(cpu(second, T, 14), [0.5] * 8 + [NAN] * 4 + [0.9] * 2)
    entry = second.subjects()[KEY]
    assert (entry.name, entry.replayed, entry.first) == ("web", False, T)


def test_what_was_just_told_is_read_without_the_file(desk: Desk) -> None:
    recorder = desk.recorder()
    desk.run(20, 0.25)
    found = recorder.live([KEY, "a"], int(T) // 5, 4)
    near(found[KEY][1][0].tolist(), [0.25] * 4)
    near(found["a"][1][0].tolist(), [0.1] * 4)
    assert recorder.held_from() == T
    assert desk.recorder(start=False).held_from() == float("inf")


def test_one_of_two_consoles_records_and_the_other_says_which(desk: Desk) -> None:
    one = desk.recorder()
    desk.run(5)
    until(lambda: one.recording)
    other = Desk(desk.path)
    two = other.recorder()
    other.run(60, 0.9)
    until(lambda: not two._rounds)
    assert not two.recording
    who = two.claim.other()
    assert who is not None
    assert who.pid == os.getpid()
    assert one.claim.other() is None
    desk.run(55)
    one.close(5)
    near(cpu(desk.recorder(start=False), T, 12), [0.5] * 12)
    near(cpu(two, T, 12), [0.9] * 12)  # its own, in memory
    two.close(5)
    near(cpu(desk.recorder(start=False), T + 60, 1), [NAN])


def test_when_the_one_that_records_ends_the_other_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "CLAIM_EVERY", 0.0)
    one = desk.recorder()
    desk.run(5)
    until(lambda: one.recording)
    other = Desk(desk.path)
    two = other.recorder()
    other.run(5)
    until(lambda: not two._rounds)
    assert not two.recording
    one.close(5)
    other.run(5)
    until(lambda: two.recording)
    two.close(5)


def test_without_start_nothing_is_written(desk: Desk) -> None:
    recorder = desk.recorder(start=False)
    desk.run(60)
    assert np.isnan(cpu(recorder, T, 12)).all()
    assert recorder.idle_since(KEY) is None
    recorder.close()
    assert not recorder.recording


def test_a_locked_file_costs_nothing_once_it_is_free(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.files.database.PATIENCE", 0.05)
    recorder = desk.recorder()
    recorder._writer._retry = 0.05
    said: list[Reason | None] = []
    recorder.on_problem(lambda problem: said.append(problem.reason if problem else None))
    desk.run(30)
    until(lambda: desk.path.exists() and on_disk(desk.path))
    other = sqlite3.connect(desk.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    desk.run(60, 0.7)
    until(lambda: Reason.IN_USE in said)
    assert recorder.problem is not None
    other.rollback()
    other.close()
    desk.run(5)
    until(lambda: recorder.problem is None)
    recorder.close(5)
    near(cpu(desk.recorder(start=False), T, 18), [0.5] * 6 + [0.7] * 12)


def test_a_damaged_file_is_set_aside_and_recording_goes_on(desk: Desk) -> None:
    first = desk.recorder()
    desk.run(60)
    first.close(5)
    desk.path.write_bytes(b"not at all a database" * 500)
    second = desk.recorder()
    desk.run(60, 0.8)
    until(lambda: second.problem is not None)
    assert second.problem is not None
    assert second.problem.reason is Reason.DAMAGED
    assert Path(second.problem.detail).exists()
    near(cpu(second, T, 24), [NAN] * 12 + [0.8] * 12)


def test_a_full_disk_is_said_and_nothing_else_is_lost(desk: Desk) -> None:
    recorder = desk.recorder()
    recorder._writer._retry = 0.05
    desk.run(30)
    until(lambda: desk.path.exists() and on_disk(desk.path))
    book = recorder._opened()
    book.database.read(
        lambda db: db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}")
    )
    for number in range(60):
        recorder.mark(Mark(T, MarkKind.REVERT, KEY, "long" * 500 + str(number)))
    until(lambda: recorder.problem is not None)
    assert recorder.problem is not None
    assert recorder.problem.reason is Reason.NO_SPACE
    desk.run(5)
    near(cpu(recorder, T, 7), [0.5] * 7)
    until(lambda: recorder.problem is None)  # a new connection has no such limit
    until(lambda: not recorder._marks)
    assert len(recorder.marks([KEY], 0, 2 * T)) == 60


def test_while_the_file_cannot_be_had_at_all_what_waits_does_not_grow(desk: Desk) -> None:
    """It is a newer console's."""
    with sqlite3.connect(desk.path) as file:
        file.execute("PRAGMA user_version = 99")
    file.close()
    recorder = desk.recorder()
    desk.run(600)
    with pytest.raises(Failed):
        recorder._record()
    assert not recorder._rounds
    assert recorder.problem is not None
    assert recorder.live([KEY], int(T) // 5, 120)[KEY][1][0].tolist() == pytest.approx([0.5] * 120)


def test_where_nothing_may_be_written_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    desk = Desk(tmp_path / "state" / "history.sqlite")
    recorder = desk.recorder()
    desk.run(5)
    until(lambda: recorder.problem is not None)
    near(recorder.live([KEY], int(T) // 5, 1)[KEY][1][0].tolist(), [0.5])
    recorder.close(1)


def test_a_clock_that_jumps_ahead_and_back_drops_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "AT_EASE", 0.0)
    monkeypatch.setattr(history, "PIECE", 0.0)
    recorder = desk.recorder()
    desk.run(60)
    until(lambda: not recorder._rounds)
    desk.clock.now += 500 * 86400
    desk.run(60, 0.9)
    until(lambda: not recorder._rounds and recorder._packed > 0)
    desk.clock.now = T + 60
    desk.run(60, 0.3)
    recorder.close(5)
    near(cpu(desk.recorder(start=False), T, 24), [0.5] * 12 + [0.3] * 12)


def test_what_is_too_old_goes_while_the_clock_is_even(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "AT_EASE", 0.0)
    monkeypatch.setattr(history, "STEADY", -1.0)
    recorder = desk.recorder()
    desk.run(60)
    until(lambda: on_disk(desk.path))
    desk.clock.now += 4 * 3600
    desk.run(60)
    until(lambda: recorder._pruned == int((desk.clock.now - history.SLACK) // 3600))
    assert np.isnan(cpu(recorder, T, 12)).all()
    near(cpu(recorder, T, 1, tier=1), [0.5])
    near(cpu(recorder, T, 1, tier=2), [0.5])


def test_the_demos_load_is_marked_as_replayed(desk: Desk) -> None:
    recorder = desk.recorder()
    desk.run(60, replayed=True)
    recorder.close(5)
    entries = desk.recorder(start=False).subjects()
    assert {key: entry.replayed for key, entry in entries.items()} == {KEY: True, "a": True}
    assert entries["a"].name == "kvm-a"


def test_what_happened_is_kept_with_its_time(desk: Desk) -> None:
    first = desk.recorder()
    desk.inventory.apply(DomainRead("a", replace(WEB, vcpus=4)))
    desk.inventory.apply(StateRead("a", "1", State.OFF, T + 1))
    first.mark(Mark(T + 2, MarkKind.REVERT, KEY, "before the update"))
    expected = [(T, "config", "vcpus"), (T + 1, "stop", ""), (T + 2, "revert", "before the update")]
    assert [(mark.at, mark.kind, mark.text) for mark in first.marks([KEY], T - 5, T + 5)] == expected
    first.close(5)
    second = desk.recorder(start=False)
    assert [(mark.at, mark.kind, mark.text) for mark in second.marks(None, T - 5, T + 5)] == expected
    assert second.marks([VmKey("a", "2")], T - 5, T + 5) == []


def test_since_when_a_vm_is_idle(desk: Desk) -> None:
    first = desk.recorder()
    desk.run(120, 0.8)
    busy = desk.clock.now
    desk.run(300, 0.01)
    until(lambda: first.idle_since(KEY) == busy)
    first.close(5)
    second = desk.recorder()
    desk.run(5, 0.01)
    until(lambda: second.idle_since(KEY) == busy)  # over a restart
    desk.run(180, 0.9)
    until(lambda: second.idle_since(KEY) is None)


KILLED = """
import sys, time
from pathlib import Path
from console.fleet.domains import Load
from console.fleet.hosts import HostFacts, HostLoad, HostSpec
from console.fleet.updates import LoadsRead
from console.inventory.history import Recorder
from console.inventory.inventory import Inventory
class Clock:
    now = 1_800_000_000.0
    def __call__(self):
        return self.now
clock = Clock()
inventory = Inventory(clock)
inventory.set_hosts((HostSpec("a", "a", "test:///default"),))
recorder = Recorder(Path(sys.argv[1]), inventory, 5.0, clock, delay=0.0)
recorder.start()
for _ in range(60):
    inventory.apply(LoadsRead("a", HostLoad(clock.now, 0.1, 5), {"1": Load(clock.now, 0.5)}))
    clock.now += 5
    time.sleep(0.02)
while recorder._rounds:
    time.sleep(0.01)
time.sleep(0.3)
print("ready", flush=True)
time.sleep(60)
"""


def test_a_killed_console_loses_less_than_a_minute(desk: Desk) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(desk.path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    found = cpu(desk.recorder(start=False), T, 60)
    assert int(np.isfinite(found).sum()) >= 60 - 12
    near(found[:48], [0.5] * 48)
    again = desk.recorder()
    desk.run(5)
    until(lambda: again.recording)


def test_nothing_of_it_loads_numpy_before_there_is_something_to_do() -> None:
    code = "import sys, console.app; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path.cwd(), check=False).returncode == 0
