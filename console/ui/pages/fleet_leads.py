"""Where the figures of the Overview lead: to the list that each of them counts, as a search."""

from __future__ import annotations

from collections.abc import Iterable

from console.fleet.domains import VmKey
from console.fleet.today import Event
from console.ui.places import Place

MOST_NAMED = 40  # VMs that a search names one by one


def quoted(word: str) -> str:
    """A value as the search language takes it, whatever is in it."""
    plain = word and all(char.isalnum() or char in "-_." for char in word)
    return word if plain else '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def asked(place: Place, query: str) -> Place:
    """The VMs of a place that a search finds."""
    inside = []
    if place.kind in ("zone", "rack"):
        inside.append(f"zone:{quoted(place.id)}")
    if place.kind == "rack":
        inside.append(f"rack:{quoted(place.inner)}")
    return Place.search("", " ".join([*inside, query]))


def these(keys: Iterable[VmKey]) -> Place | None:
    """Exactly these VMs; None where they are too many to be named."""
    found = list(keys)
    if not 0 < len(found) <= MOST_NAMED:
        return None
    return Place.search("", " or ".join(f"uuid:{key.uuid}" for key in found))


def of_event(event: Event) -> Place:
    """Where something happened."""
    if event.key is not None:
        return Place.vm(event.key)
    if event.kind == "storage" and event.host:
        return Place.host(event.host, "storage")
    if event.kind == "host-lost":
        return Place.host(event.host)
    return Place("tasks")


def of_subject(subject: VmKey | str) -> Place:
    """A host by its id, or a VM."""
    return Place.host(subject) if isinstance(subject, str) else Place.vm(subject)
