"""Whether a host still answers: any answer counts, and where none comes a question is put to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum

QUIET = 3.2  # seconds without any answer after which a host is asked for a sign of life
LATE = 2.5  # seconds that question may wait before what is shown counts as old
LOST = 5.5  # and before the connection is given up
LOOK = 0.5  # seconds between looks, once something is late


class Verdict(Enum):
    FINE = "fine"
    ASK = "ask"  # put the question
    LATE = "late"  # what is shown is getting old
    LOST = "lost"


class Pulse:
    """The signs of life of one connection. Any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._answered = clock()
        self._asked = 0.0
        self.late = False

    def heard(self) -> bool:
        """An answer came. True where the host had been late."""
        was, self.late = self.late, False
        self._answered = self._clock()
        return was

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around the question itself."""
        self._asked = self._clock()
        try:
            yield
        finally:
            self._asked = 0.0

    def look(self, free: bool) -> Verdict:
        """What is to be done now. free: the question can be put; where it can't, calls under way are all late."""
        now = self._clock()
        silent = now - self._answered
        if asked := self._asked:
            if now - asked > LOST:
                return Verdict.LOST
            return Verdict.LATE if now - asked > LATE else Verdict.FINE
        if silent <= QUIET:
            return Verdict.FINE
        if free:
            return Verdict.ASK
        return Verdict.LATE if silent > QUIET + LATE else Verdict.FINE

    def wait(self) -> float:
        """Seconds until the next look."""
        if self._asked or self.late:
            return LOOK
        return max(LOOK, QUIET - (self._clock() - self._answered))
