from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from console.gateway.workers import Rank, Workers


@pytest.fixture
def workers() -> Iterator[Workers]:
    mine = Workers(base=2, cap=20, name="test-worker")
    yield mine
    mine.close(1.0)


def test_every_task_runs_once(workers: Workers) -> None:
    done: list[int] = []
    over = threading.Event()
    for number in range(200):
        workers.submit(lambda number=number: done.append(number))
    workers.submit(over.set)
    assert over.wait(3)
    deadline = time.monotonic() + 2
    while len(done) < 200 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sorted(done) == list(range(200))
    assert workers.threads <= 4


def test_hung_tasks_are_replaced(workers: Workers) -> None:
    free = threading.Event()
    done = threading.Event()
    for _ in range(10):
        workers.submit(lambda: free.wait(10) and None)
    workers.submit(done.set)
    assert done.wait(5)  # though ten hang and only two may run at once
    assert workers.threads > 10
    free.set()


def test_no_more_threads_than_the_cap() -> None:
    workers = Workers(base=2, cap=4, name="test-worker")
    free = threading.Event()
    for _ in range(30):
        workers.submit(lambda: free.wait(10) and None)
    time.sleep(1.0)
    assert workers.threads == 4
    free.set()
    workers.close(1.0)


def test_ranks_go_in_their_order() -> None:
    workers = Workers(base=1, cap=1, name="test-worker")
    order: list[str] = []
    hold, over = threading.Event(), threading.Event()
    workers.submit(lambda: hold.wait(5) and None)
    time.sleep(0.05)
    workers.submit(lambda: order.append("later"))
    workers.submit(lambda: order.append("opening"), Rank.OPENING)
    workers.submit(lambda: order.append("now"), Rank.NOW)
    workers.submit(over.set)
    hold.set()
    assert over.wait(3)
    assert order == ["now", "opening", "later"]
    workers.close(1.0)


def test_a_task_that_raises_is_logged_and_harms_nobody(workers: Workers, caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()

    def broken() -> None:
        raise ValueError("broken task")

    workers.submit(broken)
    workers.submit(done.set)
    assert done.wait(3)
    deadline = time.monotonic() + 2
    while "broken task" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "broken task" in caplog.text


def test_nothing_runs_after_closing() -> None:
    workers = Workers(name="test-worker")
    workers.close(0.5)
    ran = threading.Event()
    workers.submit(ran.set)
    assert not ran.wait(0.1)


def test_closing_does_not_wait_for_what_hangs() -> None:
    workers = Workers(name="test-worker")
    free = threading.Event()
    workers.submit(lambda: free.wait(10) and None)
    time.sleep(0.05)
    begun = time.monotonic()
    workers.close(0.1)
    assert time.monotonic() - begun < 0.5
    free.set()


def test_more_run_at_once_where_nobody_wants_a_turn() -> None:
    workers = Workers(1)
    workers.widen(4)
    together = threading.Barrier(4, timeout=5)
    done = threading.Semaphore(0)

    def task() -> None:
        together.wait()
        done.release()

    for _ in range(4):
        workers.submit(task)
    for _ in range(4):
        assert done.acquire(timeout=5)
    workers.close(1)
