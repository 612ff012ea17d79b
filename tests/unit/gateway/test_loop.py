from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import libvirt
import pytest

from console.gateway import loop
from console.gateway.loop import EventLoop

READ, WRITE = libvirt.VIR_EVENT_HANDLE_READABLE, libvirt.VIR_EVENT_HANDLE_WRITABLE


class Running:
    """An event loop of the test's own, not libvirt's; `freed` are the opaques it would have libvirt free."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.freed: list[Any] = []
        self.came = threading.Condition()
        self.calls: list[tuple[Any, ...]] = []
        monkeypatch.setattr(libvirt, "virEventInvokeFreeCallback", self.freed.append)
        self.loop = EventLoop()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.loop.run, args=(self._stop,), name="test-loop")
        self._thread.start()

    def called(self, *arguments: Any) -> None:
        with self.came:
            self.calls.append(arguments)
            self.came.notify_all()

    def wait(self, count: int, seconds: float = 2.0) -> bool:
        with self.came:
            return self.came.wait_for(lambda: len(self.calls) >= count, seconds)

    def close(self) -> None:
        self._stop.set()
        self.loop.wake()
        self._thread.join(2)


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    running = Running(monkeypatch)
    yield running
    running.close()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_a_handle_is_called_when_its_file_can_be_read(mine: Running, pipe: tuple[int, int]) -> None:
    def read(*arguments: Any) -> None:
        os.read(pipe[0], 1)
        mine.called(*arguments)

    watch = mine.loop.add_handle(pipe[0], READ, read, "opaque")
    assert not mine.wait(1, 0.05)
    os.write(pipe[1], b"x")
    assert mine.wait(1)
    assert mine.calls == [(watch, pipe[0], READ, "opaque")]


def test_a_handle_that_wants_nothing_is_not_called(mine: Running, pipe: tuple[int, int]) -> None:
    watch = mine.loop.add_handle(pipe[0], READ, mine.called, None)
    mine.loop.update_handle(watch, 0)
    os.write(pipe[1], b"x")
    assert not mine.wait(1, 0.1)
    mine.loop.update_handle(watch, READ)
    assert mine.wait(1)
    mine.loop.update_handle(watch, 0)


def test_two_handles_of_one_file_are_kept_apart(mine: Running, pipe: tuple[int, int]) -> None:
    def wrote(*arguments: Any) -> None:
        mine.loop.update_handle(writer, 0)
        mine.called(*arguments)

    reader = mine.loop.add_handle(pipe[1], READ, mine.called, "reader")
    writer = mine.loop.add_handle(pipe[1], 0, wrote, "writer")
    mine.loop.update_handle(writer, WRITE)
    assert mine.wait(1)
    assert [call[3] for call in mine.calls] == ["writer"]
    assert mine.loop.remove_handle(reader) == mine.loop.remove_handle(writer) == 0


def test_what_is_removed_is_freed_by_the_loop_and_never_called_again(mine: Running, pipe: tuple[int, int]) -> None:
    watch = mine.loop.add_handle(pipe[0], READ, mine.called, "opaque")
    assert mine.loop.remove_handle(watch) == 0
    assert mine.loop.remove_handle(watch) == -1
    timeout = mine.loop.add_timeout(-1, mine.called, "timeout")
    assert mine.loop.remove_timeout(timeout) == 0
    assert mine.loop.remove_timeout(timeout) == -1
    os.write(pipe[1], b"x")
    assert not mine.wait(1, 0.1)
    assert mine.freed == ["opaque", "timeout"]


def test_a_file_that_was_closed_before_it_was_removed_does_no_harm(mine: Running) -> None:
    ends = os.pipe()
    watch = mine.loop.add_handle(ends[0], READ, mine.called, None)
    for end in ends:
        os.close(end)
    mine.loop.update_handle(watch, WRITE)
    assert mine.loop.remove_handle(watch) == 0
    mine.loop.update_handle(watch, READ)


def test_a_timeout_comes_again_and_again_until_it_is_turned_off(mine: Running) -> None:
    timer = mine.loop.add_timeout(30, lambda *arguments: mine.called(*arguments), "o")
    assert mine.wait(3)
    assert mine.calls[0] == (timer, "o")
    mine.loop.update_timeout(timer, -1)
    time.sleep(0.05)
    count = len(mine.calls)
    time.sleep(0.15)
    assert len(mine.calls) == count
    mine.loop.update_timeout(timer, 0)
    assert mine.wait(count + 1)
    mine.loop.remove_timeout(timer)


def test_a_timeout_that_is_put_off_does_not_come(mine: Running) -> None:
    timer = mine.loop.add_timeout(150, mine.called, None)
    for _ in range(10):
        time.sleep(0.03)
        mine.loop.update_timeout(timer, 150)
    assert mine.calls == []
    assert mine.wait(1, 1.0)


def test_a_callback_that_raises_does_not_end_the_loop(mine: Running, caplog: pytest.LogCaptureFixture) -> None:
    def broken(timer: int, _opaque: Any) -> None:
        mine.loop.remove_timeout(timer)
        raise ValueError("broken callback")

    mine.loop.add_timeout(0, broken, None)
    mine.loop.add_timeout(0, mine.called, None)
    assert mine.wait(1)
    assert "broken callback" in caplog.text


def test_the_wires_of_what_this_thread_opens(mine: Running, pipe: tuple[int, int]) -> None:
    with mine.loop.wires() as found:
        watch = mine.loop.add_handle(pipe[0], READ, mine.called, None)
        other = threading.Thread(target=lambda: mine.loop.add_handle(pipe[1], 0, mine.called, None))
        other.start()
        other.join()
    mine.loop.add_handle(pipe[0], 0, mine.called, None)
    assert len(found) == 1
    mine.loop.remove_handle(watch)
    found[0].cut()  # libvirt has let go of it: nothing to cut


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "libvirt-events"]


def test_one_thread_for_all_users_and_none_after_the_last() -> None:
    assert threads() == []
    loop.acquire()
    loop.acquire()
    assert threads() == ["libvirt-events"]
    loop.release()
    assert threads() == ["libvirt-events"]
    loop.release()
    assert threads() == []
    loop.acquire()  # and again
    assert threads() == ["libvirt-events"]
    loop.release()
