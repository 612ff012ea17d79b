"""What is wanted of pools and volumes, as values, and the plan that says what each would do before it is done. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from console.fleet.domains import VmKey
from console.fleet.errors import Reason, UsageError
from console.fleet.storage import PoolUse, UseKind, User, VolumeUse

FILE_KINDS = frozenset({"dir", "fs", "netfs", "gluster", "vstorage"})
"""Pools whose volumes are files: they have formats, holes and backing files."""
CLONES = frozenset({"vm.clone"})
TRANSFERS = frozenset({"volume.upload", "volume.download"}) | CLONES
"""Kinds of jobs that leave something half-made where they are cut off, of no use to anybody."""
SECTOR = 512  # bytes; libvirt rounds up to it


class Prealloc(StrEnum):
    """What of a new volume is taken from its pool at once."""

    OFF = "off"
    METADATA = "metadata"  # only qcow2's own tables
    FULL = "full"


class NewVolume(msgspec.Struct, frozen=True):
    """A volume to be made. capacity, allocation: bytes. backing: path of the volume it is built on, read only from then on."""

    name: str
    capacity: int
    allocation: int = 0
    format: str = ""
    backing: str = ""
    backing_format: str = ""
    metadata: bool = False


class NewPool(msgspec.Struct, frozen=True):
    """A pool to be defined. kind: dir, fs, netfs or logical. path: where its volumes appear.

    source: the device of fs, the exported folder of netfs, the device to make the volume group on (logical; "" where the
    group is there). server: of netfs. group: the volume group's name, "" = as the pool.
    """

    name: str
    kind: str = "dir"
    path: str = ""
    source: str = ""
    server: str = ""
    group: str = ""


POOL_KINDS = ("dir", "fs", "netfs", "logical")


class PoolAct(StrEnum):
    START = "start"
    STOP = "stop"
    REFRESH = "refresh"
    BUILD = "build"
    AUTOSTART_ON = "autostart-on"
    AUTOSTART_OFF = "autostart-off"
    DELETE = "delete"


class Weight(StrEnum):
    FACT = "fact"
    WARNING = "warning"
    STOP = "stop"  # it will not be done


class Say(msgspec.Struct, frozen=True):
    """One sentence of a plan, as a code and its values (words.storage makes it)."""

    code: str
    values: Mapping[str, str | int] = msgspec.field(default_factory=dict)
    weight: Weight = Weight.FACT


class Plan(msgspec.Struct, frozen=True):
    """What one request would do. kind: of its job ("volume.delete"). target: the name of what it is about.

    frees, takes: bytes of the pool. volumes: those that go.
    """

    kind: str
    host: str
    target: str
    says: tuple[Say, ...] = ()
    volumes: tuple[VolumeUse, ...] = ()
    frees: int = 0
    takes: int = 0
    made: float = 0.0

    @property
    def refused(self) -> tuple[Say, ...]:
        return tuple(say for say in self.says if say.weight is Weight.STOP)

    @property
    def warnings(self) -> tuple[Say, ...]:
        return tuple(say for say in self.says if say.weight is Weight.WARNING)


_SIZE = re.compile(r"(\d+(?:[.,]\d+)?)\s*([kmgtpe]?)(i?b)?", re.IGNORECASE)


def parse_size(text: str) -> int:
    """Bytes of "20G", "512 MiB", "1.5T" (always powers of 1024), "4096". UsageError where it is none or not above 0."""
    found = _SIZE.fullmatch(text.strip()) if len(text) <= 40 else None
    if found is None:
        raise UsageError(Reason.OTHER, text, detail="size")
    step = " kmgtpe".index(found[2].lower() or " ")
    value = int(float(found[1].replace(",", ".")) * 1024**step)
    if not 0 < value < 1 << 62:
        raise UsageError(Reason.OTHER, text, detail="size")
    return value


def sayable(text: str) -> bool:
    """It can stand in XML on one line: no control characters, and none that are no text (a file name of another encoding)."""
    return not any(char < " " or char in "\x7f\ufffe\uffff" or "\ud800" <= char <= "\udfff" for char in text)


def checked_volume_name(name: str) -> str:
    """A name a volume can have, stripped. UsageError: empty, "." or "..", a slash or a control character, over 255 bytes."""
    name = name.strip()
    bad = not name or name in (".", "..") or "/" in name or not sayable(name)
    if bad or len(name.encode()) > 255:
        raise UsageError(Reason.OTHER, name, detail="volume-name")
    return name


def checked_pool(new: NewPool) -> NewPool:
    """UsageError where a part is missing or cannot be: its detail says which (pool-name, pool-kind, pool-path, pool-source)."""
    if not new.name.strip() or "/" in new.name or not sayable(new.name):
        raise UsageError(Reason.OTHER, new.name, detail="pool-name")
    if not sayable(new.path):
        raise UsageError(Reason.OTHER, new.name, detail="pool-path")
    if not all(map(sayable, (new.source, new.server, new.group))):
        raise UsageError(Reason.OTHER, new.name, detail="pool-source")
    if new.kind not in POOL_KINDS:
        raise UsageError(Reason.OTHER, new.kind, detail="pool-kind")
    if new.kind != "logical" and not new.path.startswith("/"):
        raise UsageError(Reason.OTHER, new.path or new.name, detail="pool-path")
    needs = {"fs": bool(new.source), "netfs": bool(new.source and new.server)}
    if not needs.get(new.kind, True):
        raise UsageError(Reason.OTHER, new.name, detail="pool-source")
    return new


def image_format(head: bytes) -> str:
    """Of a disk image by its first 40 KiB: qcow2, vmdk, vdi, vhdx, iso or raw."""
    for magic, at, name in (
        (b"QFI\xfb", 0, "qcow2"),
        (b"KDMV", 0, "vmdk"),
        (b"\x7f\x10\xda\xbe", 64, "vdi"),
        (b"vhdxfile", 0, "vhdx"),
        (b"CD001", 0x8001, "iso"),
    ):
        if head[at : at + len(magic)] == magic:
            return name
    return "raw"


def needs_base(head: bytes) -> str:
    """The backing file a qcow2 image names in its head, "" for none: it would be useless, or read another's file."""
    if image_format(head) != "qcow2" or len(head) < 20:
        return ""
    offset, size = int.from_bytes(head[8:16], "big"), int.from_bytes(head[16:20], "big")
    if not offset or not 0 < size <= 1023:
        return ""
    return head[offset : offset + size].decode("utf-8", "replace") or "?"


