"""What one connection has read of its host so far, read anew and told. Everything here blocks and runs in a lane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from console.fleet.domains import Domain, Load, State
from console.fleet.errors import NotFound
from console.fleet.hosts import HostLoad, HostSpec, Pool
from console.fleet.updates import (
    AddressesLooked,
    AddressesRead,
    DomainGone,
    DomainRead,
    DomainsRead,
    FactsRead,
    LoadsRead,
    NetworksRead,
    PoolsRead,
    Reverted,
    StateRead,
    Update,
)
from console.gateway import reader
from console.gateway.addresses import Finder
from console.gateway.errors import calling
from console.gateway.events import Depth, Event
from console.gateway.kit import Kit
from console.gateway.sizes import Sizes, sizes_of, with_sizes
from console.gateway.stats import Meter

SWEPT = 3  # domains from which on one sweep over the host is cheaper than asking all of each
SWEPT_SHARE = 40  # unless the host has so many times more
ONE_REVERT = 5.0  # seconds between events of two reverts


class Picture:
    """Reads one host and tells what it reads. Every method may raise Unreachable.

    spec: gives the host's spec as it is now. over: says that nobody wants to know any more.
    handles: takes libvirt's handles of domains, by UUID.

    Attributes:
        finder: what looks for addresses.
    """

    def __init__(
        self,
        kit: Kit,
        spec: Callable[[], HostSpec],
        conn: Any,
        tell: Callable[[Update], object],
        over: Callable[[], bool],
        handles: dict[str, Any] | None = None,
    ) -> None:
        self._kit = kit
        self._handles = handles if handles is not None else {}
        self._spec = spec
        self._conn = conn
        self._tell = tell
        self._over = over
        self._known: dict[str, Domain] = {}
        self._pools: dict[str, Pool] = {}
        self._pools_anew = False
        self._sizes: Sizes = {}
        self._meter = Meter(conn, kit.interval, kit.clock)
        self._quiet = False  # the last round brought no figures, and that is told
        self._reverted: dict[str, float] = {}
        self.finder = Finder(conn, self._addresses)

    def read_all(self) -> None:
        """Everything about all domains, and which there are."""
        host = self._spec().id

        def several(some: tuple[Domain, ...]) -> None:
            for domain in some:
                self._tell(DomainRead(host, domain))

        found = reader.read_all(self._conn, host, several, self._given_up, handles=self._handles)
        domains = tuple(self._aged(with_sizes(domain, self._sizes)) for domain in found)
        self._known = {domain.key.uuid: domain for domain in domains}
        self._tell(DomainsRead(host, domains))

    def _given_up(self) -> bool:
        """Asked between two domains: a place to give way to the window."""
        self._kit.courtesy.give_way()
        return self._over()

    def read_facts(self) -> None:
        """What the host says of itself."""
        self._tell(FactsRead(self._spec().id, reader.read_facts(self._conn, self._spec().read_only)))

    def read_networks(self) -> None:
        """All networks."""
        self._tell(NetworksRead(self._spec().id, reader.read_networks(self._conn, self.finder.leases)))

    def read_pools(self) -> None:
        """All pools and volumes, and what these say of the sizes of disks."""
        before = {} if self._pools_anew else self._pools
        self._pools_anew = False
        pools = reader.read_pools(self._conn, before)
        self._pools = {pool.uuid: pool for pool in pools}
        self._tell(PoolsRead(self._spec().id, pools))
        self._sizes = sizes_of(pools)
        for uuid, known in tuple(self._known.items()):
            sized = with_sizes(known, self._sizes)
            if sized is not known:
                self._known[uuid] = sized
                self._tell(DomainRead(self._spec().id, sized))

    def forget_pools(self) -> None:
        """Has the next reading ask for every volume: a format may differ where no figure does."""
        self._pools_anew = True

    def read_one(self, uuid: str) -> None:
        """One domain, or that it is gone."""
        try:
            domain = reader.read_one(self._conn, self._spec().id, uuid)
        except NotFound:
            self._gone(uuid)
        else:
            self._read(uuid, domain)

    def _gone(self, uuid: str) -> None:
        self._known.pop(uuid, None)
        self._handles.pop(uuid, None)
        self.finder.forget(uuid)
        self._tell(DomainGone(self._spec().id, uuid))

    def _read(self, uuid: str, read: Domain) -> None:
        self._known[uuid] = domain = self._aged(with_sizes(read, self._sizes))
        if not domain.state.active:
            self.finder.forget(uuid)
        self._tell(DomainRead(self._spec().id, domain))

    def read_several(self, depths: Mapping[str, Depth]) -> None:
        """Some domains, each as deep as it must be; where that is cheaper, what a list can tell of all is not asked of each."""
        deep = [uuid for uuid, depth in depths.items() if depth is Depth.ALL or uuid not in self._known]
        sweep: reader.Sweep | None = None
        if len(deep) >= SWEPT and len(self._known) <= SWEPT_SHARE * len(deep):
            sweep = reader.Sweep(self._conn)
            self._handles.update(sweep.domains)
        for uuid in depths:
            try:
                if uuid not in deep:
                    self._read(uuid, reader.read_xml(self._handle(uuid), self._known[uuid]))
                elif sweep is None:
                    self.read_one(uuid)
                elif uuid in sweep.domains:
                    self._read(uuid, sweep.read(self._spec().id, uuid))
                else:
                    self._gone(uuid)
            except NotFound:
                self._gone(uuid)

    def _handle(self, uuid: str) -> Any:
        """Libvirt's own. Raises NotFound."""
        found = self._handles.get(uuid)
        if found is None:
            with calling(uuid):
                found = self._handles[uuid] = self._conn.lookupByUUIDString(uuid)
        return found

    def _aged(self, domain: Domain) -> Domain:
        """`domain` with the times its states began, as far as we saw that: a reading may be ahead of its event."""
        known = self._known.get(domain.key.uuid)
        if known is None:
            return domain
        now = self._kit.clock()
        since = known.since if known.state is domain.state else now
        started = known.started if known.state.active else now
        return replace(domain, since=since, started=started if domain.state.active else 0.0)

    def read_flags(self) -> None:
        """Finds what no event told: snapshots, autostart, saved images, and anything an event was lost of."""
        sweep = reader.Sweep(self._conn)
        for uuid in [uuid for uuid in self._known if uuid not in sweep.domains]:
            self.read_one(uuid)
        for uuid in sweep.domains:
            known = self._known.get(uuid)
            if known is None or (known.state, known.autostart, known.persistent, known.snapshots) != (
                sweep.state(uuid),
                sweep.autostart(uuid),
                sweep.persistent(uuid),
                sweep.snapshots(uuid),
            ):
                self.read_one(uuid)

    def read_addresses(self) -> list[str]:
        """Looks for addresses; returns the VMs whose agent is to be asked, which may take long."""
        self.finder.look(self._known)
        return self.finder.agents_due(self._known)

    def looked(self) -> None:
        """Addresses were looked for, and agents asked."""
        self._tell(AddressesLooked(self._spec().id))

    def _addresses(self, uuid: str, addresses: tuple[Any, ...]) -> None:
        self._tell(AddressesRead(self._spec().id, uuid, addresses))

    def read_stats(self) -> list[str]:
        """One round of statistics; returns the VMs whose state is not what we knew: an event was lost."""
        if self._spec().demo and self._kit.replay is not None:
            running = tuple(domain for domain in self._known.values() if domain.state is State.RUNNING)
            load, loads = self._kit.replay.loads(self._kit.clock(), self._spec(), running)
            self._tell_loads(load, loads)
            return []
        load, loads = self._meter.round({uuid: domain.vcpus for uuid, domain in self._known.items()})
        self._tell_loads(load, loads)
        if not self._spec().read_only:
            self._meter.ask_for_memory()
        lost = []
        for uuid, (state, why) in self._meter.states.items():
            known = self._known.get(uuid)
            now = reader.state_of(state, why)
            still = now is State.MIGRATING and known is not None and known.state is State.PAUSED  # see reader.settled
            if known is None or not (known.state is now or still):
                lost.append(uuid)
        for uuid, domain in self._known.items():
            if domain.state is State.RUNNING and uuid not in self._meter.states:
                lost.append(uuid)
        return lost

    def _tell_loads(self, load: HostLoad, loads: dict[str, Load]) -> None:
        """Tells the figures; that there are none is told once."""
        nothing = not loads and load.cpu is None and load.memory_used_kib is None
        if not (nothing and self._quiet):
            self._tell(LoadsRead(self._spec().id, load, loads))
        self._quiet = nothing

    def reverted(self, event: Event) -> None:
        """Tells that a domain went back to a snapshot; one revert comes as several events."""
        if event.at - self._reverted.get(event.uuid, 0.0) > ONE_REVERT:
            self._tell(Reverted(self._spec().id, event.uuid, event.at))
        self._reverted[event.uuid] = event.at

    def state_told(self, event: Event) -> None:
        """Tells the state an event tells, before the domain is read."""
        known = self._known.get(event.uuid)
        if known is None:
            return
        if event.state is not None and event.state is not known.state:
            started = known.started if known.state.active else event.at
            started = started if event.state.active else 0.0
            self._known[event.uuid] = replace(known, state=event.state, since=event.at, started=started)
            self._tell(StateRead(self._spec().id, event.uuid, event.state, event.at))
