"""The recorder: every round of statistics into the history file, and what happened beside it.

Of several consoles on one profile one records. Nothing here needs numpy before there is something to record or to read.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.files.claim import Claim
from console.files.database import OnProblem
from console.files.writer import RETRY, Writer
from console.fleet.domains import VmKey
from console.fleet.errors import Failed, Problem
from console.fleet.history import Mark, Measure, Subject
from console.fleet.updates import ChangeSet, LoadsRead
from console.inventory.happenings import Happenings
from console.inventory.inventory import Inventory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from console.inventory.book import About, Book, Entry
    from console.inventory.gathering import Gathered
    from console.inventory.reading import Bins

DELAY = 4.0  # seconds that rounds are gathered
CLAIM_EVERY = 30.0  # seconds between two tries to become the one that records
AT_EASE = 60.0  # seconds after the start in which nothing is packed: there is enough to do
SLACK = 120.0  # seconds after its end that an hour is packed: late answers are in then
STEADY = 600.0  # seconds that the clock must have gone evenly before anything is dropped for its age
JUMP = 60.0  # seconds by which a clock that goes evenly never is off
MARKS_WAITING = 10_000  # while they cannot be written; the oldest go first
PIECE = 0.02  # seconds between two pieces of packing


class Recorder:
    """Records what the inventory is told, in a thread of its own. Without `start` it only reads.

    `take` and `changed` never block.

    Attributes:
        claim: who records. interval: seconds between two rounds of a host.
    """

    def __init__(
        self,
        path: Path,
        inventory: Inventory,
        interval: float,
        clock: Callable[[], float] = time.time,
        delay: float = DELAY,
    ) -> None:
        self._path = path
        self._inventory = inventory
        self.interval = interval
        self._clock = clock
        self._lock = threading.RLock()  # over what is in memory
        self._rounds: deque[LoadsRead] = deque()
        self._happenings = Happenings(inventory)
        self._marks: deque[Mark] = deque(maxlen=MARKS_WAITING)
        self.claim = Claim(path.with_name(path.name + ".lock"))
        self._claim_due = 0.0
        self._book: Book | None = None
        self._gathered: Gathered | None = None
        self._busy_before: dict[Subject, float] | None = None
        self._entered: set[Subject] = set()
        self._on_problem: OnProblem = lambda _problem: None
        self._first_chunk: int | None = None
        self._refused: Problem | None = None
        self._joined = -1  # ten minutes
        self._packed = self._pruned = -1  # hour
        self._pack_from = 0.0  # monotonic
        self._even = _Evenness()
        self._closing = False
        self._undo: Callable[[], None] | None = None
        self._writer = Writer("history-writer", self._flush, delay, RETRY)

    # beginning and end

    def start(self) -> None:
        """Begins to listen to the inventory."""
        self._pack_from = time.monotonic() + AT_EASE
        self._even.holds(self._clock())
        self._happenings.begin()
        self._undo = self._inventory.subscribe(self.changed)
        self._inventory.on_loads = self.take

    def close(self, timeout: float = 0.5) -> bool:
        """Writes what is in memory; True if that was done within `timeout` seconds."""
        self._closing = True
        if self._undo is not None:
            self._undo()
            self._inventory.on_loads = None
            self._writer.wake(0.0)  # what the last flush left for later
        done = self._writer.close(timeout)
        if self._book is not None:
            self._book.database.close(0.1)
        if done:
            self.claim.give()
        return done

    @property
    def problem(self) -> Problem | None:
        """Why nothing (or not everything) is recorded now; None = all is well."""
        return self._refused or (self._book.database.problem if self._book is not None else None)

    def on_problem(self, listener: OnProblem) -> None:
        """Tells `listener` each change of `problem`, in the thread that met it."""
        self._on_problem = listener
        if self._book is not None:
            self._book.database.on_problem = listener

    @property
    def recording(self) -> bool:
        return self.claim.held

    # from any thread, never blocking

    def take(self, update: LoadsRead) -> None:
        """A round of statistics."""
        load = update.load
        if not update.domains and load.cpu is None and load.memory_used_kib is None:
            return
        self._rounds.append(update)
        self._writer.wake()

    def changed(self, change: ChangeSet) -> None:
        """A change set of the inventory."""
        if self._happenings.note(change, self._clock()):
            self._writer.wake()

    def mark(self, mark: Mark) -> None:
        """Something happened that no change set tells."""
        self._marks.append(mark)
        self._writer.wake()

    def idle_since(self, key: VmKey) -> float | None:
        """Epoch since which a VM has been idle as far as it was measured, or None. Never touches the disk."""
        gathered = self._gathered
        if gathered is None or self._inventory.load(key) is None:
            return None
        busy = gathered.busy_at(key)
        return busy if busy and self._clock() - busy > 2 * 60 else None

    # reading: blocks on the disk

    def read(
        self, keys: Sequence[Subject], tier: int, first: int, count: int, measures: Sequence[Measure] | None = None
    ) -> dict[Subject, Bins]:
        """`count` bins of tier `tier` from bin `first` (from the epoch) of each subject. Errors: Failed.

        measures: a row each, in this order; None = all that the subject has.
        """
        from console.inventory import reading  # noqa: PLC0415

        self._drain()
        held = _Held(self._lock, self._gathered)
        return reading.read(self._opened() if self._is_there() else None, keys, tier, first, count, held, measures)

    def live(
        self, keys: Sequence[Subject], first: int, count: int, measures: Sequence[Measure] | None = None
    ) -> dict[Subject, Bins]:
        """The same of five-second bins as far as they are in memory. Touches no disk."""
        from console.inventory import reading  # noqa: PLC0415

        self._drain()
        return reading.in_memory(keys, first, count, _Held(self._lock, self._gathered), measures)

    def held_from(self) -> float:
        """Epoch from which on all that this console ever was told is in memory; infinity where nothing is."""
        with self._lock:
            gathered = self._gathered
            return gathered.whole_from if gathered is not None else float("inf")

    def marks(self, keys: Iterable[VmKey] | None, start: float, end: float) -> list[Mark]:
        """What happened to these VMs (None = to any), oldest first. Errors: Failed."""
        from console.inventory import reading  # noqa: PLC0415

        self._marks.extend(self._happenings.marks())
        wanted = None if keys is None else set(keys)
        waiting = [m for m in tuple(self._marks) if start <= m.at <= end and (wanted is None or m.key in wanted)]
        written = reading.marks(self._opened(), wanted, start, end) if self._is_there() else []
        return sorted(dict.fromkeys([*written, *waiting]), key=lambda mark: mark.at)

    def subjects(self) -> Mapping[Subject, Entry]:
        """All that was ever recorded, as far as it is kept. Errors: Failed."""
        return self._opened().subjects() if self._is_there() else {}

    # never blocking

    def in_memory(self) -> list[Subject]:
        """All of whom this console was told figures."""
        self._drain()
        with self._lock:
            return self._gathered.subjects() if self._gathered is not None else []

    def replayed(self, key: Subject) -> bool:
        """What is known of it is a recorded trace, as far as was read of the file."""
        entry = self._book.known().get(key) if self._book is not None else None
        with self._lock:
            return entry.replayed if entry is not None else self._gathered is not None and self._gathered.replayed(key)

    @property
    def listening(self) -> bool:
        """It was started, and so knows what the inventory is told."""
        return self._undo is not None

    def _is_there(self) -> bool:
        """There is a file; who only reads makes none."""
        return self._book is not None or self._path.exists()

    # in the writer's thread

    def _opened(self) -> Book:
        with self._lock:
            if self._book is None:
                from console.inventory.book import Book  # noqa: PLC0415

                self._book = Book(self._path)
                self._book.database.on_problem = self._on_problem
            return self._book

    def _drain(self) -> None:
        """Takes what was told into memory."""
        if not self._rounds:
            return
        from console.inventory.gathering import Gathered  # noqa: PLC0415

        with self._lock:
            if self._gathered is None:
                self._gathered = Gathered(self.interval)
            self._gathered.take([self._rounds.popleft() for _ in range(len(self._rounds))])

    def _flush(self) -> None:
        self._record()
        if self._closing:
            self.claim.give()  # also where `close` has not waited for it

    def _record(self) -> None:
        self._drain()  # first: where the file cannot be had for hours, what waits must not grow
        self._marks.extend(self._happenings.marks())
        self._take_claim()
        if self.claim.held and self._busy_before is None:
            self._read_who_was_busy()
        now = self._clock()
        if not self.claim.held:
            self._marks.clear()  # the other console writes them
            if self._gathered is not None:
                with self._lock:
                    self._gathered.pages(now, all_of_them=True)
            return
        self._write_pages(now)
        self._write_marks()
        if self._closing and self._gathered is not None:
            self._opened().update(self._about(None), now)
        if not self._closing and time.monotonic() >= self._pack_from:
            self._keep_house(now)

    def _take_claim(self) -> None:
        now = time.monotonic()
        if not self.claim.held and (now >= self._claim_due or self._closing):
            self._claim_due = now + CLAIM_EVERY
            before, self._refused = self._refused, None
            try:
                self.claim.take()
            except Failed as error:
                self._refused = error.problem
                raise
            finally:
                if self._refused != before:
                    self._on_problem(self.problem)

    def _read_who_was_busy(self) -> None:
        entries = self._opened().subjects()
        self._busy_before = {key: entry.busy for key, entry in entries.items()}
        from console.inventory.gathering import Gathered  # noqa: PLC0415

        with self._lock:
            if self._gathered is None:
                self._gathered = Gathered(self.interval)
            self._gathered.was_busy(self._busy_before)

    def _write_pages(self, now: float) -> None:
        gathered = self._gathered
        if gathered is None:
            return
        with self._lock:
            pages = gathered.pages(now, all_of_them=self._closing)
            if pages:
                gathered.look_who_is_busy()
        if not pages:
            return
        if self._first_chunk is None:
            self._first_chunk = pages[0].chunk
        keys = {key for page in pages for key in page.keys} - self._entered
        begun = pages[0].chunk <= self._first_chunk
        try:
            self._opened().write(pages, self._about(keys), merge=begun)
        except Failed:
            with self._lock:
                gathered.put_back(page.chunk for page in pages)
            self._entered.clear()  # the file may be another one next time
            raise
        self._entered |= keys

    def _about(self, keys: Iterable[Subject] | None) -> dict[Subject, About]:
        """What the file is to know of these subjects; None = of all."""
        if self._gathered is None:
            return {}
        with self._lock:
            return self._gathered.about(keys, partial(_name, self._inventory))

    def _write_marks(self) -> None:
        marks = tuple(self._marks)
        if marks:
            self._opened().mark(marks)
            for _mark in marks:
                self._marks.popleft()

    def _keep_house(self, now: float) -> None:
        """Rows of ten minutes are joined; once an hour what ended is packed, and what is too old dropped, if the clock can be
        believed."""
        run = int((now - SLACK) // 600)
        if run != self._joined:
            self._opened().join(now - SLACK, self._go_on)
            self._joined = run
        hour = int((now - SLACK) // 3600)
        if hour != self._packed:
            self._opened().update(self._about(None), now)
            self._opened().pack(now - SLACK, self._go_on)
            self._packed = hour
        if self._even.holds(now) and hour != self._pruned:
            self._opened().prune(now)
            self._pruned = hour
            with self._lock:
                if self._gathered is not None:
                    self._gathered.forget_those_gone()

    def _go_on(self) -> bool:
        time.sleep(0.0 if self._closing else PIECE)
        return not self._closing


class _Evenness:
    """Whether the clock has not jumped for a while, nor the computer slept."""

    def __init__(self) -> None:
        self._since: tuple[float, float] | None = None  # wall clock less monotonic, and since when (monotonic)

    def holds(self, now: float) -> bool:
        ticking = time.monotonic()
        offset = now - ticking
        if self._since is None or abs(offset - self._since[0]) > JUMP:
            self._since = (offset, ticking)
        return ticking - self._since[1] >= STEADY


def _name(inventory: Inventory, key: Subject) -> str:
    if isinstance(key, str):
        spec = inventory.spec(key)
        return spec.name if spec is not None else ""
    domain = inventory.domain(key)
    return domain.name if domain is not None else ""


class _Held:
    """What is in memory, for who reads it together with the file."""

    def __init__(self, lock: AbstractContextManager[object], gathered: Gathered | None) -> None:
        self._lock = lock
        self._gathered = gathered

    @property
    def oldest(self) -> int:
        return self._gathered.oldest if self._gathered is not None else -1

    @property
    def newest(self) -> int:
        return self._gathered.newest if self._gathered is not None else -1

    def of(self, key: Subject, first: int, count: int) -> NDArray[Any] | None:
        if self._gathered is None:
            return None
        with self._lock:
            return self._gathered.of(key, first, count)
