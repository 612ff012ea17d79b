"""A queue of one host's calls, one at a time, on the shared workers."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from console.gateway.workers import Rank, Workers

Task = Callable[[], None]


class Lane:
    """Runs what it is given in order, never two at once, without a thread of its own.

    A call that hangs holds its lane and nothing else; `skip` gives such a call up: the lane goes on, the call is left
    to its thread.
    """

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._queue: deque[tuple[Task, Rank]] = deque()
        self._turn = 0  # grows with `skip`: what an older turn does at its end no longer counts
        self._busy_since = 0.0
        self._closed = False

    def submit(self, task: Task, urgent: bool = False) -> None:
        """Queues `task`; urgent: it goes before other lanes' work once it is first here. After `close` it is dropped."""
        with self._lock:
            if self._closed:
                return
            self._queue.append((task, Rank.NOW if urgent else Rank.LATER))
            if not self._busy_since:
                self._begin()

    @property
    def free(self) -> bool:
        """Nothing runs and nothing waits."""
        return not self._busy_since

    def busy_for(self) -> float:
        """Seconds the present task has run (or waited for a thread), 0 where there is none."""
        since = self._busy_since
        return time.monotonic() - since if since else 0.0

    def skip(self) -> None:
        """Gives the task up that runs now and goes on with the next."""
        with self._lock:
            self._turn += 1
            if self._queue and not self._closed:
                self._begin()
            else:
                self._busy_since = 0.0

    def close(self) -> None:
        """Drops what waits; takes nothing more."""
        with self._lock:
            self._closed = True
            self._queue.clear()

    def _begin(self) -> None:
        self._busy_since = time.monotonic()
        turn = self._turn
        self._workers.submit(lambda: self._run(turn), self._queue[0][1])

    def _run(self, turn: int) -> None:
        with self._lock:
            if turn != self._turn or not self._queue:
                if turn == self._turn:
                    self._busy_since = 0.0
                return
            task, _ = self._queue.popleft()
            self._busy_since = time.monotonic()
        try:
            task()
        finally:
            with self._lock:
                if turn == self._turn:
                    if self._queue and not self._closed:
                        self._begin()
                    else:
                        self._busy_since = 0.0
