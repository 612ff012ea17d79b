"""The addresses of guests: what the agent says, else the lease, else the host's ARP table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import libvirt

from console.fleet.domains import Address, AddressSource, Domain
from console.fleet.errors import FleetError, Unreachable
from console.gateway.errors import calling

AGENT_EVERY = 30.0  # seconds between questions to an agent that answers
AGENT_WAITS = 300.0  # seconds an agent that does not answer is left alone at most
AGAIN = 25.0  # seconds after which the same answer is told again, so that it does not look older than it is
EACH_EVERY = 60.0  # seconds between questions about one VM where networks don't tell their leases

_SOURCES = {
    AddressSource.AGENT: libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
    AddressSource.LEASE: libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE,
    AddressSource.ARP: getattr(libvirt, "VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP", 2),
}

Tell = Callable[[str, tuple[Address, ...]], None]


def of_interfaces(told: Mapping[str, Mapping[str, Any]] | None, source: AddressSource) -> tuple[Address, ...]:
    """The addresses in an answer of interfaceAddresses, without loopback and link-local ones."""
    found: dict[str, Address] = {}
    for name, interface in (told or {}).items():
        mac = str(interface.get("hwaddr") or "").lower()
        if name == "lo" or mac == "00:00:00:00:00:00":
            continue
        for entry in interface.get("addrs") or ():
            ip = str(entry.get("addr") or "")
            if _useful(ip):
                found.setdefault(ip, Address(ip, int(entry.get("prefix") or 0), mac, source))
    return _in_order(found.values())


def _useful(ip: str) -> bool:
    low = ip.lower()
    return bool(ip) and not low.startswith(("127.", "169.254.", "fe80:")) and low != "::1"


def _in_order(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """IPv4 first, else as they came."""
    return tuple(sorted(addresses, key=lambda address: ":" in address.ip))


class Finder:
    """Finds the addresses of one host's VMs; tells those that changed, and now and then those that did not.

    `look` runs in the polling lane, agents are asked in the slow one.

    Attributes:
        leases: how many leases each network has, by its name.
        leases_changed: the last `look` found other counts.
    """

    def __init__(self, conn: Any, tell: Tell) -> None:
        self._conn = conn
        self._tell = tell
        self._told: dict[str, tuple[Address, ...]] = {}
        self._told_at: dict[str, float] = {}
        self._by_agent: dict[str, tuple[Address, ...]] = {}
        self._agent_due: dict[str, float] = {}
        self._agent_wait: dict[str, float] = {}
        self._each_due: dict[str, float] = {}
        self._deaf: set[AddressSource] = set()  # sources the host's libvirt does not know
        self._no_leases = False
        self.leases: dict[str, int] = {}
        self.leases_changed = False

    def forget(self, uuid: str) -> None:
        """The VM stopped or is gone."""
        for by_source in (self._told, self._by_agent):
            by_source.pop(uuid, None)
        for times in (self._told_at, self._agent_due, self._agent_wait, self._each_due):
            times.pop(uuid, None)

    def agent_changed(self, uuid: str) -> None:
        """The agent came or went: ask it, without waiting for its turn."""
        self._agent_due.pop(uuid, None)
        self._agent_wait.pop(uuid, None)

    def look_soon(self) -> None:
        """A VM started: where each is asked alone, the next look asks again."""
        self._each_due.clear()

    def look(self, domains: Mapping[str, Domain]) -> None:
        """One look at leases and ARP for all that run. Blocks. Raises Unreachable."""
        by_mac = self._lease_table()
        for uuid, domain in tuple(domains.items()):
            if not domain.state.active or not domain.nics:
                continue
            if found := self._by_agent.get(uuid):
                self._found(uuid, found, anew=False)
            elif leased := _in_order(address for nic in domain.nics for address in by_mac.get(nic.mac, ())):
                self._found(uuid, leased)
            else:
                anew = self._each_due.get(uuid, 0.0) <= time.monotonic()
                self._found(uuid, self._each(uuid), anew)

    def agents_due(self, domains: Mapping[str, Domain]) -> list[str]:
        """UUIDs of the VMs whose agent is to be asked now."""
        now = time.monotonic()
        if AddressSource.AGENT in self._deaf:
            return []
        return [
            uuid
            for uuid, domain in domains.items()
            if domain.has_agent and domain.state.active and self._agent_due.get(uuid, 0.0) <= now
        ]

    def ask_agent(self, uuid: str) -> None:
        """Asks one agent; may hang as long as libvirt waits for it. Raises Unreachable."""
        self._agent_due[uuid] = time.monotonic() + AGENT_WAITS  # nobody asks again while this one hangs
        found = self._asked(uuid, AddressSource.AGENT)
        if found is None:
            wait = min(AGENT_WAITS, self._agent_wait.get(uuid, AGENT_EVERY / 2) * 2)
            self._agent_wait[uuid] = wait
            self._by_agent.pop(uuid, None)
        else:
            wait = AGENT_EVERY
            self._agent_wait.pop(uuid, None)
            self._by_agent[uuid] = found
            if found:
                self._found(uuid, found)
        self._agent_due[uuid] = time.monotonic() + wait

    def _found(self, uuid: str, addresses: tuple[Address, ...], anew: bool = True) -> None:
        """anew: somebody said so just now; else it is what was said last time."""
        now = time.monotonic()
        again = anew and bool(addresses) and now - self._told_at.get(uuid, now) >= AGAIN
        if again or self._told.get(uuid, ()) != addresses:
            self._told[uuid], self._told_at[uuid] = addresses, now
            self._tell(uuid, addresses)

    def _lease_table(self) -> dict[str, tuple[Address, ...]]:
        """Addresses by MAC, of all leases of all networks."""
        if self._no_leases:
            return {}
        found: dict[str, tuple[Address, ...]] = {}
        counts: dict[str, int] = {}
        try:
            with calling():
                networks = self._conn.listAllNetworks(libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE)
        except Unreachable:
            raise
        except FleetError:
            self._no_leases = True
            return {}
        for network in networks:
            try:
                with calling(network.name()):
                    leases = network.DHCPLeases()
            except Unreachable:
                raise
            except FleetError as error:
                if error.problem.code == libvirt.VIR_ERR_NO_SUPPORT:
                    self._no_leases = True
                    return {}
                continue
            counts[network.name()] = len(leases)
            for lease in leases:
                address = Address(
                    str(lease.get("ipaddr") or ""), int(lease.get("prefix") or 0), str(lease.get("mac") or "").lower()
                )
                if _useful(address.ip) and address.mac:
                    found[address.mac] = (*found.get(address.mac, ()), address)
        self.leases_changed = counts != self.leases
        self.leases = counts
        return found

    def _each(self, uuid: str) -> tuple[Address, ...]:
        """What leases (where networks don't tell them) and ARP say of one VM; the last answer while that is young."""
        now = time.monotonic()
        if self._each_due.get(uuid, 0.0) > now:
            known = self._told.get(uuid, ())
            return known if known and known[0].source is not AddressSource.AGENT else ()
        self._each_due[uuid] = now + EACH_EVERY
        sources = (AddressSource.LEASE, AddressSource.ARP) if self._no_leases else (AddressSource.ARP,)
        return self._asked(uuid, *sources) or ()

    def _asked(self, uuid: str, *sources: AddressSource) -> tuple[Address, ...] | None:
        """The first answer with an address in it; else the last one, None where none answered."""
        sources = tuple(source for source in sources if source not in self._deaf)
        if not sources:
            return None
        try:
            with calling(uuid):
                domain = self._conn.lookupByUUIDString(uuid)
        except Unreachable:
            raise
        except FleetError:
            return None  # it went meanwhile
        found: tuple[Address, ...] | None = None
        for source in sources:
            try:
                with calling(uuid):
                    found = of_interfaces(domain.interfaceAddresses(_SOURCES[source], 0), source)
            except Unreachable:
                raise
            except FleetError as error:
                if error.problem.code in (libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_ERR_INVALID_ARG):
                    self._deaf.add(source)
            if found:
                break
        return found
