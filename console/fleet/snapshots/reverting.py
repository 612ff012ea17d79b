"""What going back to a snapshot would do.

To an internal one by libvirt. To an external one our own way, the same on every host: new, empty files on those that keep it, and
the VM as it was defined then on these; so it stays as it is, and one can go back to it again.
"""

from __future__ import annotations

from console.fleet.domains import State
from console.fleet.snapshots import obstacles
from console.fleet.snapshots.deleting import sweep
from console.fleet.snapshots.plans import Deed, IfStops, Op, SnapshotPlan, Stops, TakeOrder
from console.fleet.snapshots.taking import add_take
from console.fleet.snapshots.values import How, Snapshot, SnapshotDisk, SnapshotFacts
from console.fleet.snapshots.work import MEMORY_RATE, Work, losing


def plan_revert(facts: SnapshotFacts, name: str, branch: str = "", start: bool | None = None) -> SnapshotPlan:
    """The plan of going back to `name`. branch: name of a snapshot that keeps the present state first, "" = none.

    start: whether the VM runs afterwards; None = as it did then, where that was kept. In the plan's `values` as "start".
    """
    work = Work(facts)
    obstacles.look(work, Deed.REVERT)
    one = facts.snapshot(name)
    if one is None:
        work.refuse("gone", name=name)
        return work.plan(Deed.REVERT, name, branch=branch)
    if not facts.persistent:
        work.refuse("transient")
    if one.external and obstacles.by_libvirt(facts):
        work.refuse("test-external")
    if one.mixed:
        work.refuse("mixed-revert", name=name)
    work.check()
    order = _branch(work, one, branch) if branch else None
    up = _own(work, one, start) if one.external else _by_libvirt(work, one, start)
    if up and one.memory is not How.NONE:
        work.seconds += facts.memory / MEMORY_RATE
    _say(work, one, bool(branch), up)
    if not branch:
        _lose(work)
    stops = Stops.RESTARTS if up else Stops.GOES_OFF if facts.state.active else Stops.NO
    return work.plan(
        Deed.REVERT,
        name,
        stops=stops,
        needs_memory=facts.memory if up and not facts.state.active else 0,
        order=order,
        branch=branch,
        values=(("start", "yes" if start else "no"),) if start is not None else (),
    )


def _branch(work: Work, one: Snapshot, name: str) -> TakeOrder:
    """The present state is kept first: inside the image where going back to an internal snapshot writes that image."""
    obstacles.look_at_name(work, name)
    kept = {disk.frozen for disk in one.disks if disk.how is How.INTERNAL}
    inside = bool(kept & set(work.forest.tops.values()))
    work.say("branch", name=name)
    return add_take(work, TakeOrder(name, kind="internal" if inside else "auto"))


def _by_libvirt(work: Work, one: Snapshot, start: bool | None) -> bool:
    """Whether the VM is up afterwards."""
    forest = work.forest
    kept = [disk for disk in one.disks if disk.how is How.INTERNAL and disk.frozen]
    for disk in kept:
        if obstacles.look_at_chain(work, disk.target, disk.frozen):
            obstacles.look_at_image(work, disk.frozen, one.name)
        work.draw(disk.target, disk.frozen)
    work.step(Op.REVERT, names=(one.name,), if_stops=IfStops.FINISH)
    old = {disk.target: forest.tops.get(disk.target, "") for disk in kept}
    for disk in kept:
        forest.switch(disk.target, disk.frozen)
    for target, path in old.items():
        if path and path != forest.tops[target]:
            sweep(work, target, path)
    return one.state.active if start is None else start


def _own(work: Work, one: Snapshot, start: bool | None) -> bool:
    """Whether the VM is up afterwards."""
    facts, forest = work.facts, work.forest
    old = dict(forest.tops)
    switches = []
    for disk in one.disks:
        if disk.how is How.EXTERNAL:
            if path := _overlay(work, disk, one.name):
                switches.append((disk.target, path, old.get(disk.target, ""), "qcow2"))
        elif disk.target in old and _writable(facts, disk.target):
            work.warn("disk-stays", target=disk.target)
            path = old[disk.target]
            switches.append((disk.target, path, path, forest.files[path].format if path in forest.files else ""))
    _added(work, one)
    if facts.state.active:  # behind the new files: where there is no room for them it goes on as it was
        work.step(Op.STOP, if_stops=IfStops.OFF)
    for target, path, onto, kind in switches:
        work.step(
            Op.SWITCH,
            target=target,
            file=path,
            onto=onto,
            names=(one.name,),
            if_stops=IfStops.FINISH,
            format=kind,
        )
        forest.switch(target, path)
    work.step(Op.CURRENT, names=(one.name,), if_stops=IfStops.FINISH)
    up = bool(start)
    if one.memory is How.EXTERNAL and start is not False:
        up = True
        if not forest.there(one.memory_file):
            work.refuse("missing-memory", file=one.memory_file)
        work.step(Op.RESTORE, file=one.memory_file, names=(one.name,), if_stops=IfStops.OFF)
    elif up:
        work.step(Op.START, if_stops=IfStops.OFF)
    for target, path in old.items():
        if path != forest.tops.get(target):
            sweep(work, target, path)
    return up


def _overlay(work: Work, disk: SnapshotDisk, name: str) -> str:
    """A new file on the one that keeps a disk: its path, "" where there can be none."""
    forest = work.forest
    work.draw(disk.target, forest.tops.get(disk.target, disk.frozen))
    if not obstacles.look_at_chain(work, disk.target, disk.frozen):
        return ""
    if disk.frozen in forest.tops.values():
        work.refuse("spoiled", file=disk.frozen, names=name)
    path = forest.overlay_path(disk.frozen, name)
    if not path or forest.pool_of(path) is None:
        work.refuse("no-pool", file=path or disk.frozen, folder=(path or disk.frozen).rpartition("/")[0])
        return ""
    work.overlay(disk.target, path, disk.frozen)
    return path


def _writable(facts: SnapshotFacts, target: str) -> bool:
    return any(
        disk.target == target and disk.device not in ("cdrom", "floppy") and not disk.read_only for disk in facts.disks
    )


def _added(work: Work, one: Snapshot) -> None:
    """Disks the VM has got since are not its own then; their files stay."""
    known = {disk.target for disk in one.disks}
    for disk in work.facts.disks:
        if disk.path and disk.target not in known and _writable(work.facts, disk.target):
            work.warn("disk-added", target=disk.target, file=disk.path)


def _say(work: Work, one: Snapshot, branch: bool, up: bool) -> None:
    facts = work.facts
    if not branch:
        current = facts.current
        if current is not None:
            work.warn("lost-now", since=int(current.created), name=current.name)
        else:
            work.warn("lost-now-all")
    if facts.state.active and facts.state is not State.PAUSED and not up:
        work.warn("off")
    elif facts.state.active and one.external:
        work.warn("forced-off")
    if one.external and facts.nvram:
        work.say("nvram-kept-out")
    if one.external:
        if facts.libvirt < obstacles.EXTERNAL_FROM:
            work.say("own-revert", libvirt=facts.libvirt)
        else:
            work.say("own-way")


def _lose(work: Work) -> None:
    """Behind the first of these the present state is gone: the memory with STOP, the disks with their files."""
    for ops in ({Op.STOP, Op.REVERT}, {Op.REMOVE}, {Op.SWITCH}):
        for place, step in enumerate(work.steps):
            if step.op in ops:
                losing(work.steps, place)
                return
