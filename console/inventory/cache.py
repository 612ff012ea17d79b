"""What every host was like when it was last seen, kept for the next start: one row a host in SQLite."""

from __future__ import annotations

import gc
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec.structs import replace

from console.files.database import Database, OnProblem
from console.files.writer import RETRY, Writer
from console.fleet.domains import Domain
from console.fleet.errors import Failed, Problem
from console.fleet.updates import HostView

LAYOUT = 1
SCHEMA = ("CREATE TABLE seen (host TEXT PRIMARY KEY, at REAL NOT NULL, view BLOB NOT NULL, domains BLOB NOT NULL)",)
DELAY = 2.0  # seconds that changes of a host are gathered

Seen = tuple[HostView, tuple[Domain, ...]]

_encode = msgspec.json.Encoder().encode
_views = msgspec.json.Decoder(HostView)
_domains = msgspec.json.Decoder(tuple[Domain, ...])


class Cache:
    """The last-seen cache. `keep` and `forget` only enqueue; a thread of the cache's own writes. Load is never kept."""

    def __init__(self, path: Path, delay: float = DELAY) -> None:
        self._database = Database(path, SCHEMA, LAYOUT)
        self._lock = threading.Lock()
        self._waiting: dict[str, Seen | None] = {}
        self._writer = Writer("cache-writer", self._flush, delay, RETRY)

    @property
    def problem(self) -> Problem | None:
        """Why nothing (or not everything) is kept now; None = all is well."""
        return self._database.problem

    def on_problem(self, listener: OnProblem) -> None:
        """Tells `listener` each change of `problem`, in the thread that met it."""
        self._database.on_problem = listener

    def load(self) -> list[Seen]:
        """All hosts as last seen; empty where the file is missing, damaged or locked (see `problem`). Blocks on the disk."""
        try:
            rows = self._database.read(lambda db: db.execute("SELECT view, domains FROM seen").fetchall())
        except Failed:
            return []
        found = []
        with _no_collector():
            for view, domains in rows:
                try:
                    found.append((_views.decode(view), _domains.decode(domains)))
                except msgspec.MsgspecError:
                    continue  # written by another version: it will be read anew
        return found

    def keep(self, host: str, view: HostView, domains: tuple[Domain, ...]) -> None:
        """Keeps this moment of a host in place of the one before. Never blocks."""
        with self._lock:
            self._waiting[host] = (replace(view, load=None), domains)
        self._writer.wake()

    def forget(self, host: str) -> None:
        """Drops a host. Never blocks."""
        with self._lock:
            self._waiting[host] = None
        self._writer.wake()

    def close(self, timeout: float = 0.5) -> bool:
        """Writes what waits; True if all of it was written within `timeout` seconds."""
        done = self._writer.close(timeout)
        self._database.close(0.1)
        return done and not self._waiting

    def _flush(self) -> None:
        with self._lock:
            taken, self._waiting = self._waiting, {}
        rows = [
            (host, seen[0].status.seen, _encode(seen[0]), _encode(seen[1]))
            for host, seen in taken.items()
            if seen is not None
        ]
        gone = [(host,) for host, seen in taken.items() if seen is None]

        def write(db: sqlite3.Connection) -> None:
            db.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", rows)
            db.executemany("DELETE FROM seen WHERE host = ?", gone)

        try:
            self._database.write(write)
        except Failed:
            with self._lock:
                self._waiting = {**taken, **self._waiting}
            raise


@contextmanager
def _no_collector() -> Iterator[None]:
    """So many objects that all stay would make the collector look at them again and again: three quarters of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
