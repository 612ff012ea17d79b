"""Letting the program work, and waiting until something has come about."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtTest import QTest

T = TypeVar("T")
TURN = 0.02  # seconds between looks
PATIENCE = 6  # times as long as asked for, where the machine is so busy that the program hardly gets its turn


class NotSo(Exception):
    """A step did not come about."""


def settle(seconds: float = 0.3) -> None:
    """Lets the program work for a moment."""
    QTest.qWait(round(seconds * 1000))


def until(check: Callable[[], T], what: str, seconds: float = 15.0) -> T:
    """What `check` gives as soon as that is true. NotSo, naming `what`, when it was not in time.

    Time is counted in turns this program got: on a busy machine it and its hosts are late together.
    """
    begun, turns = time.monotonic(), 0
    while not (found := check()):
        gone = time.monotonic() - begun
        if turns * TURN > seconds or gone > seconds * PATIENCE:
            raise NotSo(f"{what}: not within {seconds:g} s ({gone:.0f} s by the clock)")
        QTest.qWait(round(TURN * 1000))
        turns += 1
    return found


def must(value: T | None, what: str) -> T:
    """`value`, or NotSo naming `what` where it is missing."""
    if value is None or value is False:
        raise NotSo(what)
    return value
