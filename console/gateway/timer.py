"""One thread that knows when what is due: polls, heartbeats and retries of all hosts."""

from __future__ import annotations

import heapq
import itertools
import logging
import math
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

GRID = 0.1  # seconds; what is further off comes on a multiple of this, so that many hosts share a wake-up


class Due:
    """Something that will be called; `cancel` while it has not been."""

    __slots__ = ("_call", "at")

    def __init__(self, at: float, call: Callable[[], None]) -> None:
        self.at = at
        self._call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self._call = None

    def run(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call()


class Timer:
    """Calls functions later, all in one thread; they must only enqueue."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._heap: list[tuple[float, int, Due]] = []
        self._order = itertools.count()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="gateway-timer", daemon=True)
        self._thread.start()

    def after(self, seconds: float, call: Callable[[], None]) -> Due:
        """Has `call` called in `seconds` (from half a second on up to 0.1 s later); never after `close`."""
        at = time.monotonic() + seconds
        due = Due(math.ceil(at / GRID) * GRID if seconds >= 5 * GRID else at, call)
        with self._lock:
            heapq.heappush(self._heap, (due.at, next(self._order), due))
            if self._heap[0][2] is due:
                self._changed.notify()
        return due

    def close(self, timeout: float = 0.2) -> None:
        with self._lock:
            self._closed = True
            self._heap.clear()
            self._changed.notify()
        self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            with self._lock:
                while not self._closed:
                    wait = self._heap[0][0] - time.monotonic() if self._heap else None
                    if wait is not None and wait <= 0:
                        break
                    self._changed.wait(wait)
                if self._closed:
                    return
                due = heapq.heappop(self._heap)[2]
            try:
                due.run()
            except Exception:
                log.exception("a timed call failed")
