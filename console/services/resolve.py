"""From the words a person types to hosts and VMs, or one clear message."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from console.fleet.domains import Domain, VmKey
from console.fleet.errors import NotFound, Reason, UsageError
from console.fleet.hosts import HostSpec
from console.inventory.inventory import Inventory


def find_host(inventory: Inventory, word: str) -> HostSpec:
    """The host of that name, else of that id, else of that name ignoring case. NotFound names the word."""
    specs = inventory.specs()
    ways: tuple[Callable[[HostSpec], bool], ...] = (
        lambda spec: spec.name == word,
        lambda spec: spec.id == word,
        lambda spec: spec.name.casefold() == word.casefold(),
    )
    for same in ways:
        hits = [spec for spec in specs if same(spec)]
        if hits:
            return hits[0]
    raise NotFound(Reason.GONE, word, detail=", ".join(_near(word, (spec.name for spec in specs))))


def find_zone(inventory: Inventory, word: str) -> str:
    """The zone itself, where a host of the fleet is in it. NotFound names the word."""
    zones = {spec.zone for spec in inventory.specs() if spec.zone}
    if word not in zones:
        raise NotFound(Reason.GONE, word, detail=", ".join(_near(word, zones)))
    return word


def find_vm(inventory: Inventory, word: str) -> VmKey:
    """The VM of that name, `host/name`, UUID or `host/UUID`.

    UsageError (detail lists host/name of each) where several VMs answer to the word, NotFound where none does.
    """
    hits = _hits(inventory, word)
    if len(hits) == 1:
        return hits[0].key
    if hits:
        raise UsageError(Reason.EXISTS, word, detail=", ".join(_full(inventory, domain) for domain in hits))
    names = (domain.name for domain in inventory.domains())
    raise NotFound(Reason.GONE, word, detail=", ".join(_near(word, names)))


def find_vms(inventory: Inventory, words: Iterable[str]) -> list[VmKey]:
    """Each word's VM, in order, none twice."""
    return list(dict.fromkeys(find_vm(inventory, word) for word in words))


def _hits(inventory: Inventory, word: str) -> list[Domain]:
    domains = inventory.domains()
    hits = [domain for domain in domains if word in (domain.name, domain.key.uuid)]
    if not hits and "/" in word:
        host_word, _, name = word.partition("/")
        hosts = {spec.id for spec in inventory.specs() if spec.name == host_word} or {host_word}
        hits = [d for d in domains if d.key.host in hosts and name in (d.name, d.key.uuid)]
    return hits


def _full(inventory: Inventory, domain: Domain) -> str:
    spec = inventory.spec(domain.key.host)
    return f"{spec.name if spec else domain.key.host}/{domain.name}"


def _near(word: str, names: Iterable[str], most: int = 3) -> list[str]:
    low = word.casefold()
    if not low.strip():
        return []
    return sorted({name for name in names if low in name.casefold() or name.casefold() in low})[:most]
