"""Bins of figures as series and as rows of top lists. Needs numpy: imported when first used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from console.fleet.history import Measure, Series, Subject, Top
from console.inventory.packing import reduced

if TYPE_CHECKING:
    from console.inventory.reading import Bins
    from console.services.stats import Span

Floats = NDArray[np.float64]


def series(measures: Iterable[Measure], span: Span, found: Bins, replayed: bool) -> dict[Measure, Series]:
    """A subject's bins, a row for each of `measures`, as series."""
    times = (np.arange(span.count, dtype=np.float64) + span.first) * span.length
    made = {}
    for measure, low, mean, high in zip(measures, *found, strict=True):
        if span.by > 1:
            low, mean, high = reduced(low, mean, high, span.by)
        made[measure] = Series(measure, span.length, times, low, mean, high, replayed)
    return made


def known(one: Series) -> bool:
    """There is any value in it."""
    return bool(np.any(~np.isnan(one.mean)))


def scaled(one: Series, factor: float) -> Series:
    return replace(one, low=one.low * factor, mean=one.mean * factor, high=one.high * factor)


def added_up(measures: Sequence[Measure], found: Bins, factor: float) -> tuple[Floats, Floats]:
    """Mean and most of the sum of several measures, bin by bin; CPU in whole CPUs. A gap in all of them is a gap."""
    means, highs = [], []
    for measure, _low, mean, high in zip(measures, *found, strict=True):
        by = factor if measure is Measure.CPU else 1.0
        means.append(mean * by)
        highs.append(high * by)
    return _sum(means), _sum(highs)


def _sum(parts: list[Floats]) -> Floats:
    stack = np.stack(parts)
    gaps = np.isnan(stack)
    found: Floats = np.where(gaps.all(axis=0), np.nan, np.where(gaps, 0.0, stack).sum(axis=0))
    return found


class Table:
    """A top list as it grows: each group's sum, bin by bin.

    levels: what is added up has no total over time; who has most on the mean stands first, else who took most in all.
    """

    def __init__(self, span: Span, cpu: bool, levels: bool) -> None:
        self._step = span.length / span.by
        self._levels = levels and not cpu
        self._means: dict[Subject, Floats] = {}
        self._highs: dict[Subject, Floats] = {}
        self._counts: dict[Subject, int] = {}

    def add(self, group: Subject, values: tuple[Floats, Floats]) -> None:
        """One more VM or host of a group; none of which nothing is known."""
        mean, high = values
        if np.isnan(mean).all():
            return
        count = self._counts.get(group, 0)
        self._counts[group] = count + 1
        if count:
            mean = _sum([self._means[group], mean])
            high = mean  # the most of a sum is not the sum of the most
        self._means[group], self._highs[group] = mean, high

    def rows(self, label: Callable[[Subject], str]) -> list[Top]:
        found = []
        for group, values in self._means.items():
            there = ~np.isnan(values)
            seconds = float(there.sum()) * self._step
            mean = float(values[there].mean())
            high = float(np.nanmax(self._highs[group]))
            total = 0.0 if self._levels else mean * seconds
            share = float(there.mean())
            found.append(Top(group, label(group), mean, high, total, 0.0, self._counts[group], share))
        weight = _mean if self._levels else _total
        everything = sum(weight(row) for row in found)
        found = [replace(row, share=weight(row) / everything if everything else 0.0) for row in found]
        return sorted(found, key=lambda row: (-weight(row), row.label))


def _mean(row: Top) -> float:
    return row.mean


def _total(row: Top) -> float:
    return row.total
