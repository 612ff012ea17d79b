"""What two moments of a VM have each for themselves on disk."""

from __future__ import annotations

import msgspec

from console.fleet.snapshots.values import How, SnapshotFacts


class Grown(msgspec.Struct, frozen=True):
    """One disk at two moments. first, second: bytes of the files only that one reads; of an earlier and a later moment the first
    is 0 and the second is how much the disk grew. None = they lie in one image, which does not tell."""

    target: str
    first: int | None
    second: int | None


def grown(facts: SnapshotFacts, first: str, second: str = "") -> tuple[Grown, ...]:
    """Each disk at two snapshots by name; second "" = now. A disk that one of them does not have counts as empty there."""
    before, after = _tops(facts, first), _tops(facts, second)
    found = []
    for target in dict.fromkeys([*before, *after]):
        mine, theirs = before.get(target), after.get(target)
        if mine is not None and theirs is not None and mine[0] == theirs[0] and (mine[1] or theirs[1]):
            found.append(Grown(target, None, None))
            continue
        here, there = _chain(facts, mine), _chain(facts, theirs)
        found.append(Grown(target, _size(facts, here - there), _size(facts, there - here)))
    return tuple(found)


def _tops(facts: SnapshotFacts, name: str) -> dict[str, tuple[str, bool]]:
    """Of each disk the file on top at a moment, and whether it is kept inside that."""
    snapshot = facts.snapshot(name) if name else None
    if snapshot is None:
        return {disk.target: (disk.path, False) for disk in facts.disks if disk.path and not disk.read_only}
    return {disk.target: (disk.frozen, disk.how is How.INTERNAL) for disk in snapshot.disks if disk.frozen}


def _chain(facts: SnapshotFacts, top: tuple[str, bool] | None) -> frozenset[str]:
    path, found = top[0] if top is not None else "", set()
    while path and path not in found:
        found.add(path)
        file = facts.files.get(path)
        path = file.backing if file is not None else ""
    return frozenset(found)


def _size(facts: SnapshotFacts, paths: frozenset[str]) -> int:
    return sum(facts.files[path].allocation for path in paths if path in facts.files)
