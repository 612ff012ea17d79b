"""Zones, racks and hosts as a tree, from what the fleet file says."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from console.fleet.hosts import HostSpec


class Rack(msgspec.Struct, frozen=True):
    name: str
    hosts: tuple[HostSpec, ...]


class Zone(msgspec.Struct, frozen=True):
    """A zone with its racks. Names may be empty: hosts without a zone or rack stand under ""."""

    name: str
    racks: tuple[Rack, ...]


def by_place(specs: Iterable[HostSpec]) -> tuple[Zone, ...]:
    """The hosts by zone and rack; order of first appearance in the fleet file, the unnamed last, hosts as in the file."""
    zones: dict[str, dict[str, list[HostSpec]]] = {}
    for spec in specs:
        zones.setdefault(spec.zone, {}).setdefault(spec.rack, []).append(spec)
    return tuple(
        Zone(
            zone, tuple(Rack(rack, tuple(hosts)) for rack, hosts in sorted(racks.items(), key=lambda item: not item[0]))
        )
        for zone, racks in sorted(zones.items(), key=lambda item: not item[0])
    )
