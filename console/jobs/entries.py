"""Jobs as they are kept in memory: one entry each, the handle of one, and all that are remembered."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import msgspec

from console.jobs.flag import Flag
from console.jobs.groups import Group
from console.jobs.job import Job, JobSpec, JobView, Value, who

LOG_LINES = 2000  # kept per job in memory
STEPS = 500
REMEMBERED = 5000  # jobs that `views` shows before the oldest ended ones are let go

StepLine = tuple[float, str, Mapping[str, Value]]


class Keeper(Protocol):
    """Where jobs are written down (jobs.journal.JobStore). None of these blocks."""

    def next_id(self) -> int: ...

    def keep(self, view: JobView) -> None:
        """Called with every view that is told, those of one job in order."""

    def log(self, job: int, stamp: float, text: str) -> None: ...


class Entry(msgspec.Struct, eq=False):
    """One job, guarded by the lock of the entries."""

    view: JobView
    spec: JobSpec
    job: Job
    group: Group | None = None
    result: object = None
    done: Flag = msgspec.field(default_factory=Flag)
    log: deque[tuple[float, str]] = msgspec.field(default_factory=lambda: deque(maxlen=LOG_LINES))
    steps: deque[StepLine] = msgspec.field(default_factory=lambda: deque(maxlen=STEPS))
    starting: bool = False  # of a group: a thread is starting members


class JobHandle:
    """A job that was submitted."""

    def __init__(self, entry: Entry, cancel: Callable[[int], None]) -> None:
        self._entry = entry
        self._cancel = cancel
        self.id = entry.view.id

    def wait(self, timeout: float | None = None) -> JobView:
        """Waits (seconds) for the end; returns the view as it is then, ended or not."""
        self._entry.done.wait(timeout)
        return self._entry.view

    @property
    def view(self) -> JobView:
        return self._entry.view

    @property
    def result(self) -> Any:
        """What the body returned; None for a group, and until it succeeds."""
        return self._entry.result

    def cancel(self) -> None:
        self._cancel(self.id)


class Entries:
    """The jobs of this run that are remembered, oldest first. What changes them holds `lock`."""

    def __init__(self, store: Keeper | None, clock: Callable[[], float]) -> None:
        self.lock = threading.RLock()
        self._store = store
        self._clock = clock
        self._ids = itertools.count(1)
        self._by = who()
        self._entries: dict[int, Entry] = {}
        self._still_open = 0  # of them, when the ended ones were last let go, and a tenth more

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._entries.values()))

    def get(self, id: int | None) -> Entry | None:
        return self._entries.get(id) if id is not None else None

    def new(self, spec: JobSpec, parent: int | None, report: Callable[[Entry, Mapping[str, Any]], None]) -> Entry:
        """Under the lock. report: takes the fields of the view that the job changes while it runs."""
        number = self._store.next_id() if self._store is not None else next(self._ids)
        view = JobView(
            id=number,
            kind=spec.kind,
            target=spec.target,
            vms=spec.vms,
            hosts=spec.hosts,
            created=self._clock(),
            parent=parent,
            command=spec.command,
            by=self._by,
        )

        def write(text: str) -> None:
            stamp = self._clock()
            entry.log.append((stamp, text))
            if self._store is not None:
                self._store.log(number, stamp, text)

        entry = Entry(view, spec, Job(number, lambda changes: report(entry, changes), write))
        self._entries[number] = entry
        if len(self._entries) > max(REMEMBERED, self._still_open):
            self._let_go()
        return entry

    def _let_go(self) -> None:
        """Forgets the oldest tenth of what has ended; a group and its members go together. Looks again when there are a tenth
        more: not for each member of a large group."""
        over = len(self._entries) - REMEMBERED * 9 // 10
        for entry in list(self._entries.values()):
            if over <= 0:
                break
            if entry.view.parent is None and entry.view.state.ended:
                family = (entry.view.id, *entry.view.children)
                over -= sum(self._entries.pop(job, None) is not None for job in family)
        self._still_open = len(self._entries) * 11 // 10

    # looking

    def views(self) -> tuple[JobView, ...]:
        with self.lock:
            return tuple(entry.view for entry in self._entries.values())

    def log(self, id: int) -> tuple[tuple[float, str], ...]:
        with self.lock:
            entry = self._entries.get(id)
            return tuple(entry.log) if entry else ()

    def steps(self, id: int) -> tuple[StepLine, ...]:
        with self.lock:
            entry = self._entries.get(id)
            return tuple(entry.steps) if entry else ()

    def running(self) -> int:
        with self.lock:
            return sum(not e.view.state.ended and e.view.parent is None for e in self._entries.values())
