"""What is wanted of clones, what a plan makes of it, and where a VM comes from. Sizes in bytes, times in epoch seconds."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from console.fleet.clones.provenance import Provenance
from console.fleet.domains import VmKey
from console.fleet.storing import Say, Weight

__all__ = [
    "CloneKind",
    "CloneOrder",
    "ClonePlan",
    "DiskDeed",
    "DiskPlan",
    "Family",
    "Kin",
    "Macs",
    "OneClone",
    "Provenance",
    "Reset",
]


class CloneKind(StrEnum):
    FULL = "full"  # disks of its own
    LINKED = "linked"  # new images on those of the source, which must not change from then on


class Macs(StrEnum):
    NEW = "new"
    KEPT = "kept"  # for licences bound to one; refused while both would run on one network


class Reset(StrEnum):
    """How the guest forgets whose copy it is."""

    NONE = "none"
    SYSPREP = "sysprep"  # virt-sysprep on the host, or here where the host is this computer
    SEED = "seed"  # a cloud-init seed image with a new instance id and host name


class CloneOrder(msgspec.Struct, frozen=True):
    """What is wanted. names: of the clones ("qa-{n:02}" made out already). host, pool: "" = where the source is.

    files: name pattern of the volumes, with {name} and {target}; "" = "{name}-{target}.qcow2" (or the source's ending).
    """

    source: VmKey
    names: tuple[str, ...]
    kind: CloneKind = CloneKind.FULL
    snapshot: str = ""
    host: str = ""
    pool: str = ""
    files: str = ""
    macs: Macs = Macs.NEW
    reset: Reset = Reset.NONE
    hostname: bool = True  # with a reset: the guest takes its VM's name
    build: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    start: bool = False
    throw_away: bool = False
    expires: float = 0.0


class DiskDeed(StrEnum):
    COPY = "copy"  # a whole copy, at the host
    BACKUP = "backup"  # a whole copy of a running VM's disk at one moment
    LINK = "link"  # a new image on the source's
    STREAM = "stream"  # a whole copy through this console, to another host
    SHARE = "share"  # the same file: an installation image
    EMPTY = "empty"  # an empty drive


class DiskPlan(msgspec.Struct, frozen=True):
    """What becomes of one disk. source: path; pool, volume: of the new one. size: bytes it will take at once."""

    target: str
    deed: DiskDeed
    source: str = ""
    pool: str = ""
    volume: str = ""
    path: str = ""
    format: str = ""
    capacity: int = 0
    size: int = 0


class OneClone(msgspec.Struct, frozen=True):
    """One VM that will be. macs: old to new. xml: as it will be defined (paths as planned)."""

    name: str
    uuid: str
    disks: tuple[DiskPlan, ...]
    macs: Mapping[str, str] = msgspec.field(default_factory=dict)
    nvram: str = ""
    xml: str = ""


class ClonePlan(msgspec.Struct, frozen=True):
    """A dry run. freezes: the source stands still for a moment. overlay: a snapshot the source gets first, so that its disks
    can be a base ("" = none). reset_done, reset_left: codes of what of the guest is and is not reset."""

    order: CloneOrder
    source: str
    made: float
    clones: tuple[OneClone, ...] = ()
    says: tuple[Say, ...] = ()
    needs: int = 0
    free: int = 0
    seconds: float | None = None
    overlay: str = ""
    reset_done: tuple[str, ...] = ()
    reset_left: tuple[str, ...] = ()

    @property
    def refused(self) -> tuple[Say, ...]:
        return tuple(say for say in self.says if say.weight is Weight.STOP)

    @property
    def warnings(self) -> tuple[Say, ...]:
        return tuple(say for say in self.says if say.weight is Weight.WARNING)


class Kin(msgspec.Struct, frozen=True):
    """One VM or snapshot that needs a file of another's. linked: its disk is built on it."""

    key: VmKey
    name: str
    files: tuple[str, ...]


class Family(msgspec.Struct, frozen=True):
    """A base and those that need it. base: None where the base's VM is not known any more."""

    base: VmKey | None
    name: str
    clones: tuple[Kin, ...] = ()
    template: bool = False
