"""How VMs were configured earlier, kept on this workstation in SQLite: one row for each configuration we know of."""

from __future__ import annotations

import hashlib
import sqlite3
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from console.files.database import Database, OnProblem
from console.fleet.domains import VmKey
from console.fleet.edits import Version
from console.fleet.errors import NotFound, Problem, Reason

LAYOUT = 1
SCHEMA = (
    "CREATE TABLE versions (id INTEGER PRIMARY KEY AUTOINCREMENT, host TEXT NOT NULL, uuid TEXT NOT NULL, name TEXT NOT NULL,"
    " at REAL NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL, digest TEXT NOT NULL, xml BLOB NOT NULL)",
    "CREATE INDEX versions_of ON versions (uuid, id)",
)
MOST = 300  # of one VM; the oldest go
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

    @property
    def problem(self) -> Problem | None:
        """Why nothing is kept now; None = all is well."""
        return self._database.problem

    def on_problem(self, listener: OnProblem) -> None:
        """Tells `listener` each change of `problem`, in the thread that met it."""
        self._database.on_problem = listener

    def note(self, key: VmKey, name: str, xml: str, reason: str, by: str = "") -> bool:
        """Keeps a configuration unless it is the newest known one of this VM; whether it was. xml: without passwords."""
        digest = digest_of(xml)
        row = (key.host, key.uuid, name, self._clock(), reason, by, digest, zlib.compress(xml.encode("utf-8"), 6))

        def write(db: sqlite3.Connection) -> bool:
            newest = db.execute(
                "SELECT digest FROM versions WHERE uuid = ? ORDER BY id DESC LIMIT 1", (key.uuid,)
            ).fetchone()
            if newest is not None and newest[0] == digest:
                return False
            db.execute(
                "INSERT INTO versions (host, uuid, name, at, reason, by, digest, xml) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            db.execute(
                "DELETE FROM versions WHERE uuid = ? AND id NOT IN"
                " (SELECT id FROM versions WHERE uuid = ? ORDER BY id DESC LIMIT ?)",
                (key.uuid, key.uuid, MOST),
            )
            return True

        return self._database.write(write)

    def known(self, uuid: str) -> bool:
        """There is any version of this VM."""
        return self._database.read(
            lambda db: db.execute("SELECT 1 FROM versions WHERE uuid = ? LIMIT 1", (uuid,)).fetchone() is not None
        )

    def of(self, uuid: str) -> tuple[Version, ...]:
        """All versions of a VM, newest first, without their XML."""
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
        return replace(Version(*fields), xml=zlib.decompress(packed).decode("utf-8"))

    def close(self, timeout: float = 0.5) -> None:
        self._database.close(timeout)
