"""Hands the views of jobs to who listens: in order, each change of state, mere progress at most ten times a second."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

import msgspec

from console.fleet.listeners import Listeners
from console.jobs.job import JobView

QUIET = 0.1  # seconds between two notifications of one job's progress

Listener = Callable[[JobView], None]

_log = logging.getLogger(__name__)


class _Channel(msgspec.Struct):
    """Of one job. told: monotonic time of its last notification. busy: a thread hands out its views now."""

    outbox: deque[JobView] = msgspec.field(default_factory=deque)
    held: JobView | None = None
    told: float = 0.0
    busy: bool = False


class Teller:
    """Thread-safe. `put` and `progress` only note, and never call a listener; `drain` does, in the calling thread.

    So views can be put under the lock that orders them, and drained outside it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._due = threading.Condition(self._lock)
        self._channels: dict[int, _Channel] = {}
        self._listeners: Listeners[Listener] = Listeners()
        self._ticker: threading.Thread | None = None
        self._closed = False

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        return self._listeners.add(listener)

    def put(self, view: JobView) -> None:
        """To be told in any case, in its turn; it overtakes progress that was held back."""
        with self._lock:
            channel = self._channels.setdefault(view.id, _Channel())
            channel.held = None
            channel.outbox.append(view)

    def progress(self, view: JobView) -> None:
        """To be told now where the last view of this job is old enough, else a moment later unless a newer one comes."""
        with self._lock:
            channel = self._channels.setdefault(view.id, _Channel())
            if time.monotonic() - channel.told >= QUIET and not channel.outbox:
                channel.held = None
                channel.outbox.append(view)
                return
            channel.held = view
            if self._ticker is None and not self._closed:
                self._ticker = threading.Thread(target=self._tick, name="jobs-ticker", daemon=True)
                self._ticker.start()

    def drain(self, job: int) -> None:
        """Hands out what was put for a job. Where another thread is at it, that one does."""
        with self._lock:
            channel = self._channels.get(job)
            if channel is None or channel.busy:
                return
            channel.busy = True
        while True:
            with self._lock:
                if not channel.outbox:
                    channel.busy = False
                    return
                view = channel.outbox.popleft()
                channel.told = time.monotonic()
                listeners = tuple(self._listeners)
                if view.state.ended and not channel.outbox:
                    self._channels.pop(job, None)
            for listener in listeners:
                try:
                    listener(view)
                except Exception:
                    _log.exception("a listener broke on job %d", job)

    def close(self, timeout: float) -> None:
        """Holds nothing back any more. Waits at most `timeout` seconds for its thread."""
        with self._lock:
            self._closed = True
            self._due.notify_all()
            ticker = self._ticker
        if ticker is not None:
            ticker.join(timeout)

    def _tick(self) -> None:
        """Tells what was held back; the thread ends when nothing is."""
        while True:
            with self._lock:
                if self._closed or not any(channel.held for channel in self._channels.values()):
                    self._ticker = None
                    return
                self._due.wait(QUIET)
                ready = []
                for job, channel in self._channels.items():
                    if channel.held is not None and time.monotonic() - channel.told >= QUIET:
                        channel.outbox.append(channel.held)
                        channel.held = None
                        ready.append(job)
            for job in ready:
                self.drain(job)
