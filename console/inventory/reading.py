"""What the history file and the newest figures in memory say together, bin by bin. Needs numpy: imported when first used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from console.fleet.domains import VmKey
from console.fleet.history import STEPS, Mark, MarkKind, Subject
from console.inventory.book import Book, Entry, width_of
from console.inventory.packing import Codes, Floats, decoded, reduced, shelf_of, unpacked
from console.inventory.stages import (
    HOUR,
    LOW_BITS,
    QUARTER,
    SLOTS_A_CHUNK,
    SLOTS_AN_HOUR,
    WEEK,
    hours_to_pack,
    seconds_of,
    some_rows,
)

Bins = tuple[Floats, Floats, Floats]  # low, mean, high: each measure × bin


class Newest(Protocol):
    """What is in memory. oldest, newest: the slots between which something may be; newest < 0: nothing."""

    @property
    def oldest(self) -> int: ...

    @property
    def newest(self) -> int: ...

    def of(self, key: Subject, first: int, count: int) -> NDArray[Any] | None:
        """A subject's slots: measure × slot, NaN = not there; None = nothing of it."""


NO_END = 1 << 40  # later than any hour


def read(
    book: Book | None, keys: Sequence[Subject], tier: int, first: int, count: int, newest: Newest
) -> dict[Subject, Bins]:
    """`count` bins of STEPS[tier] seconds from bin `first` (counted from the epoch) of each of `keys`. Errors: Failed.

    book: None where there is no file; then there is what is in memory.
    """

    def work(db: sqlite3.Connection | None) -> dict[Subject, Bins]:
        entries = book.current(db).entries if book is not None and db is not None else {}
        known = [entry for key in keys if (entry := entries.get(key)) is not None]
        found = _Found(keys, count)
        if tier == 0:
            found.put_fine(_fine(db, known, keys, first, count, newest), 0)
            return found.bins
        per = SLOTS_AN_HOUR * int(STEPS[0]) // int(STEPS[tier])  # bins of an hour
        start, end = first // per, -(-(first + count) // per)
        if db is not None and tier == 1:
            _minutes(db, known, found, first, start, end)
        elif db is not None:
            _hours(db, known, found, first, end)
        # hours that are not packed yet, and those of which the newest is in memory only
        for hour in _open_hours(db, start, end, newest):
            fine = _fine(db, known, keys, hour * SLOTS_AN_HOUR, SLOTS_AN_HOUR, newest)
            found.put_fine(fine, hour * per - first, SLOTS_AN_HOUR // per)
        return found.bins

    return book.database.read(work) if book is not None else work(None)


def in_memory(keys: Sequence[Subject], first: int, count: int, newest: Newest) -> dict[Subject, Bins]:
    """The same of five-second bins that are all in memory: no disk is touched."""
    found = _Found(keys, count)
    found.put_fine({key: values for key in keys if (values := newest.of(key, first, count)) is not None}, 0)
    return found.bins


class _Found:
    """Bins of each subject, filled in piece by piece; what is put later counts where it is no gap."""

    def __init__(self, keys: Sequence[Subject], count: int) -> None:
        self._count = count
        self.bins: dict[Subject, Bins] = {}
        for key in keys:
            low = np.full((width_of(key), count), np.nan)
            self.bins[key] = (low, low.copy(), low.copy())

    def put(self, key: Subject, at: int, parts: Bins) -> None:
        """`parts` from bin `at` on, which may lie before the first or reach beyond the last."""
        begin, end = max(at, 0), min(at + parts[0].shape[-1], self._count)
        if begin >= end:
            return
        for mine, part in zip(self.bins[key], parts, strict=True):
            new = part[:, begin - at : end - at]
            np.copyto(mine[:, begin:end], new, where=~np.isnan(new))

    def put_codes(self, key: Subject, at: int, parts: tuple[Codes, Codes, Codes]) -> None:
        self.put(key, at, (decoded(parts[0]), decoded(parts[1]), decoded(parts[2])))

    def put_fine(self, fine: dict[Subject, Floats], at: int, by: int = 1) -> None:
        """Five-second values, `by` of them a bin."""
        for key, values in fine.items():
            self.put(key, at, reduced(values, values, values, by) if by > 1 else (values, values, values))


def _fine(
    db: sqlite3.Connection | None,
    known: Sequence[Entry],
    keys: Sequence[Subject],
    first: int,
    count: int,
    newest: Newest,
) -> dict[Subject, Floats]:
    """Five-second values: of the file, then of memory."""
    found: dict[Subject, Floats] = {}
    chunk, before = divmod(first, SLOTS_A_CHUNK)
    chunks = -(-(before + count) // SLOTS_A_CHUNK)
    by_id = seconds_of(db, sorted({entry.shelf for entry in known}), chunk, chunks) if db is not None else {}
    for entry in known:
        if (codes := by_id.get(entry.id)) is not None:
            found[entry.key] = decoded(codes[:, before : before + count])
    for key in keys:
        held = newest.of(key, first, count)
        if held is None:
            continue
        was = found.get(key)
        found[key] = held.astype(np.float64) if was is None else np.where(np.isnan(held), was, held)
    return found


def _minutes(db: sqlite3.Connection, known: Sequence[Entry], found: _Found, first: int, start: int, end: int) -> None:
    by_id = {entry.id: entry for entry in known}
    quarter = QUARTER // HOUR
    rows = [at << LOW_BITS | number for at in range(start // quarter, -(-end // quarter)) for number in by_id]
    for row, data in some_rows(db, "minutes", rows):
        entry = by_id[row & ((1 << LOW_BITS) - 1)]
        found.put_codes(entry.key, (row >> LOW_BITS) * (QUARTER // 60) - first, unpacked(data, entry.width))


def _hours(db: sqlite3.Connection, known: Sequence[Entry], found: _Found, first: int, end: int) -> None:
    by_id = {entry.id: entry for entry in known}
    week = WEEK // HOUR
    weeks = range(first // week, -(-end // week))
    for row, data in some_rows(db, "weeks", [number << LOW_BITS | mine for number in weeks for mine in by_id]):
        entry = by_id[row & ((1 << LOW_BITS) - 1)]
        found.put_codes(entry.key, (row >> LOW_BITS) * week - first, unpacked(data, entry.width))
    least, most = db.execute("SELECT min(id), max(id) FROM hours").fetchone()
    if least is None:
        return
    hours = range(max(first, least >> LOW_BITS), min(end, (most >> LOW_BITS) + 1))
    wanted = [hour << LOW_BITS | shelf for hour in hours for shelf in {entry.shelf for entry in known}]
    for row, data in some_rows(db, "hours", wanted):
        for number, codes in zip(*shelf_of(data), strict=True):
            if (mine := by_id.get(int(number))) is not None:
                low, mean, high = codes.T[:, :, None]
                found.put_codes(mine.key, (row >> LOW_BITS) - first, (low, mean, high))


def _open_hours(db: sqlite3.Connection | None, start: int, end: int, newest: Newest) -> list[int]:
    hours = set(hours_to_pack(db, NO_END)) if db is not None else set()
    if newest.newest >= 0:
        hours |= set(range(newest.oldest // SLOTS_AN_HOUR, newest.newest // SLOTS_AN_HOUR + 1))
    return sorted(hour for hour in hours if start <= hour < end)


def marks(book: Book, keys: Iterable[VmKey] | None, start: float, end: float) -> list[Mark]:
    """What happened to these VMs (None: to any), oldest first. Errors: Failed."""
    wanted = None if keys is None else set(keys)
    rows = book.database.read(
        lambda db: db.execute(
            "SELECT at, kind, host, uuid, text FROM mark WHERE at >= ? AND at <= ? ORDER BY at", (start, end)
        ).fetchall()
    )
    kinds = {kind.value: kind for kind in MarkKind}
    return [
        Mark(at, kinds[kind], VmKey(host, vm), text)
        for at, kind, host, vm, text in rows
        if kind in kinds and (wanted is None or (host, vm) in wanted)
    ]
