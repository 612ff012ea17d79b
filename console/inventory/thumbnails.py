"""Small pictures of VMs' screens as they were when a snapshot was taken, kept on this workstation in SQLite."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from console.files.database import Database, OnProblem
from console.fleet.errors import Problem

LAYOUT = 1
SCHEMA = (
    "CREATE TABLE thumbnails (uuid TEXT NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL, at REAL NOT NULL,"
    " image BLOB NOT NULL, PRIMARY KEY (uuid, name))",
    "CREATE INDEX thumbnails_at ON thumbnails (at)",
)
MOST = 5_000  # in all; the oldest go
LARGEST = 512 << 10  # bytes of one


class Thumbnails:
    """The store. Every call blocks on the disk, and raises Failed with the problem. clock: epoch seconds.

    A VM is known by its UUID, so that its pictures go along when it moves; a snapshot by its name and the second it was made in:
    another one that has the name later is shown without a picture.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._database = Database(path, SCHEMA, LAYOUT)
        self._clock = clock

    @property
    def problem(self) -> Problem | None:
        """Why nothing is kept now; None = all is well."""
        return self._database.problem

    def on_problem(self, listener: OnProblem) -> None:
        """Tells `listener` each change of `problem`, in the thread that met it."""
        self._database.on_problem = listener

    def keep(self, uuid: str, name: str, created: float, image: bytes) -> None:
        """Keeps the picture of a snapshot, in place of another of that name. One that is too large is not kept."""
        if not image or len(image) > LARGEST:
            return
        row = (uuid, name, int(created), self._clock(), image)

        def write(db: sqlite3.Connection) -> None:
            db.execute("INSERT OR REPLACE INTO thumbnails VALUES (?, ?, ?, ?, ?)", row)
            (count,) = db.execute("SELECT count(*) FROM thumbnails").fetchone()
            if count > MOST:
                db.execute(
                    "DELETE FROM thumbnails WHERE rowid IN (SELECT rowid FROM thumbnails ORDER BY at LIMIT ?)",
                    (count - MOST,),
                )

        self._database.write(write)

    def get(self, uuid: str, name: str, created: float) -> bytes | None:
        """The picture of that very snapshot."""
        row = self._database.read(
            lambda db: db.execute(
                "SELECT image FROM thumbnails WHERE uuid = ? AND name = ? AND created = ?", (uuid, name, int(created))
            ).fetchone()
        )
        return bytes(row[0]) if row is not None else None

    def rename(self, uuid: str, name: str, new: str) -> None:
        self._database.write(
            lambda db: db.execute(
                "UPDATE OR REPLACE thumbnails SET name = ? WHERE uuid = ? AND name = ?", (new, uuid, name)
            )
        )

    def drop(self, uuid: str, *names: str) -> None:
        rows = [(uuid, name) for name in names]
        self._database.write(lambda db: db.executemany("DELETE FROM thumbnails WHERE uuid = ? AND name = ?", rows))

    def close(self, timeout: float = 0.1) -> None:
        self._database.close(timeout)
