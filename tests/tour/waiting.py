"""Letting the program work, and waiting until something has come about."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtTest import QTest

T = TypeVar("T")


class NotSo(Exception):
    """A step did not come about."""


def settle(seconds: float = 0.3) -> None:
    """Lets the program work for a moment."""
    QTest.qWait(round(seconds * 1000))


def until(check: Callable[[], T], what: str, seconds: float = 15.0) -> T:
    """What `check` gives as soon as that is true. NotSo, naming `what`, when it was not in time."""
    end = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > end:
            raise NotSo(f"{what}: not within {seconds:g} s")
        QTest.qWait(20)
    return found


def must(value: T | None, what: str) -> T:
    """`value`, or NotSo naming `what` where it is missing."""
    if value is None or value is False:
        raise NotSo(what)
    return value
