"""All that a plan for a VM's snapshots needs to know, asked of its host at one time."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import libvirt
from msgspec.structs import replace

from console.fleet.domains import State, VmKey
from console.fleet.errors import FleetError, NotFound, Reason, Unreachable
from console.fleet.hosts import Pool
from console.fleet.snapshots.values import DiskNow, ImageFile, PoolRoom, Snapshot, SnapshotFacts
from console.gateway import blockjobs, freezing, snapshots, together
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.gateway.reader import settled, state_of
from console.libvirtxml import sources
from console.libvirtxml.metadata import NAMESPACE, read_element
from console.libvirtxml.storage import names_in, read_image, read_pool

_INACTIVE = libvirt.VIR_DOMAIN_XML_INACTIVE

_JOBS = {
    libvirt.VIR_DOMAIN_JOB_OPERATION_SAVE: "save",
    libvirt.VIR_DOMAIN_JOB_OPERATION_DUMP: "dump",
    libvirt.VIR_DOMAIN_JOB_OPERATION_MIGRATION_IN: "migration",
    libvirt.VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT: "migration",
    libvirt.VIR_DOMAIN_JOB_OPERATION_BACKUP: "backup",
    libvirt.VIR_DOMAIN_JOB_OPERATION_SNAPSHOT: "save",
}
_BLOCK_JOBS = {
    libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_COMMIT: "commit",
    libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_ACTIVE_COMMIT: "commit",
    libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_COPY: "copy",
    libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_PULL: "pull",
    libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_BACKUP: "backup",
}
_SINCE = {"external-revert": 9009000, "external-delete": 9000000, "nvram-internal": 10010000, "backup": 7002000}
"""What QEMU's driver can by itself from which libvirt on."""


def read_facts(link: Link, key: VmKey, known: Iterable[Pool] = ()) -> SnapshotFacts:
    """Asked now; blocks. known: the host's pools as they were read before: of those that hold no file of this VM and have the
    same figures the volumes are not asked for again. Raises NotFound, Unreachable."""
    asked = time.time()
    domain = link.domain(key.uuid)
    with calling(key.uuid):
        name, active, persistent = str(domain.name()), bool(domain.isActive()), bool(domain.isPersistent())
        now = str(domain.XMLDesc(0))
        stored = str(domain.XMLDesc(_INACTIVE)) if persistent and active else now
        saved = bool(domain.hasManagedSaveImage(0))
        doing, why = domain.state(0)[:2]
        state = settled(domain, state_of(doing, why, saved))
        version = int(link.conn.getLibVersion())
        hypervisor = str(link.conn.getType())
    kept = snapshots.listed(link, key.uuid)
    nvram, nvram_format = sources.nvram(stored)
    store = Store(link, known)
    disks = tuple(replace(disk, path=store.real(disk.path)) for disk in sources.disks_now(now))
    kept = tuple(_placed(one, store) for one in kept)
    _see(store, now, stored, kept, disks)
    _measure(domain, store, disks)
    job, busy = _jobs(domain, disks) if active else ("", ())
    merging = [one for one in blockjobs.helpers(link) if one.vm == key.uuid]
    if working := [one for one in merging if one.works]:
        job, busy = job or "commit", (*busy, *(one.target for one in working))
    has_agent, connected = sources.agent(now)
    return SnapshotFacts(
        key=key,
        name=name,
        state=state,
        asked=asked,
        disks=disks,
        snapshots=kept,
        files=store.files,
        users=_itself(name, stored, disks, store, _users(link, store, {key.uuid, *(one.uuid for one in merging)})),
        pools=store.rooms(),
        job=job,
        busy_disks=busy,
        memory=sources.memory(now),
        nvram=nvram,
        nvram_format=nvram_format,
        persistent=persistent,
        read_only=link.read_only,
        managed_save=saved,
        has_agent=has_agent,
        freezes=connected and state is State.RUNNING and not link.read_only and freezing.answers(domain),
        hypervisor=hypervisor,
        libvirt=version,
        can=frozenset(what for what, since in _SINCE.items() if hypervisor == "QEMU" and version >= since),
        checkpoints=_checkpoints(domain),
        template=_template(domain),
        helpers=tuple(one.name for one in merging if not one.works),
    )


def _placed(one: Snapshot, store: Store) -> Snapshot:
    """With paths, where it names volumes."""
    disks = tuple(replace(disk, frozen=store.real(disk.frozen), overlay=store.real(disk.overlay)) for disk in one.disks)
    return one if disks == one.disks else replace(one, disks=disks)


def _see(store: Store, now: str, stored: str, kept: tuple[Snapshot, ...], disks: tuple[DiskNow, ...]) -> None:
    """Finds every file that the VM or its snapshots name, and what these are built on."""
    named = [disk.path for disk in disks if disk.kind != "network"]
    for one in kept:
        named += [path for disk in one.disks for path in (disk.frozen, disk.overlay)]
        named.append(one.memory_file)
    told = [file for text in (now, stored) for files in sources.layers(text).values() for file in files]
    store.find([store.real(path) for path in named] + [store.real(file.path) for file in told])
    store.add(told)


