"""The one hop between worker threads and Qt's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from console.fleet.errors import Failed, FleetError, Reason
from console.fleet.updates import ChangeSet

T = TypeVar("T")

TICK_MS = 200  # at most five joined changes a second
LOADS_EVERY = 5  # and figures of load once a second


class Bridge(QObject):
    """Joins what worker threads tell and hands it to Qt's thread at most five times a second.

    turn: called when Qt's thread begins to work on what it was told.

    Signals:
        changed(ChangeSet): what became different in the inventory since the last emit; loads come once a second.
        jobs_changed(tuple[JobView, ...]): jobs that moved, each once, newest view.
        question_asked(object): a `services.credentials` pending question that a person must answer.
    """

    changed = Signal(object)
    jobs_changed = Signal(object)
    question_asked = Signal(object)
    _woken = Signal()
    _done = Signal(object)

    def __init__(self, parent: QObject | None = None, turn: Callable[[], None] = lambda: None) -> None:
        super().__init__(parent)
        self._take_turn = turn
        self._lock = threading.Lock()
        self._changes: list[ChangeSet] = []
        self._jobs: dict[int, Any] = {}
        self._closed = False
        self._tick = 0
        self._awake = False
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._flush)
        self._woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)
        self._done.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    # any thread

    def on_change(self, change: ChangeSet) -> None:
        """Listener for `Inventory.subscribe`."""
        with self._lock:
            self._changes.append(change)
            wake = not self._awake and not self._closed
            self._awake = True
        if wake:
            self._woken.emit()

    def on_job(self, view: Any) -> None:
        """Listener for `JobRunner.subscribe`."""
        with self._lock:
            self._jobs[view.id] = view
            wake = not self._awake and not self._closed
            self._awake = True
        if wake:
            self._woken.emit()

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[FleetError], None] | None = None,
    ) -> None:
        """Runs `work` on a daemon thread of its own; `done` or `failed` is called in Qt's thread (never after close)."""

        def body() -> None:
            callback: Callable[[], None] | None = None
            try:
                result = work()
            except FleetError as error:
                if failed is not None:
                    callback = lambda error=error: failed(error)  # noqa: E731
            except Exception as error:  # a bug must not vanish in a thread
                if failed is not None:
                    wrapped = Failed(Reason.OTHER, text=f"{type(error).__name__}: {error}")
                    callback = lambda: failed(wrapped)  # noqa: E731
                else:
                    raise
            else:
                if done is not None:
                    callback = lambda: done(result)  # noqa: E731
            if callback is not None and not self._closed:
                self._done.emit(callback)

        threading.Thread(target=body, name="bridge-work", daemon=True).start()

    def post(self, callback: Callable[[], None]) -> None:
        """Calls `callback` in Qt's thread, soon; never after close. For a worker that has more to tell than its end."""
        if not self._closed:
            self._done.emit(callback)

    # Qt's thread

    def close(self) -> None:
        self._closed = True
        self._timer.stop()

    @Slot()
    def _wake(self) -> None:
        if not self._closed and not self._timer.isActive():
            self._flush()
            self._timer.start()

    @Slot(object)
    def _deliver(self, callback: Callable[[], None]) -> None:
        if not self._closed:
            callback()

    @Slot()
    def _flush(self) -> None:
        self._take_turn()
        self._tick += 1
        with self._lock:
            changes, jobs = self._changes, tuple(self._jobs.values())
            self._changes, self._jobs = [], {}
            if not changes and not jobs:
                self._awake = False
                self._timer.stop()
                return
        change = ChangeSet.joined(changes)
        if self._tick % LOADS_EVERY and (change.loads or change.host_loads):
            held = ChangeSet(loads=change.loads, host_loads=change.host_loads)
            change = replace(change, loads=frozenset(), host_loads=frozenset())
            with self._lock:
                self._changes.insert(0, held)
        if change:
            self.changed.emit(change)
        if jobs:
            self.jobs_changed.emit(jobs)
