"""What deleting VMs would take away, as a pure plan: every file by name, who else needs it, and what is ticked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from console.fleet.domains import Domain, State, VmKey
from console.fleet.hosts import Volume


class FileKind(StrEnum):
    DISK = "disk"
    CDROM = "cdrom"
    NVRAM = "nvram"
    SAVED = "saved"  # the managed save image


class Hold(StrEnum):
    """Why a file is not ticked. The first two can be overruled by ticking it, the others cannot."""

    NONE = ""
    READ_ONLY = "read-only"  # an installation image or a disk the VM may not write
    FAR = "far"  # another host of the fleet names the same path
    USED = "used"  # another VM of this host uses it
    LATER = "later"  # another VM of this host names it for its next start, or in a snapshot
    BASE = "base"  # another volume is backed by it
    SHAREABLE = "shareable"  # marked as shared between VMs
    NO_VOLUME = "no-volume"  # no pool of the host holds it: libvirt cannot delete it
    MISSING = "missing"

    @property
    def final(self) -> bool:
        return self not in (Hold.NONE, Hold.READ_ONLY, Hold.FAR)


class DiskFact(msgspec.Struct, frozen=True):
    """A file behind a disk, as the host knows it now. Sizes in bytes. pool, volume: "" where no pool holds it."""

    target: str
    path: str
    device: str = "disk"
    read_only: bool = False
    shareable: bool = False
    exists: bool = True
    pool: str = ""
    volume: str = ""
    capacity: int = 0
    allocation: int = 0


class FileUser(msgspec.Struct, frozen=True):
    """Another VM of the host that names a file. later: only for its next start, or in a snapshot."""

    path: str
    uuid: str
    name: str
    later: bool = False


class DeletionFacts(msgspec.Struct, frozen=True):
    """What the host says of one VM that is to go. volumes: of all its pools (what is built on a disk may be in any). users:
    who else of the host names its disks."""

    key: VmKey
    name: str
    state: State
    disks: tuple[DiskFact, ...] = ()
    nvram: str = ""
    managed_save: bool = False
    snapshots: tuple[str, ...] = ()
    checkpoints: tuple[str, ...] = ()
    volumes: tuple[Volume, ...] = ()
    persistent: bool = True
    users: tuple[FileUser, ...] = ()


class FileItem(msgspec.Struct, frozen=True):
    """One file that may go. id: "host-id:path", unique in a plan. used_by: names of VMs or volumes that need it.

    under: ids of files of the same plan that are backed by this one: it may only go together with them.
    """

    id: str
    path: str
    kind: FileKind
    target: str = ""
    pool: str = ""
    volume: str = ""
    capacity: int = 0
    allocation: int = 0
    hold: Hold = Hold.NONE
    used_by: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    ticked: bool = True


class VmDeletion(msgspec.Struct, frozen=True):
    """What happens to one VM. stops: it is up and is forced off first. needed_by: names of VMs that are built on a disk of it
    and stay: while there are any it must stay too."""

    key: VmKey
    name: str
    state: State
    files: tuple[FileItem, ...]
    snapshots: tuple[str, ...] = ()
    checkpoints: tuple[str, ...] = ()
    stops: bool = False
    needed_by: tuple[str, ...] = ()


class DeletePlan(msgspec.Struct, frozen=True):
    """A dry run. `made` is the epoch at which the hosts were asked."""

    vms: tuple[VmDeletion, ...]
    made: float

    def files(self) -> tuple[FileItem, ...]:
        """Every file once, in order."""
        return tuple({item.id: item for vm in self.vms for item in vm.files}.values())

    def objections(self, chosen: Collection[str]) -> tuple[FileItem, ...]:
        """Of the chosen files those that must not go: held for good, or backing one of the plan that stays."""
        return tuple(
            item
            for item in self.files()
            if item.id in chosen and (item.hold.final or any(above not in chosen for above in item.under))
        )

    @property
    def held(self) -> tuple[VmDeletion, ...]:
        """VMs that must not go: others are built on them."""
        return tuple(vm for vm in self.vms if vm.needed_by)

    def ticked(self) -> frozenset[str]:
        """Ids of the files that go unless somebody says otherwise."""
        return frozenset(item.id for item in self.files() if item.ticked)


def plan_deletion(facts: Iterable[DeletionFacts], fleet: Iterable[Domain], made: float) -> DeletePlan:
    """The plan for deleting these VMs together. `fleet`: all VMs known now; those that go too don't count as users.

    A disk is ticked only if nothing else is known to need it: no VM of the same host, no volume backed by it, no VM elsewhere
    that names the same path. NVRAM and the save image are always the VM's own.
    """
    facts = tuple(facts)
    going = {fact.key for fact in facts}
    users: dict[str, list[Domain]] = {}
    for domain in fleet:
        if domain.key not in going:
            for disk in domain.disks:
                for path in {disk.source, *disk.backing} - {""}:
                    users.setdefault(path, []).append(domain)
    doomed = {(fact.key.host, disk.path) for fact in facts for disk in fact.disks}
    stays = [replace(fact, users=_staying(fact, going)) for fact in facts]
    return DeletePlan(tuple(_one(fact, users, doomed) for fact in stays), made)


def _staying(fact: DeletionFacts, going: Collection[VmKey]) -> tuple[FileUser, ...]:
    return tuple(user for user in fact.users if VmKey(fact.key.host, user.uuid) not in going)


def _one(fact: DeletionFacts, users: dict[str, list[Domain]], doomed: set[tuple[str, str]]) -> VmDeletion:
    files = [_disk(fact, disk, users, doomed) for disk in fact.disks if disk.path]
    host = fact.key.host
    if fact.nvram:
        files.append(FileItem(f"{host}:{fact.nvram}", fact.nvram, FileKind.NVRAM))
    if fact.managed_save:
        path = f"{fact.name}.save"
        files.append(FileItem(f"{host}:{path}", path, FileKind.SAVED))
    return VmDeletion(
        fact.key,
        fact.name,
        fact.state,
        tuple(files),
        fact.snapshots,
        fact.checkpoints,
        stops=fact.state.active,
        needed_by=_built_on(fact, users),
    )


def _built_on(fact: DeletionFacts, users: dict[str, list[Domain]]) -> tuple[str, ...]:
    """The VMs that stay and have a disk on one of this VM's, directly or through other volumes."""
    below = {volume.path: volume.backing for volume in fact.volumes if volume.backing}
    tops = {disk.path for disk in fact.disks if disk.path and disk.device not in ("cdrom", "floppy")}
    found: dict[str, None] = {}
    for volume in fact.volumes:
        seen: set[str] = set()
        path = below.get(volume.path, "")
        while path and path not in seen:
            seen.add(path)
            if path in tops and volume.path not in tops:
                near = (user for user in users.get(volume.path, ()) if user.key.host == fact.key.host)
                found |= dict.fromkeys(user.name for user in near)
            path = below.get(path, "")
    for path in tops:
        for user in users.get(path, ()):
            if user.key.host == fact.key.host and any(path in disk.backing for disk in user.disks):
                found[user.name] = None
    return tuple(sorted(found))


