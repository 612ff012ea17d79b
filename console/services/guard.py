"""Keeps a base from being written, and two VMs with one MAC from running on one network: asked right before a VM is started."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

import msgspec

from console.fleet.acts import Act
from console.fleet.clones.family import Kinship
from console.fleet.clones.values import Kin
from console.fleet.domains import Domain, Nic, VmKey
from console.fleet.errors import Conflict, Problem, Reason
from console.fleet.hosts import Network
from console.fleet.updates import PoolsRead
from console.gateway import volumes
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory

AGE = 1.0  # seconds for which what a host said holds good for the next VM: many are started at once
STARTS = frozenset({Act.START, Act.RESTORE})


class _Known(msgspec.Struct, frozen=True):
    """Of one host, at a monotonic time. kinship: None where nobody there is built on anything."""

    at: float
    kinship: Kinship | None


class Guard:
    """Thread-safe. clock: monotonic seconds."""

    def __init__(
        self, gateway: Gateway, inventory: Inventory, clock: Callable[[], float] = time.monotonic, age: float = AGE
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._clock = clock
        self._age = age
        self._lock = threading.Lock()
        self._hosts: dict[str, _Known] = {}
        self._clones: tuple[float, dict[str, list[Domain]]] = (-age, {})

    def check(self, act: Act, domain: Domain) -> None:
        """Asks the host, where anybody is built on anything there. Conflict (IN_USE, its detail their names): others are built
        on what it would write; (WRONG_STATE, "mac-runs"): a clone or the source of it runs with its MAC. Blocks."""
        if act not in STARTS:
            return
        kin = self.needing(domain.key)
        if kin:
            raise Conflict(Reason.IN_USE, domain.name, detail=", ".join(one.name for one in kin))
        self._check_macs(domain)

    def needing(self, key: VmKey) -> tuple[Kin, ...]:
        """Those that are built on what it writes, by what its host says now. Blocks."""
        kinship = self._kinship(key.host)
        return kinship.needing(key) if kinship is not None else ()

    def forget(self, host: str) -> None:
        """Something was built there just now."""
        with self._lock:
            self._hosts.pop(host, None)
            self._clones = (self._clock() - self._age, {})

    def _kinship(self, host: str) -> Kinship | None:
        with self._lock:
            known = self._hosts.get(host)
            if known is not None and self._clock() - known.at < self._age:
                return known.kinship
        at, domains, pools = self._clock(), self._inventory.domains_of(host), self._inventory.view(host).pools
        kinship = None
        unknown = not self._inventory.told(host, PoolsRead)  # a command line does not wait for them
        if unknown or any(volume.backing for pool in pools for volume in pool.volumes) or any(map(_stacked, domains)):
            kinship = Kinship(domains, volumes.pools(self._gateway.link(host), pools))
        with self._lock:
            self._hosts[host] = _Known(at, kinship)
        return kinship

    # addresses

    def _check_macs(self, domain: Domain) -> None:
        for other in self._relatives(domain):
            now = self._inventory.domain(other.key)
            if now is None or not now.state.active or now.key == domain.key:
                continue
            for nic in domain.nics:
                twin = next((one for one in now.nics if one.mac and one.mac == nic.mac), None)
                if twin is not None and self._one_network(domain.key.host, nic, now.key.host, twin):
                    raise Conflict(
                        Problem(Reason.WRONG_STATE, f"{nic.mac}: {now.name}", detail="mac-runs"), domain.name
                    )

    def _relatives(self, domain: Domain) -> Iterable[Domain]:
        """Its source, its clones, and the other clones of its source."""
        at, clones = self._clones
        if self._clock() - at >= self._age:
            clones = {}
            for one in self._inventory.domains():
                if one.provenance is not None and (uuid := _source(one)):
                    clones.setdefault(uuid, []).append(one)
            self._clones = (self._clock(), clones)
        yield from clones.get(domain.key.uuid, ())
        if uuid := _source(domain):
            yield from clones.get(uuid, ())
            for host in self._inventory.specs():
                if (source := self._inventory.domain(VmKey(host.id, uuid))) is not None:
                    yield source

    def _one_network(self, host: str, nic: Nic, other_host: str, other: Nic) -> bool:
        """Cards are on one network: of one host, or bridged into one of that name."""
        if host == other_host:
            return (nic.kind, nic.source) == (other.kind, other.source)
        return self._bridge(host, nic) == self._bridge(other_host, other) != ""

    def _bridge(self, host: str, nic: Nic) -> str:
        """What a card is bridged to; "" for a network that its host has for itself."""
        if nic.kind in ("bridge", "direct"):
            return nic.source
        networks: tuple[Network, ...] = self._inventory.view(host).networks if nic.kind == "network" else ()
        found = next((network for network in networks if network.name == nic.source), None)
        return (found.bridge or found.name) if found is not None and found.forward == "bridge" else ""


def _stacked(domain: Domain) -> bool:
    linked = domain.provenance is not None and domain.provenance.linked
    return linked or any(disk.backing for disk in domain.disks)


def _source(domain: Domain) -> str:
    """The UUID of what it was cloned from."""
    return domain.provenance.source.rpartition("/")[2] if domain.provenance is not None else ""
