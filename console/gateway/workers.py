"""Threads for calls that may hang: as many as make progress, more when some are stuck, none kept for nothing."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from enum import IntEnum

from console.gateway.courtesy import Courtesy

log = logging.getLogger(__name__)

Task = Callable[[], None]

IDLE = 15.0  # seconds a thread waits for work before it ends
STUCK = 0.25  # seconds after which a task counts as waiting for somebody else
CAP = 512  # threads at most; each is a call that hangs or a host that is slow


class Rank(IntEnum):
    """Who goes first: what somebody waits for or what a new host has; opening the next host; all the rest."""

    NOW = 0
    OPENING = 1
    LATER = 2


class Workers:
    """A pool of daemon threads that nobody ever waits for.

    `base` tasks run at once. While tasks wait and hardly any ends, those that have run for a quarter of a second no longer
    count, so calls to silent hosts don't hold up the others; while tasks end apace, more threads would only make a busy host
    busier. Before a task its thread gives way to the window. A task must not raise; one that does is logged.
    """

    def __init__(self, base: int = 4, cap: int = CAP, name: str = "worker", courtesy: Courtesy | None = None) -> None:
        self._base = base
        self._cap = cap
        self._name = name
        self._courtesy = courtesy or Courtesy()
        self._lock = threading.RLock()  # the collector may have a connection closed in a thread that has it
        self._work = threading.Condition(self._lock)
        self._queues: tuple[deque[Task], ...] = tuple(deque() for _rank in Rank)
        self._started: dict[int, float] = {}  # number of the thread: when its task began
        self._threads: dict[int, threading.Thread] = {}
        self._idle = 0
        self._numbers = 0
        self._done = 0
        self._closed = False
        self._watching = False

    def submit(self, task: Task, rank: Rank = Rank.LATER) -> None:
        """Runs `task` on some thread, soon, in the order of ranks. Nothing runs after `close`."""
        with self._lock:
            if self._closed:
                return
            self._queues[rank].append(task)
            if self._idle >= self._waiting():
                self._work.notify()
            elif len(self._threads) < self._base:
                self._grow()
            elif not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name=f"{self._name}-watch", daemon=True).start()

    def widen(self, base: int) -> None:
        """From now on so many tasks run at once."""
        with self._lock:
            self._base = base

    def close(self, timeout: float = 0.0) -> None:
        """Drops what waits and lets idle threads go; waits at most `timeout` seconds for those that are at work."""
        with self._lock:
            self._closed = True
            for queue in self._queues:
                queue.clear()
            self._work.notify_all()
            threads = tuple(self._threads.values())
        end = time.monotonic() + timeout
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, end - time.monotonic()))

    @property
    def threads(self) -> int:
        """How many threads there are now."""
        return len(self._threads)

    def _waiting(self) -> int:
        return sum(len(queue) for queue in self._queues)

    def _grow(self) -> bool:
        """With the lock held: one more thread, where fewer than `base` tasks make progress."""
        late = time.monotonic() - STUCK
        moving = sum(begun > late for begun in self._started.values()) + self._idle
        if moving >= self._base or len(self._threads) >= self._cap:
            return False
        self._numbers += 1
        number = self._numbers
        thread = threading.Thread(target=self._run, args=(number,), name=f"{self._name}-{number}", daemon=True)
        self._threads[number] = thread
        self._started[number] = time.monotonic()
        thread.start()
        return True

    def _watch(self) -> None:
        """While tasks wait: threads for them as others get stuck."""
        before = self._done
        while True:
            time.sleep(STUCK)
            with self._lock:
                waiting = self._waiting()
                if not waiting or self._closed:
                    self._watching = False
                    return
                if self._done - before < self._base / 2:
                    while waiting and self._grow():
                        waiting -= 1
                before = self._done

    def _run(self, number: int) -> None:
        while True:
            with self._lock:
                while not self._waiting():
                    self._started.pop(number, None)
                    self._idle += 1
                    woken = self._closed or self._work.wait(IDLE)
                    self._idle -= 1
                    if self._closed or (not woken and not self._waiting()):
                        self._threads.pop(number, None)
                        return
                task = next(queue for queue in self._queues if queue).popleft()
                self._started[number] = time.monotonic()
            self._courtesy.give_way()
            try:
                task()
            except Exception:
                log.exception("a task of the gateway failed")
            del task
            self._done += 1
