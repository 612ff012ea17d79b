"""What domains that are to go have, and who else of their host needs it. Every function calls the host, may block, and raises
FleetError."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import libvirt

from console.fleet.deletion import DeletionFacts, DiskFact, FileUser
from console.fleet.domains import Disk, State, VmKey
from console.fleet.errors import NotFound, Unsupported
from console.fleet.hosts import Pool, Volume
from console.fleet.snapshots.values import How, Snapshot
from console.gateway import reader, snapshots
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.gateway.volumes import Named, named_by
from console.libvirtxml.storage import read_pool, read_volume


class HostFiles:
    """The files of one host, for several of its VMs: the volumes of its pools, and which VM names what, are read once, not for
    each of the VMs. Not thread-safe.

    age: seconds after which they are read anew, None = never. known: the host's pools as read before: those that hold no disk
    of the VMs are read anew only where their figures differ.
    """

    def __init__(
        self, age: float | None = None, clock: Callable[[], float] = time.monotonic, known: Iterable[Pool] = ()
    ) -> None:
        self._age = age
        self._known = {pool.uuid: pool for pool in known}
        self._clock = clock
        self._read_at = 0.0
        self._volumes: dict[str, tuple[Volume, ...]] = {}
        self._named: dict[str, Named] | None = None
        self._looked: set[str] = set()  # folders whose pools were told to look again

    def facts(self, link: Link, uuid: str) -> DeletionFacts:
        """All that belongs to a domain, the files of its snapshots too, all volumes beside its disks, and who else names them."""
        self._forget_old()
        domain = link.domain(uuid)
        found = reader.read_one(link.conn, link.spec.id, uuid)
        disks = [self._disk(link, disk) for disk in found.disks if disk.source and "://" not in disk.source]
        with calling(found.name):
            saved = bool(domain.hasManagedSaveImage(0))
        kept = snapshots.listed(link, uuid) if found.snapshots else ()
        disks += [self._disk(link, disk) for disk in _of_snapshots(kept, {fact.path for fact in disks})]
        return DeletionFacts(
            key=VmKey(link.spec.id, uuid),
            name=found.name,
            state=found.state,
            disks=tuple(disks),
            nvram=found.nvram,
            managed_save=saved,
            snapshots=tuple(snapshot.name for snapshot in kept),
            checkpoints=_checkpoints(domain),
            volumes=self._all_volumes(link),
            persistent=found.persistent,
            users=self._users(link, disks, uuid),
        )

    def leftover(self, link: Link, key: VmKey, name: str, paths: Sequence[str]) -> DeletionFacts:
        """The same for files that belonged to a domain that is gone; those that are gone too are left out."""
        self._forget_old()
        disks = [fact for path in paths if (fact := self._disk(link, Disk("", path))).volume]
        users = self._users(link, disks, key.uuid)
        return DeletionFacts(key, name, State.OFF, tuple(disks), volumes=self._all_volumes(link), users=users)

    def gone(self, uuid: str, paths: Collection[str] = ()) -> None:
        """This domain is no more, and neither are these files."""
        if self._named is not None:
            self._named.pop(uuid, None)
        if paths:
            for pool, held in self._volumes.items():
                self._volumes[pool] = tuple(volume for volume in held if volume.path not in paths)

    def _forget_old(self) -> None:
        now = self._clock()
        if self._age is None or now - self._read_at <= self._age:
            return
        self._read_at = now
        self._volumes, self._named = {}, None
        self._looked.clear()

    def _all_volumes(self, link: Link) -> tuple[Volume, ...]:
        """Of all pools: a clone that is built on a disk may be in any, and while it is off only its volume tells."""
        with calling(link.spec.name):
            active = link.conn.listAllStoragePools(libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE)
        for pool in active:
            with contextlib.suppress(NotFound), calling(pool.name()):
                if pool.name() not in self._volumes:
                    found = reader.same_pool(pool, self._known.get(pool.UUIDString()))
                    self._volumes[pool.name()] = found.volumes if found is not None else _volumes(pool)
        return tuple(volume for held in self._volumes.values() for volume in held)

    def _users(self, link: Link, disks: Iterable[DiskFact], but: str) -> tuple[FileUser, ...]:
        if self._named is None:
            self._named = dict(named_by(link))
        wanted = [({disk.path, f"{disk.pool}/{disk.volume}"}, disk.path) for disk in disks]
        return tuple(
            FileUser(path, uuid, named.name, later=named.now.isdisjoint(names))
            for names, path in wanted
            for uuid, named in self._named.items()
            if uuid != but and not (named.now.isdisjoint(names) and named.later.isdisjoint(names))
        )

    def _looked_for(self, link: Link, path: str) -> Any:
        """The same once its folder's pool has looked again: libvirt makes the files of snapshots without telling it."""
        folder = path.rpartition("/")[0]
        if not folder or folder in self._looked:
            return None
        self._looked.add(folder)
        with calling(path):
            for pool in link.conn.listAllStoragePools(libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE):
                if read_pool(pool.XMLDesc(0)).path.rstrip("/") == folder:
                    with contextlib.suppress(libvirt.libvirtError):  # busy, or a connection that may only look
                        pool.refresh(0)
                        self._volumes.pop(pool.name(), None)
                        return _volume_of(link, path)
        return None

    def _disk(self, link: Link, disk: Disk) -> DiskFact:
        """The file of a disk; the volumes of its pool are known then."""
        volume = _volume_of(link, disk.source) or self._looked_for(link, disk.source)
        fact = DiskFact(disk.target, disk.source, disk.device, disk.read_only, disk.shared, exists=True)
        if volume is None:
            return fact
        try:
            with calling(disk.source):
                pool = volume.storagePoolLookupByVolume()
                if pool.name() not in self._volumes:
                    self._volumes[pool.name()] = _volumes(pool)
                read = read_volume(volume.XMLDesc(0))
        except NotFound:
            return fact
        return DiskFact(
            disk.target,
            read.path or disk.source,
            disk.device,
            disk.read_only,
            disk.shared,
            exists=True,
            pool=pool.name(),
            volume=read.name,
            capacity=read.capacity,
            allocation=read.allocation,
        )


