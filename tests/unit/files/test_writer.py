from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from console.files.writer import Writer
from console.fleet.errors import Failed, Reason


def until(check: Callable[[], bool], seconds: float = 3.0) -> bool:
    end = time.monotonic() + seconds
    while not check() and time.monotonic() < end:
        time.sleep(0.005)
    return check()


def test_many_wakes_are_one_flush_after_the_delay() -> None:
    flushed: list[float] = []
    writer = Writer("test-writer", lambda: flushed.append(time.monotonic()), delay=0.1)
    start = time.monotonic()
    for _ in range(50):
        writer.wake()
    assert until(lambda: bool(flushed))
    time.sleep(0.15)
    assert len(flushed) == 1
    assert flushed[0] - start >= 0.1
    assert writer.close(1.0)


def test_an_urgent_wake_overtakes() -> None:
    flushed = threading.Event()
    writer = Writer("test-writer", flushed.set, delay=60)
    writer.wake()
    writer.wake(delay=0)
    assert flushed.wait(1.0)
    assert writer.close(1.0)


def test_closing_writes_what_is_left_at_once_and_nothing_where_nothing_is() -> None:
    flushed: list[int] = []
    writer = Writer("test-writer", lambda: flushed.append(1), delay=60)
    writer.wake()
    assert writer.close(1.0)
    assert flushed == [1]
    writer.wake()
    assert writer.close(1.0)
    assert flushed == [1]
    assert Writer("test-idle", lambda: flushed.append(2), delay=0).close(0)


def test_a_flush_that_failed_is_tried_again_but_not_at_each_wake() -> None:
    tries: list[float] = []

    def flush() -> None:
        tries.append(time.monotonic())
        if len(tries) < 3:
            raise Failed(Reason.NO_SPACE)

    writer = Writer("test-writer", flush, delay=0.0, retry=0.15)
    writer.wake()
    assert until(lambda: len(tries) == 1)
    for _ in range(10):
        writer.wake()
        time.sleep(0.005)
    assert len(tries) == 1
    assert until(lambda: len(tries) == 3)
    assert tries[1] - tries[0] >= 0.15
    writer.wake()
    assert until(lambda: len(tries) == 4, 0.1)  # after a success the usual delay holds again
    assert writer.close(1.0)


def test_closing_waits_no_longer_than_told() -> None:
    go = threading.Event()
    writer = Writer("test-writer", lambda: go.wait(5) and None, delay=0.0)
    writer.wake()
    time.sleep(0.05)
    start = time.monotonic()
    assert not writer.close(0.1)
    assert time.monotonic() - start < 0.5
    go.set()
    assert writer.close(1.0)


def test_its_thread_ends_with_the_work() -> None:
    writer = Writer("test-brief", lambda: None, delay=0.0)
    for _ in range(2):
        writer.wake()
        assert until(lambda: not any(thread.name == "test-brief" for thread in threading.enumerate()))


def test_a_flush_that_breaks_does_not_end_the_writing(caplog: pytest.LogCaptureFixture) -> None:
    written: list[int] = []

    def flush() -> None:
        written.append(1)
        if len(written) == 1:
            raise UnicodeEncodeError("utf-8", "\udcff", 0, 1, "no text")

    writer = Writer("test-writer", flush, delay=0.0)
    writer.wake()
    assert until(lambda: "no text" in caplog.text)
    writer.wake()
    assert until(lambda: len(written) == 2)
    assert writer.close(1.0)
