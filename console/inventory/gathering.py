"""Rounds of statistics become columns of numbers, and these pages of the history. Needs numpy: imported when first used."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from console.fleet.domains import Load, VmKey
from console.fleet.history import (
    HOST_LOAD_FIELDS,
    HOST_MEASURES,
    LOAD_FIELDS,
    STEPS,
    VM_MEASURES,
    Measure,
    Subject,
)
from console.fleet.updates import LoadsRead
from console.inventory.book import About, Page, width_of
from console.inventory.packing import GAP, coded
from console.inventory.ring import SLOTS, Ring
from console.inventory.stages import CHUNK, SLOTS_A_CHUNK

STEP = STEPS[0]
LATE = 5.0  # intervals a round may be late and still stand for the time since the one before
BUSY = 0.05  # a VM whose CPU is above this for a minute is not idle
MINUTE = 60

_vm_values = operator.attrgetter(*(LOAD_FIELDS[measure] for measure in VM_MEASURES))
_host_values = operator.attrgetter(*HOST_LOAD_FIELDS.values())
_HOST_PLACES = np.array([HOST_MEASURES.index(measure) for measure in HOST_LOAD_FIELDS])
_LATENCY = VM_MEASURES.index(Measure.DISK_LATENCY)
_OPS = [VM_MEASURES.index(measure) for measure in (Measure.DISK_READ_OPS, Measure.DISK_WRITE_OPS)]
_SUMS = [
    index
    for index, measure in enumerate(VM_MEASURES)
    if measure not in (Measure.CPU, Measure.MEMORY, Measure.DISK_LATENCY)
]


class Gathered:
    """The newest figures of all VMs and hosts, and which of them are still to be written. Not locked: its owner does that.

    interval: seconds between two rounds of a host.
    """

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._rings = {len(VM_MEASURES): Ring(len(VM_MEASURES)), len(HOST_MEASURES): Ring(len(HOST_MEASURES))}
        self._columns: dict[Subject, int] = {}
        self._keys: dict[int, list[Subject]] = {width: [] for width in self._rings}
        self._stamps: dict[str, float] = {}
        self._last: dict[str, tuple[list[str], NDArray[np.intp]]] = {}
        self._replayed: set[str] = set()
        self._dirty: set[int] = set()  # chunks
        self._free: dict[int, list[int]] = {width: [] for width in self._rings}
        self._busy = np.zeros(64)
        self._busy_before: Mapping[Subject, float] = {}
        self._began: int | None = None  # slot
        self._looked = 0  # minute up to which it is known who was busy

    # what is in memory

    @property
    def newest(self) -> int:
        return max(ring.newest for ring in self._rings.values())

    @property
    def oldest(self) -> int:
        return self.newest - SLOTS + 1

    @property
    def whole_from(self) -> float:
        """Epoch from which on all that was told is in memory; infinity before anything was."""
        return float("inf") if self._began is None else max(self._began, self.oldest) * STEP

    @property
    def nbytes(self) -> int:
        return sum(ring.nbytes for ring in self._rings.values())

    def of(self, key: Subject, first: int, count: int) -> NDArray[np.float32] | None:
        """A subject's slots as measure × slot, NaN = not there; None = nothing of it is in memory."""
        column = self._columns.get(key)
        ring = self._rings[width_of(key)]
        if column is None or first > ring.newest or first + count <= ring.oldest:
            return None
        begin, end = max(first, ring.oldest), min(first + count, ring.newest + 1)
        held: NDArray[np.float32] = ring.window(begin, end - begin, np.array([column]))[0]
        if begin == first and end == first + count:
            return held
        found: NDArray[np.float32] = np.full((ring.width, count), np.nan, np.float32)
        found[:, begin - first : end - first] = held
        return found

    # taking in

    def was_busy(self, before: Mapping[Subject, float]) -> None:
        """When subjects of earlier runs were last busy."""
        self._busy_before = before
        if not self._looked:
            for key, column in self._columns.items():
                if isinstance(key, VmKey) and key in before:
                    self._busy[column] = before[key]

    def take(self, updates: Iterable[LoadsRead]) -> None:
        """Rounds of hosts, in their order. A round stands for the time since the one before, unless that was too long ago."""
        together: dict[str, LoadsRead] = {}
        for update in updates:
            if update.host in together:
                self._take(list(together.values()))
                together.clear()
            together[update.host] = update
        if together:
            self._take(list(together.values()))

    def _take(self, updates: Sequence[LoadsRead]) -> None:
        """One round of each of several hosts, at once: numpy's price is by the call."""
        slots = [self._slots(update) for update in updates]
        counts = np.array([len(update.domains) for update in updates])
        values = _of_vms(load for update in updates for load in update.domains.values())
        hosts = _of_hosts(updates, _added_up(values, counts))
        columns = [self._columns_of_vms(update) for update in updates]
        mine = self._columns_of([update.host for update in updates], updates[0].load.stamp)
        told: NDArray[np.bool_] = np.any(~np.isnan(hosts), axis=1)
        groups: dict[tuple[int, int, bool], list[int]] = {}
        for index, place in enumerate(slots):
            groups.setdefault(place, []).append(index)
        begins = np.cumsum(counts) - counts
        for (first, last, anew), some in groups.items():
            span = range(first, last + 1)
            rows = np.concatenate([np.arange(begins[index], begins[index] + counts[index]) for index in some])
            of_vms = np.concatenate([columns[index] for index in some])
            self._rings[len(VM_MEASURES)].put(span, of_vms, values[rows], anew)
            there = [index for index in some if told[index]]
            self._rings[len(HOST_MEASURES)].put(span, mine[there], hosts[there], anew)
            self._dirty |= {number // SLOTS_A_CHUNK for number in span}
            self._began = first if self._began is None else min(self._began, first)

    def _slots(self, update: LoadsRead) -> tuple[int, int, bool]:
        """First and last slot that a round stands for, and whether the clock was put back before it."""
        stamp = update.load.stamp
        slot = int(stamp // STEP)
        before = self._stamps.get(update.host)
        self._stamps[update.host] = stamp
        if update.load.replayed:
            self._replayed.add(update.host)
        else:
            self._replayed.discard(update.host)
        if before is None or not 0 < stamp - before <= LATE * max(self._interval, 1.0):
            return slot, slot, before is not None and stamp < before
        return min(slot, int(before // STEP) + 1), slot, False

    def _columns_of_vms(self, update: LoadsRead) -> NDArray[np.intp]:
        """The columns of a round's VMs; nearly always those of the round before."""
        uuids = list(update.domains)
        known = self._last.get(update.host)
        if known is None or known[0] != uuids:
            columns = self._columns_of([VmKey(update.host, uuid) for uuid in uuids], update.load.stamp)
            known = self._last[update.host] = (uuids, columns)
        return known[1]

    def _columns_of(self, keys: Sequence[Subject], at: float) -> NDArray[np.intp]:
        found = []
        for key in keys:
            column = self._columns.get(key)
            if column is None:
                column = self._columns[key] = self._new_column(key, at)
            found.append(column)
        return np.array(found, np.intp)

    def _new_column(self, key: Subject, at: float) -> int:
        width = width_of(key)
        mine, free = self._keys[width], self._free[width]
        if free:
            column = free.pop()
            mine[column] = key
        else:
            column = len(mine)
            mine.append(key)
        if isinstance(key, VmKey):
            if column >= len(self._busy):
                self._busy = np.concatenate((self._busy, np.zeros(len(self._busy))))
            self._busy[column] = self._busy_before.get(key, at)
        return column

    def forget_those_gone(self) -> None:
        """Columns of which nothing is in memory any more are free for others."""
        self._last.clear()
        for width, ring in self._rings.items():
            keys = self._keys[width]
            seen = ring.seen()[: len(keys)]
            free = set(self._free[width])
            for column in np.flatnonzero(~seen):
                if int(column) not in free:
                    self._columns.pop(keys[column], None)
                    self._free[width].append(int(column))

    # handing on

    def pages(self, now: float, all_of_them: bool = False) -> list[Page]:
        """Chunks that have ended and hold something new; with `all_of_them` those that have not ended too."""
        ended = int(now // CHUNK)
        chunks = sorted(chunk for chunk in self._dirty if all_of_them or chunk < ended or chunk > ended + 1)
        self._dirty.difference_update(chunks)
        pages = []
        for chunk in chunks:
            for width, ring in self._rings.items():
                keys = self._keys[width]
                first = chunk * SLOTS_A_CHUNK
                if not keys or first + SLOTS_A_CHUNK <= ring.oldest or first > ring.newest:
                    continue
                codes = coded(ring.window(first, SLOTS_A_CHUNK)[: len(keys)])
                there = np.flatnonzero((codes != GAP).any(axis=(1, 2)))
                if len(there):
                    pages.append(Page(chunk, [keys[index] for index in there], codes[there]))
        return pages

    def put_back(self, chunks: Iterable[int]) -> None:
        """These could not be written: they are handed on again, as long as they are in memory."""
        oldest = self.oldest // SLOTS_A_CHUNK
        self._dirty |= {chunk for chunk in chunks if chunk >= oldest}

    def look_who_is_busy(self) -> None:
        """Notes which VMs were busy in the minutes that ended since the last look."""
        ring, keys = self._rings[len(VM_MEASURES)], self._keys[len(VM_MEASURES)]
        per = int(MINUTE // STEP)
        ended = ring.newest // per
        if ended < self._looked:
            self._looked = ended  # the clock was put back
        for minute in range(max(self._looked, -(-ring.oldest // per)), ended):
            cpu = ring.window(minute * per, per)[: len(keys), 0]
            known = ~np.isnan(cpu)
            mean = np.where(known, cpu, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
            self._busy[: len(keys)][mean > BUSY] = (minute + 1) * MINUTE
        self._looked = ended

    def busy_at(self, key: VmKey) -> float:
        """Epoch at which this VM was last seen busy, else of its first sight; 0 = it was never seen."""
        column = self._columns.get(key)
        return float(self._busy[column]) if column is not None and column < len(self._busy) else 0.0

    def about(self, keys: Iterable[Subject] | None, name: Callable[[Subject], str]) -> dict[Subject, About]:
        """What the history is to know of these subjects, or of all seen in this run."""
        return {
            key: About(
                name(key),
                (key if isinstance(key, str) else key.host) in self._replayed,
                self.busy_at(key) if isinstance(key, VmKey) else 0.0,
            )
            for key in (self._columns if keys is None else keys)
        }

    def subjects(self) -> list[Subject]:
        return list(self._columns)

    def replayed(self, key: Subject) -> bool:
        """What is told of it is a recorded trace."""
        return (key if isinstance(key, str) else key.host) in self._replayed


def _of_vms(loads: Iterable[Load]) -> NDArray[np.float64]:
    """VM × measure; what is not known is NaN."""
    return np.array([_vm_values(load) for load in loads], np.float64).reshape(-1, len(VM_MEASURES))


def _added_up(values: NDArray[np.float64], counts: NDArray[np.intp]) -> NDArray[np.float64]:
    """All VMs of each host together, host × measure: sums, and the latency of all their operations. counts: VMs of each."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    told = known[:, _LATENCY]
    operations = np.where(told, filled[:, _OPS].sum(axis=1), 0.0)
    filled[:, _LATENCY] *= operations
    owner = np.repeat(np.arange(len(counts)), counts)
    sums = np.zeros((len(counts), values.shape[1]))
    np.add.at(sums, owner, filled)
    some = np.zeros(sums.shape, np.intp)
    np.add.at(some, owner, known)
    sums[some == 0] = np.nan
    done = np.bincount(owner, operations, len(counts))
    sums[:, _LATENCY] = np.divide(sums[:, _LATENCY], done, out=np.full(len(counts), np.nan), where=done > 0)
    return sums


def _of_hosts(updates: Sequence[LoadsRead], sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Host × measure: what the host tells, and of the rest what its VMs are together."""
    rows = np.full((len(updates), len(HOST_MEASURES)), np.nan)
    rows[:, _SUMS] = sums[:, _SUMS]
    rows[:, _LATENCY] = sums[:, _LATENCY]
    rows[:, _HOST_PLACES] = np.array([_host_values(update.load) for update in updates], np.float64)
    return rows
