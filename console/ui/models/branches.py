"""Which lines the navigator's tree has above its VMs, in each of its arrangements."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from console.fleet.domains import Domain, State
from console.fleet.hosts import HostSpec
from console.fleet.places import by_place
from console.ui.places import Place
from console.words import _, states

MODES = ("place", "group", "tag", "state")

_STATES = (
    State.RUNNING,
    State.PAUSED,
    State.SHUTTING_DOWN,
    State.MIGRATING,
    State.SUSPENDED,
    State.CRASHED,
    State.SAVED,
    State.OFF,
    State.UNKNOWN,
)


class Branch(msgspec.Struct, frozen=True):
    """A wanted line above the VMs, with the wanted ones below it."""

    place: Place
    label: str
    below: tuple[Branch, ...] = ()


def homes(domain: Domain, mode: str) -> tuple[Place, ...]:
    """The branches a VM stands under: its host, its group, each of its tags, or its state."""
    match mode:
        case "place":
            return (Place.host(domain.key.host),)
        case "group":
            return (Place("group", domain.group),)
        case "tag":
            return tuple(Place("tag", tag) for tag in dict.fromkeys(domain.tags)) or (Place("tag", ""),)
        case _:
            return (Place.state(domain.state),)


def branch_label(place: Place) -> str:
    """What stands for a group, a tag or a state."""
    match place.kind:
        case "group":
            return place.id or _("No group")
        case "tag":
            return place.id or _("No tag")
        case _:
            return states.state(State(place.id))


def branch_order(place: Place) -> tuple[int, str]:
    """States in their own order; groups and tags by name, the VMs without one last."""
    if place.kind == "state":
        return _STATES.index(State(place.id)), ""
    return (0, place.id.casefold()) if place.id else (1, "")


def place_branches(specs: Iterable[HostSpec]) -> tuple[Branch, ...]:
    """Zones, racks and hosts; what has no name is left out as a level of its own."""
    zones: list[Branch] = []
    for zone in by_place(specs):
        racks: list[Branch] = []
        for rack in zone.racks:
            hosts = tuple(Branch(Place.host(spec.id), spec.name) for spec in rack.hosts)
            racks.extend((Branch(Place.rack(zone.name, rack.name), rack.name, hosts),) if rack.name else hosts)
        zones.extend((Branch(Place.zone(zone.name), zone.name, tuple(racks)),) if zone.name else racks)
    return tuple(zones)
