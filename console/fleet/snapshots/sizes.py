"""What each snapshot takes on disk, each file counted once."""

from __future__ import annotations

import msgspec

from console.fleet.snapshots.lanes import in_order
from console.fleet.snapshots.values import How, SnapshotFacts


class Size(msgspec.Struct, frozen=True):
    """disk: bytes of the files that hold it, None = it lies inside an image, which tells no size of it. memory: bytes of its
    memory file. since: the snapshot its disk files go on from, "" = they hold all."""

    disk: int | None = None
    memory: int = 0
    since: str = ""

    @property
    def total(self) -> int:
        return (self.disk or 0) + self.memory


class Sizes(msgspec.Struct, frozen=True):
    """each: by name. now: bytes of the images the VM writes that no snapshot has for its own."""

    each: dict[str, Size] = msgspec.field(default_factory=dict)
    now: int = 0

    @property
    def total(self) -> int:
        """Of all snapshots."""
        return sum(one.total for one in self.each.values())


def sizes(facts: SnapshotFacts) -> Sizes:
    """A file that holds several snapshots counts for the oldest."""
    seen: set[str] = set()
    each: dict[str, Size] = {}
    inside: dict[str, bool] = {}

    def taken(path: str) -> int:
        if not path or path in seen or path not in facts.files:
            return 0
        seen.add(path)
        return facts.files[path].allocation

    for one in in_order(facts.snapshots):
        disks = [disk for disk in one.disks if disk.how is How.EXTERNAL]
        bases = any(facts.files[disk.frozen].backing for disk in disks if disk.frozen in facts.files)
        disk = sum(taken(disk.frozen) for disk in disks) if disks else None
        inside[one.name] = not disks
        since = one.parent if bases and not inside.get(one.parent, True) else ""
        each[one.name] = Size(disk, taken(one.memory_file), since)
    return Sizes(each, sum(taken(disk.path) for disk in facts.disks if not disk.read_only))


def chain_depth(facts: SnapshotFacts, path: str) -> int:
    """How many files are read for this one, itself among them; a circle ends the count."""
    seen: set[str] = set()
    while path and path not in seen:
        seen.add(path)
        file = facts.files.get(path)
        path = file.backing if file is not None else ""
    return len(seen)
