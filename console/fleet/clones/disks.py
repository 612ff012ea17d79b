"""What becomes of each disk of a VM that is cloned, and the room that takes."""

from __future__ import annotations

from console.fleet.clones import naming
from console.fleet.clones.facts import CloneFacts, Notes, Place
from console.fleet.clones.values import CloneKind, CloneOrder, DiskDeed, DiskPlan
from console.fleet.hosts import Pool
from console.fleet.snapshots.values import DiskNow, How, ImageFile, Snapshot, SnapshotFacts
from console.fleet.storing import FILE_KINDS

OVERLAY = 200 << 10  # bytes an empty qcow2 image takes
SEED = 1 << 20  # bytes a seed image takes at most


def inside(snapshot: Snapshot) -> bool:
    """It keeps a disk within the image itself."""
    return any(disk.how is How.INTERNAL for disk in snapshot.disks)


class Wanted:
    """Files that are to be, and the room they take, pool by pool."""

    def __init__(self, place: Place, notes: Notes) -> None:
        self._place = place
        self._notes = notes
        self._paths: set[tuple[str, str]] = set()
        self._promised: dict[str, int] = {}
        self.bytes: dict[str, int] = {}

    def pool(self, name: str, fallback: str) -> Pool | None:
        """The pool wanted, or for "" the one of that name, else the usual one."""
        pools = self._place.pools
        found = self._place.pool(name or fallback)
        if not name and (found is None or not found.active):
            usual = (pool for pool in pools if pool.active and pool.kind in FILE_KINDS)
            found = min(usual, key=lambda pool: (pool.name != "default", -pool.available), default=found)
        if found is None:
            self._notes.stop("no-pool", host=self._place.host)
        elif not found.active:
            self._notes.stop("pool-is-inactive", name=found.name)
        return found

    def take(self, pool: Pool | None, volume: str, size: int, capacity: int) -> str:
        """The path of a volume that will be there; says where that cannot be."""
        if pool is None:
            return ""
        path = f"{pool.path.rstrip('/')}/{volume}" if pool.path else f"{pool.name}/{volume}"
        if (pool.name, volume) in self._paths or any(there.name == volume for there in pool.volumes):
            self._notes.stop("file-taken", path=path)
        self._paths.add((pool.name, volume))
        self.bytes[pool.name] = self.bytes.get(pool.name, 0) + size
        self._promised[pool.name] = self._promised.get(pool.name, 0) + capacity
        return path

    @property
    def free(self) -> int:
        return sum(pool.available for pool in self._place.pools if pool.name in self.bytes)

    def room(self) -> None:
        for name, size in self.bytes.items():
            pool = self._place.pool(name)
            if pool is None or not pool.active:
                continue
            if size > pool.available:
                self._notes.stop("no-room", bytes=size, free=pool.available, pool=name)
            elif self._promised[name] > pool.available:
                self._notes.warn("not-whole", bytes=self._promised[name], free=pool.available, pool=name)


# disks


def disk_plan(
    order: CloneOrder,
    facts: CloneFacts,
    snapshot: Snapshot | None,
    disk: DiskNow,
    name: str,
    origin: dict[str, str],
    wanted: Wanted,
    notes: Notes,
) -> DiskPlan:
    vm, near = facts.vm, facts.place.near
    medium = disk.device in ("cdrom", "floppy")
    if not disk.path and disk.kind != "network":
        return DiskPlan(disk.target, DiskDeed.EMPTY)
    if medium:
        if near or any(there.path == disk.path for pool in facts.place.pools for there in pool.volumes):
            return DiskPlan(disk.target, DiskDeed.SHARE, disk.path, path=disk.path, format=disk.format)
        notes.warn("medium-left", target=disk.target, path=disk.path)
        return DiskPlan(disk.target, DiskDeed.EMPTY)
    if disk.kind == "network":
        notes.stop("network-disk", target=disk.target)
        return DiskPlan(disk.target, DiskDeed.SHARE, disk.path)
    if near and disk.shareable:
        notes.warn("shared-disk", target=disk.target, path=disk.path)
        return DiskPlan(disk.target, DiskDeed.SHARE, disk.path, path=disk.path, format=disk.format)
    if near and disk.read_only and disk.target not in facts.locked:
        return DiskPlan(disk.target, DiskDeed.SHARE, disk.path, path=disk.path, format=disk.format)
    source = _frozen(disk, snapshot, notes)
    image = vm.files.get(source) or ImageFile(source, format=disk.format)
    _chain_is_there(vm, image, notes)
    if order.kind is CloneKind.LINKED:
        if snapshot is not None and not inside(snapshot) and any(now.path == image.path for now in vm.disks):
            notes.stop("linked-written", name=vm.name, snapshot=snapshot.name, target=disk.target)
        return _linked(order, facts, disk, image, name, wanted, notes)
    return _full(order, facts, snapshot, disk, image, name, origin, wanted, notes)


