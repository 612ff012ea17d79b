"""What the user likes: read once, changed at once, written a moment later."""

from __future__ import annotations

import threading
import time
import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from msgspec.structs import replace

from console.files.atomic import alone, write_text
from console.files.writer import Writer
from console.fleet.alerts import AlertRule
from console.fleet.errors import Failed, Problem, Reason
from console.fleet.listeners import Listeners
from console.fleet.saved import SavedSearch

if TYPE_CHECKING:
    import tomlkit

DELAY = 0.3  # seconds until a change is written
WRITTEN_LIMIT = 15.0  # seconds that somebody waits who must know that a change is kept
LOCK_LIMIT = 2.0  # seconds that another console may take to write; after that it is tried again later
HEAD = "# What is not here is as it comes. Comments stay.\n"


class Mode(StrEnum):
    """Which of the two looks; SYSTEM follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Leaving(StrEnum):
    """What closing the window does while jobs run."""

    ASK = "ask"
    WAIT = "wait"  # close when they have ended
    CANCEL = "cancel"


class Preferences(msgspec.Struct, frozen=True):
    """language: a code such as "de", None = the desktop's. font_scale: 0.75 to 2, times the desktop's font.

    interval: seconds between two readings of load, 1 to 60. columns: ids of the VM table's columns in order, empty = as it
    comes; widths: px at scale 1 by column id. notifications: tell the desktop of jobs that took longer than notify_after
    seconds and of those that failed unseen. confirm_loss: ask before an act that loses running state (force off, reset).
    bulk_limit: acts at once on one host, of an act on many VMs. preview_from: from so many VMs on what will happen is shown
    before it does. layout: what the window keeps of its own shape (sizes, folded panes), by names of its own. searches: kept
    queries, in order. alerts: rules of what is watched for.
    """

    theme: Mode = Mode.SYSTEM
    language: str | None = None
    font_scale: float = 1.0
    compact: bool = False
    interval: float = 3.0
    columns: tuple[str, ...] = ()
    widths: Mapping[str, int] = msgspec.field(default_factory=dict)
    notifications: bool = True
    notify_after: float = 10.0
    confirm_loss: bool = True
    leaving: Leaving = Leaving.ASK
    bulk_limit: int = 4
    preview_from: int = 5
    layout: Mapping[str, str] = msgspec.field(default_factory=dict)
    searches: tuple[SavedSearch, ...] = ()
    alerts: tuple[AlertRule, ...] = ()


SHARED = ("searches", "alerts")
"""What a console takes over from another while both run; of the rest each keeps its own until its next start."""

RANGES = {
    "font_scale": (0.75, 2.0),
    "interval": (1.0, 60.0),
    "notify_after": (0.0, 3600.0),
    "bulk_limit": (1, 64),
    "preview_from": (2, 10_000),
}
_TYPES: dict[str, Any] = {
    "theme": Mode,
    "language": str | None,
    "font_scale": float,
    "compact": bool,
    "interval": float,
    "columns": tuple[str, ...],
    "widths": dict[str, int],
    "notifications": bool,
    "notify_after": float,
    "confirm_loss": bool,
    "leaving": Leaving,
    "bulk_limit": int,
    "preview_from": int,
    "layout": dict[str, str],
    "searches": tuple[SavedSearch, ...],
    "alerts": tuple[AlertRule, ...],
}


def read(text: str) -> tuple[Preferences, tuple[str, ...]]:
    """The preferences in a TOML text, and the keys whose value is wrong: those are as they come.

    Errors: tomllib.TOMLDecodeError.
    """
    data = tomllib.loads(text.removeprefix("\ufeff"))
    values: dict[str, Any] = {}
    wrong = []
    for key in data.keys() & _TYPES.keys():
        try:
            values[key] = _in_range(key, msgspec.convert(data[key], _TYPES[key]))
        except msgspec.ValidationError:
            wrong.append(key)
    return Preferences(**values), tuple(sorted(wrong))


def _in_range(key: str, value: Any) -> Any:
    if key in RANGES:
        low, high = RANGES[key]
        return min(max(value, low), high)
    return value


class Shared(NamedTuple):
    """What a look at the file found of SHARED. edits: how often something had been changed here by then."""

    edits: int
    values: Mapping[str, Any]


class PreferencesStore:
    """The preferences of one profile. Thread-safe.

    Attributes:
        wrong: keys of the file whose values could not be used.
        problem: why the file cannot be read or written, None = it can. DAMAGED: it was set aside as `detail`.
    """

    def __init__(self, path: Path, delay: float = DELAY) -> None:
        self.path = path
        self.wrong: tuple[str, ...] = ()
        self.problem: Problem | None = None
        self._lock = threading.RLock()
        self._settled = threading.Condition(self._lock)  # told when a write ends
        self._value: Preferences | None = None
        self._stamp = self._edits = 0
        self._writing = False
        self._changed: set[str] = set()
        self._listeners: Listeners[Callable[[Preferences], object]] = Listeners()
        self._writer = Writer("preferences", self._write, delay)

    @property
    def value(self) -> Preferences:
        """The preferences now. The first look reads the file."""
        with self._lock:
            if self._value is None:
                self._value = self._load()
            return self._value

    def set(self, **changes: Any) -> Preferences:
        """Changes some; listeners are told before it returns, the file is written a moment later by another thread."""
        with self._lock:
            old = self.value
            new = replace(old, **{key: _in_range(key, value) for key, value in changes.items()})
            if new == old:
                return old
            self._value = new
            self._edits += 1
            self._changed |= {name for name in new.__struct_fields__ if getattr(new, name) != getattr(old, name)}
            listeners = tuple(self._listeners)
        self._writer.wake()
        for listener in listeners:
            listener(new)
        return new

    def subscribe(self, listener: Callable[[Preferences], object]) -> Callable[[], None]:
        """Calls `listener` after each change, in the thread that made it. Returns the undo."""
        return self._listeners.add(listener)

    def peek(self) -> Shared | None:
        """What the file says of SHARED; None where nobody wrote since the last look, or where what was changed here is not
        written yet. Blocks on the disk."""
        with self._lock:
            edits = self._edits
            if self._changed or self._writing:
                return None
        try:
            stamp = self.path.stat().st_mtime_ns
            if stamp == self._stamp:
                return None
            value, wrong = read(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        self._stamp = stamp
        return Shared(edits, {key: getattr(value, key) for key in SHARED if key not in wrong})

    def adopt(self, shared: Shared | None) -> None:
        """Takes over what `peek` found, unless something was changed here since. Listeners are told."""
        with self._lock:
            if shared is None or shared.edits != self._edits:
                self._stamp = 0 if shared is not None else self._stamp  # looked at again once ours is written
                return
            old = self.value
            new = replace(old, **shared.values)
            if new == old:
                return
            self._value = new
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(new)

    def written(self, timeout: float = WRITTEN_LIMIT) -> None:
        """Waits until what was changed is in the file: for those whose word is that it is kept. Errors: Failed where it cannot be
        written, or is not after `timeout` seconds."""

        def pending() -> bool:
            return bool(self._changed) or self._writing

        def failed() -> bool:
            return not self._writing and self.problem is not None and self.problem.reason is not Reason.DAMAGED

        if pending():
            self._writer.wake(0.0)
        with self._settled:
            self._settled.wait_for(lambda: not pending() or failed(), timeout)
            if pending():
                raise Failed(self.problem or Problem(Reason.TIMEOUT, str(self.path)), self.path.name)

    def hasten(self) -> None:
        """Has what is not written yet written now. Never blocks."""
        with self._lock:
            pending = bool(self._changed)
        if pending:
            self._writer.wake(0.0)

    def close(self, timeout: float = 0.2) -> None:
        """Writes what is not written yet; waits at most `timeout` seconds, and not at all where there is nothing."""
        self._writer.close(timeout)

    def _load(self) -> Preferences:
        try:
            value, self.wrong = read(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return Preferences()
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self._set_aside(error)
            return Preferences()
        except OSError as error:
            self.problem = _problem(error, self.path)
            return Preferences()
        return value

    def _aside(self) -> Path:
        return self.path.with_name(f"{self.path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")

    def _keep_what_is_wrong(self, text: str, changed: frozenset[str]) -> None:
        """Where a person wrote what could not be used, and that is written over now, it is kept beside. Errors: OSError."""
        if lost := sorted(changed.intersection(read(text)[1])):
            aside = self._aside()
            write_text(aside, text)
            self.problem = Problem(Reason.DAMAGED, ", ".join(lost), 0, str(aside))

    def _set_aside(self, error: Exception) -> None:
        aside = self._aside()
        try:
            self.path.rename(aside)
        except OSError as failure:
            self.problem = _problem(failure, self.path)
        else:
            self.problem = Problem(Reason.DAMAGED, str(error), 0, str(aside))

    def _write(self) -> None:
        """In the writer's thread: puts the changed keys into what is on disk now."""
        import tomlkit  # noqa: PLC0415 - slow to load, and the window's start does not need it

        with self._lock:
            value, changed = self.value, set(self._changed)
            self._changed.clear()
            self._writing = True
        try:
            with alone(self.path, LOCK_LIMIT):
                try:
                    text = self.path.read_text("utf-8")
                except FileNotFoundError:
                    text = HEAD
                document = tomlkit.parse(text)
                self._keep_what_is_wrong(text, frozenset(changed))
                for key in (name for name in value.__struct_fields__ if name in changed):
                    _put(document, key, getattr(value, key))
                write_text(self.path, tomlkit.dumps(document))
        except (OSError, ValueError) as error:
            with self._lock:
                self._changed |= changed
                self.problem = _problem(error, self.path)
            raise Failed(self.problem, self.path.name) from error
        finally:
            with self._settled:
                self._writing = False
                self._settled.notify_all()
        if self.problem is not None and self.problem.reason is not Reason.DAMAGED:
            self.problem = None


def _put(document: tomlkit.TOMLDocument, key: str, value: Any) -> None:
    import tomlkit  # noqa: PLC0415

    if value in (None, (), {}):
        document.pop(key, None)
    elif isinstance(value, Mapping):
        table = tomlkit.table()
        table.update({name: value[name] for name in sorted(value)})
        document[key] = table
    elif isinstance(value, tuple) and isinstance(value[0], msgspec.Struct):
        tables = tomlkit.aot()
        for each in value:
            table = tomlkit.table()
            table.update(msgspec.structs.asdict(each))
            tables.append(table)
        document[key] = tables
    else:
        plain = list(value) if isinstance(value, tuple) else str(value) if isinstance(value, StrEnum) else value
        if key in document:
            document[key] = plain
        else:
            document.add(key, plain)


def _problem(error: Exception, path: Path) -> Problem:
    code = getattr(error, "errno", None) or 0
    text = getattr(error, "strerror", None) or str(error)
    reason = Reason.NO_SPACE if code in (28, 122) else Reason.READ_ONLY if code in (1, 13, 30) else Reason.OTHER
    return Problem(reason, f"{path}: {text}", code, str(path))
