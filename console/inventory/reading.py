"""What the history file and the newest figures in memory say together, bin by bin. Needs numpy: imported when first used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from console.fleet.domains import VmKey
from console.fleet.history import HOST_MEASURES, STEPS, VM_MEASURES, Mark, MarkKind, Measure, Subject
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
    book: Book | None,
    keys: Sequence[Subject],
    tier: int,
    first: int,
    count: int,
    newest: Newest,
    measures: Sequence[Measure] | None = None,
) -> dict[Subject, Bins]:
    """`count` bins of STEPS[tier] seconds from bin `first` (counted from the epoch) of each of `keys`. Errors: Failed.

    measures: only these, in this order, gaps where a subject has none; None = all that it has.

    book: None where there is no file; then there is what is in memory.
    """

    def work(db: sqlite3.Connection | None) -> dict[Subject, Bins]:
        entries = book.current(db).entries if book is not None and db is not None else {}
        known = [entry for key in keys if (entry := entries.get(key)) is not None]
        found = _Found(keys, count, measures)
        if tier == 0:
            found.put_fine(_fine(db, known, found, first, count, newest), 0)
            return found.bins
        per = SLOTS_AN_HOUR * int(STEPS[0]) // int(STEPS[tier])  # bins of an hour
        start, end = first // per, -(-(first + count) // per)
        if db is not None and tier == 1:
            _minutes(db, known, found, first, start, end)
        elif db is not None:
            _hours(db, known, found, first, end)
        # hours that are not packed yet, and those of which the newest is in memory only
        for hour in _open_hours(db, start, end, newest):
            fine = _fine(db, known, found, hour * SLOTS_AN_HOUR, SLOTS_AN_HOUR, newest)
            found.put_fine(fine, hour * per - first, SLOTS_AN_HOUR // per)
        return found.bins

    return book.database.read(work) if book is not None else work(None)


def in_memory(
    keys: Sequence[Subject], first: int, count: int, newest: Newest, measures: Sequence[Measure] | None = None
) -> dict[Subject, Bins]:
    """The same of five-second bins that are all in memory: no disk is touched."""
    found = _Found(keys, count, measures)
    found.put_fine(_fine(None, (), found, first, count, newest), 0)
    return found.bins


class _Found:
    """Bins of each subject, filled in piece by piece; what is put later counts where it is no gap."""

    def __init__(self, keys: Sequence[Subject], count: int, measures: Sequence[Measure] | None) -> None:
        self._count = count
        self.bins: dict[Subject, Bins] = {}
        wanted = None if measures is None else [HOST_MEASURES.index(measure) for measure in measures]
        self._rows: dict[int, Sequence[int]] = {}  # by width: where in the bins what a subject has of the wanted stands
        self._places: dict[int, Sequence[int]] = {}  # and where it has it
        for width in (len(VM_MEASURES), len(HOST_MEASURES)):
            asked = list(range(width)) if wanted is None else wanted
            self._rows[width] = [row for row, place in enumerate(asked) if place < width]
            self._places[width] = [place for place in asked if place < width]
        for key in keys:
            low = np.full((width_of(key) if wanted is None else len(wanted), count), np.nan)
            self.bins[key] = (low, low.copy(), low.copy())

    def places(self, key: Subject) -> Sequence[int]:
        """The measures of a subject that are wanted; all that is put is of these, in this order."""
        return self._places[width_of(key)]

    def put(self, key: Subject, at: int, parts: Bins) -> None:
        """`parts` from bin `at` on, which may lie before the first or reach beyond the last."""
        begin, end = max(at, 0), min(at + parts[0].shape[-1], self._count)
        if begin >= end:
            return
        rows = self._rows[width_of(key)]
        for mine, part in zip(self.bins[key], parts, strict=True):
            new = part[:, begin - at : end - at]
            mine[rows, begin:end] = np.where(np.isnan(new), mine[rows, begin:end], new)

    def put_codes(self, key: Subject, at: int, parts: tuple[Codes, Codes, Codes]) -> None:
        self.put(key, at, (decoded(parts[0]), decoded(parts[1]), decoded(parts[2])))

    def put_fine(self, fine: dict[Subject, Floats], at: int, by: int = 1) -> None:
        """Five-second values, `by` of them a bin."""
        for key, values in fine.items():
            self.put(key, at, reduced(values, values, values, by) if by > 1 else (values, values, values))


def _fine(
    db: sqlite3.Connection | None, known: Sequence[Entry], wanted: _Found, first: int, count: int, newest: Newest
) -> dict[Subject, Floats]:
    """Five-second values of what is wanted: of the file, then of memory."""
    found: dict[Subject, Floats] = {}
    chunk, before = divmod(first, SLOTS_A_CHUNK)
    chunks = -(-(before + count) // SLOTS_A_CHUNK)
    by_id = {}
    if db is not None and known:
        places = {entry.id: wanted.places(entry.key) for entry in known}
        by_id = seconds_of(db, sorted({entry.shelf for entry in known}), chunk, chunks, places)
    for entry in known:
        if (codes := by_id.get(entry.id)) is not None:
            found[entry.key] = decoded(codes[:, before : before + count])
    for key in wanted.bins:
        held = newest.of(key, first, count)
        if held is None:
            continue
        held = held[wanted.places(key)]
        was = found.get(key)
        found[key] = held.astype(np.float64) if was is None else np.where(np.isnan(held), was, held)
    return found


def _minutes(db: sqlite3.Connection, known: Sequence[Entry], found: _Found, first: int, start: int, end: int) -> None:
    by_id = {entry.id: entry for entry in known}
    quarter = QUARTER // HOUR
    rows = [at << LOW_BITS | number for at in range(start // quarter, -(-end // quarter)) for number in by_id]
    for row, data in some_rows(db, "minutes", rows):
        entry = by_id[row & ((1 << LOW_BITS) - 1)]
        found.put_codes(
            entry.key, (row >> LOW_BITS) * (QUARTER // 60) - first, unpacked(data, entry.width, found.places(entry.key))
        )


def _hours(db: sqlite3.Connection, known: Sequence[Entry], found: _Found, first: int, end: int) -> None:
    by_id = {entry.id: entry for entry in known}
    week = WEEK // HOUR
    weeks = range(first // week, -(-end // week))
    for row, data in some_rows(db, "weeks", [number << LOW_BITS | mine for number in weeks for mine in by_id]):
        entry = by_id[row & ((1 << LOW_BITS) - 1)]
        found.put_codes(
            entry.key, (row >> LOW_BITS) * week - first, unpacked(data, entry.width, found.places(entry.key))
        )
    least, most = db.execute("SELECT min(id), max(id) FROM hours").fetchone()
    if least is None:
        return
    hours = range(max(first, least >> LOW_BITS), min(end, (most >> LOW_BITS) + 1))
    wanted = [hour << LOW_BITS | shelf for hour in hours for shelf in {entry.shelf for entry in known}]
    for row, data in some_rows(db, "hours", wanted):
        for number, codes in zip(*shelf_of(data), strict=True):
            if (mine := by_id.get(int(number))) is not None:
                low, mean, high = codes[found.places(mine.key)].T[:, :, None]
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
