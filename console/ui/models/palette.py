"""What the command palette offers for what is typed: actions, pages, hosts, VMs, and acts on a VM by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from console.fleet.acts import Act
from console.fleet.clones.acts import CopyAct
from console.fleet.domains import Domain, VmKey
from console.fleet.hosts import HostSpec, Phase
from console.fleet.search import QueryError, parse
from console.ui.actions import ENTRIES, AnyAct, words_of
from console.ui.icons import age_of, phase_glyph, vm_glyph
from console.ui.models.finding import Finder, Rank, plain
from console.ui.places import Place
from console.words import _, ngettext, units

if TYPE_CHECKING:
    from console.inventory.inventory import Inventory
    from console.services.search import SearchService
    from console.ui.actions import Acting

LIMIT = 50  # offers at most
VERBS = 6  # of them acts on a VM by name
RECENT = 8  # remembered


class Offer(msgspec.Struct, frozen=True):
    """One line. id: stable, for the recent ones. why_not: why it can't be run now, "" where it can.

    icon: an icon's name; glyph: (shape, role), drawn instead of it. detail: pale, at the right.
    """

    id: str
    title: str
    run: Callable[[], object]
    detail: str = ""
    why_not: str = ""
    icon: str = ""
    glyph: tuple[str, str] | None = None


class PaletteIndex:
    """Everything that can be found by name. Hosts and VMs are indexed once and again only when their names change.

    open_place: goes to a place. search: finds what is not named so: by address, tag, load, or any query.
    """

    def __init__(
        self, inventory: Inventory, acting: Acting, open_place: Callable[[Place], object], search: SearchService
    ) -> None:
        self._inventory = inventory
        self._search = search
        self._acting = acting
        self._open = open_place
        self._named: list[tuple[str, VmKey | str]] = []  # (searched text, VM or host id)
        self._finder = Finder(())
        self._near: list[Offer] = []
        self._near_finder = Finder(())
        self._labels = {act: plain(words_of(act).label(act)) for act in (*Act, *CopyAct)}

    # filling

    def refresh(self, near: Iterable[Offer]) -> None:
        """Takes in what can be done here (`near`: actions and pages) and what hosts and VMs there are now."""
        self._near = list(near)
        self._near_finder = Finder([offer.title for offer in self._near])
        names = {spec.id: spec.name for spec in self._inventory.specs()}
        named: list[tuple[str, VmKey | str]] = [(name, host) for host, name in names.items()]
        named += [
            (f"{domain.name} {names.get(domain.key.host, '')}", domain.key) for domain in self._inventory.domains()
        ]
        named.sort(key=_shortest_first)
        if named != self._named:
            self._named = named
            self._finder = Finder([text for text, _thing in named])

    # asking

    def find(self, query: str, recent: Sequence[str] = ()) -> list[Offer]:
        """The best offers, at most LIMIT. Nothing typed: the recent ones, then what can be done here."""
        if not plain(query):
            return self._unasked(recent)
        remembered = {id_: number for number, id_ in enumerate(recent)}
        near_recent = [n for n, offer in enumerate(self._near) if offer.id in remembered]
        far_recent = self._far_recent(recent)
        hits: list[tuple[Rank, int, int]] = [
            (hit.rank, 0, hit.at) for hit in self._near_finder.find(query, LIMIT, near_recent)
        ]
        hits += [(hit.rank, 1, hit.at) for hit in self._finder.find(query, LIMIT, far_recent)]
        hits.sort(key=lambda hit: hit[:2])  # stable: within a rank each finder's own order
        if any(rank < Rank.LETTERS for rank, _source, _index in hits):
            hits = [hit for hit in hits if hit[0] < Rank.LETTERS]
        found = [self._near[index] if not source else self._far(index) for _rank, source, index in hits]
        return (self._verbs(query) + found + self._searched(query, {offer.id for offer in found}))[:LIMIT]

    def _searched(self, text: str, there: Collection[str]) -> list[Offer]:
        """VMs that the search language finds beyond the names, under a line that shows them all in the table."""
        try:
            query = parse(text.strip())
            if query.words is not None and there:  # names come first, and each key has only a frame's time
                return []
            keys = self._search.find(query)
        except QueryError:
            return []
        domains = sorted(filter(None, map(self._inventory.domain, keys)), key=lambda domain: domain.name.casefold())
        more = [domain for domain in domains if _id_of(domain.key) not in there]
        if not more:
            return []
        count = units.count(len(domains))
        title = ngettext("Show {count} VM in the table", "Show all {count} VMs in the table", len(domains))
        place = Place.search("", query.text)
        every = Offer(f"search {query.text}", title.format(count=count), lambda: self._open(place), icon="search")
        offers = [self._vm_offer(domain) for domain in more[:LIMIT]]
        return [every, *offers] if query.words is None else [*offers, every]

    def _unasked(self, recent: Sequence[str]) -> list[Offer]:
        near = {offer.id: offer for offer in self._near}
        first = [offer for id_ in recent if (offer := near.get(id_) or self._by_id(id_))]
        chosen = {offer.id for offer in first}
        return (first + [offer for offer in self._near if offer.id not in chosen])[:LIMIT]

    def _far_recent(self, recent: Sequence[str]) -> list[int]:
        """Where recent hosts and VMs stand in the index; few, so looked up one by one."""
        wanted = {key for id_ in recent if (key := _key_of(id_)) is not None}
        return [n for n, (_text, thing) in enumerate(self._named) if thing in wanted] if wanted else []

    def _by_id(self, id_: str) -> Offer | None:
        key = _key_of(id_)
        if isinstance(key, VmKey):
            domain = self._inventory.domain(key)
            return self._vm_offer(domain) if domain else None
        spec = self._inventory.spec(key) if key else None
        return self._host_offer(spec) if spec else None

    def _far(self, index: int) -> Offer:
        text, thing = self._named[index]
        gone = Offer(text, text, lambda: None, why_not=_("It is not there any more."))
        if isinstance(thing, VmKey):
            domain = self._inventory.domain(thing)
            return self._vm_offer(domain) if domain else gone
        spec = self._inventory.spec(thing)
        return self._host_offer(spec) if spec else gone

    def _vm_offer(self, domain: Domain) -> Offer:
        key, spec = domain.key, self._inventory.spec(domain.key.host)
        age = age_of(self._inventory.status(key.host))
        return Offer(
            _id_of(key),
            domain.name,
            lambda: self._open(Place.vm(key)),
            detail=_("VM on {host}").format(host=spec.name if spec else key.host),
            glyph=vm_glyph(domain, age),
        )

    def _host_offer(self, spec: HostSpec) -> Offer:
        phase = self._inventory.status(spec.id).phase
        place = ", ".join(part for part in (spec.rack, spec.zone) if part)
        return Offer(
            f"host {spec.id}",
            spec.name,
            lambda: self._open(Place.host(spec.id)),
            detail=_("Host in {place}").format(place=place) if place else _("Host"),
            icon="server",
            glyph=None if phase is Phase.LIVE else phase_glyph(phase),
        )

    def _verbs(self, query: str) -> list[Offer]:
        """Acts on a VM by name: "shut web-01"."""
        words = plain(query).split()
        keys: dict[str, list[VmKey]] = {}  # VMs by what was typed after the verb
        found: dict[str, Offer] = {}
        for act, name in self._labels.items():
            for count in range(1, min(len(words), len(name.split()) + 1)):
                if not name.startswith(" ".join(words[:count])):
                    break
                rest = " ".join(words[count:])
                if rest not in keys:
                    keys[rest] = self._vms_called(rest)
                for key in keys[rest]:
                    offer = self._verb_offer(act, key)
                    if offer is not None:
                        found.setdefault(offer.id, offer)
        offers = sorted(found.values(), key=lambda offer: bool(offer.why_not))
        return offers[:VERBS]

    def _vms_called(self, name: str) -> list[VmKey]:
        hits = self._finder.find(name, VERBS)
        things = [self._named[hit.at][1] for hit in hits if hit.rank <= Rank.WITHIN]
        return [thing for thing in things if isinstance(thing, VmKey)]

    def _verb_offer(self, act: AnyAct, key: VmKey) -> Offer | None:
        domain, spec = self._inventory.domain(key), self._inventory.spec(key.host)
        if domain is None:
            return None
        verdict = self._acting.verdict([act], [[key]])
        return Offer(
            f"{act} {key.host} {key.uuid}",
            f"{words_of(act).ellipsis(act)} {domain.name}",
            lambda: self._acting.do([act], [key]),
            detail=_("VM on {host}").format(host=spec.name if spec else key.host),
            why_not="" if verdict.able else verdict.reason,
            icon=_ICONS.get(act) or "terminal",  # what is done; how the VM is now would be taken for it
        )


_ICONS = {act: entry.icon for entry in ENTRIES for act in entry.acts}


def _id_of(key: VmKey) -> str:
    return f"vm {key.host} {key.uuid}"


def _shortest_first(named: tuple[str, VmKey | str]) -> tuple[bool, int, str]:
    """Hosts before VMs; among equals the name with least beside what was typed."""
    text, thing = named
    return isinstance(thing, VmKey), len(text), text


def _key_of(id_: str) -> VmKey | str | None:
    kind, _blank, rest = id_.partition(" ")
    if kind == "host":
        return rest
    host, _blank, uuid = rest.partition(" ")
    return VmKey(host, uuid) if kind == "vm" and uuid else None
