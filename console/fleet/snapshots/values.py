"""Snapshots of a VM and the image files behind its disks, as a host tells them. Sizes in bytes, times in epoch seconds."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from console.fleet.domains import State, VmKey


class How(StrEnum):
    """Where a snapshot keeps a disk, or the memory."""

    NONE = "none"  # not at all
    INTERNAL = "internal"  # inside the qcow2 image
    EXTERNAL = "external"  # the image is left as it was, and a new file on it is written from then on


class SnapshotDisk(msgspec.Struct, frozen=True):
    """A disk in a snapshot. frozen: path of the file that holds this moment (of an internal one the image itself, which goes
    on changing). overlay: path of the file that was made on it then, "" of an internal one."""

    target: str
    how: How
    frozen: str = ""
    overlay: str = ""


class Snapshot(msgspec.Struct, frozen=True):
    """A moment one can go back to. state: what the VM did then. memory_file: path, "" where the memory is inside or not kept.

    current: "now" goes on from it. by, build: who took it and of which build, from our metadata, "" = not known.
    order: libvirt gives whole seconds only; among equals the parent is earlier.
    """

    name: str
    parent: str = ""
    created: float = 0.0
    state: State = State.OFF
    memory: How = How.NONE
    memory_file: str = ""
    disks: tuple[SnapshotDisk, ...] = ()
    description: str = ""
    current: bool = False
    by: str = ""
    build: str = ""

    @property
    def kinds(self) -> frozenset[How]:
        """Of the disks it keeps and of its memory."""
        return frozenset({disk.how for disk in self.disks} | {self.memory}) - {How.NONE}

    @property
    def external(self) -> bool:
        """It keeps a disk or its memory in files of its own."""
        return How.EXTERNAL in self.kinds

    @property
    def mixed(self) -> bool:
        return len(self.kinds) > 1


class ImageFile(msgspec.Struct, frozen=True):
    """A disk image or memory file of a host. pool, volume: "" where no pool holds it: libvirt can neither make nor delete one
    there. backing: path of the file it is built on. exists=False: something names it, and it is not there."""

    path: str
    pool: str = ""
    volume: str = ""
    format: str = ""
    capacity: int = 0
    allocation: int = 0
    backing: str = ""
    backing_format: str = ""
    exists: bool = True


class DiskNow(msgspec.Struct, frozen=True):
    """A disk as the VM has it now. path: "" of an empty drive or a network disk. kind: file, block, network, volume."""

    target: str
    path: str
    kind: str = "file"
    format: str = ""
    device: str = "disk"
    bus: str = ""
    read_only: bool = False
    shareable: bool = False


class PoolRoom(msgspec.Struct, frozen=True):
    """A pool that holds images of the VM. path: its folder."""

    name: str
    path: str
    available: int
    kind: str = "dir"


class SnapshotFacts(msgspec.Struct, frozen=True):
    """All that a plan needs to know of one VM and its host, asked at `asked` (epoch).

    snapshots: parents before children. files: every image and memory file that the VM, its snapshots or another file of the
    same pools names, by path; files of pools that nobody is known to need are there too. users: who else needs a file, by path:
    names of other VMs (as they run, as of their next start, or in a snapshot).
    job: the kind of a job that runs on the VM now ("backup", "migration", "commit", "copy", "pull", "save", "dump"), "" = none.
    busy_disks: targets with a block job. nvram: path of its UEFI variables and their format, "" where it has none.
    freezes: the guest agent answers now. memory: bytes of the guest. libvirt: 9000000 = 9.0.0.
    can: "external-revert" and the like; what the hypervisor offers. template: it is marked as a base, never written.
    helpers: names of helper domains of ours that were left behind for this VM.
    """

    key: VmKey
    name: str
    state: State
    asked: float
    disks: tuple[DiskNow, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    files: Mapping[str, ImageFile] = msgspec.field(default_factory=dict)
    users: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    pools: tuple[PoolRoom, ...] = ()
    job: str = ""
    busy_disks: tuple[str, ...] = ()
    memory: int = 0
    nvram: str = ""
    nvram_format: str = ""
    persistent: bool = True
    read_only: bool = False
    managed_save: bool = False
    has_agent: bool = False
    freezes: bool = False
    hypervisor: str = "QEMU"
    libvirt: int = 0
    can: frozenset[str] = frozenset()
    checkpoints: tuple[str, ...] = ()
    template: bool = False
    helpers: tuple[str, ...] = ()

    def snapshot(self, name: str) -> Snapshot | None:
        return next((one for one in self.snapshots if one.name == name), None)

    @property
    def current(self) -> Snapshot | None:
        """The one "now" goes on from."""
        return next((one for one in self.snapshots if one.current), None)

    def children(self, name: str) -> tuple[Snapshot, ...]:
        """Those directly below; name "" = the roots."""
        return tuple(one for one in self.snapshots if one.parent == name)

    def below(self, name: str) -> tuple[Snapshot, ...]:
        """All that go on from it, parents first, without itself."""
        inside = {name}
        found = []
        for one in self.snapshots:
            if one.parent in inside:
                inside.add(one.name)
                found.append(one)
        return tuple(found)