def _disk(
    fact: DeletionFacts, disk: DiskFact, users: dict[str, list[Domain]], doomed: set[tuple[str, str]]
) -> FileItem:
    host = fact.key.host
    named = (disk.path, f"{disk.pool}/{disk.volume}") if disk.volume else (disk.path,)
    near = dict.fromkeys(user.name for name in named for user in users.get(name, ()) if user.key.host == host)
    near |= dict.fromkeys(user.name for user in fact.users if user.path == disk.path and not user.later)
    later = dict.fromkeys(user.name for user in fact.users if user.path == disk.path)
    far = [f"{domain.key.host}/{domain.name}" for domain in users.get(disk.path, ()) if domain.key.host != host]
    backed = [volume for volume in fact.volumes if volume.backing == disk.path]
    above = [volume.name for volume in backed if (host, volume.path) not in doomed]
    under = tuple(f"{host}:{volume.path}" for volume in backed if (host, volume.path) in doomed)
    hold: Hold = Hold.NONE
    used_by: tuple[str, ...] = ()
    if near:
        hold, used_by = Hold.USED, tuple(near)
    elif later:
        hold, used_by = Hold.LATER, tuple(later)
    elif above:
        hold, used_by = Hold.BASE, tuple(above)
    elif disk.shareable:
        hold = Hold.SHAREABLE
    elif not disk.exists:
        hold = Hold.MISSING
    elif not disk.volume:
        hold = Hold.NO_VOLUME
    elif disk.read_only or disk.device in ("cdrom", "floppy"):
        hold = Hold.READ_ONLY
    elif far:
        hold, used_by = Hold.FAR, tuple(far)
    kind = FileKind.CDROM if disk.device in ("cdrom", "floppy") else FileKind.DISK
    return FileItem(
        f"{host}:{disk.path}",
        disk.path,
        kind,
        disk.target,
        disk.pool,
        disk.volume,
        disk.capacity,
        disk.allocation,
        hold,
        used_by,
        under,
        ticked=hold is Hold.NONE,
    )