# plans


def deletion_says(uses: Sequence[VolumeUse], not_shared: bool) -> tuple[Say, ...]:
    """Why volumes must stay; those that go together don't hold each other."""
    going = {use.key for use in uses}
    found: list[Say] = []
    for use in uses:
        found.append(Say("goes", {"name": use.key.name, "path": use.volume.path, "bytes": use.volume.allocation}))
        needed = (user for user in use.users if user.volume not in going or user.volume is None)
        found += [_held(use, user, not_shared) for user in needed]
    return tuple(found)


def _held(use: VolumeUse, user: User, not_shared: bool) -> Say:
    values = {"name": use.key.name, "user": user.name, "host": user.host}
    if user.host == use.key.host or user.sure:
        far = "far-" if user.host != use.key.host else ""
        return Say(f"{far}{user.kind}", values, Weight.STOP)
    return Say("far-doubt", values, Weight.WARNING if not_shared else Weight.STOP)


def overlays_first(uses: Sequence[VolumeUse]) -> list[VolumeUse]:
    """In an order in which nothing is left without its base."""
    left, ordered = list(uses), []
    while left:
        bases = {(use.key.host, use.volume.backing) for use in left}
        free = [use for use in left if (use.key.host, use.volume.path) not in bases] or left[:1]
        ordered += free
        left = [use for use in left if use not in free]
    return ordered


def pool_says(act: PoolAct, use: PoolUse) -> tuple[Say, ...]:
    """What an act does to a pool and its volumes, and why not."""
    pool, found = use.pool, []
    values: dict[str, str | int] = {"name": pool.name, "path": pool.path or pool.source, "kind": pool.kind}
    if act in (PoolAct.STOP, PoolAct.DELETE):
        found += [Say("pool-used", {"user": user.name, "host": user.host}, Weight.STOP) for user in use.users]
    if act is PoolAct.START and pool.active:
        found.append(Say("pool-is-active", values, Weight.STOP))
    if act in (PoolAct.STOP, PoolAct.REFRESH) and not pool.active:
        found.append(Say("pool-is-inactive", values, Weight.STOP))
    if act is PoolAct.BUILD and pool.active:
        found.append(Say("pool-build-active", values, Weight.STOP))
    if act is PoolAct.BUILD:
        found.append(
            Say(f"pool-build-{pool.kind}" if pool.kind in POOL_KINDS else "pool-build", values, Weight.WARNING)
        )
    if act in (PoolAct.STOP, PoolAct.DELETE):
        found.append(Say(f"pool-{act}", values))
        found += [
            Say("pool-stays", {"name": item.key.name, "path": item.volume.path, "bytes": item.volume.allocation})
            for item in use.volumes
        ]
    elif act is not PoolAct.BUILD:
        found.append(Say(f"pool-{act}", values))
    return tuple(found)


def running_users(use: VolumeUse, running: frozenset[VmKey]) -> tuple[User, ...]:
    """The VMs that run now and write the volume, or may."""
    return tuple(user for user in use.users if user.key in running and user.kind is not UseKind.MEDIUM)


def rounded(size: int) -> int:
    """Bytes as libvirt takes them: whole sectors."""
    return -(-size // SECTOR) * SECTOR