def _volumes(pool: Any) -> tuple[Volume, ...]:
    found = []
    for volume in pool.listAllVolumes(0):
        with contextlib.suppress(NotFound), calling():  # it went meanwhile
            found.append(read_volume(volume.XMLDesc(0)))
    return tuple(found)


def _of_snapshots(kept: Sequence[Snapshot], known: Collection[str]) -> list[Disk]:
    """The files that snapshots have for themselves, as disks; those made last stand first, since they are built on others."""
    found: dict[str, Disk] = {}
    for snapshot in reversed(kept):
        for disk in snapshot.disks:
            for path in (disk.overlay, disk.frozen) if disk.how is How.EXTERNAL else ():
                found.setdefault(path, Disk(disk.target, path))
        if snapshot.memory is How.EXTERNAL:
            found.setdefault(snapshot.memory_file, Disk("", snapshot.memory_file))
    return [disk for path, disk in found.items() if path and path not in known]


def _checkpoints(domain: Any) -> tuple[str, ...]:
    try:
        return tuple(checkpoint.getName() for checkpoint in domain.listAllCheckpoints(0))
    except (libvirt.libvirtError, AttributeError):
        return ()


def _volume_of(link: Link, source: str) -> Any:
    """The volume behind a disk's source (a path or "pool/volume"); None where no pool holds it."""
    try:
        with calling(source):
            if source.startswith("/"):
                return link.conn.storageVolLookupByPath(source)
            pool, _, name = source.partition("/")
            return link.conn.storagePoolLookupByName(pool).storageVolLookupByName(name)
    except (NotFound, Unsupported):
        return None
