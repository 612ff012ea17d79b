"""Work that came in one piece, done in slices between which the window gets its turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Slot

from console.fleet.domains import VmKey

SLICE_S = 0.004  # seconds of work at a time
BATCH = 16  # VMs between two looks at the clock
SHOW_S = 0.15  # seconds between two slices whose rows are shown; showing costs as much as taking


class Backlog(QObject):
    """Keys that wait. `take` gets them bit by bit, `flush` shows what was taken, `drained` ends the whole.

    Starts in the next turn of the event loop; a key told twice waits once.
    """

    def __init__(
        self,
        take: Callable[[Iterable[VmKey]], None],
        flush: Callable[[], None],
        drained: Callable[[], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._take, self._flush, self._drained = take, flush, drained
        self._keys: dict[VmKey, None] = {}
        self._shown = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._work)

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, keys: Iterable[VmKey]) -> None:
        self._keys.update(dict.fromkeys(keys))
        if self._keys and not self._timer.isActive():
            self._timer.start()

    def drop(self, keys: Iterable[VmKey]) -> None:
        for key in keys:
            self._keys.pop(key, None)

    @Slot()
    def _work(self) -> None:
        start = time.perf_counter()
        end = start + SLICE_S
        waiting = iter(list(self._keys))
        while time.perf_counter() < end:
            batch = [key for _n, key in zip(range(BATCH), waiting, strict=False)]
            if not batch:
                break
            for key in batch:
                del self._keys[key]
            self._take(batch)
        if not self._keys or start - self._shown > SHOW_S:
            self._flush()
            self._shown = time.perf_counter()
        if self._keys:
            self._timer.start()
        else:
            self._drained()
