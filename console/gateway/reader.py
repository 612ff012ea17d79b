"""Reading what a host has: all of it after connecting, or one thing after an event. Calls block; run in a lane."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import Any

import libvirt

from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import FleetError, NotFound, Reason, Unreachable
from console.fleet.hosts import HostFacts, Network, Pool, Volume
from console.gateway.errors import calling
from console.libvirtxml.capabilities import Capabilities, read_capabilities
from console.libvirtxml.domain import read_domain
from console.libvirtxml.helper import PREFIX
from console.libvirtxml.network import read_network
from console.libvirtxml.storage import read_pool, read_volume

VOLUMES = 2000  # volumes of one pool that are read at most

_reading = threading.Semaphore(1)
"""Python reads one XML at a time in the whole process: several at once would not be faster, and the window's thread
would wait for each of them."""

_STATES = {
    libvirt.VIR_DOMAIN_RUNNING: State.RUNNING,
    libvirt.VIR_DOMAIN_BLOCKED: State.RUNNING,
    libvirt.VIR_DOMAIN_PAUSED: State.PAUSED,
    libvirt.VIR_DOMAIN_SHUTDOWN: State.SHUTTING_DOWN,
    libvirt.VIR_DOMAIN_SHUTOFF: State.OFF,
    libvirt.VIR_DOMAIN_CRASHED: State.CRASHED,
    libvirt.VIR_DOMAIN_PMSUSPENDED: State.SUSPENDED,
}
_MIGRATING = {libvirt.VIR_DOMAIN_PAUSED_MIGRATION, getattr(libvirt, "VIR_DOMAIN_PAUSED_POSTCOPY", 11)}


def state_of(state: int, reason: int, saved: bool = False) -> State:
    """Our state for libvirt's state and reason; saved: there is a managed save image."""
    found = _STATES.get(state, State.UNKNOWN)
    if found is State.OFF:
        if saved:
            return State.SAVED
        return State.CRASHED if reason == libvirt.VIR_DOMAIN_SHUTOFF_CRASHED else State.OFF
    if found is State.PAUSED and reason in _MIGRATING:
        return State.MIGRATING
    return found


def settled(domain: Any, state: State) -> State:
    """MIGRATING by its reason alone: a VM that was brought up from a memory file, and stands still, has that reason too. Then
    there is no job; where a VM arrives libvirt refuses to tell."""
    if state is State.MIGRATING:
        with contextlib.suppress(libvirt.libvirtError):
            if domain.jobInfo()[0] == libvirt.VIR_DOMAIN_JOB_NONE:
                return State.PAUSED
    return state


def is_helper(domain: Any) -> bool:
    """It is none of a person's VMs: it holds the files of one while they are merged (see libvirtxml.helper)."""
    return bool(domain.name().startswith(PREFIX))


class Sweep:
    """One pass over all domains of a host, cheap in calls: what a list call can tell of all is not asked of each.

    Attributes:
        domains: libvirt's handles by UUID.
    """

    def __init__(self, conn: Any) -> None:
        self._conn = conn
        with calling():
            self.domains: dict[str, Any] = {
                domain.UUIDString(): domain for domain in conn.listAllDomains(0) if not is_helper(domain)
            }
        self._autostart = self._listed(libvirt.VIR_CONNECT_LIST_DOMAINS_AUTOSTART)
        self._persistent = self._listed(libvirt.VIR_CONNECT_LIST_DOMAINS_PERSISTENT)
        self._saved = self._listed(libvirt.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE)
        self._snapshots = self._listed(libvirt.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT)
        self._states = self._all_states()

    def _listed(self, flag: int) -> frozenset[str] | None:
        """UUIDs of the domains with this property; None where the host can't list by it."""
        try:
            return frozenset(domain.UUIDString() for domain in self._conn.listAllDomains(flag))
        except libvirt.libvirtError:
            return None

    def _all_states(self) -> dict[str, tuple[int, int]]:
        try:
            records = self._conn.getAllDomainStats(libvirt.VIR_DOMAIN_STATS_STATE, 0)
        except libvirt.libvirtError:
            return {}
        return {
            domain.UUIDString(): (stats["state.state"], stats.get("state.reason", 0))
            for domain, stats in records
            if "state.state" in stats
        }

    def state(self, uuid: str) -> State:
        """The state of a domain of this sweep."""
        known = self._states.get(uuid)
        if known is None:
            known = tuple(self.domains[uuid].state()[:2])
        return settled(self.domains[uuid], state_of(known[0], known[1], self.saved(uuid)))

    def saved(self, uuid: str) -> bool:
        return self._flag(self._saved, uuid, "hasManagedSaveImage")

    def autostart(self, uuid: str) -> bool:
        return self._flag(self._autostart, uuid, "autostart")

    def persistent(self, uuid: str) -> bool:
        return self._flag(self._persistent, uuid, "isPersistent", absent=True)

    def snapshots(self, uuid: str) -> int:
        """How many snapshots a domain has; asked only of those that have any."""
        if self._snapshots is not None and uuid not in self._snapshots:
            return 0
        try:
            return int(self.domains[uuid].snapshotNum())
        except libvirt.libvirtError:
            return 0

    def _flag(self, listed: frozenset[str] | None, uuid: str, ask: str, absent: bool = False) -> bool:
        if listed is not None:
            return uuid in listed
        try:
            return bool(getattr(self.domains[uuid], ask)())
        except libvirt.libvirtError:
            return absent

    def read(self, host: str, uuid: str) -> Domain:
        """The domain, with its XML. Raises NotFound where it vanished, Unreachable where the host did.

        XML that can't be had or read leaves the domain with its name and state.
        """
        return _read(self.domains[uuid], host, self)


