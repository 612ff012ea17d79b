"""Rows of ten minutes; the other stages are seen through the book, in test_book.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from console.fleet.domains import VmKey
from console.fleet.history import VM_MEASURES
from console.inventory.book import Book, Page
from console.inventory.packing import GAP, coded, decoded
from console.inventory.stages import CHUNK, HOUR, RUN, SLOTS_A_CHUNK, SLOTS_A_RUN, merged, runs_to_join, seconds_of

T = 1_800_000_000 // HOUR * HOUR
A, B = VmKey("a", "1"), VmKey("b", "1")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "history.sqlite")


def write(book: Book, at: int, *values: float, key: VmKey = A) -> None:
    codes = np.tile(coded(np.array([values])), (len(VM_MEASURES), 1))[None]
    book.write([Page(at // CHUNK, [key], codes)], {})


def cpu(book: Book, first: int, chunks: int, shelf: int = 1, number: int = 1) -> list[float]:
    found = book.database.read(lambda db: seconds_of(db, [shelf], first // CHUNK, chunks))
    return decoded(found[number])[0].tolist()


def rows(book: Book, table: str) -> int:
    return book.database.read(lambda db: int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]))


def test_ten_minutes_that_ended_become_one_row_that_says_the_same(book: Book) -> None:
    nan = float("nan")
    write(book, T, 1, 2, 3, 4, 5, 6)
    write(book, T + 5 * CHUNK, 7, 7, 7, nan, nan, 9)
    write(book, T + 60, 8, 8, 8, 8, 8, 8, key=B)
    write(book, T + RUN, 1, 1, 1, 1, 1, 1)
    before = cpu(book, T, 21)
    book.join(T + RUN)
    assert (rows(book, "runs"), rows(book, "seconds")) == (2, 1)
    assert cpu(book, T, 21) == pytest.approx(before, nan_ok=True)
    assert cpu(book, T + 5 * CHUNK, 1) == pytest.approx(before[30:36], nan_ok=True)
    assert cpu(book, T + 60, 1, 2, 2) == pytest.approx([8] * 6, rel=1e-3)
    assert cpu(book, T - CHUNK, 2)[SLOTS_A_CHUNK:] == pytest.approx(before[:6])


def test_what_is_told_again_of_joined_minutes_counts_and_is_joined_again(book: Book) -> None:
    write(book, T, 1, 1, 1, 1, 1, 1)
    book.join(T + RUN)
    nan = float("nan")
    write(book, T, nan, nan, 5, 5, nan, nan)
    write(book, T + 60, 2, 2, 2, 2, 2, 2)
    for _ in range(2):
        assert cpu(book, T, 1) == pytest.approx([1, 1, 5, 5, 1, 1], rel=1e-3)
        assert cpu(book, T + 60, 1) == pytest.approx([2] * 6, rel=1e-3)
        book.join(T + RUN)
    assert (rows(book, "runs"), rows(book, "seconds")) == (1, 0)


def test_joining_stops_when_told_and_goes_on_later(book: Book) -> None:
    write(book, T, *[1] * 6)
    write(book, T, *[1] * 6, key=B)
    book.join(T + RUN, lambda: False)
    assert rows(book, "runs") == 1
    assert book.database.read(lambda db: runs_to_join(db, T // RUN)) == []
    book.join(T + RUN)
    assert rows(book, "runs") == 2


def test_an_hour_is_packed_from_joined_rows(book: Book) -> None:
    for at in range(T, T + HOUR, CHUNK):
        write(book, at, *[3] * 6)
    book.join(T + HOUR)
    assert (rows(book, "runs"), rows(book, "seconds")) == (HOUR // RUN, 0)
    book.pack(T + HOUR)
    assert (rows(book, "minutes"), rows(book, "hours")) == (1, 1)
    book.prune(T + 3 * HOUR)
    assert (rows(book, "runs"), rows(book, "minutes")) == (0, 1)


def test_shelves_of_another_shape_are_not_mixed() -> None:
    numbers, codes = np.array([1], np.uint32), np.zeros((1, 2, 3), np.uint16)
    other = np.zeros((1, 2, 5), np.uint16)
    assert merged(numbers, codes, np.array([2], np.uint32), other)[0].tolist() == [1]
    both, mixed = merged(numbers, codes, np.array([2], np.uint32), np.full((1, 2, 3), GAP, np.uint16))
    assert sorted(both.tolist()) == [1, 2]
    assert mixed.shape == (2, 2, 3)
    assert SLOTS_A_RUN == RUN // CHUNK * SLOTS_A_CHUNK
