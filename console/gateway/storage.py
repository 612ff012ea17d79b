"""Acts on pools and volumes. Every function calls the host, may block, and raises FleetError."""

from __future__ import annotations

import libvirt

from console.fleet.errors import Conflict, NotFound, Reason
from console.fleet.storing import NewPool
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.libvirtxml.storage import pool_xml, read_pool


def delete_volume(link: Link, path: str) -> None:
    """Deletes the volume at `path` (or named "pool/volume"). NotFound where no pool holds it."""
    link.writable()
    with calling(path):
        if path.startswith("/"):
            volume = link.conn.storageVolLookupByPath(path)
        else:
            pool, _, name = path.partition("/")
            volume = link.conn.storagePoolLookupByName(pool).storageVolLookupByName(name)
        volume.delete(0)
    link.touched_pools()


def refresh_pool(link: Link, name: str) -> None:
    """Has the host look anew what a pool holds."""
    link.writable()
    with calling(name):
        link.conn.storagePoolLookupByName(name).refresh(0)
    link.touched_pools()


def start_pool(link: Link, name: str) -> None:
    """Starts a pool."""
    link.writable()
    with calling(name):
        pool = link.conn.storagePoolLookupByName(name)
        if pool.isActive():
            raise Conflict(Reason.WRONG_STATE, name, detail="active")
        pool.create(0)
    link.touched_pools()


def stop_pool(link: Link, name: str) -> None:
    """Stops a pool; its volumes stay where they are."""
    link.writable()
    with calling(name):
        link.conn.storagePoolLookupByName(name).destroy()
    link.touched_pools()


def volume_exists(link: Link, path: str) -> bool:
    """Some pool of the host holds a volume at `path`."""
    try:
        with calling(path):
            link.conn.storageVolLookupByPath(path)
    except NotFound:
        return False
    return True


def define_pool(link: Link, new: NewPool) -> None:
    """Makes a pool known to the host; nothing of its storage is touched. Conflict where the name is taken."""
    link.writable()
    with calling(new.name):
        if any(pool.name() == new.name for pool in link.conn.listAllStoragePools(0)):
            raise Conflict(Reason.EXISTS, new.name, detail=new.name)
        link.conn.storagePoolDefineXML(pool_xml(new), 0)
    link.touched_pools()


def build_pool(link: Link, name: str) -> None:
    """Makes what a pool stands on: its folder, file system or volume group. Never over one that is there."""
    link.writable()
    with calling(name):
        pool = link.conn.storagePoolLookupByName(name)
        formats = read_pool(pool.XMLDesc(0)).kind in ("fs", "disk")  # others know no such flag
        pool.build(libvirt.VIR_STORAGE_POOL_BUILD_NO_OVERWRITE if formats else 0)
    link.touched_pools()


def set_pool_autostart(link: Link, name: str, on: bool) -> None:
    """Has the host start a pool by itself, or no longer."""
    link.writable()
    with calling(name):
        link.conn.storagePoolLookupByName(name).setAutostart(int(on))
    link.touched_pools()


def undefine_pool(link: Link, name: str) -> None:
    """Stops a pool where it is active and forgets it; its storage stays as it is."""
    link.writable()
    with calling(name):
        pool = link.conn.storagePoolLookupByName(name)
        persistent = bool(pool.isPersistent())
        if pool.isActive():
            pool.destroy()
        if persistent:
            pool.undefine()
    link.touched_pools()
