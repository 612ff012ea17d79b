"""What another name or description of a snapshot would do."""

from __future__ import annotations

from console.fleet.snapshots import obstacles
from console.fleet.snapshots.plans import Deed, IfStops, Op, SnapshotPlan
from console.fleet.snapshots.values import How, SnapshotFacts
from console.fleet.snapshots.work import Work


def plan_rename(facts: SnapshotFacts, name: str, new: str) -> SnapshotPlan:
    """The plan of another name; its `values` have it as "name". What goes on from the snapshot is told of it.

    An internal one keeps its name: libvirt finds it in the image by it.
    """
    work = Work(facts)
    obstacles.look(work, Deed.RENAME)
    one = facts.snapshot(name)
    if one is None:
        work.refuse("gone", name=name)
        return work.plan(Deed.RENAME, name)
    if How.INTERNAL in one.kinds and not obstacles.by_libvirt(facts):
        work.refuse("name-inside", name=name)
    obstacles.look_at_name(work, new, name)
    if new == name:
        work.refuse("nothing")
    work.check()
    names = (name, *(child.name for child in facts.children(name)))
    work.step(Op.REDEFINE, names=names, if_stops=IfStops.FINISH)
    return work.plan(Deed.RENAME, name, values=(("name", new),))


def plan_describe(facts: SnapshotFacts, name: str, description: str) -> SnapshotPlan:
    """The plan of another description; its `values` have it as "description"."""
    work = Work(facts)
    obstacles.look(work, Deed.DESCRIBE)
    if facts.snapshot(name) is None:
        work.refuse("gone", name=name)
        return work.plan(Deed.DESCRIBE, name)
    obstacles.look_at_text(work, description)
    work.check()
    work.step(Op.REDEFINE, names=(name,), if_stops=IfStops.FINISH)
    return work.plan(Deed.DESCRIBE, name, values=(("description", description),))
