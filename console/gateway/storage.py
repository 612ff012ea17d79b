"""Acts on pools and volumes. Every function calls the host, may block, and raises FleetError."""

from __future__ import annotations

from console.fleet.errors import Conflict, NotFound, Reason
from console.gateway.connection import Link
from console.gateway.errors import calling


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
