from __future__ import annotations

import itertools
import threading
import time

import pytest
from msgspec.structs import replace

from console.jobs.job import JobState, JobView
from console.jobs.telling import Teller

VIEW = JobView(1, "vm.start", "web", state=JobState.RUNNING)


def at(fraction: float) -> JobView:
    return replace(VIEW, fraction=fraction)


def test_nothing_is_told_before_the_drain() -> None:
    teller = Teller()
    told: list[JobView] = []
    teller.subscribe(told.append)
    teller.put(VIEW)
    assert told == []
    teller.drain(1)
    assert told == [VIEW]
    teller.drain(1)
    teller.drain(99)
    assert told == [VIEW]


def test_progress_is_thinned_and_the_last_one_comes() -> None:
    teller = Teller()
    told: list[tuple[float, JobView]] = []
    teller.subscribe(lambda view: told.append((time.monotonic(), view)))
    start = time.monotonic()
    number = 0
    while time.monotonic() - start < 0.5:
        number += 1
        teller.progress(at(number / 1e6))
        teller.drain(1)
        time.sleep(0.001)
    time.sleep(0.3)
    assert 3 <= len(told) <= 7
    assert told[-1][1] == at(number / 1e6)
    assert all(b[0] - a[0] >= 0.095 for a, b in itertools.pairwise(told))
    teller.close(1.0)


def test_a_change_of_state_overtakes_held_progress() -> None:
    teller = Teller()
    told: list[JobView] = []
    teller.subscribe(told.append)
    teller.progress(at(0.1))
    teller.drain(1)
    teller.progress(at(0.2))
    end = replace(at(0.2), state=JobState.SUCCEEDED)
    teller.put(end)
    teller.drain(1)
    assert told == [at(0.1), end]
    time.sleep(0.25)
    assert told == [at(0.1), end]
    teller.close(1.0)


def test_the_ticker_leaves_when_nothing_is_held() -> None:
    teller = Teller()
    for fraction in (0.1, 0.2):
        teller.progress(at(fraction))
        teller.drain(1)
    assert any(thread.name == "jobs-ticker" for thread in threading.enumerate())
    end = time.monotonic() + 2
    while any(thread.name == "jobs-ticker" for thread in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_views_of_one_job_come_in_order_whoever_drains() -> None:
    teller = Teller()
    told: list[float] = []
    slow = threading.Event()

    def listener(view: JobView) -> None:
        slow.wait(0.001)
        told.append(view.fraction or 0.0)

    teller.subscribe(listener)
    lock, count = threading.Lock(), iter(range(1, 401))

    def work() -> None:
        for _ in range(100):
            with lock:
                teller.put(at(next(count)))
            teller.drain(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [float(number) for number in range(1, 401)]


def test_a_listener_may_put_more_and_may_leave() -> None:
    teller = Teller()
    told: list[JobView] = []

    def listener(view: JobView) -> None:
        told.append(view)
        if view.state is JobState.RUNNING:
            undo()
            teller.put(replace(VIEW, state=JobState.CANCELLING))
            teller.drain(1)

    undo = teller.subscribe(listener)
    teller.put(VIEW)
    teller.drain(1)
    undo()
    assert told == [VIEW]


def test_a_listener_that_breaks_does_not_silence_the_others(caplog: pytest.LogCaptureFixture) -> None:
    teller = Teller()
    told: list[JobView] = []

    def broken(view: JobView) -> None:
        raise ValueError(view.id)

    teller.subscribe(broken)
    teller.subscribe(told.append)
    teller.put(VIEW)
    teller.drain(1)
    assert told == [VIEW]
    assert "a listener broke on job 1" in caplog.text
