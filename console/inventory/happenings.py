"""What happened to VMs, out of the inventory's change sets: each as a mark with its time."""

from __future__ import annotations

import threading
from collections import deque

import msgspec

from console.fleet.domains import Domain, VmKey
from console.fleet.history import Mark, MarkKind
from console.fleet.marks import marks_between
from console.fleet.updates import ChangeSet, FactsRead
from console.inventory.inventory import Inventory

MOVED = 60.0  # seconds within which a VM that left here and came there has moved
BALLOON = 30.0  # seconds from one step of a balloon to the next, at most

_Seen = dict[str, tuple[float, VmKey]]  # by UUID: when, and which


class _Change(msgspec.Struct, frozen=True):
    """A VM as it was told at a moment; None: it is gone. known: all VMs of its host had been read before."""

    at: float
    key: VmKey
    domain: Domain | None
    known: bool


class Happenings:
    """Change sets go in by `note`, which never blocks; marks come out of `marks`, in any thread."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._lock = threading.Lock()
        self._changes: deque[_Change] = deque()
        self._before: dict[VmKey, Domain] = {}
        self._left: _Seen = {}
        self._came: _Seen = {}
        self._swelled: dict[VmKey, float] = {}  # when a VM started or its memory was seen to change

    def begin(self) -> None:
        """What is known now is what later changes are compared with."""
        self._before = {domain.key: domain for domain in self._inventory.domains()}

    def note(self, change: ChangeSet, now: float) -> bool:
        """A change set at `now` (epoch), in the inventory's order; True if it is about any VM."""
        if not (change.added or change.changed or change.removed):
            return False
        for key in (*change.added, *change.changed, *change.removed):
            domain = None if key in change.removed else self._inventory.domain(key)
            known = self._inventory.told(key.host, FactsRead)  # that comes after the first look at all VMs
            self._changes.append(_Change(now, key, domain, known))
        return True

    def marks(self) -> list[Mark]:
        """What happened since the last call."""
        found = []
        with self._lock:
            while self._changes:
                found += self._marks_of(self._changes.popleft())
        return found

    def _marks_of(self, change: _Change) -> list[Mark]:
        at, key, domain = change.at, change.key, change.domain
        before = self._before.pop(key, None)
        if domain is not None:
            self._before[key] = domain
        if domain is before or not change.known:
            return []  # what changed while nobody looked changed at a time nobody knows
        if domain is None:
            return self._went(at, before) if before is not None else []
        if before is None:
            return self._appeared(at, domain)
        if domain.state is not before.state:
            if not domain.since:
                return []
            if abs(domain.since - at) < MOVED:
                at = domain.since
        found = [mark for mark in marks_between(before, domain, at) if not self._swelling(mark)]
        if domain.state.active is not before.state.active:
            mine, others = (self._came, self._left) if domain.state.active else (self._left, self._came)
            found += self._moved(mine, others, at, key)
        return found

    def _swelling(self, mark: Mark) -> bool:
        """A balloon goes to its size in steps, after a start too: that happened once."""
        memory = mark.kind is MarkKind.CONFIG and mark.text == "memory_kib"
        if not memory and mark.kind is not MarkKind.START:
            return False
        last, self._swelled[mark.key] = self._swelled.get(mark.key), mark.at
        return memory and last is not None and 0 <= mark.at - last < BALLOON

    def _went(self, at: float, before: Domain) -> list[Mark]:
        moved = self._moved(self._left, self._came, at, before.key) if before.state.active else []
        return moved or [Mark(at, MarkKind.REMOVED, before.key, before.name)]

    def _appeared(self, at: float, domain: Domain) -> list[Mark]:
        moved = self._moved(self._came, self._left, at, domain.key) if domain.state.active else []
        return moved or [Mark(at, MarkKind.ADDED, domain.key, domain.name)]

    @staticmethod
    def _moved(mine: _Seen, others: _Seen, at: float, key: VmKey) -> list[Mark]:
        """Notes that a VM came or left; two marks where it left, or came, elsewhere a moment ago."""
        for noted in (mine, others):
            while noted and at - next(iter(noted.values()))[0] > MOVED:  # noted in the order of time, or nearly so
                del noted[next(iter(noted))]
        when, other = others.get(key.uuid, (at, key))
        if other.host == key.host or abs(at - when) > MOVED:
            mine.pop(key.uuid, None)
            mine[key.uuid] = (at, key)
            return []
        del others[key.uuid]
        return [Mark(at, MarkKind.MIGRATION, other, key.host), Mark(at, MarkKind.MIGRATION, key, other.host)]
