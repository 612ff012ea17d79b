"""What clones need of a host beside volumes. Every function calls the host, may block, and raises FleetError."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import libvirt

from console.fleet.clones.provenance import Provenance
from console.fleet.errors import Conflict, FleetError, NotFound, Reason
from console.fleet.storage import VolumeKey
from console.fleet.storing import NewPool, NewVolume, rounded
from console.gateway import relaying, volumes
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.gateway.streams import Aside
from console.libvirtxml import metadata
from console.libvirtxml.storage import pool_xml, read_pool

PASSING = "splendid-passing-"  # begins the names of pools that are there for a moment only

_WHY_OFF = {
    libvirt.VIR_DOMAIN_SHUTOFF_SHUTDOWN: "shutdown",
    libvirt.VIR_DOMAIN_SHUTOFF_DESTROYED: "destroyed",
    libvirt.VIR_DOMAIN_SHUTOFF_CRASHED: "crashed",
    libvirt.VIR_DOMAIN_SHUTOFF_MIGRATED: "migrated",
    libvirt.VIR_DOMAIN_SHUTOFF_SAVED: "saved",
    libvirt.VIR_DOMAIN_SHUTOFF_FAILED: "failed",
    libvirt.VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT: "snapshot",
}


def names(link: Link) -> frozenset[str]:
    """Of all domains of the host."""
    with calling(link.spec.name):
        return frozenset(str(domain.name()) for domain in link.conn.listAllDomains(0))


def networks(link: Link) -> frozenset[str]:
    """Of all of libvirt's networks of the host."""
    with calling(link.spec.name):
        return frozenset(str(network.name()) for network in link.conn.listAllNetworks(0))


def defined(link: Link, uuid: str) -> bool:
    """There is a domain of that UUID."""
    try:
        with calling(uuid):
            link.conn.lookupByUUIDString(uuid)
    except NotFound:
        return False
    return True


def define(link: Link, uuid: str, name: str, xml: str) -> None:
    """Defines a domain that there is not yet. Conflict (EXISTS): its name or UUID is another's."""
    link.writable()
    try:
        with calling(name):
            for domain in link.conn.listAllDomains(0):
                if name == domain.name() or uuid == domain.UUIDString():
                    raise Conflict(Reason.EXISTS, name, detail=name)
            link.conn.defineXML(xml)
    finally:
        link.touched(uuid)


def redefine(link: Link, uuid: str, name: str, change: Callable[[str], str]) -> None:
    """Stores what `change` makes of its configuration, passwords included."""
    link.writable()
    domain = link.domain(uuid)
    flags = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE
    try:
        with calling(name):
            link.conn.defineXML(change(str(domain.XMLDesc(flags))))
    finally:
        link.touched(uuid)


def provenance(link: Link, uuid: str) -> Provenance:
    """Where it comes from, as its stored metadata has it now."""
    domain = link.domain(uuid)
    with calling(domain.name()):
        where = libvirt.VIR_DOMAIN_AFFECT_CONFIG if domain.isPersistent() else libvirt.VIR_DOMAIN_AFFECT_LIVE
        return metadata.read_element(_ours(domain, where)).provenance or Provenance()


def set_ours(link: Link, uuid: str, wanted: metadata.VmMetadata) -> None:
    """Makes all that is ours in its metadata exactly this, in what is stored and in what runs."""
    link.writable()
    domain = link.domain(uuid)
    try:
        with calling(domain.name()):
            for where in _places(domain):
                if metadata.read_element(_ours(domain, where)) != wanted:
                    text = metadata.element_of(wanted)
                    kind = libvirt.VIR_DOMAIN_METADATA_ELEMENT
                    domain.setMetadata(kind, text, metadata.PREFIX, metadata.NAMESPACE, where)
    finally:
        link.touched(uuid)


def _places(domain: Any) -> list[int]:
    places = [libvirt.VIR_DOMAIN_AFFECT_CONFIG] if domain.isPersistent() else []
    return places + ([libvirt.VIR_DOMAIN_AFFECT_LIVE] if domain.isActive() else [])


