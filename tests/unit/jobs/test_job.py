from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Any

import pytest

from console.jobs.job import Cancelled, Job, JobState, Pace, who


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A job outside any runner, with what it reported."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.changes: list[Mapping[str, Any]] = []
        self.lines: list[str] = []
        self.job = Job(7, self.changes.append, self.lines.append, self.clock)


def test_only_three_states_are_an_end() -> None:
    assert {state for state in JobState if state.ended} == {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}


def test_a_step_carries_its_values_and_progress_begins_anew() -> None:
    desk = Desk()
    desk.job.step("copy", volume="web.qcow2", size=3)
    assert desk.changes[-1]["step"] == "copy"
    assert desk.changes[-1]["values"] == {"volume": "web.qcow2", "size": 3}
    assert desk.changes[-1]["fraction"] is None


def test_rate_and_time_left_follow_from_progress() -> None:
    desk = Desk()
    desk.job.progress(0, 1000)
    assert desk.changes[-1]["fraction"] == 0.0
    assert desk.changes[-1]["rate"] is None  # one sample tells nothing
    desk.clock.now += 2
    desk.job.progress(200, 1000)
    assert desk.changes[-1] == {"fraction": 0.2, "rate": 100.0, "eta": 8.0}


def test_a_rate_is_of_the_last_seconds_not_of_all_time() -> None:
    clock = Clock()
    pace = Pace(clock, window=5.0)
    for second in range(60):  # fast for half a minute, then slow
        clock.now = 100.0 + second
        rate, _ = pace.note(second * 100 if second < 30 else 3000 + (second - 30) * 10, 10_000)
    assert rate == pytest.approx(10.0)


def test_progress_without_a_total_is_unknown_but_has_a_rate() -> None:
    desk = Desk()
    desk.job.progress(0, 0)
    desk.clock.now += 1
    desk.job.progress(50, 0)
    assert desk.changes[-1] == {"fraction": None, "rate": 50.0, "eta": None}


def test_what_is_not_bytes_has_no_rate() -> None:
    desk = Desk()
    desk.job.progress(0, 10, in_bytes=False)
    desk.clock.now += 5
    desk.job.progress(5, 10, in_bytes=False)
    assert desk.changes[-1] == {"fraction": 0.5, "rate": None, "eta": 5.0}


def test_progress_that_falls_back_begins_anew() -> None:
    desk = Desk()
    for done in (0, 500, 100):
        desk.job.progress(done, 1000)
        desk.clock.now += 2
    assert desk.changes[-1] == {"fraction": 0.1, "rate": None, "eta": None}


@pytest.mark.parametrize(("done", "fraction"), [(-5, 0.0), (15, 1.0)])
def test_a_fraction_stays_between_none_and_all(done: int, fraction: float) -> None:
    desk = Desk()
    desk.job.progress(done, 10)
    assert desk.changes[-1]["fraction"] == fraction


def test_a_stalled_job_has_no_time_left_to_tell() -> None:
    desk = Desk()
    for _ in range(10):
        desk.job.progress(500, 1000)
        desk.clock.now += 1
    assert desk.changes[-1] == {"fraction": 0.5, "rate": 0.0, "eta": None}


def test_cancel_is_seen_by_check_and_pause_and_calls_the_stops_once() -> None:
    desk = Desk()
    called: list[str] = []
    desk.job.on_cancel(lambda: called.append("kept"))
    undo = desk.job.on_cancel(lambda: called.append("undone"))
    undo()
    desk.job.check()
    desk.job.pause(0)
    for stop in desk.job.ask_end():
        stop()
    assert called == ["kept"]
    assert desk.job.ask_end() == ()
    assert desk.job.cancelled
    with pytest.raises(Cancelled):
        desk.job.check()
    with pytest.raises(Cancelled):
        desk.job.pause(60)


def test_a_stop_that_comes_after_the_cancel_is_called_at_once() -> None:
    desk = Desk()
    desk.job.ask_end()
    called: list[int] = []
    desk.job.on_cancel(lambda: called.append(1))
    assert called == [1]


def test_a_log_line_goes_where_it_is_kept() -> None:
    desk = Desk()
    desk.job.log("qemu-img: done")
    assert desk.lines == ["qemu-img: done"]


def test_who_survives_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "@" in who()

    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert who.__wrapped__().startswith("?@")
