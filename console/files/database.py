"""An SQLite file that is only a help: damage, a full disk or a lock cost what is in it, never the program."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from console.fleet.errors import Failed, Problem, Reason

T = TypeVar("T")

PATIENCE = 2.0  # seconds that another console may hold the lock
NEARLY_FULL = 1 << 20  # bytes: with less than this free, an I/O error means a full disk
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

Work = Callable[[sqlite3.Connection], T]
OnProblem = Callable[[Problem | None], None]


class Database:
    """One SQLite file (WAL, so several consoles can have it open), made when first used.

    read, write block on the disk and, for PATIENCE at most, on other consoles; any thread may call them, one at a time gets
    in. A damaged file is renamed to NAME.damaged-TIME and started anew.

    schema: the statements that make it. layout: its version, kept in the file; an older file is emptied and made anew, one
    from a newer console is left alone and not used. durable: each write has reached the disk when `write` returns. page: bytes
    of a page of a new file, where SQLite's own choice does not suit.

    Attributes:
        problem: what is wrong now, None = nothing; DAMAGED (detail: the file set aside) stays until the program ends.
        on_problem: called with each change of `problem`, in the thread that met it.
    """

    def __init__(self, path: Path, schema: Sequence[str], layout: int, *, durable: bool = False, page: int = 0) -> None:
        self.path = path
        self.problem: Problem | None = None
        self.on_problem: OnProblem | None = None
        self._schema = schema
        self._layout = layout
        self._durable = durable
        self._page = page
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None  # device and inode of what is open
        self._set_aside: Problem | None = None

    def read(self, work: Work[T]) -> T:
        """What `work` gets out of the database. Errors: Failed, with the problem."""
        return self._do("BEGIN", work)

    def write(self, work: Work[T]) -> T:
        """Does `work` in one transaction: all of it, or nothing and Failed with the problem."""
        return self._do("BEGIN IMMEDIATE", work)

    def close(self, timeout: float = 0.5) -> None:
        """Closes the file, unless somebody is still at it after `timeout` seconds."""
        if self._lock.acquire(timeout=max(0.0, timeout)):
            try:
                self._drop()
            finally:
                self._lock.release()

    def _do(self, begin: str, work: Work[T]) -> T:
        with self._lock:
            try:
                try:
                    result = self._transaction(begin, work)
                except sqlite3.DatabaseError as error:
                    if not _is_damage(error):
                        raise
                    self._put_aside(error)
                    result = self._transaction(begin, work)
            except (sqlite3.Error, OSError) as error:
                self._drop()
                problem = self._problem_of(error)
                self._say(problem)
                raise Failed(problem, self.path.name) from error
            self._say(self._set_aside)
            return result

    def _transaction(self, begin: str, work: Work[T]) -> T:
        connection = self._opened()
        connection.execute(begin)
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result

    def _opened(self) -> sqlite3.Connection:
        if self._connection is not None and self._file != _identity(self.path):
            self._drop()  # another console set it aside, or somebody deleted it
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            end = time.monotonic() + PATIENCE
            while self._connection is None:
                self._file = _identity(self.path)
                try:
                    self._connection = self._connect()
                except sqlite3.OperationalError as error:  # SQLite does not wait for who makes the file right now
                    if _code(error) not in _LOCKED or time.monotonic() > end:
                        raise
                    time.sleep(0.01)
            self._file = _identity(self.path)
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if self._page:
            connection.execute(f"PRAGMA page_size = {self._page}")
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'NORMAL'}")
        if self._version(connection) == self._layout:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = self._version(connection)  # another console may have been quicker
            if version > self._layout:
                raise _NewerLayout
            if version < self._layout:
                for (name,) in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                ).fetchall():
                    connection.execute(f'DROP TABLE "{name}"')
                for statement in self._schema:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {self._layout}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    @staticmethod
    def _version(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _put_aside(self, error: sqlite3.DatabaseError) -> None:
        self._drop()
        if _identity(self.path) != self._file:
            return  # another console was quicker: what stands there now is its new one
        aside = self.path.with_name(f"{self.path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
        number = 1
        while aside.exists():
            number += 1
            aside = aside.with_name(f"{aside.name.rpartition('~')[0] or aside.name}~{number}")
        self.path.rename(aside)
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self._set_aside = Problem(Reason.DAMAGED, str(error), _code(error), str(aside))

    def _problem_of(self, error: sqlite3.Error | OSError) -> Problem:
        code = _code(error)
        text, where = getattr(error, "strerror", None) or str(error), str(self.path)
        if isinstance(error, _NewerLayout):
            return Problem(Reason.OTHER, f"{where} was made by a newer Splendid", 0, where)
        if code in _LOCKED:
            return Problem(Reason.IN_USE, text, code)
        if code == sqlite3.SQLITE_FULL or (not _is_damage(error) and _nearly_full(self.path)):
            return Problem(Reason.NO_SPACE, text, code, where)
        return Problem(Reason.OTHER, f"{where}: {text}", code, where)

    def _say(self, problem: Problem | None) -> None:
        if problem != self.problem:
            self.problem = problem
            if self.on_problem is not None:
                self.on_problem(problem)


class _NewerLayout(sqlite3.Error):
    """The file was made by a newer console."""


def as_text(text: str) -> str:
    """What can be stored of `text`: where it names files of this computer, it may hold what is no text."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def as_json(value: object) -> bytes:
    """A dataclass or struct as JSON; what is no text in it becomes "?"."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return as_text(json.dumps(msgspec.to_builtins(value), ensure_ascii=False)).encode()


def _code(error: BaseException) -> int:
    """SQLite's primary result code, or errno."""
    if isinstance(error, OSError):
        return error.errno or 0
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _is_damage(error: BaseException) -> bool:
    return isinstance(error, sqlite3.DatabaseError) and _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _nearly_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < NEARLY_FULL
    except OSError:
        return False
