"""Watching for what people want to be told of: rules kept in the preferences, looked at every few seconds on a thread."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec
from msgspec.structs import replace

from console.fleet import alerts
from console.fleet.alerts import Alert, AlertRule, Kind, Pace, PoolKey, Rules, Subject, Told, Watch, host_of, rule_query
from console.fleet.domains import VmKey
from console.fleet.hosts import Phase
from console.fleet.listeners import Listeners
from console.fleet.query_tokens import QueryError
from console.fleet.search import Query
from console.inventory.inventory import Inventory
from console.services.search import SearchService
from console.settings.preferences import PreferencesStore

EVERY = 5.0  # seconds between two looks
SETTLE = 15.0  # seconds a host is live before it is judged: its figures come in
TELL_EVERY = 60.0  # seconds between two tellings of one rule; what fires meanwhile is told together
KEPT = 300  # happenings that are remembered

LOST = (Phase.UNREACHABLE, Phase.REFUSED)

_log = logging.getLogger(__name__)


class Happening(msgspec.Struct, frozen=True):
    """An alert that began, or ended, at an epoch."""

    at: float
    alert: Alert
    ended: bool = False


Listener = Callable[[tuple[Told, ...]], object]


class AlertService:
    """Thread-safe. The thread begins with `start`; `look` does one round in whatever thread calls it.

    clock: epoch. steady: seconds of a clock that nobody sets and that stands still while the computer sleeps.
    """

    def __init__(
        self,
        inventory: Inventory,
        preferences: PreferencesStore,
        search: SearchService,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inventory = inventory
        self._preferences = preferences
        self._search = search
        self._clock = clock
        self._steady = steady
        self._lock = threading.RLock()
        self._watches: dict[str, Watch] = {}
        self._pace = Pace()
        self._live: dict[str, float] = {}  # since when each host is live, by the steady clock
        self._met: set[str] = set()  # hosts that were live since the start: only those can be lost
        self._gone: set[str] = set()  # of them, those that don't answer any more
        self._told: set[tuple[str, Subject]] = set()
        self._over: dict[str, list[Alert]] = {}  # told alerts that ended, not told yet
        self._told_at: dict[str, float] = {}
        self._history: deque[Happening] = deque(maxlen=KEPT)
        self._listeners: Listeners[Listener] = Listeners()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    # rules

    def rules(self) -> Rules:
        return self._preferences.value.alerts

    def add(self, rule: AlertRule) -> None:
        """Keeps a rule; one of that name is replaced. Errors: as of fleet.alerts.checked."""
        self._keep(alerts.with_rule(self.rules(), rule))

    def remove(self, name: str) -> None:
        """Errors: NotFound."""
        old = alerts.rule_named(self.rules(), name)
        self._keep(tuple(rule for rule in self.rules() if rule is not old))

    def silence(self, name: str, until: float) -> None:
        """Tells nobody of a rule until an epoch; -1 for good, 0 tells again. Errors: NotFound."""
        old = alerts.rule_named(self.rules(), name)
        new = replace(old, silent_until=until)
        self._keep(tuple(new if rule is old else rule for rule in self.rules()))

    def written(self) -> None:
        """Waits until the rules are in the file. Errors: Failed."""
        self._preferences.written()

    def _keep(self, rules: Rules) -> None:
        self._preferences.set(alerts=rules)

    # what fires

    def alerts(self) -> tuple[Alert, ...]:
        """All that fires now, the newest first; silent ones too."""
        with self._lock:
            found = [alert for watch in self._watches.values() for alert in watch.alerts()]
        return tuple(sorted(found, key=lambda alert: -alert.since))

    def history(self) -> tuple[Happening, ...]:
        """What began and ended since the start, the newest first."""
        with self._lock:
            return tuple(reversed(self._history))

    def now(self) -> float:
        """Epoch, of the clock by which alerts are silent."""
        return self._clock()

    def settling(self) -> bool:
        """Nothing new fires yet: the program has just started, or the computer woke up."""
        return self._pace.settling

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` in the thread of a look with what a person is to be told; () where only the list is different.
        Returns the undo."""
        return self._listeners.add(listener)

    # the thread

    def start(self, grace: float | None = None) -> None:
        """From now on, looks every few seconds. grace: seconds in which nothing fires yet, None = as after any break."""
        if grace is not None:
            self._pace.begin(grace)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
            self._thread.start()

    def close(self, timeout: float = 0.3) -> None:
        self._ending.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._ending.wait(EVERY):
            try:
                self.look()
            except Exception:  # a fault of ours must not end the watch
                _log.exception("alerts were not looked at")

    def look(self) -> tuple[Told, ...]:
        """One round over all rules; tells the listeners, and returns what a person is to be told."""
        with self._lock:
            now, steady = self._clock(), self._steady()
            changed = self._sync()
            took = self._pace.step(steady, now)
            self._see_hosts(steady)
            if took is None:
                for watch in self._watches.values():
                    watch.broken()
                self._live = dict.fromkeys(self._live, steady)
            if self._pace.settling:
                return ()
            changed = self._step(took or 0.0, now, steady) or changed
            told = self._due(now, steady)
            listeners = tuple(self._listeners) if told or changed else ()
        for listener in listeners:
            listener(told)
        return told

    def _sync(self) -> bool:
        """Makes the watches those of the rules; one that was only silenced goes on. True where some went."""
        rules = {rule.name: rule for rule in self.rules()}
        gone = self._watches.keys() - rules.keys()
        for name, rule in rules.items():
            watch = self._watches.get(name)
            if watch is not None and replace(watch.rule, silent_until=rule.silent_until) == rule:
                watch.rule = rule
            else:
                self._watches[name] = Watch(rule)
                self._told = {told for told in self._told if told[0] != name}
        for name in gone:
            del self._watches[name]
            self._over.pop(name, None)
            self._told = {told for told in self._told if told[0] != name}
        return bool(gone)

    def _see_hosts(self, steady: float) -> None:
        live = {spec.id for spec in self._inventory.specs() if self._inventory.status(spec.id).phase is Phase.LIVE}
        self._met |= live
        for spec in self._inventory.specs():
            phase = self._inventory.status(spec.id).phase
            if phase in LOST and spec.id in self._met:
                self._gone.add(spec.id)
            elif phase is not Phase.CONNECTING:  # a try to get at it again says nothing yet
                self._gone.discard(spec.id)
        self._live = {host: self._live.get(host, steady) for host in live}

    def _step(self, seconds: float, now: float, steady: float) -> bool:
        settled = {host for host, since in self._live.items() if steady - since >= SETTLE}
        changed = False
        holding = self._holding(settled)
        for watch in self._watches.values():
            found = holding.get(watch.rule.name)
            if found is None:
                continue
            told = watch.step(seconds, now, found, lambda subject: self._seen(subject, settled), self._there)
            self._history.extend(Happening(now, alert) for alert in told.began)
            self._history.extend(Happening(now, alert, ended=True) for alert in told.ended)
            for alert in told.ended:
                if (alert.rule, alert.subject) in self._told:
                    self._told.discard((alert.rule, alert.subject))
                    self._over.setdefault(alert.rule, []).append(alert)
            changed = changed or bool(told)
        return changed

    # conditions

    def _holding(self, settled: Collection[str]) -> dict[str, Collection[Subject]]:
        """For what each rule's condition holds, by the rule's name; rules whose query is not understood are left out."""
        asked: dict[str, Query] = {}
        for watch in self._watches.values():
            try:
                asked[watch.rule.name] = rule_query(watch.rule)
            except QueryError:  # written by hand, or by a newer console
                continue
        vms = {name: query for name, query in asked.items() if self._watches[name].rule.kind is Kind.VMS}
        found: dict[str, Collection[Subject]] = {}
        for name, keys in zip(vms, self._found(vms.values()), strict=True):
            found[name] = [key for key in keys if key.host in settled]
        for name, query in asked.items():
            rule = self._watches[name].rule
            if rule.kind is Kind.HOST_LOST:
                found[name] = self._lost(query)
            elif rule.kind is Kind.POOL_FULL:
                found[name] = self._full(query, rule.limit, settled)
        return found

    def _found(self, queries: Iterable[Query]) -> Sequence[Sequence[VmKey]]:
        asked = list(queries)
        if not asked:
            return ()
        try:
            return self._search.found_by(asked)
        except QueryError:  # a pattern of one takes too long: the others are asked one by one
            found: list[Sequence[VmKey]] = []
            for query in asked:
                try:
                    found.append(self._search.find(query))
                except QueryError:
                    found.append(())
            return found

    def _meant(self, query: Query) -> list[str]:
        return [spec.id for spec in self._inventory.specs() if not query or query.finds_host(spec)]

    def _lost(self, query: Query) -> list[Subject]:
        return [host for host in self._meant(query) if host in self._gone]

    def _full(self, query: Query, limit: float, settled: Collection[str]) -> list[Subject]:
        return [
            PoolKey(host, pool.name)
            for host in self._meant(query)
            if host in settled
            for pool in self._inventory.view(host).pools
            if pool.active and pool.capacity and (pool.capacity - pool.available) / pool.capacity * 100 >= limit
        ]

    def _seen(self, subject: Subject, settled: Collection[str]) -> bool:
        """It can be judged now. A host that is on its way back, or was turned off by a person, is neither lost nor there."""
        if isinstance(subject, str):
            return subject in settled
        return host_of(subject) in settled

    def _there(self, subject: Subject) -> bool:
        host = host_of(subject)
        if self._inventory.spec(host) is None or self._inventory.status(host).phase is Phase.OFF:
            return False
        if isinstance(subject, VmKey):
            return self._inventory.domain(subject) is not None
        if isinstance(subject, PoolKey):
            return any(pool.name == subject.name for pool in self._inventory.view(host).pools)
        return True

    # telling

    def _due(self, now: float, steady: float) -> tuple[Told, ...]:
        """What a person is to be told now: once for each alert, and not oftener than TELL_EVERY for a rule."""
        due = []
        for name, watch in self._watches.items():
            over = self._over.get(name, [])
            new = [alert for alert in watch.alerts() if (name, alert.subject) not in self._told]
            last = self._told_at.get(name)
            if watch.rule.silent(now):
                self._over.pop(name, None)
            elif (new or over) and (last is None or steady - last >= TELL_EVERY):
                self._told_at[name] = steady
                self._told.update((name, alert.subject) for alert in new)
                self._over.pop(name, None)
                due.append(Told(watch.rule, tuple(new), tuple(over)))
        return tuple(due)
