"""Volumes one by one: read, made, copied, resized, and who of their host needs them. Every function blocks; raises FleetError."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import libvirt
import msgspec

from console.fleet.errors import Conflict, FleetError, NotFound, Reason
from console.fleet.hosts import Pool, Volume
from console.fleet.storage import VolumeKey
from console.fleet.storing import NewVolume
from console.gateway import reader
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.libvirtxml.storage import born, names_in, read_volume, volume_xml


class Found(msgspec.Struct, frozen=True):
    """A volume as its host tells it now. length: bytes one reads of it from end to end. born: when its file was made, ""
    where that is not told."""

    volume: Volume
    length: int = 0
    born: str = ""


def handle(link: Link, key: VolumeKey) -> Any:
    """Libvirt's own. NotFound for a pool or volume that is not there."""
    with calling(key.name):
        return link.conn.storagePoolLookupByName(key.pool).storageVolLookupByName(key.name)


def find(link: Link, key: VolumeKey) -> Found:
    """What the host says of a volume now."""
    volume = handle(link, key)
    with calling(key.name):
        xml = volume.XMLDesc(0)
        try:
            length = volume.infoFlags(libvirt.VIR_STORAGE_VOL_GET_PHYSICAL)[2]
        except libvirt.libvirtError:
            length = volume.info()[1]
    return Found(read_volume(xml), length, born(xml))


def exists(link: Link, key: VolumeKey) -> bool:
    """There is such a volume."""
    try:
        handle(link, key)
    except NotFound:
        return False
    return True


def pools(link: Link, known: Iterable[Pool] = ()) -> tuple[Pool, ...]:
    """All pools as the host tells them now. Of those that are `known` and have the same figures the volumes are not asked for
    again: each costs a call."""
    return reader.read_pools(link.conn, {pool.uuid: pool for pool in known})


def refresh(link: Link, pool: str) -> None:
    """Has the host look what its pool holds, so that formats and new files are known; a pool that is busy is left alone."""
    try:
        with calling(pool):
            link.conn.storagePoolLookupByName(pool).refresh(0)
    except FleetError:
        return
    finally:
        link.touched_pools()


class Named(NamedTuple):
    """What one domain names in its XML, paths and "pool/volume"s. now: as it runs, or is stored where it is off. later: as
    of its next start, or in a snapshot."""

    name: str
    now: frozenset[str]
    later: frozenset[str]


def named_by(link: Link, but: str = "") -> Iterator[tuple[str, Named]]:
    """UUID and what it names for each domain of the host, as of now. but: the UUID of one that is not asked."""
    with calling(link.spec.name):
        domains = link.conn.listAllDomains(0)
    for domain in domains:
        uuid = domain.UUIDString()
        if uuid == but:
            continue
        try:
            with calling():
                now = names_in(domain.XMLDesc(0))
                later = [snapshot.getXMLDesc(0) for snapshot in _snapshots(domain)]
                if domain.isActive() and domain.isPersistent():
                    later.append(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
                named = Named(domain.name(), now, frozenset[str]().union(*map(names_in, later)))
        except NotFound:
            continue  # it went meanwhile
        yield uuid, named


def needed_by(link: Link, names: frozenset[str], but: str = "") -> dict[str, str]:
    """The VM, by name, that names one of these paths or "pool/volume"s in its XML: as it runs, as of its next start, or in a
    snapshot. Asked of the host now, so that nothing that was changed meanwhile is missed. but: the UUID of one that is not
    asked."""
    found: dict[str, str] = {}
    for _uuid, named in named_by(link, but):
        for name in (named.now | named.later) & names:
            found.setdefault(name, named.name)
    return found


def _snapshots(domain: Any) -> list[Any]:
    try:
        return list(domain.listAllSnapshots(0))
    except libvirt.libvirtError:
        return []


def create(link: Link, pool: str, new: NewVolume) -> Found:
    """Makes a volume. Conflict where the name is taken."""
    link.writable()
    flags = libvirt.VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA if new.metadata else 0
    with calling(new.name):
        there = link.conn.storagePoolLookupByName(pool)
        if new.name in {volume.name() for volume in there.listAllVolumes(0)}:
            raise Conflict(Reason.EXISTS, new.name, detail=new.name)
        there.createXML(volume_xml(new), flags)
    link.touched_pools()
    return find(link, VolumeKey(link.spec.id, pool, new.name))


def clone(link: Link, source: VolumeKey, pool: str, new: NewVolume) -> Found:
    """Copies a volume, whole, at its host. One call that lasts; libvirt cannot be told to end it. Conflict: name taken."""
    link.writable()
    original = handle(link, source)
    with calling(new.name):
        there = link.conn.storagePoolLookupByName(pool)
        if new.name in {volume.name() for volume in there.listAllVolumes(0)}:
            raise Conflict(Reason.EXISTS, new.name, detail=new.name)
        there.createXMLFrom(volume_xml(new), original, 0)
    link.touched_pools()
    return find(link, VolumeKey(link.spec.id, pool, new.name))


def progress(link: Link, key: VolumeKey, total: int) -> tuple[int, int] | None:
    """Bytes that a volume under way takes already, and `total`; None while there is none yet."""
    try:
        with calling(key.name):
            return min(handle(link, key).info()[2], total), total
    except NotFound:
        return None


def resize(link: Link, key: VolumeKey, capacity: int, *, shrink: bool = False) -> None:
    """Gives a volume another capacity in bytes. What lies beyond it is lost where it shrinks."""
    link.writable()
    with calling(key.name):
        handle(link, key).resize(capacity, libvirt.VIR_STORAGE_VOL_RESIZE_SHRINK if shrink else 0)
    link.touched_pools()


def resize_running(link: Link, uuid: str, target: str, capacity: int) -> None:
    """Grows the disk of a VM that runs; the guest sees it at once. capacity in bytes."""
    link.writable()
    domain = link.domain(uuid)
    with calling(target):
        domain.blockResize(target, capacity, libvirt.VIR_DOMAIN_BLOCK_RESIZE_BYTES)
    link.touched(uuid)
    link.touched_pools()


def delete(link: Link, key: VolumeKey) -> None:
    """Deletes a volume. One that is gone is done already."""
    link.writable()
    try:
        volume = handle(link, key)
        with calling(key.name):
            volume.delete(0)
    except NotFound:
        return
    finally:
        link.touched_pools()
