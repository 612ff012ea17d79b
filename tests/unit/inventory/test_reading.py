"""Reading over the stages of the history file; what is packed and what is not is in test_book.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from console.fleet.domains import VmKey
from console.fleet.history import VM_MEASURES, Measure, Subject
from console.inventory.book import Book, Page
from console.inventory.packing import coded
from console.inventory.reading import in_memory, read
from console.inventory.stages import CHUNK, HOUR

T = 1_800_000_000 // HOUR * HOUR
A, B = VmKey("a", "1"), VmKey("a", "2")


class Newest:
    """The newest slot of B alone is in memory."""

    oldest = newest = T // 5

    def of(self, key: Subject, first: int, count: int) -> np.ndarray | None:  # type: ignore[type-arg]
        if key != B:
            return None
        return np.tile(np.where(np.arange(first, first + count) == self.newest, 7.0, np.nan), (len(VM_MEASURES), 1))


def test_several_are_read_at_once_each_from_where_it_is(tmp_path: Path) -> None:
    book = Book(tmp_path / "history.sqlite")
    codes = coded(np.full((1, len(VM_MEASURES), 6), 3.0))
    book.write([Page((T - CHUNK) // CHUNK, [A], codes)], {})
    for tier, step in enumerate((5, 60, HOUR)):
        found = read(book, [A, B, VmKey("no", "no")], tier, T // step - 1, 2, Newest())
        assert found[A][1][0].tolist() == pytest.approx([3, np.nan], rel=1e-3, nan_ok=True)
        assert found[B][1][0].tolist() == pytest.approx([np.nan, 7], rel=1e-3, nan_ok=True)
        assert np.isnan(found[VmKey("no", "no")][1]).all()
    assert in_memory([A, B], T // 5, 1, Newest())[B][2][0].tolist() == [7.0]


def test_without_a_file_there_is_what_is_in_memory() -> None:
    for tier, step in enumerate((5, 60, HOUR)):
        found = read(None, [A, B], tier, T // step - 8000, 8002, Newest())
        assert np.isnan(found[A][1]).all()
        assert int(np.isfinite(found[B][1][0]).sum()) == 1
        assert found[B][1][0, 8000] == 7.0


def test_only_what_is_wanted_in_that_order(tmp_path: Path) -> None:
    book = Book(tmp_path / "history.sqlite")
    values = np.arange(len(VM_MEASURES), dtype=float)[None, :, None].repeat(6, 2)
    start = T - 3 * HOUR
    book.write([Page(start // CHUNK, [A], coded(values))], {})
    wanted = [Measure.NET_OUT, Measure.PRESSURE_IO, Measure.DISK_READ]
    for packed in (False, True):
        for tier, step in enumerate((5, 60, HOUR)):
            bins = read(book, [A], tier, start // step, 1, Newest(), wanted)[A]
            expected = [VM_MEASURES.index(Measure.NET_OUT), np.nan, VM_MEASURES.index(Measure.DISK_READ)]
            for part in bins:
                assert part[:, 0].tolist() == pytest.approx(expected, rel=1e-3, nan_ok=True)
        book.join(T)
        book.pack(T if not packed else T + 2 * 86400)
