"""Who goes first where everybody needs the interpreter: the window."""

from __future__ import annotations

import threading
import time

PATIENCE = 0.1  # seconds after which a turn no longer counts: whoever took it sits in somebody else's loop


class Courtesy:
    """Lets one thread work undisturbed: while it has the turn, workers that are about to compute wait for its end.

    `take` and `leave` are for that one thread and cost next to nothing; `give_way` is for all others. Without a `take`
    nobody ever waits.
    """

    def __init__(self) -> None:
        self._free = threading.Event()
        self._free.set()
        self._until = 0.0  # 0: nobody has the turn

    def take(self) -> None:
        """I am at work."""
        if not self._until:
            self._until = time.monotonic() + PATIENCE
            self._free.clear()

    def leave(self) -> None:
        """I have nothing to do for now."""
        if self._until:
            self._until = 0.0
            self._free.set()

    def give_way(self) -> None:
        """Blocks while somebody has the turn, and never long."""
        if self._until and (left := self._until - time.monotonic()) > 0:
            self._free.wait(left)
