"""The history of jobs and the journal of those that change more than one place, in SQLite.

History is left with the store and written a moment later. A journal's step is on the disk before the step is taken, so that
a console that starts after a kill can say what was under way, how far it was and what it left where.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from console.files.database import Database, OnProblem
from console.files.writer import Writer
from console.fleet.domains import VmKey
from console.fleet.errors import Failed, Problem
from console.jobs.job import JobView, Value

LAYOUT = 1
SCHEMA = (
    "CREATE TABLE counter (next INTEGER NOT NULL)",
    "INSERT INTO counter VALUES (1)",
    "CREATE TABLE jobs (id INTEGER PRIMARY KEY, console TEXT NOT NULL, created REAL NOT NULL, view BLOB NOT NULL)",
    "CREATE INDEX jobs_created ON jobs (created)",
    "CREATE TABLE log (job INTEGER NOT NULL, stamp REAL NOT NULL, text TEXT NOT NULL)",
    "CREATE INDEX log_job ON log (job)",
    "CREATE TABLE journal (job INTEGER PRIMARY KEY, console TEXT NOT NULL, begun REAL NOT NULL, entry BLOB NOT NULL)",
)
DELAY = 0.3  # seconds that changes are gathered
BLOCK = 10  # ids taken from the file at once
KEPT_DAYS = 90

Values = dict[str, Value]


class Step(msgspec.Struct, frozen=True):
    """One step that was begun. done: the next one was begun after it, or the job ended."""

    code: str
    values: Values
    done: bool = False


class Entry(msgspec.Struct, frozen=True):
    """What the journal knows of one job. values: what whoever takes it up again needs (names, paths)."""

    kind: str
    target: str
    vms: tuple[VmKey, ...]
    values: dict[str, Value | list[str]]
    steps: tuple[Step, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A journalled job whose console is no more."""

    job: int
    begun: float
    entry: Entry


_encode = msgspec.json.Encoder().encode
_views = msgspec.json.Decoder(JobView)
_entries = msgspec.json.Decoder(Entry)


class Journal:
    """The journal of one job while it runs. `step` blocks until the step is on the disk."""

    def __init__(self, store: JobStore, job: int, entry: Entry) -> None:
        self._store = store
        self._job = job
        self._entry = entry

    @property
    def begun(self) -> bool:
        """A step was taken, so something may have changed."""
        return bool(self._entry.steps)

    def step(self, code: str, **values: Value) -> None:
        """`code` is about to be done, the one before it is. Errors: Failed where that cannot be written down."""
        steps = (*(msgspec.structs.replace(step, done=True) for step in self._entry.steps), Step(code, values))
        self._entry = msgspec.structs.replace(self._entry, steps=steps)
        self._store.write_entry(self._job, self._entry)


