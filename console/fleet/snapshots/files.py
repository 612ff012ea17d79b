"""The files behind a VM's disks and who needs them, as they are and as they become from step to step of a plan."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from msgspec.structs import replace

from console.fleet.snapshots.values import How, ImageFile, PoolRoom, Snapshot, SnapshotFacts
from console.fleet.storing import FILE_KINDS

OVERLAY_SIZE = 200 << 10  # bytes a new, empty qcow2 file takes
MAX_CHAIN = 200  # files; libvirt reads no longer chain
_MEMORY = "mem"  # ending of the files that hold memory
_BAD = re.compile(r"[^\w-]+")
_LONGEST = 60  # characters of a snapshot's name in a file's


def stem(path: str) -> str:
    """What files of one disk have in common: the path without its last ending."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{name.rpartition('.')[0] or name}"


def label(path: str, family: str) -> str:
    """A short name: the ending alone where the file is one of the family (see stem)."""
    return f".{path.rpartition('.')[2]}" if stem(path) == family else posixpath.basename(path)


def slug(name: str) -> str:
    """A snapshot's name as part of a file's: without dots, so that `stem` holds."""
    return _BAD.sub("-", name).strip("-")[:_LONGEST] or "snapshot"


class Forest:
    """Which file is built on which, and which of them the VM, its snapshots and others need.

    files: by path; above: the files that are built on one. tops: what the VM has now, by target. keepers: names of the snapshots
    that a file holds, external and internal ones (inside: these alone). live: the files the VM reads now.
    """

    def __init__(self, facts: SnapshotFacts) -> None:
        self.facts = facts
        self.files: dict[str, ImageFile] = dict(facts.files)
        self.snapshots: dict[str, Snapshot] = {one.name: one for one in facts.snapshots}
        self.tops: dict[str, str] = {disk.target: disk.path for disk in facts.disks if disk.path}
        self.above: defaultdict[str, set[str]] = defaultdict(set)
        for path, file in self.files.items():
            if file.backing and file.exists:
                self.above[file.backing].add(path)
        self.keepers: defaultdict[str, set[str]] = defaultdict(set)
        self.inside: defaultdict[str, set[str]] = defaultdict(set)
        self._heirs: dict[str, dict[str, None]] = {}  # of each snapshot those that go on from it
        for one in facts.snapshots:
            self._keep(one)
            self._heirs.setdefault(one.parent, {})[one.name] = None
        self._pinned = self._below(path for path, names in facts.users.items() if names)
        self.live = self._below(self.tops.values())
        self.memories = {one.memory_file for one in facts.snapshots if one.memory_file}
        known = self._below([*self.tops.values(), *self.keepers, *facts.users])
        strays = [file.backing for path, file in self.files.items() if file.backing and path not in known]
        self._shadowed = self._below(strays)

    def _keep(self, one: Snapshot) -> None:
        for disk in one.disks:
            if disk.frozen and disk.how is not How.NONE:
                self.keepers[disk.frozen].add(one.name)
                if disk.how is How.INTERNAL:
                    self.inside[disk.frozen].add(one.name)

    def _below(self, paths: Iterable[str]) -> set[str]:
        """These and all they are built on; each is walked over once."""
        found: set[str] = set()
        for path in paths:
            while path and path not in found:
                found.add(path)
                file = self.files.get(path)
                path = file.backing if file is not None else ""
        return found

    # questions

    def there(self, path: str) -> bool:
        file = self.files.get(path)
        return file is not None and file.exists

    def size(self, path: str) -> int:
        file = self.files.get(path)
        return file.allocation if file is not None else 0

    def chain(self, *paths: str) -> list[str]:
        """The files and what they are built on, base last, as far as it is there and no loop; what several share once."""
        found: dict[str, None] = {}
        for path in paths:
            while path and path not in found and self.there(path):
                found[path] = None
                path = self.files[path].backing
        return list(found)

    def flaw(self, path: str, sound: set[str] | None = None) -> tuple[str, str]:
        """What is wrong with a chain: ("missing-file" or "loop", the file), or ("", "").

        sound: files whose chain was found whole before; those of this one are added if it is.
        """
        seen: set[str] = set()
        while path and (sound is None or path not in sound):
            if path in seen:
                return "loop", path
            if not self.there(path):
                return "missing-file", path
            seen.add(path)
            path = self.files[path].backing
        if sound is not None:
            sound |= seen
        return "", ""

    def pinned(self, path: str) -> bool:
        """Another VM needs it: it must not be written or go."""
        return path in self._pinned

    def shadowed(self, path: str) -> bool:
        """A file is built on it, directly or through others, of which nobody knows whose it is: perhaps another host's VM."""
        return path in self._shadowed

    def users(self, path: str) -> tuple[str, ...]:
        """Names of the other VMs that need it, directly or by what is built on it."""
        found: dict[str, None] = {}
        todo, seen = [path], {path}
        while todo:
            one = todo.pop()
            found.update(dict.fromkeys(self.facts.users.get(one, ())))
            more = self.above.get(one, set()) & self._pinned - seen
            seen |= more
            todo += more
        return tuple(sorted(found))

    def inside_above(self, path: str) -> set[str]:
        """Internal snapshots in files that are built on this one: the domains in them may name it."""
        found: set[str] = set()
        todo, seen = [path], {path}
        while todo and any(self.inside.values()):
            more = self.above.get(todo.pop(), set()) - seen
            for one in more:
                found |= self.inside.get(one, set())
            seen |= more
            todo += more
        return found

    def tip(self, path: str) -> str:
        """The last file of the chain that goes through this one: what the VM has now where it does, else any."""
        if path in self.live:
            return next((top for top in self.tops.values() if path in self.chain(top)), path)
        seen = {path}
        while above := sorted(self.above.get(path, set()) - seen):
            path = above[0]
            seen.add(path)
        return path

    def known(self, path: str) -> bool:
        """The VM, a snapshot or another VM reads it, or what is built on it."""
        todo, seen = [path], {path}
        while todo:
            one = todo.pop()
            if one in self.live or self.keepers.get(one) or one in self._pinned:
                return True
            more = self.above.get(one, set()) - seen
            seen |= more
            todo += more
        return False

    def needed(self, path: str) -> bool:
        """It must stay: somebody names it, or a file is built on it."""
        named = path in self.tops.values() or path in self.memories or path in self._pinned
        return named or bool(self.keepers.get(path) or self.above.get(path))

    @cached_property
    def families(self) -> frozenset[str]:
        """Stems of all files that the VM and its snapshots named at first, but for those it only reads or shares."""
        disks = (disk for one in self.facts.snapshots for disk in one.disks)
        named = [path for disk in disks for path in (disk.frozen, disk.overlay)]
        named += [disk.path for disk in self.facts.disks if not (disk.read_only or disk.shareable)]
        return frozenset(stem(path) for path in named if path)

    def pool_of(self, path: str) -> PoolRoom | None:
        """The pool that holds a file, or would hold it: by its record, else by its folder."""
        file = self.files.get(path)
        if file is not None and file.pool:
            return next((pool for pool in self.facts.pools if pool.name == file.pool), None)
        folder = posixpath.dirname(path)
        return next((pool for pool in self._folders() if pool.path.rstrip("/") == folder), None)

    def _folders(self) -> list[PoolRoom]:
        return [pool for pool in self.facts.pools if pool.kind in FILE_KINDS and pool.path]

    # new names

    def overlay_path(self, path: str, name: str) -> str:
        """Of a new file on `path` for a snapshot, one that is not there: beside it, or in a pool of folders where it is no file."""
        base = stem(path)
        pool = self.pool_of(path)
        if (pool is not None and pool.kind not in FILE_KINDS) or path.startswith("/dev/"):
            folders = self._folders()
            base = posixpath.join(folders[0].path, posixpath.basename(base)) if folders else ""
        return self._free(base, slug(name)) if base else ""

    def memory_path(self, beside: str, name: str) -> str:
        """Of a file for the memory, beside a disk's: "qa-4711-a.wizard.mem"."""
        folder = posixpath.dirname(beside)
        return self._free(posixpath.join(folder, slug(self.facts.name)), slug(name), f".{_MEMORY}")

    def is_memory(self, path: str) -> bool:
        """A file of that name holds memory of this VM."""
        name = posixpath.basename(path)
        return name.endswith(f".{_MEMORY}") and name.startswith(f"{slug(self.facts.name)}.")

    def _free(self, base: str, name: str, ending: str = "") -> str:
        tried, count = f"{base}.{name}{ending}", 1
        while tried in self.files or tried in self.keepers or tried in self.memories:
            count += 1
            tried = f"{base}.{name}-{count}{ending}"
        return tried

    # what steps change

    def add(self, path: str, onto: str) -> None:
        """A new, empty file."""
        base = self.files.get(onto)
        pool = self.pool_of(path)
        self.files[path] = ImageFile(
            path,
            pool.name if pool is not None else "",
            posixpath.basename(path),
            "qcow2",
            base.capacity if base is not None else 0,
            OVERLAY_SIZE,
            onto,
            base.format if base is not None else "",
        )
        if onto:
            self.above[onto].add(path)

    def switch(self, target: str, path: str) -> None:
        self.tops[target] = path
        self.live = self._below(self.tops.values())

    def forget(self, name: str) -> None:
        """The snapshot is gone; what goes on from it goes on from its parent."""
        gone = self.snapshots.pop(name)
        self._unkeep(gone)
        if gone.memory_file and not any(one.memory_file == gone.memory_file for one in self.snapshots.values()):
            self.memories.discard(gone.memory_file)
        for heir in self._heirs.pop(name, ()):
            if heir in self.snapshots:
                self.snapshots[heir] = replace(self.snapshots[heir], parent=gone.parent)
                self._heirs.setdefault(gone.parent, {})[heir] = None

    def _unkeep(self, one: Snapshot) -> None:
        for disk in one.disks:
            for kept in (self.keepers, self.inside):
                if disk.frozen in kept:
                    kept[disk.frozen].discard(one.name)

    def add_snapshot(self, one: Snapshot) -> None:
        self.snapshots[one.name] = one
        self._heirs.setdefault(one.parent, {})[one.name] = None
        self._keep(one)
        if one.memory_file:
            self.memories.add(one.memory_file)

    def rename(self, file: str, onto: str) -> tuple[str, ...]:
        """Snapshots that keep `file` keep `onto` instead: their names, sorted."""
        names = tuple(sorted(self.keepers.get(file, ())))
        for name in names:
            old = self.snapshots[name]
            disks = tuple(replace(disk, frozen=onto) if disk.frozen == file else disk for disk in old.disks)
            self._unkeep(old)
            self.snapshots[name] = replace(old, disks=disks)
            self._keep(self.snapshots[name])
        return names

    def rebase(self, path: str, onto: str) -> None:
        """What a file is built on from now on."""
        file = self.files[path]
        self.above[file.backing].discard(path)
        base = self.files.get(onto)
        self.files[path] = replace(file, backing=onto, backing_format=base.format if base is not None else "")
        if onto:
            self.above[onto].add(path)

    def grow(self, path: str, other: str) -> int:
        """It takes in another: the bytes it may grow by at most."""
        file, more = self.files[path], self.files[other]
        capacity = max(file.capacity, more.capacity)
        growth = more.allocation if not capacity else max(0, min(more.allocation, capacity - file.allocation))
        self.files[path] = replace(file, capacity=capacity, allocation=file.allocation + growth)
        return growth

    def remove(self, path: str) -> None:
        file = self.files.pop(path, None)
        if file is not None:
            self.above[file.backing].discard(path)
        self.live.discard(path)