def set_provenance(link: Link, uuid: str, wanted: Provenance) -> None:
    """Makes where it comes from exactly this, in what is stored and in what runs; all else of ours stays."""
    link.writable()
    domain = link.domain(uuid)
    try:
        with calling(domain.name()):
            for where in _places(domain):
                domain.setMetadata(
                    libvirt.VIR_DOMAIN_METADATA_ELEMENT,
                    metadata.with_provenance(_ours(domain, where), wanted),
                    metadata.PREFIX,
                    metadata.NAMESPACE,
                    where,
                )
    finally:
        link.touched(uuid)


def _ours(domain: Any, where: int) -> str | None:
    try:
        return str(domain.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, metadata.NAMESPACE, where))
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN_METADATA:
            return None
        raise


def start_paused(link: Link, uuid: str) -> None:
    """Starts it, standing still before its first instruction."""
    link.writable()
    domain = link.domain(uuid)
    try:
        with calling(domain.name()):
            domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    finally:
        link.touched(uuid)


def why_off(link: Link, uuid: str) -> str:
    """Why it is off: "shutdown", "destroyed", "crashed"…; "" where it is not off, or its host does not know any more."""
    domain = link.domain(uuid)
    with calling(uuid):
        state, reason = domain.state()[:2]
    return _WHY_OFF.get(reason, "") if state == libvirt.VIR_DOMAIN_SHUTOFF else ""


# files that no pool holds


@contextlib.contextmanager
def held(link: Link, path: str, name: str) -> Iterator[VolumeKey]:
    """The file at `path` as a volume, while the block lasts: of a pool that holds it, else of one that is made on its folder.

    name: of that pool, begins with PASSING. NotFound: there is no such file.
    """
    folder, _, file = path.rpartition("/")
    with _pool_on(link, folder, name) as pool:
        yield VolumeKey(link.spec.id, pool, file)


@contextlib.contextmanager
def _pool_on(link: Link, folder: str, name: str) -> Iterator[str]:
    made = None
    with calling(folder):
        active = link.conn.listAllStoragePools(libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE)
        there = next((pool for pool in active if read_pool(pool.XMLDesc(0)).path.rstrip("/") == folder), None)
        if there is None:
            link.writable()
            there = made = link.conn.storagePoolCreateXML(pool_xml(NewPool(name, path=folder)), 0)
        else:
            with contextlib.suppress(libvirt.libvirtError):
                there.refresh(0)  # busy: what it knows will do
        found = str(there.name())
    try:
        yield found
    finally:
        if made is not None:
            with contextlib.suppress(libvirt.libvirtError):
                made.destroy()
        link.touched_pools()


def copy_file(link: Link, source: str, target: str, name: str) -> None:
    """Copies a small file of the host (UEFI variables) to another path. Conflict (EXISTS): that is taken."""
    folder, _, file = target.rpartition("/")
    with held(link, source, name) as key, _pool_on(link, folder, f"{name}-to") as pool:
        there = volumes.find(link, key).volume
        volumes.clone(link, key, pool, NewVolume(file, there.capacity, there.capacity, there.format or "raw"))


def send_file(
    aside: Callable[[str], contextlib.AbstractContextManager[Aside]],
    host: str,
    source: str,
    to: str,
    target: str,
    name: str,
) -> None:
    """The same to another host, over connections of their own. aside: opens one."""
    folder, _, file = target.rpartition("/")
    with aside(host) as one, aside(to) as other, held(one.link, source, name) as key:
        length = volumes.find(one.link, key).length
        with _pool_on(other.link, folder, f"{name}-to") as pool:
            size = rounded(length)
            volumes.create(other.link, pool, NewVolume(file, size, size, "raw"))
            into = VolumeKey(to, pool, file)
            relaying.relay(one.link, key, other.link, into, length, sparse=False, progress=lambda _at: None)


def remove_file(link: Link, path: str, name: str) -> None:
    """Deletes a file that `copy_file` made. One that is gone is done already."""
    with contextlib.suppress(NotFound), held(link, path, name) as key:
        volumes.delete(link, key)


def end_passing(link: Link, name: str) -> None:
    """Lets go of the pools of that name that a console left that was killed."""
    for each in (name, f"{name}-to"):
        if not each.startswith(PASSING):
            continue
        try:
            with calling(each):
                pool = link.conn.storagePoolLookupByName(each)
                if not pool.isPersistent():
                    pool.destroy()
        except FleetError:
            continue
