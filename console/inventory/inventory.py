"""The one place that knows what every host and VM is like now.

Writers are the gateway's threads, by `apply`; readers are any thread. Values are immutable, so a reader keeps what it got.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from console.fleet.domains import Domain, Load, State, VmKey
from console.fleet.hosts import HostLoad, HostSpec, HostStatus, Phase
from console.fleet.listeners import Listeners
from console.fleet.updates import (
    AddressesLooked,
    AddressesRead,
    ChangeSet,
    ConfigChanged,
    DomainGone,
    DomainRead,
    DomainsRead,
    FactsRead,
    HostView,
    LoadsRead,
    NetworksRead,
    PoolsRead,
    Reverted,
    StateRead,
    StatusChanged,
    Update,
)
from console.inventory.traces import Point, Traces

BOOT_SLACK = (600.0, 0.15)
"""Seconds, and part of its uptime, by which a host may have been started earlier than its CPUs tell."""

Listener = Callable[[ChangeSet], None]

_log = logging.getLogger(__name__)


class Inventory:
    """Hosts, VMs and their load as last told. Thread-safe; listeners are called in a writer's thread, outside the lock, and in
    the order of the changes.

    on_read: called with a host's id after anything worth keeping in the last-seen cache was read (not for load).
    on_loads: called with every round of statistics; both in a writer's thread, which must not be held up.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._grew = threading.Condition(self._lock)
        self._specs: dict[str, HostSpec] = {}
        self._views: dict[str, HostView] = {}
        self._domains: dict[VmKey, Domain] = {}
        self._by_host: dict[str, dict[str, Domain]] = {}
        self._loads: dict[VmKey, Load] = {}
        self._traces = Traces()
        self._heard: dict[VmKey, float] = {}
        self._groups: tuple[str, ...] = ()
        self._booted: dict[str, float] = {}
        self._told: dict[str, set[type]] = {}
        self._listeners: Listeners[Listener] = Listeners()
        self._untold: deque[ChangeSet] = deque()
        self._telling = False
        self.on_read: Callable[[str], None] | None = None
        self.on_loads: Callable[[LoadsRead], None] | None = None

    # reading: each by one step of the interpreter, so that no reader waits for a writer's lock

    def specs(self) -> tuple[HostSpec, ...]:
        return tuple(self._specs.values())

    def spec(self, host: str) -> HostSpec | None:
        return self._specs.get(host)

    def view(self, host: str) -> HostView:
        """What is known of a host; an empty view for one that is not (or no longer) in the fleet."""
        return self._views.get(host) or HostView(host)

    def status(self, host: str) -> HostStatus:
        return self.view(host).status

    def domain(self, key: VmKey) -> Domain | None:
        return self._domains.get(key)

    def domains(self) -> tuple[Domain, ...]:
        return tuple(self._domains.values())

    def domains_of(self, host: str) -> tuple[Domain, ...]:
        return tuple(self._by_host.get(host, {}).values())

    def load(self, key: VmKey) -> Load | None:
        return self._loads.get(key)

    def trace(self, key: VmKey) -> tuple[Point, ...]:
        """(epoch, CPU 0..1) every ten seconds over the last ten minutes; holes are missing points."""
        return self._traces.of(key)

    def recall(self, points: Mapping[VmKey, Sequence[Point]]) -> None:
        """Puts what an earlier run recorded before what this one was told; not of VMs that are gone."""
        with self._lock:
            self._traces.recall({key: past for key, past in points.items() if key in self._domains})

    def groups(self) -> tuple[str, ...]:
        """The groups of all VMs there are or were in this run, by name: their order gives each its colour, the same everywhere.
        The same object until there is another group."""
        return self._groups

    def heard(self, key: VmKey) -> float:
        """Epoch at which somebody last told the addresses of a VM, the same or others; 0 = nobody did."""
        return self._heard.get(key, 0.0)

    def fresh(self, host: str) -> bool:
        """What is shown of this host is as of now."""
        return self.view(host).status.phase is Phase.LIVE

    def told(self, host: str, kind: type) -> bool:
        """This host told an update of that kind since it is known here, changed or not: a reader need not wait longer."""
        return kind in self._told.get(host, ())

    # waiting and listening

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` with every change set, in a writer's thread: it must only enqueue. Returns the undo."""
        return self._listeners.add(listener)

    def wait_for(
        self,
        key: VmKey,
        wanted: Callable[[Domain | None], bool],
        timeout: float,
        given_up: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Waits (seconds) until `wanted` holds for what is known of a VM. False on timeout or when `given_up` says so."""
        end = time.monotonic() + timeout
        with self._grew:
            while not wanted(self._domains.get(key)):
                left = end - time.monotonic()
                if left <= 0 or given_up():
                    return False
                self._grew.wait(min(left, 0.25))
        return True

    # writing

    def set_hosts(self, specs: Iterable[HostSpec]) -> ChangeSet:
        """Makes the fleet exactly these hosts; what is known of hosts that go is dropped."""
        with self._lock:
            new = {spec.id: spec for spec in specs}
            gone = self._specs.keys() - new.keys()
            removed: set[VmKey] = set()
            for host in gone:
                removed |= {VmKey(host, uuid) for uuid in self._by_host.get(host, {})}
                self._views.pop(host, None)
                self._by_host.pop(host, None)
                self._told.pop(host, None)
                self._booted.pop(host, None)
            for key in removed:
                self._forget(key)
            touched = {host for host, spec in new.items() if self._specs.get(host) != spec}
            moved = list(self._specs) != list(new)
            self._specs = new
            for host in new:
                self._views.setdefault(host, HostView(host))
            fleet = bool(touched or gone or moved)
            change = ChangeSet(removed=frozenset(removed), hosts=frozenset(touched | gone), fleet=fleet)
            self._note(change)
        self._tell()
        return change

    def restore(self, view: HostView, domains: Iterable[Domain]) -> ChangeSet:
        """Fills in a host from the last-seen cache, unless something newer was read already."""
        with self._lock:
            if view.id not in self._specs or self._by_host.get(view.id) or self.told(view.id, DomainsRead):
                return ChangeSet()
            now = self._views[view.id]
            if now.facts is None:
                seen = max(now.status.seen, view.status.seen)
                status = replace(now.status, seen=seen)
                self._views[view.id] = replace(view, status=status, load=None, cached=True)
            added = self._put(view.id, domains)
            self._heard |= {domain.key: view.status.seen for domain in domains if domain.addresses}
            change = ChangeSet(added=frozenset(added), hosts=frozenset({view.id}))
            self._note(change)
        self._tell()
        return change

    def apply(self, update: Update) -> ChangeSet:
        """Takes in one update; returns (and tells the listeners) what became different. Unknown hosts are ignored."""
        with self._lock:
            if update.host not in self._specs:
                return ChangeSet()
            change = self._take(update)
            self._told.setdefault(update.host, set()).add(type(update))
            if change:
                self._grew.notify_all()
            self._note(change)
        self._tell()
        if isinstance(update, LoadsRead):
            if (on_loads := self.on_loads) is not None:
                on_loads(update)
        elif change and self.on_read is not None and not isinstance(update, StatusChanged):
            self.on_read(update.host)
        return change

    def _note(self, change: ChangeSet) -> None:
        """Under the lock, so that changes are told in the order they were made."""
        if change:
            self._untold.append(change)

    def _tell(self) -> None:
        """Tells what was noted, outside the lock; where another thread is at it, that one does."""
        with self._lock:
            if self._telling:
                return
            self._telling = True
        while True:
            with self._lock:
                if not self._untold:
                    self._telling = False
                    return
                change, listeners = self._untold.popleft(), tuple(self._listeners)
            for listener in listeners:
                try:
                    listener(change)
                except Exception:
                    _log.exception("a listener of the inventory broke")

    def _forget(self, key: VmKey) -> None:
        self._domains.pop(key, None)
        self._loads.pop(key, None)
        self._traces.forget(key)
        self._heard.pop(key, None)

    def _put(self, host: str, domains: Iterable[Domain]) -> set[VmKey]:
        mine = self._by_host.setdefault(host, {})
        keys = set()
        for domain in domains:
            mine[domain.key.uuid] = domain
            self._domains[domain.key] = domain
            keys.add(domain.key)
            if domain.group and domain.group not in self._groups:
                self._groups = tuple(sorted((*self._groups, domain.group)))
        return keys

    def _take(self, update: Update) -> ChangeSet:
        host = update.host
        view = self._views[host]
        only_host = ChangeSet(hosts=frozenset({host}))
        match update:
            case StatusChanged(status=status):
                if status == view.status:
                    return ChangeSet()
                self._views[host] = replace(view, status=replace(status, seen=max(status.seen, view.status.seen)))
                if status.phase is view.status.phase and status.problem == view.status.problem:
                    return only_host
                mine = frozenset(VmKey(host, uuid) for uuid in self._by_host.get(host, {}))
                return ChangeSet(hosts=frozenset({host}), changed=mine)  # their rows grey, or turn live
            case FactsRead(facts=facts):
                self._views[host] = replace(view, facts=facts, cached=False)
                return only_host if facts != view.facts or view.cached else ChangeSet()
            case NetworksRead(networks=networks):
                self._views[host] = replace(view, networks=networks)
                return only_host if networks != view.networks else ChangeSet()
            case PoolsRead(pools=pools):
                self._views[host] = replace(view, pools=pools)
                return only_host if pools != view.pools else ChangeSet()
            case LoadsRead(load=load, domains=loads):
                return self._take_loads(host, view, load, loads)
            case DomainsRead(domains=domains):
                return self._take_all(host, domains)
            case DomainRead(domain=domain):
                return self._take_one(self._kept(domain))
            case DomainGone(uuid=uuid):
                if self._by_host.get(host, {}).pop(uuid, None) is None:
                    return ChangeSet()
                self._forget(VmKey(host, uuid))
                return ChangeSet(removed=frozenset({VmKey(host, uuid)}), hosts=frozenset({host}))
            case StateRead(uuid=uuid, state=state, at=at):
                known = self._domains.get(VmKey(host, uuid))
                if known is None or known.state is state:
                    return ChangeSet()
                if state.active is known.state.active:
                    return self._take_one(replace(known, state=state, since=at))
                started = at if state.active else 0.0
                return self._take_one(replace(known, state=state, since=at, started=started, met=0.0, boot=0))
            case AddressesLooked() | ConfigChanged() | Reverted():
                return ChangeSet()  # it is told, which is all
            case AddressesRead(uuid=uuid, addresses=addresses):
                known = self._domains.get(VmKey(host, uuid))
                if known is None:
                    return ChangeSet()
                self._heard[known.key] = self._clock()
                return (
                    ChangeSet() if addresses == known.addresses else self._take_one(replace(known, addresses=addresses))
                )

    def _kept(self, domain: Domain) -> Domain:
        """`domain` with what only time tells carried over from what we knew: since when, and addresses while it runs.

        What was seen earlier holds only if it is the same run of the guest; what changed while nobody looked (an earlier
        console's end, a host that did not answer) changed at a time nobody knows.
        """
        known = self._domains.get(domain.key)
        if known is None:
            begun = domain.started if domain.state.active else domain.since
            return domain if begun else replace(domain, met=self._clock())
        cached = self._views[domain.key.host].cached
        same_run = known.boot == domain.boot or not (known.boot or cached)
        going_on = same_run and known.state.active is domain.state.active
        since = domain.since or (known.since if going_on and known.state is domain.state else 0.0)
        started = domain.started or (known.started if going_on else 0.0)
        met = 0.0
        if not (started if domain.state.active else since):
            met = (known.met if going_on else 0.0) or self._clock()
        addresses = domain.addresses
        if not addresses and domain.state.active and known.state.active:
            addresses = known.addresses
        return replace(domain, since=since, started=started, met=met, addresses=addresses)

    def _take_one(self, domain: Domain) -> ChangeSet:
        key = domain.key
        known = self._domains.get(key)
        if known == domain:
            return ChangeSet()
        self._put(key.host, (domain,))
        if known is None:
            return ChangeSet(added=frozenset({key}), hosts=frozenset({key.host}))
        counts = known.state is not domain.state
        return ChangeSet(changed=frozenset({key}), hosts=frozenset({key.host}) if counts else frozenset())

    def _take_all(self, host: str, domains: tuple[Domain, ...]) -> ChangeSet:
        mine = self._by_host.setdefault(host, {})
        domains = tuple(self._kept(domain) for domain in domains)
        added = frozenset(d.key for d in domains if d.key.uuid not in mine)
        changed = frozenset(d.key for d in domains if d.key not in added and mine[d.key.uuid] != d)
        there = {d.key.uuid for d in domains}
        removed = frozenset(VmKey(host, uuid) for uuid in mine if uuid not in there)
        for key in removed:
            del mine[key.uuid]
            self._forget(key)
        self._put(host, domains)
        view = self._views[host]
        self._views[host] = replace(view, cached=False)
        counts = bool(added or changed or removed or view.cached)
        return ChangeSet(added, changed, removed, hosts=frozenset({host}) if counts else frozenset())

    def _take_loads(self, host: str, view: HostView, load: HostLoad, loads: Mapping[str, Load]) -> ChangeSet:
        self._views[host] = replace(view, load=load)
        touched = set()
        for uuid in self._by_host.get(host, {}):
            key = VmKey(host, uuid)
            new = loads.get(uuid)
            if new is None:
                if self._loads.pop(key, None) is not None:
                    touched.add(key)
                continue
            old = self._loads.get(key)
            if old is not None and new.stamp < old.stamp:
                continue  # a late answer
            self._loads[key] = new
            if old is None or not old.says_as(new):
                touched.add(key)
            if new.cpu is not None:
                self._traces.note(key, new.stamp, new.cpu)
        changed = self._outlived(host, load.booted, load.stamp) if load.booted else frozenset()
        return ChangeSet(changed=changed, loads=frozenset(touched), host_loads=frozenset({host}))

    def _outlived(self, host: str, booted: float, now: float) -> frozenset[VmKey]:
        """Forgets starts from before the host's own: it was started anew while nobody looked, and counted its guests anew."""
        slack = BOOT_SLACK[0] + BOOT_SLACK[1] * (now - booted)
        if abs(self._booted.get(host, 0.0) - booted) < slack:
            return frozenset()
        self._booted[host] = booted
        old = []
        for domain in tuple(self._by_host.get(host, {}).values()):
            if domain.state.active and 0.0 < (domain.started or domain.met) < booted - slack:
                since = domain.since if domain.since > booted - slack else 0.0
                old.append(replace(domain, since=since, started=0.0, met=self._clock()))
        self._put(host, old)
        return frozenset(domain.key for domain in old)


def running(domains: Iterable[Domain]) -> int:
    """How many of them run."""
    return sum(domain.state is State.RUNNING for domain in domains)
