"""The history file: what was measured, as blobs in SQLite. Needs numpy: imported when first used.

Figures are first written shelf by shelf (some VMs of one host, or some hosts) as time goes: half a minute of five-second
values a row. When an hour has ended it is packed: minutes of each subject in one block, and the hour's own figures as one
more row a shelf. When a day has ended, its hours go into a block of each subject's week. What is asked for is put together
from whatever stage it is at.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from console.files.database import Database
from console.fleet.domains import VmKey
from console.fleet.history import HOST_MEASURES, KEPT, VM_MEASURES, Mark, Subject
from console.inventory.packing import GAP, Codes, coded, decoded, packed, reduced, shelf_bytes, shelf_of, unpacked

LAYOUT = 1
SCHEMA = (
    "CREATE TABLE book (birth TEXT NOT NULL)",
    "CREATE TABLE subject (id INTEGER PRIMARY KEY, host TEXT NOT NULL, uuid TEXT NOT NULL, name TEXT NOT NULL,"
    " shelf INTEGER NOT NULL, replayed INTEGER NOT NULL, first REAL NOT NULL, seen REAL NOT NULL, busy REAL NOT NULL,"
    " UNIQUE (host, uuid))",
    "CREATE TABLE seconds (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",  # chunk, shelf
    "CREATE TABLE minutes (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",  # hour, subject
    "CREATE TABLE hours (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",  # hour, shelf
    "CREATE TABLE weeks (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",  # week, subject
    "CREATE TABLE packed (hour INTEGER PRIMARY KEY)",
    "CREATE TABLE mark (at REAL NOT NULL, kind TEXT NOT NULL, host TEXT NOT NULL, uuid TEXT NOT NULL, text TEXT NOT NULL)",
    "CREATE INDEX mark_at ON mark (at)",
)

CHUNK = 30  # seconds of a row of `seconds`
SLOTS_A_CHUNK = 6
CHUNKS_AN_HOUR = 3600 // CHUNK
SHELF = 32  # subjects of a shelf at most
HOUR, DAY, WEEK = 3600, 86400, 7 * 86400
LOW_BITS = 24  # bits of an id that say which subject or shelf


@dataclass(slots=True)
class Entry:
    """A subject as the book knows it. first, seen: epoch of its first and newest figure; busy: when it was last busy."""

    id: int
    key: Subject
    name: str
    shelf: int
    replayed: bool
    first: float
    seen: float
    busy: float

    @property
    def width(self) -> int:
        return width_of(self.key)


def width_of(key: Subject) -> int:
    """How many measures a subject has."""
    return len(HOST_MEASURES) if isinstance(key, str) else len(VM_MEASURES)


@dataclass(frozen=True, slots=True)
class Page:
    """What of one chunk is to be written: subjects of one width, and their codes as subject × measure × slot."""

    chunk: int
    keys: Sequence[Subject]
    codes: Codes


@dataclass(frozen=True, slots=True)
class About:
    """What a recorder knows of a subject beside its figures."""

    name: str = ""
    replayed: bool = False
    busy: float = 0.0


@dataclass(slots=True)
class Known:
    """The subjects of one file; `birth` tells it from one that was made anew in its place."""

    birth: str = ""
    entries: dict[Subject, Entry] = field(default_factory=dict)
    by_id: dict[int, Entry] = field(default_factory=dict)

    def add(self, entry: Entry) -> Entry:
        self.entries[entry.key] = entry
        self.by_id[entry.id] = entry
        return entry


class Book:
    """The history file. Every method blocks on the disk and raises Failed where that fails; any thread may call them."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path, SCHEMA, LAYOUT)
        self._known = Known()

    # subjects

    def subjects(self) -> Mapping[Subject, Entry]:
        """All subjects of the file, as they are now."""
        return self.database.read(lambda db: self.current(db)).entries

    def known(self) -> Mapping[Subject, Entry]:
        """The same as they were last read, without the disk."""
        return self._known.entries

    def current(self, db: sqlite3.Connection) -> Known:
        """The subjects of this file, read anew where it is another one or another console wrote it."""
        row = db.execute("SELECT birth, (SELECT max(id) FROM subject) FROM book").fetchone()
        birth, most = row if row is not None else ("", None)
        known = self._known
        if not birth or known.birth != birth or (most or 0) != max(known.by_id, default=0):
            known = Known(birth)
            for number, host, vm, name, *rest in db.execute(
                "SELECT id, host, uuid, name, shelf, replayed, first, seen, busy FROM subject"
            ):
                known.add(Entry(number, VmKey(host, vm) if vm else host, name, *rest))
            self._known = known
        return known

    def _enter(
        self, db: sqlite3.Connection, keys: Iterable[Subject], at: float, about: Mapping[Subject, About]
    ) -> Known:
        """Gives those of `keys` a number that have none yet; a VM goes to a shelf of its host."""
        known = self.current(db)
        if not known.birth:
            known.birth = uuid.uuid4().hex
            db.execute("INSERT INTO book VALUES (?)", (known.birth,))
        new = [key for key in keys if key not in known.entries]
        if not new:
            return known
        used: dict[tuple[str, int], int] = {}
        newest: dict[str, int] = {}
        for entry in known.entries.values():
            place = _place(entry.key)
            used[place, entry.shelf] = used.get((place, entry.shelf), 0) + 1
            newest[place] = max(newest.get(place, 0), entry.shelf)
        number = max(known.by_id, default=0)
        shelf = max(newest.values(), default=0)
        added = Known(known.birth, dict(known.entries), dict(known.by_id))
        for key in new:
            place = _place(key)
            if place not in newest or used[place, newest[place]] >= SHELF:
                shelf += 1
                newest[place] = shelf
            used[place, newest[place]] = used.get((place, newest[place]), 0) + 1
            number += 1
            told = about.get(key, About())
            entry = added.add(Entry(number, key, told.name, newest[place], told.replayed, at, at, at))
            db.execute("INSERT INTO subject VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(entry))
        self._known = added
        return added

    # writing

    def write(self, pages: Sequence[Page], about: Mapping[Subject, About], merge: bool = False) -> None:
        """Writes chunks of five-second values. merge: what stands there already stays where these have gaps."""

        def work(db: sqlite3.Connection) -> None:
            for page in pages:
                at = page.chunk * CHUNK
                known = self._enter(db, page.keys, at, about)
                entries = [known.entries[key] for key in page.keys]
                shelves = np.array([entry.shelf for entry in entries])
                numbers = np.array([entry.id for entry in entries], np.uint32)
                order = np.argsort(shelves, kind="stable")
                bounds = np.flatnonzero(np.diff(shelves[order])) + 1
                rows = []
                for some in np.split(order, bounds):
                    row = page.chunk << LOW_BITS | int(shelves[some[0]])
                    mine, codes = numbers[some], page.codes[some]
                    if merge and (there := db.execute("SELECT data FROM seconds WHERE id = ?", (row,)).fetchone()):
                        mine, codes = _merged(mine, codes, *shelf_of(there[0]))
                    rows.append((row, shelf_bytes(mine, codes)))
                db.executemany("INSERT OR REPLACE INTO seconds VALUES (?, ?)", rows)
                db.execute("DELETE FROM packed WHERE hour = ?", (at // HOUR,))

        self.database.write(work)

    def update(self, about: Mapping[Subject, About], seen: float) -> None:
        """Writes down the names of subjects, and when they were last seen and busy."""

        def work(db: sqlite3.Connection) -> None:
            known = self.current(db)
            for key, told in about.items():
                if (entry := known.entries.get(key)) is not None:
                    entry.name, entry.seen, entry.busy = told.name or entry.name, seen, max(told.busy, entry.busy)
                    entry.replayed = told.replayed
            rows = [
                (entry.name, entry.seen, entry.busy, entry.replayed, entry.id)
                for key in about
                if (entry := known.entries.get(key)) is not None
            ]
            db.executemany("UPDATE subject SET name = ?, seen = ?, busy = ?, replayed = ? WHERE id = ?", rows)

        self.database.write(work)

    def mark(self, marks: Sequence[Mark]) -> None:
        rows = [(mark.at, mark.kind.value, mark.key.host, mark.key.uuid, mark.text) for mark in marks]
        self.database.write(lambda db: db.executemany("INSERT INTO mark VALUES (?, ?, ?, ?, ?)", rows))

    # packing

    def pack(self, now: float, go_on: Callable[[], bool] = lambda: True) -> None:
        """Packs the hours and days that have ended. go_on: asked between pieces of some milliseconds."""
        for hour in self.database.read(lambda db: hours_to_pack(db, int(now) // HOUR)):
            for shelf in self.database.read(lambda db, hour=hour: _shelves(db, hour)):  # type: ignore[misc]
                self.database.write(lambda db, hour=hour, shelf=shelf: self._pack_hour(db, hour, shelf))  # type: ignore[misc]
                if not go_on():
                    return
            self.database.write(lambda db, hour=hour: db.execute("INSERT OR IGNORE INTO packed VALUES (?)", (hour,)))  # type: ignore[misc]
        today = int(now) // DAY
        for day, shelf in self.database.read(lambda db: _days_to_pack(db, today)):
            self.database.write(lambda db, day=day, shelf=shelf: _pack_day(db, day, shelf, self.current(db)))  # type: ignore[misc]
            if not go_on():
                return

    def _pack_hour(self, db: sqlite3.Connection, hour: int, shelf: int) -> None:
        """One shelf's hour: blocks of minutes, merged with what is there, and the hour's row."""
        known = self.current(db)
        fine = seconds_of(db, [shelf], hour * CHUNKS_AN_HOUR, CHUNKS_AN_HOUR)
        numbers = [number for number in fine if number in known.by_id]
        if not numbers:
            return
        values = decoded(np.stack([fine[number] for number in numbers]))
        minutes = [coded(part) for part in reduced(values, values, values, 12)]
        there = _blocks(db, "minutes", [hour << LOW_BITS | number for number in numbers])
        rows = []
        for index, number in enumerate(numbers):
            low, mean, high = (part[index] for part in minutes)
            if (old := there.get(number)) is not None:
                before = unpacked(old, mean.shape[0])
                for part, was in zip((low, mean, high), before, strict=True):
                    part[:] = np.where(part == GAP, was, part)
            rows.append((hour << LOW_BITS | number, packed(low, mean, high)))
        db.executemany("INSERT OR REPLACE INTO minutes VALUES (?, ?)", rows)
        hours = reduced(values, values, values, CHUNKS_AN_HOUR * SLOTS_A_CHUNK)
        if again := [index for index, number in enumerate(numbers) if number in there]:
            low, mean, high = (decoded(part[again]) for part in minutes)
            for whole, part in zip(hours, reduced(low, mean, high, 60), strict=True):
                whole[again] = part
        low, mean, high = (coded(part) for part in hours)
        codes = np.concatenate((low, mean, high), axis=-1)
        data = shelf_bytes(np.array(numbers, np.uint32), codes)
        db.execute("INSERT OR REPLACE INTO hours VALUES (?, ?)", (hour << LOW_BITS | shelf, data))

    def prune(self, now: float) -> None:
        """Drops what is older than it is kept, and what stands in a future that will not be soon."""
        seconds, minutes, hours = KEPT
        limits = (
            (
                "DELETE FROM seconds WHERE id < ? OR id >= ?",
                int(now - seconds - 2 * CHUNK) // CHUNK,
                int(now + DAY) // CHUNK,
            ),
            ("DELETE FROM minutes WHERE id < ? OR id >= ?", int(now - minutes) // HOUR, int(now + DAY) // HOUR),
            ("DELETE FROM hours WHERE id < ? OR id >= ?", int(now - hours) // HOUR, int(now + DAY) // HOUR),
            ("DELETE FROM weeks WHERE id < ? OR id >= ?", int(now - hours) // WEEK, int(now + WEEK) // WEEK + 1),
        )

        def work(db: sqlite3.Connection) -> None:
            for statement, least, most in limits:
                db.execute(statement, (least << LOW_BITS, most << LOW_BITS))
            db.execute(
                "DELETE FROM packed WHERE hour < ? OR hour > ?", (int(now - DAY) // HOUR, int(now + DAY) // HOUR)
            )
            db.execute("DELETE FROM mark WHERE at < ? OR at > ?", (now - hours, now + DAY))
            if db.execute("DELETE FROM subject WHERE seen < ?", (now - hours,)).rowcount:
                self._known = Known()

        self.database.write(work)


def _place(key: Subject) -> str:
    """Whose shelf a subject stands on: its host's, or that of all hosts."""
    return "" if isinstance(key, str) else key.host


def _row(entry: Entry) -> tuple[object, ...]:
    host, vm = (entry.key, "") if isinstance(entry.key, str) else entry.key
    return (entry.id, host, vm, entry.name, entry.shelf, entry.replayed, entry.first, entry.seen, entry.busy)


def _merged(
    mine: NDArray[np.uint32], codes: Codes, numbers: NDArray[np.uint32], old: Codes
) -> tuple[NDArray[np.uint32], Codes]:
    if old.shape[1:] != codes.shape[1:]:
        return mine, codes
    both = {int(number): values for number, values in zip(numbers, old, strict=True)}
    for number, values in zip(mine, codes, strict=True):
        was = both.get(int(number))
        both[int(number)] = values if was is None else np.where(values == GAP, was, values).astype(np.uint16)
    return np.array(list(both), np.uint32), np.stack(list(both.values()))


def hours_to_pack(db: sqlite3.Connection, this: int) -> list[int]:
    done = {hour for (hour,) in db.execute("SELECT hour FROM packed")}
    found, at = [], 0
    while (row := db.execute("SELECT min(id) FROM seconds WHERE id >= ?", (at,)).fetchone()) and row[0] is not None:
        hour = (row[0] >> LOW_BITS) // CHUNKS_AN_HOUR
        if hour >= this:
            break
        if hour not in done:
            found.append(hour)
        at = (hour + 1) * CHUNKS_AN_HOUR << LOW_BITS
    return found


def _shelves(db: sqlite3.Connection, hour: int) -> list[int]:
    first = hour * CHUNKS_AN_HOUR
    rows = db.execute(
        "SELECT DISTINCT id & ? FROM seconds WHERE id >= ? AND id < ?",
        ((1 << LOW_BITS) - 1, first << LOW_BITS, first + CHUNKS_AN_HOUR << LOW_BITS),
    )
    return [shelf for (shelf,) in rows]


def _days_to_pack(db: sqlite3.Connection, today: int) -> list[tuple[int, int]]:
    rows = db.execute("SELECT id FROM hours WHERE id < ?", (today * 24 << LOW_BITS,))
    return sorted({((number >> LOW_BITS) // 24, number & ((1 << LOW_BITS) - 1)) for (number,) in rows})


def _pack_day(db: sqlite3.Connection, day: int, shelf: int, known: Known) -> None:
    """One shelf's day: its hours into the block of each subject's week."""
    week, first = divmod(day * 24, WEEK // HOUR)
    rows = [day * 24 + hour << LOW_BITS | shelf for hour in range(24)]
    days: dict[int, Codes] = {}
    for row, data in some_rows(db, "hours", rows):
        hour = (row >> LOW_BITS) - day * 24
        for number, codes in zip(*shelf_of(data), strict=True):
            into = days.setdefault(int(number), np.full((3, codes.shape[0], 24), GAP, np.uint16))
            into[:, :, hour] = codes.T
    there = _blocks(db, "weeks", [week << LOW_BITS | number for number in days])
    written = []
    for number, codes in days.items():
        if number not in known.by_id:
            continue
        width = codes.shape[1]
        whole = np.full((3, width, WEEK // HOUR), GAP, np.uint16)
        if number in there:
            whole[:] = unpacked(there[number], width)
        part = whole[:, :, first : first + 24]
        part[:] = np.where(codes == GAP, part, codes)
        written.append((week << LOW_BITS | number, packed(*whole)))
    db.executemany("INSERT OR REPLACE INTO weeks VALUES (?, ?)", written)
    db.executemany("DELETE FROM hours WHERE id = ?", [(row,) for row in rows])


_SOME = {
    "seconds": "SELECT id, data FROM seconds WHERE id IN (SELECT value FROM json_each(?))",
    "minutes": "SELECT id, data FROM minutes WHERE id IN (SELECT value FROM json_each(?))",
    "hours": "SELECT id, data FROM hours WHERE id IN (SELECT value FROM json_each(?))",
    "weeks": "SELECT id, data FROM weeks WHERE id IN (SELECT value FROM json_each(?))",
}


def some_rows(db: sqlite3.Connection, table: str, rows: Sequence[int]) -> list[tuple[int, bytes]]:
    """Those of `rows` that are there."""
    return db.execute(_SOME[table], (str(list(rows)),)).fetchall()


def _blocks(db: sqlite3.Connection, table: str, rows: Sequence[int]) -> dict[int, bytes]:
    """Blocks by subject; all rows are of one time."""
    return {row & ((1 << LOW_BITS) - 1): data for row, data in some_rows(db, table, rows)}


def seconds_of(db: sqlite3.Connection, shelves: Sequence[int], first: int, count: int) -> dict[int, Codes]:
    """Five-second values of all on these shelves over `count` chunks: by number, measure × slot."""
    found: dict[int, Codes] = {}
    rows = [first + chunk << LOW_BITS | shelf for chunk in range(count) for shelf in shelves]
    for row, data in some_rows(db, "seconds", rows):
        at = ((row >> LOW_BITS) - first) * SLOTS_A_CHUNK
        for number, codes in zip(*shelf_of(data), strict=True):
            into = found.get(int(number))
            if into is None:
                into = found[int(number)] = np.full((codes.shape[0], count * SLOTS_A_CHUNK), GAP, np.uint16)
            into[:, at : at + SLOTS_A_CHUNK] = codes
    return found
