"""A thread that writes down, a moment later, what others only leave with it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from console.fleet.errors import FleetError

RETRY = 15.0  # seconds until another try after one that failed

_log = logging.getLogger(__name__)


class Writer:
    """Calls `flush` `delay` seconds after a `wake`, in a daemon thread that lives only while there is work; many wakes, one flush.

    A flush that raises FleetError is tried again after `retry` seconds, or at the next wake after that. One that breaks is
    logged, and costs what it was to write; the next wake is served all the same.
    """

    def __init__(self, name: str, flush: Callable[[], None], delay: float, retry: float = RETRY) -> None:
        self._name = name
        self._flush = flush
        self._delay = delay
        self._retry = retry
        self._changed = threading.Condition()
        self._due: float | None = None  # monotonic
        self._not_before = 0.0
        self._closing = False
        self._thread: threading.Thread | None = None

    def wake(self, delay: float | None = None) -> None:
        """There is something to write. Never blocks. delay: seconds, instead of the usual."""
        with self._changed:
            if self._closing:
                return
            due = max(time.monotonic() + (self._delay if delay is None else delay), self._not_before)
            if self._due is None or due < self._due:
                self._due = due
                self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()

    def close(self, timeout: float) -> bool:
        """Writes what is left, waiting at most `timeout` seconds. True: the thread has ended."""
        with self._changed:
            self._closing = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(max(0.0, timeout))
        return thread is None or not thread.is_alive()

    def _work(self) -> None:
        """Flushes whatever is due; the thread ends when nothing is left to do."""
        while True:
            with self._changed:
                while not self._closing and self._due is not None and self._due > time.monotonic():
                    self._changed.wait(self._due - time.monotonic())
                if self._due is None:
                    self._thread = None
                    return
                last, self._due = self._closing, None
            try:
                self._flush()
            except FleetError:
                with self._changed:
                    self._not_before = self._due = time.monotonic() + self._retry
            except Exception:
                _log.exception("%s: what was to be written broke", self._name)
            else:
                self._not_before = 0.0
            if last:
                return
