"""Load over time: series for graphs, what happened, and who takes most. Everything but `idle_since` may block on the disk.

Series come from the history file together with what is in memory; where all of it is in memory, no disk is touched.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from console.files.claim import Claimant
from console.fleet.domains import VmKey
from console.fleet.errors import FleetError
from console.fleet.history import KEPT, STEPS, By, Mark, Measure, Series, Subject, Top
from console.inventory.history import Recorder
from console.inventory.inventory import Inventory

if TYPE_CHECKING:
    from console.inventory.book import Entry
    from console.inventory.reading import Bins

GRACE = 2  # bins by which a span may be older than a tier is kept
FILE_AGE = 86400.0  # seconds after which what the file says of who is idle is of another time
AT_ONCE = 2_000_000  # values of a top list that are in memory at a time
MOST_AT_ONCE = 128  # VMs of a top list that are read at a time: in between others have their turn at the file
FINE, MINUTES = 720.0, 3 * 3600.0  # seconds up to which a top list is made of five-second values, of minutes


class Span(msgspec.Struct, frozen=True):
    """Bins of a tier, `by` of them as one: the first of those (counted from the epoch), and how many."""

    tier: int
    by: int
    first: int
    count: int

    @property
    def length(self) -> float:
        """Seconds of a bin."""
        return self.by * STEPS[self.tier]


class StatsService:
    """The past and present load of VMs and hosts. Thread-safe. interval: seconds between two rounds of a host."""

    def __init__(self, inventory: Inventory, recorder: Recorder, clock: Callable[[], float] = time.time) -> None:
        self._inventory = inventory
        self._recorder = recorder
        self.interval = recorder.interval
        self._clock = clock
        self._entries: Mapping[Subject, Entry] | None = None

    # series

    def series(
        self, key: Subject, measures: Iterable[Measure], start: float, end: float, points: int
    ) -> dict[Measure, Series]:
        """Some measures of a VM or host (by its id) from `start` to `end` (epoch), in at most about `points` equal bins.

        The bins are those of the finest tier that reaches back so far, or several of them together; they begin at whole
        multiples of their length. What is not kept so long is left out at the beginning. Errors: Failed.
        """
        return self.several([key], measures, start, end, points)[key]

    def several(
        self, keys: Sequence[Subject], measures: Iterable[Measure], start: float, end: float, points: int
    ) -> dict[Subject, dict[Measure, Series]]:
        """`series` of several subjects, all in the same bins."""
        from console.services import bins  # noqa: PLC0415

        wanted = tuple(measures)
        span = self._span(start, end, points)
        found = self._read(keys, wanted, span)
        return {key: bins.series(wanted, span, found[key], self.replayed(key)) for key in keys}

    def stacked(self, host: str, measure: Measure, start: float, end: float, points: int) -> dict[VmKey, Series]:
        """One measure of every VM of a host that has any figure in the span. CPU in whole CPUs, so that it adds up."""
        from console.services import bins  # noqa: PLC0415

        keys = [key for key in self.subjects() if isinstance(key, VmKey) and key.host == host]
        found = self.several(keys, [measure], start, end, points)
        stacked = {}
        for key in keys:
            series = found[key][measure]
            if bins.known(series):
                stacked[key] = bins.scaled(series, self.vcpus(key)) if measure is Measure.CPU else series
        return stacked

    def _span(self, start: float, end: float, points: int) -> Span:
        now = self._clock()
        end = min(max(start + 1, end), now + KEPT[0])
        start = max(min(start, end - 1), now - KEPT[-1])
        wanted = (end - start) / max(1, points)
        tier = next(
            tier
            for tier, (step, kept) in enumerate(zip(STEPS, KEPT, strict=True))
            if tier == len(STEPS) - 1 or (now - start <= kept + GRACE * step and wanted < STEPS[tier + 1])
        )
        by = max(1, math.ceil(wanted / STEPS[tier] - 0.05))
        length = by * STEPS[tier]
        first = math.floor(start / length)
        return Span(tier, by, first, max(1, math.ceil(end / length) - first))

    def _read(self, keys: Sequence[Subject], measures: Sequence[Measure], span: Span) -> dict[Subject, Bins]:
        first, count = span.first * span.by, span.count * span.by
        if span.tier == 0 and first * STEPS[0] >= self._recorder.held_from():
            return self._recorder.live(keys, first, count, measures)
        return self._recorder.read(keys, span.tier, first, count, measures)

    # what happened

    def marks(self, keys: Iterable[VmKey] | None, start: float, end: float) -> list[Mark]:
        """What happened to these VMs (None = to any), oldest first. Errors: Failed."""
        return self._recorder.marks(keys, start, end)

    def mark(self, mark: Mark) -> None:
        """Something happened to a VM that its host's state and configuration do not tell. Never blocks; kept where this console
        records."""
        if self._recorder.listening:
            self._recorder.mark(mark)

    # who takes most

    def top(
        self,
        measure: Measure | Sequence[Measure],
        start: float,
        end: float,
        by: By = By.VM,
        among: Collection[VmKey] | None = None,
    ) -> list[Top]:
        """Who took most of `measure` (several are added up) in a span, most first.

        among: only of these VMs; hosts then are what those of them take, else what the host itself tells. VMs that are no
        more are in it too, as far as they are kept. A VM with several tags counts for each. Errors: Failed.
        """
        from console.services import bins  # noqa: PLC0415

        measures = (measure,) if isinstance(measure, Measure) else tuple(measure)
        span = self._top_span(start, end)
        whole = by is By.HOST and among is None
        keys: list[Subject] = [key for key in self.subjects() if isinstance(key, str) is whole]
        if among is not None:
            keys = [key for key in keys if key in among]
        table = bins.Table(span, Measure.CPU in measures, set(measures) <= set(_NOT_ADDED))
        some = max(1, min(MOST_AT_ONCE, AT_ONCE // (span.count * span.by * 3 * len(measures))))
        for begin in range(0, len(keys), some):
            for key, found in self._read(keys[begin : begin + some], measures, span).items():
                factor = self.vcpus(key) if Measure.CPU in measures else 1.0
                for group in self._groups(key, by):
                    table.add(group, bins.added_up(measures, found, factor))
        return table.rows(lambda group: self.name(group) if isinstance(group, VmKey) or by is By.HOST else group)

    def _top_span(self, start: float, end: float) -> Span:
        now = self._clock()
        length = end - start
        if length <= FINE and now - start <= KEPT[0]:
            return self._span(start, end, math.ceil(length / STEPS[0]))
        if length <= MINUTES and now - start <= KEPT[1]:
            return self._span(start, end, math.ceil(length / STEPS[1]))
        return self._span(start, end, max(1, math.floor(length / STEPS[2])))

    def _groups(self, key: Subject, by: By) -> Sequence[Subject]:
        if isinstance(key, str) or by is By.VM:
            return (key,)
        if by is By.HOST:
            return (key.host,)
        domain = self._inventory.domain(key)
        return (domain.tags if domain is not None else ()) or ("",)

    # about subjects

    def subjects(self) -> list[Subject]:
        """All of whom there are figures, those that are no more too. Errors: Failed."""
        known: dict[Subject, None] = dict.fromkeys(self._recorder.subjects())
        known.update(dict.fromkeys(self._recorder.in_memory()))
        return list(known)

    def name(self, key: Subject) -> str:
        """What a VM or host is called, or was when it was last seen."""
        if isinstance(key, str):
            spec = self._inventory.spec(key)
            name = spec.name if spec is not None else ""
        else:
            domain = self._inventory.domain(key)
            name = domain.name if domain is not None else ""
        if not name and (entry := self._recorder.subjects().get(key)) is not None:
            name = entry.name
        return name or (key if isinstance(key, str) else key.uuid)

    def find(self, word: str, host: str | None = None) -> list[Subject]:
        """VMs of whom there are figures and that are, or were, called `word` (name, UUID or host/name). Errors: Failed."""
        before, slash, last = word.rpartition("/")
        found: list[Subject] = []
        for key, entry in self._recorder.subjects().items():
            if isinstance(key, str) or (host is not None and key.host != host):
                continue
            if word in (entry.name, key.uuid) or (
                slash and before in (key.host, self.name(key.host)) and last in (entry.name, key.uuid)
            ):
                found.append(key)
        return found

    def vcpus(self, key: Subject) -> float:
        """By what a share of CPU becomes whole CPUs: the vCPUs, or CPUs of a host, as of now; 1 where that is not known."""
        if isinstance(key, str):
            facts = self._inventory.view(key).facts
            return float(facts.cpus) if facts is not None and facts.cpus else 1.0
        domain = self._inventory.domain(key)
        return float(domain.vcpus) if domain is not None and domain.vcpus else 1.0

    def replayed(self, key: Subject) -> bool:
        """What there is of it is a recorded trace of the demo, not a measurement."""
        return self._recorder.replayed(key)

    def idle_since(self, key: VmKey) -> float | None:
        """Epoch since which a VM that runs has hardly used its CPU, as far as it was measured; None = busy, or not known.

        Never blocks in a console that records; elsewhere the file is read once.
        """
        if self._recorder.listening:
            return self._recorder.idle_since(key)
        if self._entries is None:
            try:
                self._entries = self._recorder.subjects()
            except FleetError:
                self._entries = {}
        entry = self._entries.get(key)
        return entry.busy if entry is not None and self._clock() - entry.seen < FILE_AGE else None

    def recorded_by(self) -> Claimant | None:
        """Which other console records on this profile; None = this one, or none."""
        return self._recorder.claim.other()


_NOT_ADDED = (Measure.MEMORY, Measure.MEMORY_ALLOCATED, Measure.DISK_LATENCY)
"""Measures of which a total over time has no sense."""
