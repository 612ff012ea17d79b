"""Where a plot's axes have their lines, and what stands beside them. Pure: no Qt, no numpy. Times in epoch seconds."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from console.words import graphs as words

DAY = 86400
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)  # below a day
_DAYS = (1, 2, 7)
_MONTHS = (1, 2, 3, 6, 12)
_TOPS = (1.0, 2.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_BINARY_TOPS = (1.0, 1.5, 2.0)


class Tick(msgspec.Struct, frozen=True):
    """A line of the time axis with its text."""

    at: float
    text: str


def time_ticks(start: float, end: float, most: int) -> list[Tick]:
    """At most `most` ticks (two at least are tried for) at round local times, through changes of the clock too."""
    if end <= start or most < 1:
        return []
    wanted = (end - start) / most
    step = next((step for step in _STEPS if step >= wanted), None)
    if step is not None:
        found = list(_clock_times(start, end, step))
    else:
        days = next((days for days in _DAYS if days * DAY >= wanted), None)
        if days is not None:
            found = list(_days(start, end, days))
        else:
            months = next((months for months in _MONTHS if months * 30.4 * DAY >= wanted), 12)
            found = list(_months(start, end, months))
    return [Tick(at, words.tick(at, step or 0)) for at in found]


def _offset(at: float) -> int:
    return time.localtime(at).tm_gmtoff


def _clock_times(start: float, end: float, step: int) -> Iterator[float]:
    """Times whose local clock is a whole multiple of `step` since midnight."""
    at = math.ceil((start + _offset(start)) / step) * step - _offset(start)
    while at <= end:
        moved = (at + _offset(at)) % step  # the clock was put on or back since
        if moved:
            at += step - moved
            if at > end:
                return
        yield float(at)
        at += step


def _days(start: float, end: float, step: int) -> Iterator[float]:
    day = datetime.fromtimestamp(start).replace(hour=0, minute=0, second=0, microsecond=0)
    if step == 7:
        day -= timedelta(days=day.weekday())
    elif step > 1:
        day -= timedelta(days=day.toordinal() % step)
    while (at := day.timestamp()) <= end:
        if at >= start:
            yield at
        day += timedelta(days=step)


def _months(start: float, end: float, step: int) -> Iterator[float]:
    now = datetime.fromtimestamp(start)
    number = (now.year * 12 + now.month - 1) // step * step
    while (at := datetime(number // 12, number % 12 + 1, 1).timestamp()) <= end:
        if at >= start:
            yield at
        number += step


def nice_top(most: float, least: float = 0.0, *, binary: bool = False) -> float:
    """The round number an axis ends at that shows `most`, and at least `least`. binary: 1, 1.5, 2, 3, 4, 6, 8…"""
    value = max(most, least)
    if not value > 0 or math.isinf(value):
        return 1.0
    base = 2.0 if binary else 10.0
    power = base ** math.floor(math.log(value, base) + 1e-9)
    tops = _BINARY_TOPS if binary else _TOPS
    return next((top * power for top in tops if top * power >= value * (1 - 1e-9)), base * power)


def value_text(value: float, top: float) -> str:
    """A number beside the axis, with as many decimals as its half step needs."""
    digits = 0 if top >= 4 or value == int(value) else 1 if top >= 0.4 else 2
    return words.number(value, digits)
