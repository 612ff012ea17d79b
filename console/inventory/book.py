"""The history file: what was measured, as blobs in SQLite. Needs numpy: imported when first used.

What is in which table, and how it goes from one to the next, is in `stages`.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from console.files.database import Database
from console.fleet.domains import VmKey
from console.fleet.history import HOST_MEASURES, KEPT, VM_MEASURES, Mark, Subject
from console.inventory import stages
from console.inventory.packing import Codes, shelf_bytes, shelf_of
from console.inventory.stages import CHUNK, DAY, HOUR, LOW_BITS, QUARTER, RUN, WEEK

LAYOUT = 2
SCHEMA = (
    "CREATE TABLE book (birth TEXT NOT NULL)",
    "CREATE TABLE subject (id INTEGER PRIMARY KEY, host TEXT NOT NULL, uuid TEXT NOT NULL, name TEXT NOT NULL,"
    " shelf INTEGER NOT NULL, replayed INTEGER NOT NULL, first REAL NOT NULL, seen REAL NOT NULL, busy REAL NOT NULL,"
    " UNIQUE (host, uuid))",
    "CREATE TABLE seconds (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",  # chunk, shelf
    "CREATE TABLE runs (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",  # ten minutes, shelf
    "CREATE TABLE minutes (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",  # quarter of a day, subject
    "CREATE TABLE hours (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",  # hour, shelf
    "CREATE TABLE weeks (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",  # week, subject
    "CREATE TABLE packed (hour INTEGER PRIMARY KEY)",
    "CREATE TABLE mark (at REAL NOT NULL, kind TEXT NOT NULL, host TEXT NOT NULL, uuid TEXT NOT NULL, text TEXT NOT NULL)",
    "CREATE INDEX mark_at ON mark (at)",
)

SHELF = 32  # subjects of a shelf at most
PAGE = 16384  # bytes: what one plot needs stands together


class Entry(msgspec.Struct):
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


class Page(msgspec.Struct, frozen=True):
    """What of one chunk is to be written: subjects of one width, and their codes as subject × measure × slot."""

    chunk: int
    keys: Sequence[Subject]
    codes: Codes


class About(msgspec.Struct, frozen=True):
    """What a recorder knows of a subject beside its figures."""

    name: str = ""
    replayed: bool = False
    busy: float = 0.0


class Known(msgspec.Struct):
    """The subjects of one file; `birth` tells it from one that was made anew in its place."""

    birth: str = ""
    entries: dict[Subject, Entry] = msgspec.field(default_factory=dict)
    by_id: dict[int, Entry] = msgspec.field(default_factory=dict)

    def add(self, entry: Entry) -> Entry:
        self.entries[entry.key] = entry
        self.by_id[entry.id] = entry
        return entry


class Book:
    """The history file. Every method blocks on the disk and raises Failed where that fails; any thread may call them."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path, SCHEMA, LAYOUT, page=PAGE)
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
                        mine, codes = stages.merged(mine, codes, *shelf_of(there[0]))
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

    def join(self, now: float, go_on: Callable[[], bool] = lambda: True) -> None:
        """Joins the rows of ten minutes that have ended. go_on: asked between pieces of some milliseconds."""
        for run, shelf in self.database.read(lambda db: stages.runs_to_join(db, int(now) // RUN)):
            self.database.write(partial(stages.join, run=run, shelf=shelf))
            if not go_on():
                return

    def pack(self, now: float, go_on: Callable[[], bool] = lambda: True) -> None:
        """Packs the hours and days that have ended. go_on: as in `join`."""
        for hour in self.database.read(lambda db: stages.hours_to_pack(db, int(now) // HOUR)):
            for shelf in self.database.read(partial(stages.shelves_of, hour=hour)):
                self.database.write(lambda db, h=hour, s=shelf: stages.pack_hour(db, h, s, self.current(db).by_id))  # type: ignore[misc]
                if not go_on():
                    return
            self.database.write(partial(stages.hour_packed, hour=hour))
        for day, shelf in self.database.read(lambda db: stages.days_to_pack(db, int(now) // DAY)):
            self.database.write(lambda db, d=day, s=shelf: stages.pack_day(db, d, s, self.current(db).by_id))  # type: ignore[misc]
            if not go_on():
                return

    def prune(self, now: float) -> None:
        """Drops what is older than it is kept, and what stands in a future that will not be soon."""
        seconds, minutes, hours = KEPT
        limits = (
            (
                "DELETE FROM seconds WHERE id < ? OR id >= ?",
                int(now - seconds - 2 * CHUNK) // CHUNK,
                int(now + DAY) // CHUNK,
            ),
            ("DELETE FROM runs WHERE id < ? OR id >= ?", int(now - seconds - 2 * CHUNK) // RUN, int(now + DAY) // RUN),
            (
                "DELETE FROM minutes WHERE id < ? OR id >= ?",
                int(now - minutes) // QUARTER,
                int(now + DAY) // QUARTER + 1,
            ),
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
