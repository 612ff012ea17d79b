"""What changed since midnight, gathered from what was seen of VMs, what was done, and when hosts were lost. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterable

import msgspec

from console.fleet.domains import VmKey

ORDER = (
    "host-lost",
    "vm-crash",
    "job-failed",
    "vm-start",
    "vm-stop",
    "vm-pause",
    "vm-resume",
    "vm-migration",
    "vm-revert",
    "vm-config",
    "vm-added",
    "vm-removed",
    "storage",
)
"""Kinds of events, what wants attention first."""


class Event(msgspec.Struct, frozen=True):
    """Something that happened. name: of what it happened to. key: where that is a VM. text: of a mark its own, of a job its kind.

    job: its number, 0 = none.
    """

    at: float
    kind: str
    name: str
    host: str = ""
    key: VmKey | None = None
    text: str = ""
    job: int = 0


class Today(msgspec.Struct, frozen=True):
    """counts: how many of each kind, in ORDER. events: newest first. began: epoch of midnight."""

    began: float
    counts: tuple[tuple[str, int], ...] = ()
    events: tuple[Event, ...] = ()

    def keys(self, kind: str) -> tuple[VmKey, ...]:
        """The VMs it happened to, each once, in the order of their last time."""
        return tuple(dict.fromkeys(event.key for event in self.events if event.kind == kind and event.key is not None))


def day_began(now: float) -> float:
    """Epoch of the last midnight here."""
    local = time.localtime(now)
    return time.mktime((local.tm_year, local.tm_mon, local.tm_mday, 0, 0, 0, 0, 0, -1))


def of_today(events: Iterable[Event], began: float) -> Today:
    """Gathers them; kinds that are not known here are left out."""
    found = sorted((event for event in events if event.at >= began and event.kind in ORDER), key=lambda e: -e.at)
    counts = {kind: sum(event.kind == kind for event in found) for kind in ORDER}
    return Today(began, tuple((kind, count) for kind, count in counts.items() if count), tuple(found))
