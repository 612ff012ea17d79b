"""Finding VMs and hosts by a query, and keeping queries under a name."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from console.fleet import saved
from console.fleet.domains import VmKey
from console.fleet.hosts import HostSpec, Pool
from console.fleet.query_fields import field_of
from console.fleet.saved import Searches
from console.fleet.search import Query, parse
from console.fleet.subjects import BARE, Known, Seen, Texts
from console.fleet.updates import ChangeSet
from console.inventory.inventory import Inventory
from console.settings.preferences import PreferencesStore

IdleSince = Callable[[VmKey], float | None]


def nobody_knows(_key: VmKey) -> float | None:
    """Where there is no history."""
    return None


class SearchService:
    """Thread-safe; nothing here blocks on a host or the disk. Texts of VMs are kept between searches.

    Attributes:
        idle_since: epoch since which a VM has done next to nothing, from the history of load.
    """

    def __init__(
        self,
        inventory: Inventory,
        preferences: PreferencesStore | None = None,
        texts: Texts = BARE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._inventory = inventory
        self._preferences = preferences
        self._texts = texts
        self._clock = clock
        self._lock = threading.Lock()
        self._of_host: dict[str, list[Seen]] = {}
        self._all: list[Seen] = []
        self._noting = threading.Lock()
        self._changed: set[str] = set()
        self._stale = self._loaded = True
        self.idle_since: IdleSince = nobody_knows
        inventory.subscribe(self._note)

    # finding

    def known(self) -> Known:
        """What a search knows beside the VMs, as of now."""
        return Known(self._clock(), self.idle_since, self._pools, self._texts.shows)

    def find(self, query: Query | str, among: Iterable[VmKey] | None = None) -> list[VmKey]:
        """The VMs that a query finds, last-seen ones too, in the order of their hosts in the fleet. among: only of these.
        Errors: QueryError."""
        asked = parse(query) if isinstance(query, str) else query
        test = asked.matcher(self.known())
        with self._lock:
            found = [seen.domain.key for seen in self._subjects(asked.loaded) if test(seen)]
        if among is None:
            return found
        wanted = set(among)
        return [key for key in found if key in wanted]

    def found_by(self, queries: Iterable[Query]) -> list[list[VmKey]]:
        """What each of several queries finds, with one look at the fleet. Errors: QueryError."""
        asked, known = list(queries), self.known()
        tests = [query.matcher(known) for query in asked]
        with self._lock:
            subjects = self._subjects(any(query.loaded for query in asked))
            return [[seen.domain.key for seen in subjects if test(seen)] for test in tests]

    def warm(self) -> None:
        """Makes the texts of all VMs, so that the first word typed finds them made. For a worker; holds nobody up."""
        with self._lock:
            subjects = list(self._subjects(loads=False))
        for seen in subjects:
            _made = seen.hay

    def hosts(self, query: Query | str) -> list[str]:
        """Ids of the hosts that a query means. Errors: QueryError."""
        asked = parse(query) if isinstance(query, str) else query
        return [spec.id for spec in self._inventory.specs() if asked.finds_host(spec)]

    def excluding(self, query: Query | str) -> str:
        """Of a query that finds nothing, the part that no VM has; "" where only their combination finds nothing.
        Errors: QueryError."""
        asked = parse(query) if isinstance(query, str) else query
        with self._lock:
            return asked.excluding(self._subjects(asked.loaded), self.known())

    def values(self, field: str) -> list[str]:
        """Values that VMs and hosts have in a field, the most frequent first; for completion."""
        known, found = field_of(field), Counter[str]()
        if known is None:
            return []
        facts = self.known()
        with self._lock:
            if known.texts is not None:
                for seen in self._subjects(loads=False):
                    found.update(known.texts(seen, facts))
        if known.name == "host":  # ids and short names are for typing by hand
            names = {spec.name for spec in self._inventory.specs()}
            found = Counter({name: found[name] for name in names})
        found.pop("", None)
        return [value for value, _count in sorted(found.items(), key=lambda item: (-item[1], item[0].casefold()))]

    def _pools(self, host: str) -> tuple[Pool, ...]:
        return self._inventory.view(host).pools

    def _note(self, change: ChangeSet) -> None:
        """In a writer's thread: what is told anew is looked at with the next search."""
        hosts = {key.host for keys in (change.added, change.changed, change.removed) for key in keys}
        with self._noting:
            self._changed |= hosts | change.hosts
            self._stale = self._stale or change.fleet
            self._loaded = self._loaded or bool(change.loads or hosts)

    def _subjects(self, loads: bool) -> Sequence[Seen]:
        """Every VM as it is now, with its load where that is asked for. Under the lock."""
        with self._noting:
            changed, self._changed = self._changed, set()
            stale, self._stale = self._stale, False
            loaded = self._loaded
            self._loaded = loaded and not loads
        inventory = self._inventory
        if stale or changed:
            specs = inventory.specs()
            old = self._of_host
            self._of_host = {
                spec.id: old[spec.id] if spec.id in old and spec.id not in changed and not stale else self._look(spec)
                for spec in specs
            }
            self._all = [seen for host in self._of_host.values() for seen in host]
        if loads and loaded:
            load_of = inventory.load
            for seen in self._all:
                seen.load = load_of(seen.domain.key)
        return self._all

    def _look(self, spec: HostSpec) -> list[Seen]:
        """The VMs of a host; those that are told as before keep their texts."""
        status = self._inventory.status(spec.id)
        known = {seen.domain.key: seen for seen in self._of_host.get(spec.id, ())}
        found = []
        for domain in self._inventory.domains_of(spec.id):
            seen = known.get(domain.key)
            if seen is None or not seen.holds(domain, spec, status):
                seen = Seen(domain, spec, status, self._inventory.load(domain.key), self._texts)
            seen.status = status
            found.append(seen)
        return found

    # keeping

    def searches(self) -> Searches:
        """The kept searches, in order."""
        return self._store().value.searches

    def save(self, name: str, query: str) -> None:
        """Keeps a query; one of that name is replaced. Errors: QueryError, UsageError without a name."""
        self._keep(saved.saved(self.searches(), name, query))

    def rename(self, name: str, new: str) -> None:
        """Errors: NotFound, UsageError where the new name is another's or empty."""
        self._keep(saved.renamed(self.searches(), name, new))

    def remove(self, name: str) -> None:
        """Errors: NotFound."""
        self._keep(saved.removed(self.searches(), name))

    def move(self, name: str, by: int) -> None:
        """That many places down, or up below 0. Errors: NotFound."""
        self._keep(saved.moved(self.searches(), name, by))

    def written(self) -> None:
        """Waits until the kept searches are in the file. Errors: Failed."""
        self._store().written()

    def _keep(self, searches: Searches) -> None:
        self._store().set(searches=searches)

    def _store(self) -> PreferencesStore:
        assert self._preferences is not None  # only tests search without
        return self._preferences