def _frozen(disk: DiskNow, snapshot: Snapshot | None, notes: Notes) -> str:
    """The file whose content is wanted."""
    if snapshot is None:
        return disk.path
    kept = next((one for one in snapshot.disks if one.target == disk.target), None)
    if kept is None or kept.how is How.NONE:
        notes.warn("disk-as-now", target=disk.target, snapshot=snapshot.name)
        return disk.path
    return kept.frozen or disk.path


def _chain_is_there(vm: SnapshotFacts, image: ImageFile, notes: Notes) -> None:
    seen: set[str] = set()
    path: str = image.path
    while path and path not in seen:
        seen.add(path)
        there = vm.files.get(path)
        if there is not None and not there.exists:
            notes.stop("file-missing" if path == image.path else "base-missing", path=path)
        path = there.backing if there is not None else ""


def chain_bytes(vm: SnapshotFacts, path: str, capacity: int) -> int:
    """Bytes that a whole copy of an image takes: what it and its bases hold, at most its capacity."""
    total, seen = 0, set[str]()
    while path and path not in seen:
        seen.add(path)
        there = vm.files.get(path)
        total += there.allocation if there is not None else 0
        path = there.backing if there is not None else ""
    return min(total, capacity) if capacity else total


def _linked(
    order: CloneOrder, facts: CloneFacts, disk: DiskNow, image: ImageFile, name: str, wanted: Wanted, notes: Notes
) -> DiskPlan:
    pool = wanted.pool(order.pool, image.pool)
    if pool is not None and pool.kind not in FILE_KINDS:
        notes.stop("pool-not-files", pool=pool.name)
    volume = naming.file_name(order.files, name, disk.target, "qcow2")
    path = wanted.take(pool, volume, OVERLAY, image.capacity)
    return DiskPlan(
        disk.target,
        DiskDeed.LINK,
        image.path,
        pool.name if pool is not None else "",
        volume,
        path,
        "qcow2",
        image.capacity,
        OVERLAY,
    )


def _full(
    order: CloneOrder,
    facts: CloneFacts,
    snapshot: Snapshot | None,
    disk: DiskNow,
    image: ImageFile,
    name: str,
    origin: dict[str, str],
    wanted: Wanted,
    notes: Notes,
) -> DiskPlan:
    vm, near = facts.vm, facts.place.near
    pool = wanted.pool(order.pool, image.pool)
    files = pool is None or pool.kind in FILE_KINDS
    format_ = (image.format or disk.format or "raw") if files else "raw"
    if format_ not in ("raw", "qcow2"):
        format_ = "qcow2"
    deed, source = DiskDeed.COPY, image.path
    if snapshot is not None and inside(snapshot):
        deed = DiskDeed.STREAM
        if image.backing:
            notes.stop("internal-chain", snapshot=snapshot.name, path=image.backing)
    elif not near:
        deed = DiskDeed.STREAM
    elif vm.state.active and image.path == disk.path:
        deed = DiskDeed.BACKUP
    if disk.target in origin:
        deed, source = DiskDeed.COPY, origin[disk.target]
    inner = snapshot is not None and inside(snapshot)
    if vm.state.active and image.path == disk.path and not inner and "backup" not in vm.can:
        notes.stop("source-runs", name=vm.name)
    if deed is not DiskDeed.COPY and not files and pool is not None:
        notes.stop("pool-not-files", pool=pool.name)
    size = chain_bytes(vm, image.path, 0 if snapshot is not None and inside(snapshot) else image.capacity)
    if deed is DiskDeed.STREAM and on_the_way(vm, image, snapshot):
        room = next((room for room in vm.pools if room.name == image.pool), None)
        if room is not None and size > room.available:
            notes.stop("no-room", bytes=size, free=room.available, pool=room.name)
    volume = naming.file_name(order.files, name, disk.target, format_)
    path = wanted.take(pool, volume, size if files else image.capacity, image.capacity)
    return DiskPlan(
        disk.target, deed, source, pool.name if pool is not None else "", volume, path, format_, image.capacity, size
    )


def on_the_way(vm: SnapshotFacts, image: ImageFile, snapshot: Snapshot | None) -> bool:
    """What is sent elsewhere must be made one file at its own host first: the VM writes to it, or it is built on others."""
    if snapshot is not None and inside(snapshot):
        return False
    return bool(image.backing) or (vm.state.active and any(disk.path == image.path for disk in vm.disks))


def seed_plan(order: CloneOrder, facts: CloneFacts, name: str, disks: tuple[DiskPlan, ...], wanted: Wanted) -> DiskPlan:
    """The image that tells the guest who it is, in a drive of its own."""
    first = next((disk.pool for disk in disks if disk.pool), "")
    pool = wanted.pool(order.pool, first)
    volume = f"{name}-seed.iso"
    path = wanted.take(pool, volume, SEED, SEED)
    return DiskPlan("", DiskDeed.COPY, "", pool.name if pool is not None else "", volume, path, "raw", SEED, SEED)
