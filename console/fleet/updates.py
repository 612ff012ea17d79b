"""What the gateway tells the inventory: each a frozen value about one host. And what the inventory tells others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from console.fleet.domains import Address, Domain, Load, State, VmKey
from console.fleet.hosts import HostFacts, HostLoad, HostStatus, Network, Pool


class StatusChanged(msgspec.Struct, frozen=True):
    host: str
    status: HostStatus


class FactsRead(msgspec.Struct, frozen=True):
    host: str
    facts: HostFacts


class DomainsRead(msgspec.Struct, frozen=True):
    """All domains of a host (a full resync): what is not in it is gone."""

    host: str
    domains: tuple[Domain, ...]


class DomainRead(msgspec.Struct, frozen=True):
    """One domain read anew, after an event."""

    host: str
    domain: Domain


class DomainGone(msgspec.Struct, frozen=True):
    host: str
    uuid: str


class Reverted(msgspec.Struct, frozen=True):
    """A domain went back to one of its snapshots, at this epoch; what it is like now is told apart."""

    host: str
    uuid: str
    at: float


class ConfigChanged(msgspec.Struct, frozen=True):
    """Another configuration may be stored of one domain; `DomainRead` tells of it only what a Domain has."""

    host: str
    uuid: str


class StateRead(msgspec.Struct, frozen=True):
    """Only the state of one domain, from an event, before its details are read anew."""

    host: str
    uuid: str
    state: State
    at: float


class AddressesRead(msgspec.Struct, frozen=True):
    host: str
    uuid: str
    addresses: tuple[Address, ...]


class AddressesLooked(msgspec.Struct, frozen=True):
    """All that can tell addresses of a host's VMs was asked once; what was found has been told before."""

    host: str


class LoadsRead(msgspec.Struct, frozen=True):
    """One round of statistics: the host's own and by VM UUID. A VM that is missing has no load now."""

    host: str
    load: HostLoad
    domains: Mapping[str, Load]


class NetworksRead(msgspec.Struct, frozen=True):
    host: str
    networks: tuple[Network, ...]


class PoolsRead(msgspec.Struct, frozen=True):
    host: str
    pools: tuple[Pool, ...]


Update = (
    StatusChanged
    | FactsRead
    | DomainsRead
    | DomainRead
    | DomainGone
    | ConfigChanged
    | Reverted
    | StateRead
    | AddressesRead
    | AddressesLooked
    | LoadsRead
    | NetworksRead
    | PoolsRead
)


class ChangeSet(msgspec.Struct, frozen=True):
    """What became different. Sets of VmKey and of host ids; `loads` are VMs with new figures, `host_loads` hosts with
    new figures; `hosts` any other change of a host (status, facts, counts, networks, pools); `fleet` that hosts came, went or
    were edited."""

    added: frozenset[VmKey] = frozenset()
    changed: frozenset[VmKey] = frozenset()
    removed: frozenset[VmKey] = frozenset()
    loads: frozenset[VmKey] = frozenset()
    hosts: frozenset[str] = frozenset()
    host_loads: frozenset[str] = frozenset()
    fleet: bool = False

    def __bool__(self) -> bool:
        return bool(
            self.added or self.changed or self.removed or self.loads or self.hosts or self.host_loads or self.fleet
        )

    def merged(self, later: ChangeSet) -> ChangeSet:
        """This change and then `later`, as one."""
        return ChangeSet.joined((self, later))

    @staticmethod
    def joined(changes: Iterable[ChangeSet]) -> ChangeSet:
        """Changes in their order as one: against what was before all of them. A VM that came and went leaves nothing."""
        added: set[VmKey] = set()
        changed: set[VmKey] = set()
        removed: set[VmKey] = set()
        loads: set[VmKey] = set()
        hosts: set[str] = set()
        host_loads: set[str] = set()
        fleet = False
        for change in changes:
            loads |= change.loads
            for key in change.removed:
                (added.discard if key in added else removed.add)(key)
                changed.discard(key)
                loads.discard(key)
            for key in change.added:
                if key in removed:
                    removed.discard(key)
                    changed.add(key)
                else:
                    added.add(key)
                    changed.discard(key)
            changed |= change.changed
            hosts |= change.hosts
            host_loads |= change.host_loads
            fleet = fleet or change.fleet
        return ChangeSet(
            frozenset(added),
            frozenset(changed - added - removed),
            frozenset(removed),
            frozenset(loads - removed),
            frozenset(hosts),
            frozenset(host_loads),
            fleet,
        )


class HostView(msgspec.Struct, frozen=True):
    """All that is known of one host, as one immutable moment. Also what the last-seen cache keeps.

    cached: this comes from the cache of an earlier run and nothing has been read since.
    """

    id: str
    status: HostStatus = msgspec.field(default_factory=HostStatus)
    facts: HostFacts | None = None
    load: HostLoad | None = None
    networks: tuple[Network, ...] = ()
    pools: tuple[Pool, ...] = ()
    cached: bool = False
