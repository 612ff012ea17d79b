from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from console.gateway.timer import GRID, Timer


@pytest.fixture
def timer() -> Iterator[Timer]:
    mine = Timer()
    yield mine
    mine.close()


def test_calls_come_in_the_order_of_their_times(timer: Timer) -> None:
    order: list[str] = []
    done = threading.Event()
    timer.after(0.2, done.set)
    timer.after(0.15, lambda: order.append("late"))
    timer.after(0.05, lambda: order.append("early"))
    timer.after(0.0, lambda: order.append("now"))
    assert done.wait(2)
    assert order == ["now", "early", "late"]


def test_a_cancelled_call_does_not_come(timer: Timer) -> None:
    ran = threading.Event()
    timer.after(0.05, ran.set).cancel()
    assert not ran.wait(0.15)


def test_what_is_further_off_shares_a_wake_up(timer: Timer) -> None:
    first, second = timer.after(1.001, print), timer.after(1.002, print)
    assert abs(first.at - second.at) in (0.0, pytest.approx(GRID))
    assert 1.0 <= first.at - time.monotonic() + 0.01 < 1.0 + 2 * GRID


def test_a_call_that_raises_is_logged_and_the_next_comes(timer: Timer, caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()

    def broken() -> None:
        raise ValueError("broken call")

    timer.after(0.0, broken)
    timer.after(0.05, done.set)
    assert done.wait(2)
    assert "broken call" in caplog.text


def test_nothing_comes_after_closing() -> None:
    timer = Timer()
    ran = threading.Event()
    timer.after(0.05, ran.set)
    timer.close()
    timer.after(0.0, ran.set)
    assert not ran.wait(0.15)
