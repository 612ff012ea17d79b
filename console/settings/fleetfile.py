"""The fleet file on disk: read, changed one host at a time, and watched."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace

from console.files.atomic import alone, write_text
from console.fleet import uris
from console.fleet.errors import Busy, Conflict, Denied, Failed, FleetError, NotFound, Problem, Reason, UsageError
from console.fleet.hosts import HostSpec
from console.fleet.listeners import Listeners
from console.settings import fleettext
from console.settings.fleetread import Fault, FileProblem, FleetFile, free_id, printable, read, slug, values_of
from console.settings.fleettext import Block

__all__ = ["Fault", "FileProblem", "FleetFile", "FleetStore", "read"]

POLL = 0.5  # seconds between two looks at the file; a change counts when two looks see the same
LOCK_LIMIT = 2.0  # seconds that another console may take to save
HEAD = "# The fleet: one [[host]] table per host. Comments, and keys of your own, stay.\n"

Stamp = tuple[int, int, int, int]

_log = logging.getLogger(__name__)


class FleetStore:
    """The hosts of one fleet file. Thread-safe; all but `specs`, `problems`, `subscribe` block on the disk.

    Attributes:
        path: the file; it need not exist.
    """

    def __init__(self, path: Path, poll: float = POLL) -> None:
        self.path = path
        self._poll = poll
        self._lock = threading.RLock()
        self._file = FleetFile()
        self._stamp: Stamp | None = None
        self._listeners: Listeners[Callable[[], object]] = Listeners()
        self._watcher: threading.Thread | None = None
        self._closed = threading.Event()

    # reading

    @property
    def specs(self) -> tuple[HostSpec, ...]:
        """The hosts, in the file's order."""
        return self._file.specs

    @property
    def problems(self) -> tuple[FileProblem, ...]:
        """What is wrong in the file; the rest of it is in use."""
        return self._file.problems

    @property
    def read_only(self) -> bool:
        """The file cannot be changed from here: saving would raise Denied."""
        there = self.path.exists()
        folder = self.path.resolve().parent
        if there and not os.access(self.path, os.W_OK):
            return True
        while not folder.exists():
            folder = folder.parent
        return not os.access(folder, os.W_OK | os.X_OK)

    def load(self) -> FleetFile:
        """Reads the file anew. Where it cannot be read at all, the hosts stay as they were, and a problem says why."""
        with self._lock:
            try:
                text, self._stamp = self._read()
            except FileNotFoundError:
                self._stamp, self._file = None, FleetFile()
            except UnicodeDecodeError as error:
                before = bytes(error.object[: error.start])
                line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
                self._file = replace(self._file, problems=(FileProblem(line, column, Fault.NOT_UTF8),))
            except OSError as error:
                problem = FileProblem(0, 0, Fault.UNREADABLE, {"text": error.strerror or str(error)})
                self._file = replace(self._file, problems=(problem,))
            else:
                self._file = read(text)
            return self._file

    def _read(self) -> tuple[str, Stamp]:
        """The text and the stamp it had. Errors: OSError, UnicodeDecodeError (then the stamp is noted)."""
        with self.path.open("rb") as file:
            stamp = _stamp(os.fstat(file.fileno()))
            data = file.read()
        self._stamp = stamp
        return data.decode("utf-8"), stamp

    # changing

    def add(self, spec: HostSpec) -> HostSpec:
        """Appends a host; the host with the id it got. Conflict: its name is taken. UsageError: its URI or name cannot be."""
        _check(spec)

        def change(text: str) -> str:
            nonlocal spec
            now = read(text).specs
            _not_taken(spec, now)
            spec = replace(spec, id=free_id(spec.id or slug(spec.name), {other.id for other in now}))
            values = {key: value for key, value in values_of(spec).items() if value is not None}
            return fleettext.appended(text or HEAD, fleettext.new(values))

        self._save(change, spec.name)
        return spec

    def replace(self, host: str, spec: HostSpec) -> None:
        """Changes what the file says of host `host` (an id), which keeps its id. NotFound: it is gone. Else as `add`.

        Only what differs from what this console knew is written: another's change of another key stays.
        """
        _check(spec)
        known = next((other for other in self.specs if other.id == host), None)
        wanted = values_of(replace(spec, id=host))
        before = values_of(known) if known else {}
        values = {key: value for key, value in wanted.items() if key not in before or before[key] != value}

        def change(text: str) -> str:
            _not_taken(spec, [other for other in read(text).specs if other.id != host])
            return _with_block(text, host, lambda block: fleettext.changed(block.text, values))

        self._save(change, spec.name)

    def remove(self, host: str) -> None:
        """Takes a host (an id) out, with the comments right above it. NotFound: it is gone."""
        name = next((spec.name for spec in self.specs if spec.id == host), host)
        self._save(lambda text: _with_block(text, host, lambda block: ""), name)

    def _save(self, change: Callable[[str], str], what: str) -> None:
        """Makes one change in what is on disk now, whoever wrote that."""
        with self._lock, _alone(self.path, what):
            while True:
                try:
                    text, stamp = self._read()
                except FileNotFoundError:
                    text, stamp = "", None
                except UnicodeDecodeError as error:
                    raise Conflict(Reason.OTHER, self.path.name, f"{self.path} is not UTF-8") from error
                except OSError as error:
                    raise _refused(error, self.path, what) from error
                new = change(text)
                if _stamp_of(self.path) != stamp:
                    continue  # an editor saved meanwhile
                try:
                    self._stamp = _stamp(write_text(self.path, new))
                except OSError as error:
                    raise _refused(error, self.path, what) from error
                self._file = read(new)
                break
        self._tell()

    # listening

    def subscribe(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Calls `listener` after each change of hosts or problems, ours or others', in the thread that met it.

        Returns the undo.
        """
        return self._listeners.add(listener)

    def watch(self) -> None:
        """Follows changes that others make, in a daemon thread, until `close`."""
        with self._lock:
            if self._watcher is None and not self._closed.is_set():
                self._watcher = threading.Thread(target=self._look, name="fleet-file", daemon=True)
                self._watcher.start()

    def close(self, timeout: float = 0.2) -> None:
        """Ends the watching; waits at most `timeout` seconds."""
        self._closed.set()
        if self._watcher is not None and self._watcher is not threading.current_thread():
            self._watcher.join(timeout)

    def _look(self) -> None:
        before = self._stamp
        while not self._closed.wait(self._poll):
            now = _stamp_of(self.path)
            if now == before and now != self._stamp:
                with self._lock:
                    old, new = self._file, self.load()
                    self._stamp = now  # as it was looked at: what cannot be opened is not tried at each look
                if old != new:
                    self._tell()
            before = now

    def _tell(self) -> None:
        for listener in self._listeners:
            try:
                listener()
            except Exception:
                _log.exception("a listener of the fleet file broke")


def _check(spec: HostSpec) -> None:
    typed = uris.read(spec.uri, uris.Way.URI)
    if typed.flaw is not None:
        raise UsageError(Reason.BAD_URI, spec.name, text=typed.flaw.value, detail=uris.masked(spec.uri))
    if not printable(spec.name):
        raise UsageError(Reason.OTHER, repr(spec.name), text="this cannot be a name")


def _not_taken(spec: HostSpec, others: list[HostSpec] | tuple[HostSpec, ...]) -> None:
    if any(other.name == spec.name for other in others):
        raise Conflict(Reason.EXISTS, spec.name, detail=spec.name)


def _with_block(text: str, host: str, change: Callable[[Block], str]) -> str:
    """The text with the block of one host changed."""
    name = next((spec.name for spec in read(text).specs if spec.id == host), None)
    if name is None:
        raise NotFound(Reason.GONE, host)
    parts = []
    found = False
    for block in fleettext.split(text):
        if block.is_host and not found and _name_in(block) == name:
            found = True
            parts.append(change(block))
        else:
            parts.append(block.text)
    if not found:
        raise Conflict(Reason.OTHER, host, text="the file is laid out in a way that only a person can change")
    return "".join(parts)


def _name_in(block: Block) -> str | None:
    specs = read(block.text).specs
    return specs[0].name if specs else None


def _refused(error: OSError, path: Path, what: str) -> FleetError:
    text = error.strerror or str(error)
    if isinstance(error, PermissionError) or error.errno == 30:  # EROFS
        return Denied(Problem(Reason.READ_ONLY, text, error.errno or 0, str(path)), what)
    if error.errno in (28, 122):  # ENOSPC, EDQUOT
        return Failed(Problem(Reason.NO_SPACE, text, error.errno, str(path)), what)
    return Failed(Problem(Reason.OTHER, f"{path}: {text}", error.errno or 0, str(path)), what)


def _stamp(stat: os.stat_result) -> Stamp:
    return stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_size


def _stamp_of(path: Path) -> Stamp | None:
    try:
        return _stamp(path.stat())
    except OSError:
        return None


@contextlib.contextmanager
def _alone(path: Path, what: str) -> Iterator[None]:
    """No other console saves meanwhile. Busy after LOCK_LIMIT."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(alone(path, LOCK_LIMIT))
        except TimeoutError:
            raise Busy(Reason.IN_USE, path.name) from None
        except OSError as error:
            raise _refused(error, path, what) from error
        yield