def _measure(domain: Any, store: Store, disks: tuple[DiskNow, ...]) -> None:
    """Of what the VM writes now the hypervisor tells the sizes, and whether it is there, where no pool does."""
    for disk in disks:
        file = store.files.get(disk.path)
        if file is None or file.pool or not file.exists:
            continue
        try:
            with calling(disk.path):
                capacity, allocation, _physical = domain.blockInfo(disk.target, 0)
            store.files[file.path] = replace(file, capacity=capacity, allocation=allocation)
        except Unreachable:
            raise
        except FleetError as error:
            if error.problem.reason is Reason.GONE:
                store.files[file.path] = replace(file, exists=False)


class Store:
    """The image files of a host's pools, as far as they are needed: pools with a file that is asked for are looked through
    anew, the others are as they were known where their figures are the same.

    Attributes:
        files: by path: of the pools looked through all, and of others what is built on these or the other way round.
    """

    def __init__(self, link: Link, known: Iterable[Pool] = ()) -> None:
        self._link = link
        self.files: dict[str, ImageFile] = {}
        self._own: dict[str, Pool] = {}
        self._stale: set[str] = set()  # folders that could not be looked through anew
        self._handles: dict[str, tuple[Any, Pool]] = {}
        self._known = {pool.uuid: pool for pool in known}
        with calling(link.spec.name):
            for handle in link.conn.listAllStoragePools(libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE):
                with contextlib.suppress(NotFound), calling():
                    pool = read_pool(handle.XMLDesc(0), active=True)
                    self._handles[pool.name] = (handle, pool)
        self._others: dict[str, tuple[ImageFile, ...]] = {}

    def real(self, path: str) -> str:
        """The path of "pool/volume"; any other as it is."""
        if not path or path.startswith("/") or "://" in path:
            return path
        pool, _, volume = path.partition("/")
        known = self._handles.get(pool)
        if known is None:
            return path
        with contextlib.suppress(FleetError), calling(path):
            return str(known[0].storageVolLookupByName(volume).path())
        return path

    def find(self, paths: Iterable[str]) -> None:
        """Looks for these files and all they are built on, through all pools that have their folders."""
        waiting = {path for path in paths if path.startswith("/")}
        seen: set[str] = set()
        while waiting - seen:
            for path in tuple(waiting - seen):
                seen.add(path)
                self._look_through(str(PurePosixPath(path).parent))
                file = self.files.get(path)
                if file is None:
                    in_pool = any(pool.path == str(PurePosixPath(path).parent) for pool in self._own.values())
                    folder = str(PurePosixPath(path).parent)
                    self.files[path] = ImageFile(path, exists=not in_pool or folder in self._stale)
                elif file.backing:
                    waiting.add(file.backing)
        self._related()

    def _look_through(self, folder: str) -> None:
        """Reads the pool that has this folder, once."""
        for name, (handle, pool) in self._handles.items():
            if pool.path.rstrip("/") == folder and name not in self._own:
                try:
                    handle.refresh(0)
                except (
                    libvirt.libvirtError
                ):  # a connection that may only look, or a pool that is busy: it knows no new files
                    if not self._link.read_only:
                        self._stale.add(folder)
                with calling(name):
                    self._own[name] = read_pool(handle.XMLDesc(0), active=True)
                    volumes = handle.listAllVolumes(0)
                self.files.update({image.path: image for image in _images(volumes, name)})

    def _volumes_known(self, name: str) -> tuple[ImageFile, ...] | None:
        """Of a pool whose figures are as they were; None: it has to be asked."""
        handle, pool = self._handles[name]
        known = self._known.get(pool.uuid)
        if known is None or _figures(known) != _figures(pool):
            return None
        with calling(name):
            if handle.numOfVolumes() != len(known.volumes):
                return None
        return tuple(
            ImageFile(one.path, name, one.name, one.format, one.capacity, one.allocation, one.backing)
            for one in known.volumes
        )

    def _related(self) -> None:
        """Files of other pools that are built on those here: a clone may lie anywhere."""
        others: dict[str, ImageFile] = {}
        for name, (handle, _pool) in self._handles.items():
            if name in self._own:
                continue
            listed = self._others.get(name)
            if listed is None:
                listed = self._others[name] = self._volumes_known(name) or tuple(self._ask(name, handle))
            others.update({image.path: image for image in listed if image.path not in self.files})
        grew = True
        while grew:
            near = {path: image for path, image in others.items() if image.backing in self.files}
            self.files.update(near)
            others = {path: image for path, image in others.items() if path not in near}
            grew = bool(near)

    def meet(self, paths: Iterable[str]) -> None:
        """Files of other VMs. Pools that do not know one of theirs are looked through anew: libvirt itself made it since."""
        known = self.files.keys() | {image.path for listed in self._others.values() for image in listed}
        folders = {str(PurePosixPath(path).parent) for path in paths if path.startswith("/") and path not in known}
        stale = [name for name, (_handle, pool) in self._handles.items() if pool.path.rstrip("/") in folders]
        for name in stale:
            if name not in self._own:
                handle = self._handles[name][0]
                with contextlib.suppress(libvirt.libvirtError):
                    handle.refresh(0)
                self._others[name] = tuple(self._ask(name, handle))
        if stale:
            self._related()

    def _ask(self, name: str, handle: Any) -> Iterable[ImageFile]:
        try:
            with calling(name):
                volumes = handle.listAllVolumes(0)
        except Unreachable:
            raise
        except FleetError:
            return
        yield from _images(volumes, name)

    def add(self, told: Iterable[ImageFile]) -> None:
        """What a domain's XML says of files that no pool tells of."""
        for file in told:
            here = self.files.get(file.path)
            if here is not None and here.exists and not here.pool and not here.backing:
                self.files[file.path] = file

    def rooms(self) -> tuple[PoolRoom, ...]:
        """The pools that were looked through."""
        return tuple(PoolRoom(pool.name, pool.path, pool.available, pool.kind) for pool in self._own.values())

    def below(self, path: str) -> tuple[str, ...]:
        """The file and all it is built on."""
        found: list[str] = []
        while path in self.files and path not in found:
            found.append(path)
            path = self.files[path].backing
        return tuple(found)


