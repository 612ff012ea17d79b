"""Bins as series and as rows of top lists; with a history they are in test_stats.py."""

from __future__ import annotations

import numpy as np
import pytest

from console.fleet.history import Measure
from console.inventory.reading import Bins
from console.services.bins import Table, added_up, known, scaled, series
from console.services.stats import Span


def bins(*values: float, rows: int = 1) -> Bins:
    mean = np.tile(np.array(values), (rows, 1))
    return mean / 2, mean, mean * 2


NAN = float("nan")


def test_bins_of_bins_keep_least_and_most() -> None:
    made = series([Measure.CPU], Span(1, 2, 500, 2), bins(1, 3, NAN, NAN), replayed=True)[Measure.CPU]
    assert made.step == 120.0
    assert made.times.tolist() == [60_000.0, 60_120.0]
    assert (made.low[0], made.mean[0], made.high[0]) == (0.5, 2.0, 6.0)
    assert np.isnan(made.mean[1])
    assert made.replayed
    assert known(made)
    assert scaled(made, 4.0).high[0] == 24.0


def test_sums_have_a_gap_only_where_all_have_one() -> None:
    one = bins(1.0, NAN, 2.0, rows=2)
    one[1][1, 2] = NAN
    mean, high = added_up((Measure.DISK_READ, Measure.DISK_WRITE), one, 8.0)
    assert mean.tolist() == pytest.approx([2.0, NAN, 2.0], nan_ok=True)
    assert high.tolist() == pytest.approx([4.0, NAN, 8.0], nan_ok=True)
    assert added_up((Measure.CPU,), bins(1.0, NAN, 2.0), 8.0)[0].tolist() == pytest.approx(
        [8.0, NAN, 16.0], nan_ok=True
    )


def test_rows_by_what_was_taken_and_levels_by_their_mean() -> None:
    long, short = (np.array([1.0, 1.0, 1.0]),) * 2, (np.array([2.0, NAN, NAN]),) * 2
    took = Table(Span(0, 1, 0, 3), cpu=True, levels=False)
    level = Table(Span(0, 1, 0, 3), cpu=False, levels=True)
    for table in (took, level):
        table.add("long", long)
        table.add("short", short)
        table.add("nothing", (np.full(3, NAN),) * 2)
    assert [(row.label, row.total) for row in took.rows(str.upper)] == [("LONG", 15.0), ("SHORT", 10.0)]  # type: ignore[arg-type]
    assert [(row.label, row.total, row.share) for row in level.rows(str)] == [
        ("short", 0.0, 2 / 3),
        ("long", 0.0, 1 / 3),
    ]


def test_the_most_of_a_group_is_that_of_its_sum() -> None:
    table = Table(Span(0, 1, 0, 2), cpu=True, levels=False)
    table.add("tag", (np.array([1.0, 0.0]), np.array([9.0, 0.0])))
    table.add("tag", (np.array([0.0, 2.0]), np.array([0.0, 9.0])))
    (row,) = table.rows(str)
    assert (row.high, row.vms, row.known) == (2.0, 2, 1.0)
    assert Table(Span(0, 1, 0, 2), cpu=True, levels=False).rows(str) == []