def _read(domain: Any, host: str, sweep: Sweep) -> Domain:
    uuid = domain.UUIDString()
    with calling(uuid):
        state = sweep.state(uuid)
        snapshots, autostart, persistent = sweep.snapshots(uuid), sweep.autostart(uuid), sweep.persistent(uuid)
    return _described(domain, host, state, snapshots, autostart, persistent)


def _described(domain: Any, host: str, state: State, snapshots: int, autostart: bool, persistent: bool) -> Domain:
    uuid = domain.UUIDString()
    try:
        with calling(uuid):
            xml = domain.XMLDesc(0)
        with _reading:
            return read_domain(xml, host, state=state, snapshots=snapshots, autostart=autostart, persistent=persistent)
    except (NotFound, Unreachable):
        raise
    except (FleetError, UnicodeError):
        key = VmKey(host, uuid)
        return Domain(key, domain.name(), state, snapshots=snapshots, autostart=autostart, persistent=persistent)


def read_xml(domain: Any, known: Domain) -> Domain:
    """A domain of which only the XML may be another than as `known`. Raises NotFound, Unreachable."""
    return _described(domain, known.key.host, known.state, known.snapshots, known.autostart, known.persistent)


def read_one(conn: Any, host: str, uuid: str) -> Domain:
    """One domain, read anew after an event. Raises NotFound, Unreachable."""
    with calling(uuid):
        domain = conn.lookupByUUIDString(uuid)
    if is_helper(domain):
        raise NotFound(Reason.GONE, uuid)
    return _read(domain, host, _One(conn, uuid, domain))


class _One(Sweep):
    """A sweep over one domain: everything is asked of it alone."""

    def __init__(self, conn: Any, uuid: str, domain: Any) -> None:
        self._conn = conn
        self.domains = {uuid: domain}
        self._autostart = self._persistent = self._saved = self._snapshots = None
        self._states = {}


def read_all(
    conn: Any,
    host: str,
    several: Callable[[tuple[Domain, ...]], None] = lambda _some: None,
    given_up: Callable[[], bool] = lambda: False,
    every: int = 40,
    handles: dict[str, Any] | None = None,
) -> tuple[Domain, ...]:
    """All domains of a host; one that vanishes meanwhile is left out. Raises Unreachable.

    several: called with each `every` domains read, so that a big host shows its first VMs at once. handles: takes libvirt's
    handles by UUID.
    """
    sweep = Sweep(conn)
    if handles is not None:
        handles.update(sweep.domains)
    found: list[Domain] = []
    shown = 0
    for uuid in sweep.domains:
        if given_up():
            break
        try:
            found.append(sweep.read(host, uuid))
        except NotFound:
            continue
        if len(found) - shown >= every and len(sweep.domains) > len(found):
            several(tuple(found[shown:]))
            shown = len(found)
    return tuple(found)


