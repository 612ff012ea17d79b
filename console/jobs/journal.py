"""The history of jobs and the journal of those that change more than one place, in SQLite.

History is left with the store and written a moment later. A journal's step is on the disk before the step is taken, so that
a console that starts after a kill can say what was under way, how far it was and what it left where.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from console.files.database import Database, OnProblem, as_json, as_text
from console.files.writer import Writer
from console.fleet.domains import VmKey
from console.fleet.errors import Failed, Problem
from console.jobs.job import JobView, Value

LAYOUT = 2
SCHEMA = (
    "CREATE TABLE counter (next INTEGER NOT NULL)",
    "INSERT INTO counter VALUES (1)",
    "CREATE TABLE jobs (id INTEGER PRIMARY KEY, parent INTEGER, console TEXT NOT NULL, created REAL NOT NULL,"
    " view BLOB NOT NULL)",
    "CREATE INDEX jobs_created ON jobs (created)",
    "CREATE TABLE log (job INTEGER NOT NULL, stamp REAL NOT NULL, text TEXT NOT NULL)",
    "CREATE INDEX log_job ON log (job)",
    "CREATE TABLE journal (job INTEGER PRIMARY KEY, console TEXT NOT NULL, begun REAL NOT NULL, entry BLOB NOT NULL)",
)
DELAY = 0.3  # seconds that changes are gathered
BLOCK = 1000  # ids taken from the file at once; what is left of them goes back at the end
KEPT_DAYS = 90
LINES_WAITING = 10_000  # of logs, while they cannot be written; the oldest go first

Values = dict[str, Value]


class Step(msgspec.Struct, frozen=True):
    """One step that was begun. done: the next one was begun after it, or the job ended. undo: the code of what takes it
    back, with the same values; "" = nothing can."""

    code: str
    values: Values
    done: bool = False
    undo: str = ""


class Entry(msgspec.Struct, frozen=True):
    """What the journal knows of one job. values: what whoever takes it up again needs (names, paths).

    host: of a job that is about no VM.
    """

    kind: str
    target: str
    vms: tuple[VmKey, ...]
    values: dict[str, Value | list[str]]
    steps: tuple[Step, ...] = ()
    by: str = ""
    host: str = ""

    @property
    def on(self) -> str:
        """Id of the host it is about, "" for none."""
        return self.host or (self.vms[0].host if self.vms else "")


class Unfinished(msgspec.Struct, frozen=True):
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
    def entry(self) -> Entry:
        """As it is on the disk."""
        return self._entry

    @property
    def begun(self) -> bool:
        """A step was taken, so something may have changed."""
        return bool(self._entry.steps)

    def step(self, code: str, /, undo: str = "", **values: Value) -> None:
        """`code` is about to be done, the one before it is. Errors: Failed where that cannot be written down."""
        before = (msgspec.structs.replace(step, done=True) for step in self._entry.steps)
        steps = (*before, Step(code, values, undo=undo))
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
        self._ids: deque[int] = deque()
        self._last_id = 0  # of those taken from the file
        self._clock_id = 0
        self._views: dict[int, JobView] = {}
        self._kept: dict[int, tuple[object, ...]] = {}  # what of an open job was left here last
        self._lines: deque[tuple[int, float, str]] = deque(maxlen=LINES_WAITING)
        self._journals: set[int] = set()  # of this process
        self._closing = False
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
            few = len(self._ids) <= BLOCK // 2
            if self._ids:
                found = self._ids.popleft()
            else:
                found = self._clock_id = max(time.time_ns() // 1000, self._clock_id + 1)
        if few:
            self._writer.wake(0.0)
        return found

    def expect(self, count: int) -> None:
        """So many ids will be wanted at once. Blocks on the disk where it takes more from there; where that fails, ids come
        from the clock."""
        try:
            while len(self._ids) < count + BLOCK // 2:
                self._take_ids()
        except Failed:
            return

    def keep(self, view: JobView) -> None:
        """Mere progress is not written: it would cost the disk more than it is worth after the end."""
        said = (view.state, view.step, view.values if view.parent is None else None, len(view.children))
        with self._lock:
            if self._kept.get(view.id) == said:
                return
            self._kept[view.id] = said
            if view.state.ended:
                del self._kept[view.id]
            self._views[view.id] = view
        self._writer.wake()

    def log(self, job: int, stamp: float, text: str) -> None:
        with self._lock:
            self._lines.append((job, stamp, as_text(text)))
        self._writer.wake()

    # looking back

    def history(self, limit: int = 500, members: bool = True) -> list[JobView]:
        """The latest jobs of all consoles, newest first; those whose console ended under them are `interrupted`.

        members=False: of a group only the group itself.
        """
        which = "" if members else "WHERE parent IS NULL "
        query = f"SELECT console, view FROM jobs {which}ORDER BY created DESC, id DESC LIMIT ?"  # noqa: S608 - no input
        return self._found(lambda db: db.execute(query, (limit,)).fetchall())

    def job(self, job: int) -> JobView | None:
        """One job, as in the history."""
        found = self._found(lambda db: db.execute("SELECT console, view FROM jobs WHERE id = ?", (job,)).fetchall())
        return found[0] if found else None

    def members(self, group: int) -> list[JobView]:
        """The jobs a group consists of, in their order."""
        query = "SELECT console, view FROM jobs WHERE parent = ? ORDER BY id"
        return self._found(lambda db: db.execute(query, (group,)).fetchall())

    def _found(self, work: Callable[[sqlite3.Connection], list[tuple[str, bytes]]]) -> list[JobView]:
        found = []
        alive: dict[str, bool] = {self._console: True}
        for console, blob in self._read(work):
            try:
                view = _views.decode(blob)
            except msgspec.MsgspecError:
                continue  # written by another version
            if not view.state.ended:
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
        journal: Journal | None = None
        self._journals.add(job)
        try:
            self.write_entry(job, entry)
            journal = Journal(self, job, entry)
            yield journal
        except BaseException:
            if journal is not None and not journal.begun:
                self.settle(job)
            raise
        else:
            self.settle(job)
        finally:
            self._journals.discard(job)

    def write_entry(self, job: int, entry: Entry) -> None:
        """Puts an entry on the disk, whole. Errors: Failed."""
        row = (job, self._console, time.time(), _encode(entry))
        upsert = "INSERT INTO journal VALUES (?, ?, ?, ?) ON CONFLICT (job) DO UPDATE SET entry = excluded.entry"
        try:
            self._database.write(lambda db: db.execute(upsert, row))
        except Failed as error:
            raise Failed(error.problem, entry.target) from error

    def unfinished(self) -> list[Unfinished]:
        """Journalled jobs that failed half-way here, or whose console was killed; those of other consoles that run are theirs."""
        found = []
        for job, console, begun, blob in self._read(self._not_of_this_process):
            if console != self._console and still_runs(console):
                continue
            try:
                found.append(Unfinished(job, begun, _entries.decode(blob)))
            except msgspec.MsgspecError:
                continue  # written by another version, which knows what to do with it
        return found

    def _not_of_this_process(self, db: sqlite3.Connection) -> list[Any]:
        """While nobody else is at the file: else one that ends right now would look as if it had been left."""
        rows = db.execute("SELECT job, console, begun, entry FROM journal ORDER BY begun").fetchall()
        return [row for row in rows if row[0] not in self._journals]

    def left(self, job: int) -> bool:
        """The journal still has it: nobody has settled it since it was found."""
        return bool(self._read(lambda db: db.execute("SELECT 1 FROM journal WHERE job = ?", (job,)).fetchall()))

    def settle(self, job: int) -> None:
        """A journalled job is over, or a person has seen what it left. Errors: Failed."""
        self._database.write(lambda db: db.execute("DELETE FROM journal WHERE job = ?", (job,)))

    def close(self, timeout: float = 0.5) -> bool:
        """Writes what waits, for at most `timeout` seconds; True if all is written."""
        end = time.monotonic() + timeout
        with self._lock:
            if self._ids:  # a last flush gives them back
                self._closing = True
        if self._closing:
            self._writer.wake(0.0)
        done = self._writer.close(timeout)
        self._database.close(max(0.05, end - time.monotonic()))
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
            self._last_id = first + BLOCK - 1

    def _give_back_ids(self) -> None:
        """Numbers stay without gaps, unless another console took some meanwhile."""
        with self._lock:
            first = self._last_id + 1
            while self._ids and self._ids[-1] == first - 1:
                first = self._ids.pop()
            self._ids.clear()
        back = (first, self._last_id + 1)
        self._database.write(lambda db: db.execute("UPDATE counter SET next = ? WHERE next = ?", back))

    def _flush(self) -> None:
        with self._lock:
            views, self._views = self._views, {}
            lines = list(self._lines)
            self._lines.clear()
            few = len(self._ids) <= BLOCK // 2 and not self._closing
        rows = [(view.id, view.parent, self._console, view.created, as_json(view)) for view in views.values()]

        def write(db: sqlite3.Connection) -> None:
            db.executemany("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?)", rows)
            db.executemany("INSERT INTO log VALUES (?, ?, ?)", lines)

        try:
            if rows or lines:
                self._database.write(write)
        except Failed:
            with self._lock:
                self._views = {**views, **self._views}
                self._lines.extendleft(reversed(lines[: LINES_WAITING - len(self._lines)]))
            raise
        if few:
            self._take_ids()
        elif self._closing and self._ids:
            self._give_back_ids()


def this_console() -> str:
    """Machine, boot, pid and start time of this process, as one word."""
    return f"{_machine()}:{_boot()}:{os.getpid()}:{_started(os.getpid())}"


def still_runs(console: str) -> bool:
    """The process that `this_console` named there is alive; of another machine (a shared home) it is taken to be."""
    machine, boot, pid, started = (*console.split(":"), "", "", "")[:4]
    if machine != _machine():
        return True
    return boot == _boot() and pid.isdigit() and started != "" and _started(int(pid)) == started


def _machine() -> str:
    try:
        return Path("/etc/machine-id").read_text("ascii").strip() or socket.gethostname()
    except (OSError, ValueError):
        return socket.gethostname()


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
