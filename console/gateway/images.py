"""Image files by their paths: looked at, made on one another, deleted. Every function calls the host, may block, and raises
FleetError."""

from __future__ import annotations

import contextlib
from pathlib import PurePosixPath
from typing import Any

import libvirt
from msgspec.structs import replace

from console.fleet.errors import Conflict, FleetError, NotFound, Problem, Reason, Unsupported
from console.fleet.snapshots.values import ImageFile
from console.fleet.storage import VolumeKey
from console.fleet.storing import FILE_KINDS, NewVolume
from console.gateway import volumes
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.libvirtxml.domain import MAX_CHAIN
from console.libvirtxml.storage import read_image, read_pool, volume_xml

EMPTY = 256 << 10  # bytes an empty qcow2 image takes at most, but for its table of so many
SPARE = 4 << 20  # bytes: a pool with less is full
TABLE = 1 << 26  # bytes of capacity to one byte of table


def image(link: Link, path: str, *, fresh: bool = True) -> ImageFile | None:
    """The file as it is; None: it is not there. Conflict (detail "no-pool") where no pool of the host has that folder.

    fresh: its pool is looked through anew first: libvirt keeps what it once read, and others write these files too."""
    pool = pool_of(link, path)
    if fresh:
        with contextlib.suppress(libvirt.libvirtError):  # it is busy, or we may only look
            pool.refresh(0)
    return _look(link, path)


def _look(link: Link, path: str) -> ImageFile | None:
    try:
        with calling(path):
            volume = link.conn.storageVolLookupByPath(path)
            return read_image(volume.XMLDesc(0), volume.storagePoolLookupByVolume().name())
    except NotFound:
        return None


def real(link: Link, path: str) -> str:
    """The path of a file that is named "pool/volume"; any other as it is."""
    if not path or path.startswith("/") or "://" in path:
        return path
    pool, _, volume = path.partition("/")
    try:
        with calling(path):
            return str(link.conn.storagePoolLookupByName(pool).storageVolLookupByName(volume).path())
    except NotFound:
        return path


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def pool_of(link: Link, path: str) -> Any:
    """Libvirt's handle of the active pool that has the folder of `path`. Conflict (detail "no-pool")."""
    found = None
    try:
        with calling(path):
            found = link.conn.storagePoolLookupByTargetPath(_folder(path))
    except NotFound:
        pass
    except Unsupported:
        found = _scanned(link, _folder(path))
    if found is None or not found.isActive():
        raise Conflict(Problem(Reason.OTHER, detail="no-pool"), path)
    return found


def full_pool(link: Link, path: str) -> str:
    """The name of the pool of `path` where hardly anything is left in it: why QEMU could not write, it does not always say."""
    with contextlib.suppress(FleetError):
        pool = pool_of(link, path)
        with calling(path):
            pool.refresh(0)
            if pool.info()[3] < SPARE:
                return str(pool.name())
    return ""


def _scanned(link: Link, folder: str) -> Any:
    """The same of a driver that does not look them up by folder."""
    with calling(link.spec.name):
        for pool in link.conn.listAllStoragePools(libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE):
            if read_pool(pool.XMLDesc(0)).path == folder:
                return pool
    return None


def chain(link: Link, path: str) -> tuple[ImageFile, ...]:
    """The file and all it is built on, top first. NotFound: one of them is not there. Conflict (detail "loop").

    What a file is, the one above it says: a guest can write into its disk what looks like another format. Where no pool has a
    file, it is the last: nobody tells what it is built on."""
    found: list[ImageFile] = []
    folders: set[str] = set()
    said = ""
    while path:
        if path in {one.path for one in found} or len(found) > MAX_CHAIN:
            raise Conflict(Problem(Reason.OTHER, detail="loop"), path)
        try:
            one = image(link, path, fresh=_folder(path) not in folders)
        except Conflict:
            found.append(ImageFile(path, format=said))
            break
        if one is None:
            raise NotFound(Reason.GONE, path)
        folders.add(_folder(path))
        found.append(replace(one, format=said or one.format))
        path, said = one.backing, one.backing_format
    return tuple(found)


def holds(file: ImageFile) -> bool:
    """Somebody wrote to this qcow2 image: it takes more than an empty one does."""
    return file.allocation > EMPTY + file.capacity // TABLE


def make_overlay(link: Link, path: str, onto: str, onto_format: str = "") -> None:
    """Makes an empty qcow2 image on `onto`, of its size and with its owner and mode. One that is there already on `onto` and
    holds nothing is done; any other file of that name: Conflict (EXISTS). onto_format: "" = as the pool says."""
    link.writable()
    base = image(link, onto)
    if base is None:
        raise NotFound(Reason.GONE, onto)
    there = image(link, path)
    if there is not None:
        if there.backing == onto and not holds(there):
            return
        raise Conflict(Problem(Reason.EXISTS, detail=path), path)
    pool = pool_of(link, path)
    new = NewVolume(PurePosixPath(path).name, base.capacity, 0, "qcow2", onto, onto_format or base.format)
    with calling(path):
        if read_pool(pool.XMLDesc(0)).kind not in FILE_KINDS:
            raise Unsupported(Problem(Reason.OTHER, detail="overlay-pool"), path)
        like = link.conn.storageVolLookupByPath(onto).XMLDesc(0)
        pool.createXML(volume_xml(new, like), 0)
    link.touched_pools()


def remove(link: Link, path: str) -> None:
    """Deletes a file. One that is gone is done already. Conflict (detail "no-pool") where libvirt has no hold of it."""
    link.writable()
    there = image(link, path)
    if there is not None:
        volumes.delete(link, VolumeKey(link.spec.id, there.pool, there.volume))
