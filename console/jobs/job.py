"""A job as the rest sees it (JobView), as its body sees it (Job), and as it is asked for (JobSpec)."""

from __future__ import annotations

import getpass
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache

import msgspec

from console.fleet.domains import VmKey
from console.fleet.errors import Problem
from console.jobs.flag import Flag

Value = str | int | float
Body = Callable[["Job"], object]
Via = Callable[[Callable[[], None]], None]

PACE_WINDOW = 5.0  # seconds over which a rate is taken
PACE_STEP = 0.1  # seconds between two kept samples
PACE_LEAST = 0.5  # seconds before a rate is told at all


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in _ENDED


_ENDED = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})


class Cancelled(Exception):
    """Raised in a body by `Job.check`: somebody asked for the end."""


class JobView(msgspec.Struct, frozen=True):
    """One job at one moment.

    kind: a code such as "vm.start". target: the name shown. step: a code; words make the sentence from it and `values`.
    fraction: 0..1, None = unknown. rate: bytes/s. eta: seconds. created, started, ended: epoch seconds, 0 = not yet.
    problem, what: of the FleetError that ended it. parent, children: of a group, whose `values` hold the counts
    total, succeeded, failed and cancelled. command: the command line that does the same. by: user@workstation.
    interrupted: its console ended while it was under way (only in the history). deed: of a group, what is to be done to
    each, as the service wrote it that can do it again.
    """

    id: int
    kind: str
    target: str
    vms: tuple[VmKey, ...] = ()
    hosts: tuple[str, ...] = ()
    state: JobState = JobState.QUEUED
    step: str = ""
    values: Mapping[str, Value] = msgspec.field(default_factory=dict)
    fraction: float | None = None
    rate: float | None = None
    eta: float | None = None
    created: float = 0.0
    started: float = 0.0
    ended: float = 0.0
    problem: Problem | None = None
    what: str = ""
    parent: int | None = None
    children: tuple[int, ...] = ()
    command: str = ""
    by: str = ""
    interrupted: bool = False
    deed: str = ""


class JobSpec(msgspec.Struct, frozen=True):
    """A member of a group, to be run. Fields as for `JobRunner.submit`.

    stage: those of a lower one are all over before it begins. aside: it is no VM's and is not counted (a wait between stages).
    """

    kind: str
    target: str
    body: Body
    vms: tuple[VmKey, ...] = ()
    hosts: tuple[str, ...] = ()
    via: Via | None = None
    command: str = ""
    stage: int = 0
    aside: bool = False


class Later(ABC):
    """What a body returns that has done its part while the job is not over: no thread waits for the rest."""

    __slots__ = ()

    @abstractmethod
    def then(self, ended: Callable[[BaseException | None], None]) -> None:
        """`ended` is called once, in any thread, with what went wrong (as a body would raise it) or None."""


class Pace:
    """Rate (units/s) and time left (s) of something that grows, over the last few seconds. Not thread-safe."""

    def __init__(self, clock: Callable[[], float], window: float = PACE_WINDOW) -> None:
        self._clock = clock
        self._window = window
        self._samples: deque[tuple[float, float]] = deque()

    def note(self, done: float, total: float) -> tuple[float | None, float | None]:
        """Takes in `done` of `total` (0 = not known); returns rate and time left, None = not known (yet)."""
        now = self._clock()
        samples = self._samples
        if samples and done < samples[-1][1]:
            samples.clear()
        rate = None
        if samples and now - samples[0][0] >= PACE_LEAST:
            rate = (done - samples[0][1]) / (now - samples[0][0])
        if not samples or now - samples[-1][0] >= PACE_STEP:
            samples.append((now, done))
        while len(samples) > 1 and samples[1][0] <= now - self._window:
            samples.popleft()
        return rate, (total - done) / rate if rate and total >= done else None


class Job:
    """What a body holds while it runs. Used by the body's own threads; `cancelled` may be read by any.

    report: takes changed fields of the view. write: takes a line of the log.
    """

    def __init__(
        self,
        id: int,
        report: Callable[[Mapping[str, object]], None],
        write: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id = id
        self._report = report
        self._write = write
        self._clock = clock
        self._pace = Pace(clock)
        self._asked = Flag()
        self._lock = threading.Lock()
        self._on_cancel: list[Callable[[], None]] = []

    def step(self, code: str, **values: Value) -> None:
        """The next step begins; progress starts anew as unknown."""
        self._pace = Pace(self._clock)
        self._report({"step": code, "values": values, "fraction": None, "rate": None, "eta": None})

    def progress(self, done: float, total: float, in_bytes: bool = True) -> None:
        """`done` of `total` of this step; total 0 = not known. The rate is told only where the unit is bytes."""
        rate, eta = self._pace.note(done, total)
        fraction = min(max(done / total, 0.0), 1.0) if total > 0 else None
        self._report({"fraction": fraction, "rate": rate if in_bytes else None, "eta": eta})

    def log(self, text: str) -> None:
        """A line for who wants to know exactly; libvirt's or a tool's own words, never a secret."""
        self._write(text)

    @property
    def cancelled(self) -> bool:
        """Somebody asked for the end."""
        return self._asked.is_set()

    def check(self) -> None:
        """Raises Cancelled where somebody asked for the end. To be called wherever stopping is safe."""
        if self._asked.is_set():
            raise Cancelled

    def pause(self, seconds: float) -> None:
        """Sleeps; raises Cancelled as soon as somebody asks for the end."""
        if self._asked.wait(seconds):
            raise Cancelled

    def on_cancel(self, stop: Callable[[], None]) -> Callable[[], None]:
        """`stop` is called, in a thread of its own, when the end is asked for (at once if it was). Returns the undo."""
        with self._lock:
            late = self._asked.is_set()
            if not late:
                self._on_cancel.append(stop)
        if late:
            stop()

        def undo() -> None:
            with self._lock:
                if stop in self._on_cancel:
                    self._on_cancel.remove(stop)

        return undo

    def ask_end(self) -> tuple[Callable[[], None], ...]:
        """For the runner: marks the end as asked for and hands out what is to be called for it, once."""
        with self._lock:
            self._asked.set()
            stops, self._on_cancel = tuple(self._on_cancel), []
        return stops


@cache
def who() -> str:
    """user@workstation, as written into the history."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a uid without a name
        user = "?"
    return f"{user}@{socket.gethostname()}"
