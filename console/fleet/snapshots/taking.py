"""What taking a snapshot would do."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from console.fleet.snapshots import obstacles
from console.fleet.snapshots.files import MAX_CHAIN, OVERLAY_SIZE
from console.fleet.snapshots.plans import Deed, IfStops, Op, SnapshotPlan, Stops, TakeOrder
from console.fleet.snapshots.values import DiskNow, How, Snapshot, SnapshotDisk, SnapshotFacts
from console.fleet.snapshots.work import MEMORY_RATE, Work


def plan_take(facts: SnapshotFacts, order: TakeOrder) -> SnapshotPlan:
    """The plan of a new snapshot; its `order` has "auto" made out, and the disks that are kept.

    "auto" is internal where every disk is qcow2 and libvirt allows it, for there going back is surest; external where there
    are external ones, or a running VM's memory is not wanted. The two are not mixed where it can be helped.
    """
    work = Work(facts)
    obstacles.look(work, Deed.TAKE)
    obstacles.look_at_name(work, order.name)
    obstacles.look_at_text(work, order.description + order.build)
    work.check()
    order = add_take(work, order)
    still = facts.state.active and (order.memory or order.freeze)
    return work.plan(Deed.TAKE, order.name, stops=Stops.MOMENT if still else Stops.NO, order=order)


def add_take(work: Work, order: TakeOrder) -> TakeOrder:
    """The steps that take a snapshot; the order as it will be carried out."""
    facts = work.facts
    running = facts.state.active
    disks, whole = _disks(work, order.targets)
    order = replace(order, memory=order.memory and running, freeze=order.freeze and running)
    bars = _internal_bars(work, order, disks, whole)
    kind = order.kind if order.kind != "auto" else _best(work, order, bool(bars), running)
    order = replace(order, kind=kind, targets=tuple(disk.target for disk in disks))
    if not disks and not order.memory and not obstacles.by_libvirt(facts):
        work.refuse("no-disks")
    if not facts.persistent:
        work.warn("transient-loses")
    if running and not order.memory:
        work.say("memory-not-kept")
    _freezing(work, order, running)
    for disk in disks:
        work.draw(disk.target, disk.path)
        if obstacles.look_at_chain(work, disk.target, disk.path):
            depth = len(work.forest.chain(disk.path))
            if kind == "external" and depth >= MAX_CHAIN:
                work.refuse("deep", target=disk.target, n=depth)
    if kind == "internal":
        for code, values in bars:
            work.refuse(code, **values)
        _internal(work, order, disks)
    else:
        if order.memory and not whole:
            work.refuse("memory-with-disks")
        _external(work, order, disks)
    if order.memory:
        work.seconds += facts.memory / MEMORY_RATE
        work.say("stands-still", seconds=max(1, round(facts.memory / MEMORY_RATE)))
    return order


def _disks(work: Work, targets: Sequence[str]) -> tuple[list[DiskNow], bool]:
    """The disks that are kept, and whether these are all the VM writes."""
    known = {disk.target for disk in work.facts.disks}
    for target in targets:
        if target not in known:
            work.refuse("no-such-disk", target=target)
    kept, whole = [], True
    for disk in work.facts.disks:
        chosen = disk.target in targets
        if disk.device in ("cdrom", "floppy") or (not disk.path and disk.kind != "network"):
            continue
        if disk.read_only:
            work.say("read-only-disk", target=disk.target)
            continue
        bad = _cannot(disk)
        if bad and chosen:
            work.refuse(f"{bad}-disk", target=disk.target)
        elif bad and not targets:
            work.warn(f"skipped-{bad}", target=disk.target)
        if bad or (targets and not chosen):
            whole = False
        else:
            kept.append(disk)
    return kept, whole


def _cannot(disk: DiskNow) -> str:
    """Why a disk can be in no snapshot."""
    if disk.kind == "network" or not disk.path:
        return "network"
    if disk.shareable:
        return "shared"
    return "block" if disk.device == "lun" else ""


def _internal_bars(
    work: Work, order: TakeOrder, disks: Sequence[DiskNow], whole: bool
) -> list[tuple[str, dict[str, str | int]]]:
    """Why the snapshot cannot be kept inside the images."""
    facts = work.facts
    if obstacles.by_libvirt(facts):
        return []
    bars: list[tuple[str, dict[str, str | int]]] = [
        ("raw-disk", {"target": disk.target, "format": disk.format or "raw"})
        for disk in disks
        if disk.format != "qcow2"
    ]
    if not whole:
        bars.append(("internal-all-disks", {}))
    if facts.nvram and (facts.libvirt < obstacles.NVRAM_FROM or facts.nvram_format != "qcow2"):
        bars.append(("nvram", {"format": facts.nvram_format or "raw", "libvirt": facts.libvirt}))
    if facts.state.active and not order.memory:
        bars.append(("internal-memory", {}))
    for disk in disks:
        if work.forest.pinned(disk.path):
            names = ", ".join(work.forest.users(disk.path))
            bars.append(("clone-needs", {"names": names, "file": disk.path}))
    return bars


def _best(work: Work, order: TakeOrder, barred: bool, running: bool) -> str:
    forest = work.forest
    if obstacles.by_libvirt(work.facts):
        return "internal"
    if barred or (running and not order.memory):
        return "external"
    if any(forest.inside.get(top) for top in forest.tops.values()):
        return "internal"
    return "external" if any(one.external for one in work.facts.snapshots) else "internal"


def _freezing(work: Work, order: TakeOrder, running: bool) -> None:
    facts = work.facts
    if order.freeze and order.memory:
        work.refuse("freeze-with-memory")
    elif order.freeze and not facts.has_agent:
        work.refuse("no-agent")
    elif order.freeze and not facts.freezes:
        work.refuse("agent")
    elif running and not order.memory and not order.freeze:
        work.warn("not-frozen")


def _internal(work: Work, order: TakeOrder, disks: Sequence[DiskNow]) -> None:
    facts, forest = work.facts, work.forest
    if any(one.external for one in facts.snapshots):
        work.warn("mixed-inside")
    for disk in disks:
        if not forest.flaw(disk.path)[0]:
            obstacles.look_at_image(work, disk.path)
    work.say("inside-image")
    size = facts.memory if order.memory else 0
    first = disks[0].path if disks else ""
    work.step(
        Op.CREATE,
        file=first,
        names=(order.name,),
        before=forest.size(first) if first else None,
        after=forest.size(first) + size if first else None,
        gain=-size,
        if_stops=IfStops.NOTHING,
    )
    memory = How.INTERNAL if order.memory else How.NONE
    kept = tuple(SnapshotDisk(disk.target, How.INTERNAL, disk.path) for disk in disks)
    forest.add_snapshot(_new(facts, order, memory, "", kept))


def _external(work: Work, order: TakeOrder, disks: Sequence[DiskNow]) -> None:
    facts, forest = work.facts, work.forest
    if obstacles.by_libvirt(facts):
        work.refuse("test-external")
        return
    if any(forest.inside.get(disk.path) for disk in disks):
        work.warn("mixed")
    if facts.nvram:
        work.say("nvram-kept-out")
    kept = []
    for disk in disks:
        path = forest.overlay_path(disk.path, order.name)
        if not path:
            work.refuse("no-pool", file=disk.path, folder=disk.path.rpartition("/")[0])
            continue
        if forest.pool_of(path) is None:
            work.warn("no-pool", file=path, folder=path.rpartition("/")[0])
        kept.append(SnapshotDisk(disk.target, How.EXTERNAL, disk.path, path))
        work.created(disk.target, path, disk.path, order.name, OVERLAY_SIZE)
    memory = ""
    if order.memory:
        beside = kept[0].overlay if kept else next((pool.path + "/" for pool in facts.pools if pool.path), "")
        memory = forest.memory_path(beside, order.name)
        work.created("", memory, "", order.name, facts.memory)
    forest.add_snapshot(_new(facts, order, How.EXTERNAL if memory else How.NONE, memory, tuple(kept)))


def _new(facts: SnapshotFacts, order: TakeOrder, memory: How, file: str, disks: tuple[SnapshotDisk, ...]) -> Snapshot:
    parent = facts.current.name if facts.current is not None else ""
    return Snapshot(order.name, parent, facts.asked, facts.state, memory, file, disks, order.description)
