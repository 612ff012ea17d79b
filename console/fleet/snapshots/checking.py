"""What a plan rests on, and whether that still holds right before it is carried out."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from console.fleet.snapshots.values import Snapshot, SnapshotFacts

Basis = frozenset[tuple[str, str, str]]
"""What, of which, and how it is: ("disk", "vda", "/images/a.qcow2")."""


class Change(msgspec.Struct, frozen=True):
    """what: "state", "job", "disk", "snapshot", "current", "file" or "user". which: a target, a name or a path, "" for the VM.

    was, now: "" = there was, there is none.
    """

    what: str
    which: str
    was: str = ""
    now: str = ""


def basis(facts: SnapshotFacts) -> Basis:
    """All that a plan for this VM rests on. What moves by itself (sizes, free space, whether the agent answers) is none of it."""
    found = {("state", "", "on" if facts.state.active else "off")}
    if facts.managed_save:
        found.add(("state", "saved", "yes"))
    if facts.job or facts.busy_disks:
        found.add(("job", "", facts.job or ", ".join(facts.busy_disks)))
    found.update(("disk", disk.target, f"{disk.kind}:{disk.path}") for disk in facts.disks)
    found.update(("snapshot", one.name, _gist(one)) for one in facts.snapshots)
    if facts.current is not None:
        found.add(("current", "", facts.current.name))
    for path in _needed(facts):
        file = facts.files.get(path)
        if file is None or not file.exists:
            found.add(("file", path, "missing"))
        else:
            found.add(("file", path, f"{file.format} {file.capacity} {file.backing}"))
        for user in facts.users.get(path, ()):
            found.add(("user", path, user))
    return frozenset(found)


def changed(before: Basis, now: Basis) -> tuple[Change, ...]:
    """What is different, the weightiest first."""
    gone = {(what, which): how for what, which, how in sorted(before - now)}
    come = {(what, which): how for what, which, how in sorted(now - before)}
    found = [Change(*place, gone.get(place, ""), come.get(place, "")) for place in {**gone, **come}]
    return tuple(sorted(found, key=lambda change: (_ORDER.index(change.what), change.which)))


_ORDER = ("snapshot", "state", "job", "disk", "user", "file", "current")


def _gist(one: Snapshot) -> str:
    disks = ",".join(f"{disk.target}={disk.how}:{disk.frozen}" for disk in one.disks)
    return f"{one.parent} {one.created:.0f} {one.memory}:{one.memory_file} {disks}"


def _needed(facts: SnapshotFacts) -> Iterator[str]:
    """Every file that the VM and its snapshots name, and what these are built on; each once."""
    todo = [disk.path for disk in facts.disks if disk.path]
    for one in facts.snapshots:
        todo += [path for disk in one.disks for path in (disk.frozen, disk.overlay) if path]
        todo += [one.memory_file] if one.memory_file else []
    seen: set[str] = set()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        yield path
        file = facts.files.get(path)
        if file is not None and file.backing:
            todo.append(file.backing)
