from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from console.gateway.lane import Lane
from console.gateway.workers import Workers


@pytest.fixture
def workers() -> Iterator[Workers]:
    mine = Workers(name="test-worker")
    yield mine
    mine.close(1.0)


def test_one_at_a_time_and_in_order(workers: Workers) -> None:
    lane = Lane(workers)
    order: list[int] = []
    running, most = 0, 0
    over = threading.Event()

    def work(number: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.001)
        order.append(number)
        running -= 1

    for number in range(50):
        lane.submit(lambda number=number: work(number))
    lane.submit(over.set)
    assert over.wait(5)
    assert order == list(range(50))
    assert most == 1


def test_two_lanes_do_not_wait_for_each_other(workers: Workers) -> None:
    slow, quick = Lane(workers), Lane(workers)
    free, done = threading.Event(), threading.Event()
    slow.submit(lambda: free.wait(5) and None)
    quick.submit(done.set)
    assert done.wait(1)
    free.set()


def test_a_task_that_raises_does_not_stop_its_lane(workers: Workers, caplog: pytest.LogCaptureFixture) -> None:
    lane = Lane(workers)
    done = threading.Event()

    def broken() -> None:
        raise ValueError("broken task")

    lane.submit(broken)
    lane.submit(done.set)
    assert done.wait(2)
    deadline = time.monotonic() + 2
    while "broken task" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "broken task" in caplog.text


def test_it_says_whether_and_how_long_it_is_busy(workers: Workers) -> None:
    lane = Lane(workers)
    assert lane.free
    free = threading.Event()
    lane.submit(lambda: free.wait(5) and None)
    time.sleep(0.1)
    assert not lane.free
    assert 0.05 < lane.busy_for() < 2
    free.set()
    deadline = time.monotonic() + 2
    while not lane.free and time.monotonic() < deadline:
        time.sleep(0.01)
    assert lane.free
    assert lane.busy_for() == 0


def test_a_hung_call_can_be_left_behind(workers: Workers) -> None:
    lane = Lane(workers)
    free, second, third = threading.Event(), threading.Event(), threading.Event()
    lane.submit(lambda: free.wait(5) and None)
    lane.submit(second.set)
    time.sleep(0.05)
    assert not second.is_set()
    lane.skip()
    assert second.wait(2)
    free.set()  # what was left behind ends, and moves nothing
    lane.submit(third.set)
    assert third.wait(2)


def test_skipping_an_idle_lane_changes_nothing(workers: Workers) -> None:
    lane = Lane(workers)
    lane.skip()
    done = threading.Event()
    lane.submit(done.set)
    assert done.wait(2)


def test_after_closing_what_waits_is_dropped(workers: Workers) -> None:
    lane = Lane(workers)
    free, ran = threading.Event(), threading.Event()
    lane.submit(lambda: free.wait(5) and None)
    lane.submit(ran.set)
    lane.close()
    lane.submit(ran.set)
    free.set()
    assert not ran.wait(0.2)