def read_facts(conn: Any, read_only: bool) -> HostFacts:
    """What the host says of itself; a part that it can't tell stays empty. Raises Unreachable."""
    info = _asked(conn.getInfo) or ["", 0, 0, 0]
    capabilities = _capabilities(conn)
    return HostFacts(
        hostname=_asked(conn.getHostname) or "",
        uuid=capabilities.uuid,
        hypervisor=_asked(conn.getType) or "",
        hypervisor_version=_asked(conn.getVersion) or 0,
        libvirt_version=_asked(conn.getLibVersion) or 0,
        cpus=info[2] or capabilities.cpus,
        mhz=info[3],
        cpu_model=capabilities.cpu_model,
        arch=capabilities.arch or info[0],
        memory_kib=(info[1] << 10) or capabilities.memory_kib,
        read_only=read_only,
        features=capabilities.features,
    )


def _asked(call: Callable[[], Any]) -> Any:
    """The answer, None where the host does not know the call. Raises Unreachable."""
    try:
        with calling():
            return call()
    except Unreachable:
        raise
    except FleetError:
        return None


def _capabilities(conn: Any) -> Capabilities:
    xml = _asked(conn.getCapabilities)
    if xml:
        try:
            with _reading:
                return read_capabilities(xml)
        except FleetError:
            pass
    return Capabilities()


def read_networks(conn: Any, leases: Mapping[str, int] | None = None) -> tuple[Network, ...]:
    """All networks, by name. leases: how many leases each has, by its name. Raises Unreachable."""
    found = []
    for network in _asked(lambda: conn.listAllNetworks(0)) or ():
        try:
            with calling(network.name()):
                xml = network.XMLDesc(0)
                active, persistent = bool(network.isActive()), bool(network.isPersistent())
                autostart = bool(network.autostart()) if persistent else False
            with _reading:
                count = (leases or {}).get(network.name(), 0)
                found.append(read_network(xml, active=active, autostart=autostart, persistent=persistent, leases=count))
        except Unreachable:
            raise
        except FleetError:
            continue  # it went meanwhile, or is none
    return tuple(sorted(found, key=lambda network: network.name))


def read_pools(conn: Any, known: Mapping[str, Pool] | None = None) -> tuple[Pool, ...]:
    """All pools with their volumes, by name. Raises Unreachable.

    known: pools as read before, by UUID: volumes are read anew only where a pool's figures or their number differ.
    """
    found = []
    for pool in _asked(lambda: conn.listAllStoragePools(0)) or ():
        try:
            found.append(_pool(pool, (known or {}).get(pool.UUIDString())))
        except Unreachable:
            raise
        except FleetError:
            continue
    return tuple(sorted(found, key=lambda pool: pool.name))


def same_pool(pool: Any, known: Pool | None) -> Pool | None:
    """`known` with all of its volumes, where the pool has the same figures and as many; None: it is to be read anew."""
    if known is None:
        return None
    with calling(pool.name()):
        xml, count = pool.XMLDesc(0), pool.numOfVolumes()
        autostart = bool(_asked(pool.autostart))
    with _reading:
        same = read_pool(xml, active=True, autostart=autostart, volumes=known.volumes)
    return known if same == known and len(known.volumes) == count else None


def _pool(pool: Any, known: Pool | None) -> Pool:
    with calling(pool.name()):
        xml = pool.XMLDesc(0)
        active = bool(pool.isActive())
        autostart = bool(_asked(pool.autostart))
        count = pool.numOfVolumes() if active else 0
    with _reading:
        read = read_pool(xml, active=active, autostart=autostart)
    if known is not None and len(known.volumes) == min(count, VOLUMES):
        same = read_pool(xml, active=active, autostart=autostart, volumes=known.volumes)
        if same == known:
            return known
    return read_pool(xml, active=active, autostart=autostart, volumes=_volumes(pool)) if active else read


def _volumes(pool: Any) -> tuple[Volume, ...]:
    found = []
    with calling(pool.name()):
        volumes = pool.listAllVolumes(0)
    for volume in volumes[:VOLUMES]:
        try:
            with calling(volume.name()):
                xml = volume.XMLDesc(0)
            with _reading:
                found.append(read_volume(xml))
        except Unreachable:
            raise
        except FleetError:
            continue
    return tuple(sorted(found, key=lambda volume: volume.name))