class JobStore:
    """History and journal of all consoles on one profile. next_id, keep and log never block; the rest may, on the disk.

    console: who we are, so that a later one can tell whether we still run (boot, pid and the time the process began).
    """

    def __init__(self, path: Path, console: str | None = None) -> None:
        self._database = Database(path, SCHEMA, LAYOUT, durable=True)
        self._console = console or this_console()
        self._lock = threading.Lock()
        self._ids: list[int] = []
        self._views: dict[int, JobView] = {}
        self._lines: list[tuple[int, float, str]] = []
        self._writer = Writer("job-store", self._flush, DELAY)

    @property
    def problem(self) -> Problem | None:
        """Why the history is not kept now; None = all is well."""
        return self._database.problem

    def on_problem(self, listener: OnProblem) -> None:
        """Tells `listener` each change of `problem`, in the thread that met it."""
        self._database.on_problem = listener

    def open(self) -> None:
        """Takes the first ids and drops what is too old. Blocks on the disk; where it fails, ids come from the clock."""
        old = time.time() - KEPT_DAYS * 86400

        def prune(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM log WHERE job IN (SELECT id FROM jobs WHERE created < ?)", (old,))
            db.execute("DELETE FROM jobs WHERE created < ?", (old,))

        try:
            self._database.write(prune)
            self._take_ids()
        except Failed:
            return

    # what the runner leaves here

    def next_id(self) -> int:
        """An id no other job of this profile has."""
        with self._lock:
            found = self._ids.pop(0) if self._ids else None
            few = len(self._ids) < BLOCK // 2
        if few:
            self._writer.wake(0.0)
        return found if found is not None else time.time_ns() // 1000

    def keep(self, view: JobView) -> None:
        with self._lock:
            self._views[view.id] = view
        self._writer.wake()

    def log(self, job: int, stamp: float, text: str) -> None:
        with self._lock:
            self._lines.append((job, stamp, text))
        self._writer.wake()

    # looking back

    def history(self, limit: int = 500) -> list[JobView]:
        """The latest jobs of all consoles, newest first; those whose console ended under them are `interrupted`."""

        def read(db: sqlite3.Connection) -> list[tuple[str, bytes]]:
            query = "SELECT console, view FROM jobs ORDER BY created DESC, id DESC LIMIT ?"
            return db.execute(query, (limit,)).fetchall()

        found = []
        alive: dict[str, bool] = {}
        for console, blob in self._read(read):
            try:
                view = _views.decode(blob)
            except msgspec.MsgspecError:
                continue  # written by another version
            if not view.state.ended and console != self._console:
                if console not in alive:
                    alive[console] = still_runs(console)
                view = view if alive[console] else replace(view, interrupted=True)
            found.append(view)
        return found

    def lines(self, job: int) -> tuple[tuple[float, str], ...]:
        """(epoch, line) of a job's log, in order."""
        return tuple(
            self._read(
                lambda db: db.execute("SELECT stamp, text FROM log WHERE job = ? ORDER BY rowid", (job,)).fetchall()
            )
        )

    # the journal

    @contextmanager
    def journal(self, job: int, entry: Entry) -> Iterator[Journal]:
        """A journal for as long as the block lasts. It stays, as unfinished, where the block fails after its first step.

        Errors: Failed where it cannot be begun: then nothing may be changed.
        """
        self.write_entry(job, entry)
        journal = Journal(self, job, entry)
        try:
            yield journal
        except BaseException:
            if not journal.begun:
                self.settle(job)
            raise
        self.settle(job)

    def write_entry(self, job: int, entry: Entry) -> None:
        """Puts an entry on the disk, whole. Errors: Failed."""
        row = (job, self._console, time.time(), _encode(entry))
        upsert = "INSERT INTO journal VALUES (?, ?, ?, ?) ON CONFLICT (job) DO UPDATE SET entry = excluded.entry"
        self._database.write(lambda db: db.execute(upsert, row))

    def unfinished(self) -> list[Unfinished]:
        """Journalled jobs that failed half-way or whose console was killed; those of consoles that run are theirs."""
        rows = self._read(
            lambda db: db.execute("SELECT job, console, begun, entry FROM journal ORDER BY begun").fetchall()
        )
        found = []
        for job, console, begun, blob in rows:
            if console == self._console or not still_runs(console):
                found.append(Unfinished(job, begun, _entries.decode(blob)))
        return found

    def settle(self, job: int) -> None:
        """A journalled job is over, or a person has seen what it left. Errors: Failed."""
        self._database.write(lambda db: db.execute("DELETE FROM journal WHERE job = ?", (job,)))

    def close(self, timeout: float = 0.5) -> bool:
        """Writes what waits, for at most `timeout` seconds; True if all is written."""
        done = self._writer.close(timeout)
        self._database.close(0.1)
        return done and not self._views and not self._lines

    def _read(self, work: Callable[[sqlite3.Connection], list[Any]]) -> list[Any]:
        try:
            return self._database.read(work)
        except Failed:
            return []

    def _take_ids(self) -> None:
        def take(db: sqlite3.Connection) -> int:
            (first,) = db.execute("SELECT next FROM counter").fetchone()
            db.execute("UPDATE counter SET next = next + ?", (BLOCK,))
            return int(first)

        first = self._database.write(take)
        with self._lock:
            self._ids.extend(range(first, first + BLOCK))

    def _flush(self) -> None:
        with self._lock:
            views, self._views = self._views, {}
            lines, self._lines = self._lines, []
            few = len(self._ids) < BLOCK // 2
        rows = [(view.id, self._console, view.created, _encode(view)) for view in views.values()]

        def write(db: sqlite3.Connection) -> None:
            db.executemany("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?)", rows)
            db.executemany("INSERT INTO log VALUES (?, ?, ?)", lines)

        try:
            self._database.write(write)
            if few:
                self._take_ids()
        except Failed:
            with self._lock:
                self._views = {**views, **self._views}
                self._lines = lines + self._lines
            raise


def this_console() -> str:
    """Boot id, pid and start time of this process, as one word."""
    return f"{_boot()}:{os.getpid()}:{_started(os.getpid())}"


def still_runs(console: str) -> bool:
    """The process that `this_console` named there is alive."""
    boot, pid, started = (*console.split(":"), "", "")[:3]
    return boot == _boot() and pid.isdigit() and started != "" and _started(int(pid)) == started


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Start time of a process in clock ticks since boot, "" where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