def _images(volumes: Iterable[Any], pool: str) -> Iterable[ImageFile]:
    """Those that are there still."""
    texts = together.asked([partial(volume.XMLDesc, 0) for volume in volumes])
    return (read_image(text, pool) for text in texts if text is not None)


def _figures(pool: Pool) -> tuple[int, int, int]:
    return pool.capacity, pool.allocation, pool.available


# who else


def _users(link: Link, store: Store, but: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Other VMs by the files they need: as they run, as of their next start, in a snapshot; through other files too."""
    with calling(link.spec.name):
        domains = [domain for domain in link.conn.listAllDomains(0) if domain.UUIDString() not in but]
    questions: list[tuple[str, Callable[[], str]]] = []
    for domain in domains:
        ways = (0, _INACTIVE) if domain.ID() >= 0 else (0,)
        questions += [(str(domain.name()), partial(domain.XMLDesc, flags)) for flags in ways]
    having = _with_snapshots(link, domains)
    kept = together.asked([partial(_kept, domain) for domain in having])
    for domain, listed in zip(having, kept, strict=True):
        questions += [(str(domain.name()), partial(snapshot.getXMLDesc, 0)) for snapshot in listed or ()]
    found: dict[str, dict[str, None]] = {}
    texts = together.asked([question for _name, question in questions])
    named = [{store.real(path) for path in names_in(text)} if text is not None else set() for text in texts]
    store.meet(path for paths in named for path in paths)
    for (name, _question), paths in zip(questions, named, strict=True):
        for path in paths:
            for file in store.below(path):
                found.setdefault(file, {})[name] = None
    return {path: tuple(names) for path, names in found.items()}


def _with_snapshots(link: Link, domains: list[Any]) -> list[Any]:
    """Those that have any; all where the host can't list by it."""
    try:
        listed = link.conn.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT)
    except libvirt.libvirtError:
        return domains
    having = {domain.UUIDString() for domain in listed}
    return [domain for domain in domains if domain.UUIDString() in having]


def _kept(domain: Any) -> list[Any]:
    try:
        return list(domain.listAllSnapshots(0))
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_SUPPORT:
            return []
        raise


def _itself(
    name: str, stored: str, disks: Iterable[DiskNow], store: Store, users: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """With the VM itself for what it has at its next start only: a disk that was taken off while it runs."""
    now = {disk.path for disk in disks}
    later = {store.real(disk.path) for disk in sources.disks_now(stored) if disk.path} - now
    found = dict(users)
    for file in dict.fromkeys(file for path in later for file in store.below(path)):
        found[file] = (*found.get(file, ()), name)
    return found


# the domain itself


def _jobs(domain: Any, disks: Iterable[DiskNow]) -> tuple[str, tuple[str, ...]]:
    """The kind of what runs on it, and the disks that a block job holds."""
    busy, kind = [], ""
    for disk in disks:
        with contextlib.suppress(libvirt.libvirtError):
            if disk.path and (info := domain.blockJobInfo(disk.target, 0)):
                busy.append(disk.target)
                kind = kind or _BLOCK_JOBS.get(info["type"], "copy")
    with contextlib.suppress(libvirt.libvirtError):
        job: Mapping[str, Any] = domain.jobStats(0)
        if job["type"]:
            kind = _JOBS.get(job.get("operation", 0), "save")
    return kind, tuple(busy)


def _checkpoints(domain: Any) -> tuple[str, ...]:
    try:
        return tuple(checkpoint.getName() for checkpoint in domain.listAllCheckpoints(0))
    except libvirt.libvirtError:
        return ()


def _template(domain: Any) -> bool:
    where = libvirt.VIR_DOMAIN_AFFECT_CONFIG if domain.isPersistent() else libvirt.VIR_DOMAIN_AFFECT_CURRENT
    try:
        ours = read_element(domain.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, NAMESPACE, where))
    except libvirt.libvirtError:
        return False
    return ours.provenance is not None and ours.provenance.template
