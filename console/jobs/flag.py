"""A flag that thousands may have and few wait for."""

from __future__ import annotations

import threading

_making = threading.Lock()


class Flag:
    """threading.Event, but what waiting needs is made by the first who waits: jobs come by the thousand."""

    __slots__ = ("_event", "_up")

    def __init__(self) -> None:
        self._up = False
        self._event: threading.Event | None = None

    def is_set(self) -> bool:
        return self._up

    def set(self) -> None:
        """Raises it for good; whoever waits goes on."""
        self._up = True
        with _making:
            event = self._event
        if event is not None:
            event.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits (seconds) until it is up; whether it is."""
        if self._up:
            return True
        with _making:
            if self._event is None:
                self._event = threading.Event()
        if not self._up:
            self._event.wait(timeout)
        return self._up
