"""How VMs were configured earlier, kept on this workstation in SQLite: one row for each configuration we know of."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from console.files.database import Database, OnProblem
from console.files.writer import Writer
from console.fleet.domains import VmKey
from console.fleet.edits import Version
from console.fleet.errors import Failed, NotFound, Problem, Reason

LAYOUT = 2
SCHEMA = (
    "CREATE TABLE versions (id INTEGER PRIMARY KEY AUTOINCREMENT, host TEXT NOT NULL, uuid TEXT NOT NULL, name TEXT NOT NULL,"
    " at REAL NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL, digest TEXT NOT NULL, xml BLOB NOT NULL)",
    "CREATE INDEX versions_of ON versions (uuid, id)",
    "CREATE TABLE drafts (host TEXT NOT NULL, uuid TEXT NOT NULL, at REAL NOT NULL, base BLOB NOT NULL, text BLOB NOT NULL,"
    " PRIMARY KEY (host, uuid))",
)
MOST = 300  # of one VM; the oldest go
MOST_WAITING = 5000  # that are held while the file cannot be written
DELAY = 0.5  # seconds that what comes is gathered
_Row = tuple[str, str, str, float, str, str, str, str]  # host, uuid, name, at, reason, by, digest, XML
_FIELDS = "id, host, uuid, name, at, reason, by, digest"


def digest_of(xml: str) -> str:
    """What tells two texts apart: 16 hexadecimal digits."""
    return hashlib.sha256(xml.strip().encode("utf-8", "replace")).hexdigest()[:16]


class Versions:
    """The store. Every call blocks on the disk, and raises Failed with the problem. clock: epoch seconds.

    A VM is known by its UUID, so that its versions go along when it moves to another host.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._database = Database(path, SCHEMA, LAYOUT, durable=True)
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[_Row] = []
        self._writer = Writer("versions-writer", self._flush, DELAY)

    @property
    def problem(self) -> Problem | None:
        """Why nothing is kept now; None = all is well."""
        return self._database.problem

    def on_problem(self, listener: OnProblem) -> None:
        """Tells `listener` each change of `problem`, in the thread that met it."""
        self._database.on_problem = listener

    def note(self, key: VmKey, name: str, xml: str, reason: str = "", by: str = "") -> bool:
        """Keeps a configuration unless it is the newest known one of this VM; whether it was. xml: without passwords.

        reason: "" = "seen" for the first of a VM, else "elsewhere".
        """
        row = self._row(key, name, xml, reason, by)

        def write(db: sqlite3.Connection) -> bool:
            return _insert(db, row)

        self._flush()
        return self._database.write(write)

    def note_later(self, key: VmKey, name: str, xml: str, reason: str = "", by: str = "") -> None:
        """The same, in a moment, with others. Never blocks."""
        row = self._row(key, name, xml, reason, by)
        with self._lock:
            self._waiting.append(row)
        self._writer.wake()

    def _row(self, key: VmKey, name: str, xml: str, reason: str, by: str) -> _Row:
        return (
            key.host,
            key.uuid,
            name,
            self._clock(),
            reason,
            by,
            digest_of(xml),
            xml,
        )

    def _flush(self) -> None:
        with self._lock:
            taken, self._waiting = self._waiting, []
        if not taken:
            return

        def write(db: sqlite3.Connection) -> None:
            for row in taken:
                _insert(db, row)

        try:
            self._database.write(write)
        except Failed:
            with self._lock:
                self._waiting = (taken + self._waiting)[-MOST_WAITING:]
            raise

    def of(self, uuid: str) -> tuple[Version, ...]:
        """All versions of a VM, newest first, without their XML."""
        self._flush()
        rows = self._database.read(
            lambda db: db.execute(f"SELECT {_FIELDS} FROM versions WHERE uuid = ? ORDER BY id DESC", (uuid,)).fetchall()  # noqa: S608
        )
        return tuple(Version(*row) for row in rows)

    def get(self, id: int) -> Version:
        """One version with its XML. NotFound for none."""
        row = self._database.read(
            lambda db: db.execute(f"SELECT {_FIELDS}, xml FROM versions WHERE id = ?", (id,)).fetchone()  # noqa: S608
        )
        if row is None:
            raise NotFound(Reason.GONE, str(id))
        *fields, packed = row
        return replace(Version(*fields), xml=_unpacked(packed))

    # what was begun

    def keep_draft(self, key: VmKey, base: str, text: str, at: float) -> None:
        """Keeps what somebody is writing, in place of what was kept of this VM before `at` (epoch)."""
        row = (key.host, key.uuid, at, _packed(base), _packed(text))
        self._database.write(
            lambda db: db.execute(
                "INSERT INTO drafts VALUES (?, ?, ?, ?, ?) ON CONFLICT (host, uuid) DO UPDATE SET at = excluded.at,"
                " base = excluded.base, text = excluded.text WHERE excluded.at >= drafts.at",
                row,
            )
        )

    def draft(self, key: VmKey) -> tuple[float, str, str] | None:
        """When it was kept, what it began from, and what was written; None for none."""
        row = self._database.read(
            lambda db: db.execute("SELECT at, base, text FROM drafts WHERE host = ? AND uuid = ?", key).fetchone()
        )
        return (row[0], _unpacked(row[1]), _unpacked(row[2])) if row is not None else None

    def drop_draft(self, key: VmKey) -> None:
        self._database.write(lambda db: db.execute("DELETE FROM drafts WHERE host = ? AND uuid = ?", key))

    def close(self, timeout: float = 0.5) -> None:
        """Writes what waits, within `timeout` seconds."""
        self._writer.close(timeout)
        self._database.close(0.1)


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8"), 6)


def _unpacked(data: bytes) -> str:
    return zlib.decompress(data).decode("utf-8")


def _insert(db: sqlite3.Connection, row: _Row) -> bool:
    uuid, digest = row[1], row[6]
    newest = db.execute("SELECT digest FROM versions WHERE uuid = ? ORDER BY id DESC LIMIT 1", (uuid,)).fetchone()
    if newest is not None and newest[0] == digest:
        return False
    reason = row[4] or ("elsewhere" if newest is not None else "seen")
    db.execute(
        "INSERT INTO versions (host, uuid, name, at, reason, by, digest, xml) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*row[:4], reason, *row[5:7], _packed(row[7])),
    )
    db.execute(
        "DELETE FROM versions WHERE uuid = ? AND id NOT IN"
        " (SELECT id FROM versions WHERE uuid = ? ORDER BY id DESC LIMIT ?)",
        (uuid, uuid, MOST),
    )
    return True
