"""Giving VMs more or fewer vCPUs and more or less memory: what can be done while one runs, and what its next start brings."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from console.fleet.domains import VmKey
from console.fleet.errors import Reason, UsageError

LEAST_KIB = 1024  # memory anybody can mean


class When(StrEnum):
    """Where a size is to hold."""

    BOTH = "both"  # now where that can be, and from the next start on
    LIVE = "live"  # only now: the next start is as before
    NEXT = "next"  # only from the next start on


class Part(StrEnum):
    """What is sized. The ceilings hold for one run of the guest: only a start brings others."""

    VCPUS = "vcpus"
    MAX_VCPUS = "max-vcpus"
    MEMORY = "memory"
    MAX_MEMORY = "max-memory"


class Lack(StrEnum):
    """Why something waits for the next start, or cannot be."""

    VCPU_CEILING = "vcpu-ceiling"  # more than the vCPUs it was started with room for
    MEMORY_CEILING = "memory-ceiling"
    NO_BALLOON = "no-balloon"
    OTHER_CEILING = "ceiling"  # another ceiling was asked for
    NEXT_ONLY = "next-only"  # asked for so
    OFF = "off"  # only now, and it doesn't run
    TRANSIENT = "transient"  # there is no next start
    TOPOLOGY = "topology"  # its CPU topology fixes how many there are


class Sizing(msgspec.Struct, frozen=True):
    """What is wanted; None = as it is. Memory in KiB. A ceiling that is not given is raised where it is too low, else left."""

    vcpus: int | None = None
    memory_kib: int | None = None
    max_vcpus: int | None = None
    max_memory_kib: int | None = None
    when: When = When.BOTH


class Sizes(msgspec.Struct, frozen=True):
    """Of one definition of a VM. Memory in KiB. topology: vCPUs its CPU topology makes, 0 = it has none."""

    vcpus: int
    max_vcpus: int
    memory_kib: int
    max_memory_kib: int
    balloon: bool = True
    topology: int = 0


class SizeFacts(msgspec.Struct, frozen=True):
    """What the host says. live: None = it doesn't run. stored: as it starts next, None = it is transient."""

    key: VmKey
    live: Sizes | None
    stored: Sizes | None


class Change(msgspec.Struct, frozen=True):
    part: Part
    before: int
    after: int


class Scaling(msgspec.Struct, frozen=True):
    """What happens to one VM. live: now; stored: in what it starts with next. waits: what only the next start brings, and why.

    refused: nothing happens at all.
    """

    live: tuple[Change, ...] = ()
    stored: tuple[Change, ...] = ()
    waits: tuple[tuple[Part, Lack], ...] = ()
    refused: Lack | None = None

    @property
    def nothing(self) -> bool:
        return not self.live and not self.stored and self.refused is None


def checked_sizing(sizing: Sizing) -> Sizing:
    """`sizing`, where it can be meant at all. UsageError (detail: the part) for none, less than one, or more than its ceiling."""
    values = {
        Part.VCPUS: sizing.vcpus,
        Part.MAX_VCPUS: sizing.max_vcpus,
        Part.MEMORY: sizing.memory_kib,
        Part.MAX_MEMORY: sizing.max_memory_kib,
    }
    if all(value is None for value in values.values()):
        raise UsageError(Reason.OTHER, detail="sizing")
    for part, value in values.items():
        least = 1 if part in (Part.VCPUS, Part.MAX_VCPUS) else LEAST_KIB
        if value is not None and value < least:
            raise UsageError(Reason.OTHER, str(value), detail=part.value)
    for part, value, ceiling in (
        (Part.MAX_VCPUS, sizing.vcpus, sizing.max_vcpus),
        (Part.MAX_MEMORY, sizing.memory_kib, sizing.max_memory_kib),
    ):
        if value is not None and ceiling is not None and value > ceiling:
            raise UsageError(Reason.OTHER, str(value), detail=f"over-{part.value}")
    return sizing


def plan_scaling(sizing: Sizing, facts: SizeFacts) -> Scaling:
    """What `sizing` means for this VM."""
    live, stored = facts.live, facts.stored
    if sizing.when is When.LIVE and live is None:
        return Scaling(refused=Lack.OFF)
    if sizing.when is When.NEXT and stored is None:
        return Scaling(refused=Lack.TRANSIENT)
    now, waits = _now(sizing, live) if live is not None else ((), ())
    later = _later(sizing, stored) if stored is not None and sizing.when is not When.LIVE else ()
    if isinstance(later, Lack):
        return Scaling(refused=later)
    if waits and (sizing.when is When.LIVE or stored is None):
        return Scaling(refused=waits[0][1])
    return Scaling(now, later, waits)


def _now(sizing: Sizing, live: Sizes) -> tuple[tuple[Change, ...], tuple[tuple[Part, Lack], ...]]:
    """What changes while it runs, and what of the wish it cannot have before its next start."""
    changes: list[Change] = []
    waits: list[tuple[Part, Lack]] = []

    def take(part: Part, before: int, after: int | None, lack: Lack | None) -> None:
        if after is None or after == before:
            return
        if sizing.when is When.NEXT:
            waits.append((part, Lack.NEXT_ONLY))
        elif lack is not None:
            waits.append((part, lack))
        else:
            changes.append(Change(part, before, after))

    many = sizing.vcpus is not None and sizing.vcpus > live.max_vcpus
    take(Part.VCPUS, live.vcpus, sizing.vcpus, Lack.VCPU_CEILING if many else None)
    take(Part.MAX_VCPUS, live.max_vcpus, sizing.max_vcpus, Lack.OTHER_CEILING)
    much = sizing.memory_kib is not None and sizing.memory_kib > live.max_memory_kib
    lack = Lack.MEMORY_CEILING if much else None if live.balloon else Lack.NO_BALLOON
    take(Part.MEMORY, live.memory_kib, sizing.memory_kib, lack)
    take(Part.MAX_MEMORY, live.max_memory_kib, sizing.max_memory_kib, Lack.OTHER_CEILING)
    return tuple(changes), tuple(waits)


def _later(sizing: Sizing, stored: Sizes) -> tuple[Change, ...] | Lack:
    """What changes in the stored definition; the ceilings stand before what is under them."""
    max_vcpus = sizing.max_vcpus or max(stored.max_vcpus, sizing.vcpus or 0)
    vcpus = min(sizing.vcpus or stored.vcpus, max_vcpus)
    max_memory = sizing.max_memory_kib or max(stored.max_memory_kib, sizing.memory_kib or 0)
    memory = min(sizing.memory_kib or stored.memory_kib, max_memory)
    if stored.topology and max_vcpus not in (stored.topology, stored.max_vcpus):
        return Lack.TOPOLOGY
    wanted = (
        Change(Part.MAX_VCPUS, stored.max_vcpus, max_vcpus),
        Change(Part.VCPUS, stored.vcpus, vcpus),
        Change(Part.MAX_MEMORY, stored.max_memory_kib, max_memory),
        Change(Part.MEMORY, stored.memory_kib, memory),
    )
    return tuple(change for change in wanted if change.before != change.after)
