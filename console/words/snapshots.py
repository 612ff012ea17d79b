"""Snapshots in words: kinds, times, sizes, and plans with their facts, steps and buttons. See `snapshot_says` for what a
plan warns of and refuses, and for what the doctor found."""

from __future__ import annotations

import posixpath
import time
from collections.abc import Iterable, Mapping

from console.fleet.domains import State
from console.fleet.snapshots.plans import Deed, IfStops, Op, SnapshotPlan, Step, Stops
from console.fleet.snapshots.values import How, Snapshot, SnapshotFacts
from console.words import units
from console.words.translation import N_, _, ngettext

DEEDS = {
    Deed.TAKE: N_("Take snapshot"),
    Deed.REVERT: N_("Revert"),
    Deed.DELETE: N_("Delete"),
    Deed.DELETE_BELOW: N_("Delete with all below"),
    Deed.RENAME: N_("Rename"),
    Deed.DESCRIBE: N_("Describe"),
    Deed.REPAIR: N_("Repair"),
}
_STEPS = {
    Op.CHECK: N_("Check chain, write journal"),
    Op.CREATE: N_("Take the snapshot"),
    Op.REVERT: N_("Go back, by libvirt"),
    Op.ERASE: N_("Erase it from its image"),
    Op.STOP: N_("Force the VM off"),
    Op.OVERLAY: N_("Make an empty overlay"),
    Op.SWITCH: N_("Give it to the VM"),
    Op.RESTORE: N_("Start from its memory"),
    Op.START: N_("Start the VM"),
    Op.PAUSE: N_("Pause the VM"),
    Op.RESUME: N_("Let the VM go on"),
    Op.COMMIT: N_("Merge down"),
    Op.PULL: N_("Take in what it is built on"),
    Op.CURRENT: N_("Now goes on from"),
    Op.FORGET: N_("Take it off the list"),
    Op.RELEASE: N_("End the merge that was left behind"),
}
_IF_STOPS = {
    IfStops.NOTHING: N_("nothing has changed"),
    IfStops.WHOLE: N_("VM whole, journal finishes it"),
    IfStops.RESUMES: N_("VM whole, merge resumes"),
    IfStops.FINISH: N_("the journal finishes it"),
    IfStops.FILE_STAYS: N_("file stays, doctor lists it"),
    IfStops.OFF: N_("VM off, journal starts it"),
}
_STOPS = {
    Stops.MOMENT: N_("VM stands still for a moment"),
    Stops.GOES_OFF: N_("VM is forced off"),
    Stops.RESTARTS: N_("VM is forced off, and comes up as it was then"),
}
NAMES = 3  # snapshots that a line names before it counts


# a snapshot


def when(epoch: float, now: float) -> str:
    """When it was taken, always with its day: "today, 09:40", "2 Nov, 09:12", "3 Feb 2025"."""
    if not epoch or time.localtime(epoch).tm_year != time.localtime(now).tm_year:
        return units.date(epoch, now)
    return _("{date}, {time}").format(date=units.date(epoch, now), time=units.clock(epoch, seconds=False))


def when_short(epoch: float, now: float) -> str:
    """In the middle of a sentence: "09:40 today", "2 Nov, 09:12"."""
    if epoch and units.date(epoch, now) == _("today"):
        return _("{time} today").format(time=units.clock(epoch, seconds=False))
    return when(epoch, now)


def kind(snapshot: Snapshot, clones: int = 0) -> str:
    """How it is kept: "external, with memory", "internal", "external, 1 linked clone"."""
    disks = {disk.how for disk in snapshot.disks} - {How.NONE}
    if len(disks) > 1:
        said = [_("internal and external")]
    elif How.EXTERNAL in disks or (not disks and snapshot.memory is How.EXTERNAL):
        said = [_("external")]
    else:
        said = [_("internal")]
    if snapshot.memory is not How.NONE:
        alone = not disks and snapshot.memory is How.EXTERNAL
        said.append(_("memory only") if alone else _("with memory"))
    if clones:
        said.append(ngettext("{n} linked clone", "{n} linked clones", clones).format(n=units.count(clones)))
    return ", ".join(said)


def disk_and_memory(disk: int | None, memory: int) -> str:
    """What it takes: "2.4 + 3.9 GiB" where both are of one unit, else "600 MiB + 3.9 GiB"; "2.4 GiB" without memory."""
    if disk is None:
        return units.size(memory) if memory else ""
    if not memory:
        return units.size(disk)
    first, second = units.size(disk), units.size(memory)
    number, _space, unit = first.partition(units.NBSP)
    return f"{number if second.endswith(units.NBSP + unit) else first} + {second}"


def on_disk(count: int, size: int) -> str:
    """Over the list: "10 on disk, 50.1 GiB"; "3 snapshots" where they lie inside images, which tell no sizes."""
    if not size:
        return ngettext("{n} snapshot", "{n} snapshots", count).format(n=units.count(count))
    return ngettext("{n} on disk, {size}", "{n} on disk, {size}", count).format(
        n=units.count(count), size=units.size(size)
    )


def changed_since(facts: SnapshotFacts, now: float) -> str:
    """Beside "Now": "changed since 14:02, not in any snapshot"."""
    current = facts.current
    if current is None:
        return _("not in any snapshot")
    today = units.date(current.created, now) == units.date(now, now)
    when = units.clock(current.created, seconds=False) if today else units.date(current.created, now)
    return _("changed since {when}, not in any snapshot").format(when=when)


def some(names: Iterable[str], most: int = NAMES) -> str:
    """Names, the first few: "half done, crash, 4 more"."""
    every = list(names)
    if len(every) <= most:
        return ", ".join(every)
    return ", ".join([*every[:most], more(len(every) - most)])


def more(count: int) -> str:
    """What stands for those that are not named: "4 more"."""
    return ngettext("{n} more", "{n} more", count).format(n=units.count(count))


def memory_of(snapshot: Snapshot, size: int) -> str:
    """Whether and where its memory is: "3.9 GiB, in qa-4711-a.wizard.mem"."""
    if snapshot.memory is How.NONE:
        return _("not kept")
    if snapshot.memory is How.INTERNAL or not snapshot.memory_file:
        return _("inside the image")
    file = posixpath.basename(snapshot.memory_file)
    return _("{size}, in {file}").format(size=units.size(size), file=file) if size else _("in {file}").format(file=file)


def chain(files: int) -> str:
    """How many files a disk is read from: "7 files"; "–" where it has none."""
    if not files:
        return units.NONE
    return ngettext("{n} file", "{n} files", files).format(n=units.count(files))


# a plan


def labels(plan: SnapshotPlan) -> dict[str, str]:
    """The short name of each file of its picture, by path: ".wizard". Work them out once where many steps are told."""
    boxes = (box for chain in (*plan.before, *plan.after) for box in chain.boxes)
    return {box.path: box.label or posixpath.basename(box.path) for box in boxes}


def deed(value: Deed, below: int = 0) -> str:
    """An act: "Revert", "Delete", "Delete with 2 below"."""
    if value is Deed.DELETE_BELOW and below:
        return ngettext("Delete with {n} below", "Delete with {n} below", below).format(n=units.count(below))
    return _(DEEDS[value])


def stops(plan: SnapshotPlan, state: State, known: SnapshotFacts | None = None) -> str:
    """What becomes of the VM, which is in `state` now: "VM keeps running". known: tells whether the snapshot has memory."""
    if plan.stops is Stops.NO:
        return {
            State.RUNNING: _("VM keeps running"),
            State.PAUSED: _("VM stays paused"),
        }.get(state, _("VM stays as it is") if state.active else _("VM stays off"))
    if plan.stops is Stops.GOES_OFF and not state.active:
        return _("VM stays off")
    if plan.stops is Stops.RESTARTS:
        one = known.snapshot(plan.snapshot) if known is not None else None
        anew = any(step.op is Op.START for step in plan.steps) or (one is not None and one.memory is How.NONE)
        if not state.active:
            return _("VM is started anew") if anew else _("VM comes up as it was then")
        if anew:
            return _("VM is forced off, and started anew")
    return _(_STOPS[plan.stops])


def frees(plan: SnapshotPlan) -> str:
    return _("frees {size}").format(size=units.size(plan.frees)) if plan.frees > 0 else ""


def takes_time(plan: SnapshotPlan) -> str:
    """As "about 25 s"; "" where nobody knows."""
    if plan.seconds is None:
        return ""
    if plan.seconds < 1:
        return _("at once")
    return _("about {time}").format(time=units.duration(rough(plan.seconds)))


def rough(seconds: float) -> int:
    """An estimate no finer than it can be: 3, 25, 90 s, 4 min, 2 h 30 min."""
    step = next((step for most, step in ((10, 1), (60, 5), (120, 10), (600, 60), (7200, 300)) if seconds < most), 1800)
    return max(1, round(seconds / step) * step)


def needs(plan: SnapshotPlan) -> str:
    """As "needs 2.5 of 214 GiB free in qa-fast"; "" where it needs no room."""
    if plan.needs <= 0:
        return ""
    values = {"size": units.size(plan.needs), "pool": plan.pool, "of": units.sizes_of(plan.needs, plan.free)}
    if plan.needs < plan.free / 1024:  # a figure of its own unit says more than 0
        values["of"] = _("{used} of {total}").format(used=values["size"], total=units.size(plan.free))
    if plan.pool and plan.free:
        return _("needs {of} free in {pool}").format_map(values)
    return (_("needs {size} in {pool}") if plan.pool else _("needs {size}")).format_map(values)


def facts(plan: SnapshotPlan, state: State) -> list[str]:
    """What it means at a glance, a phrase each: whether the VM stops, what becomes free, how long, what it needs."""
    every = (stops(plan, state), frees(plan), takes_time(plan), needs(plan), memory(plan))
    return [part for part in every if part]


def memory(plan: SnapshotPlan) -> str:
    """What it takes of the host's memory; "" for nothing."""
    return _("{size} of the host’s memory").format(size=units.size(plan.needs_memory)) if plan.needs_memory else ""


def step(what: Step, plan: SnapshotPlan, state: State, short: Mapping[str, str] | None = None) -> str:
    """As "Merge down, VM running", "Redefine 2 snapshots", "Remove the overlay". short: `labels` of the plan."""
    if what.op is Op.REDEFINE:
        count = len(what.names)
        return ngettext("Redefine {n} snapshot", "Redefine {n} snapshots", count).format(n=units.count(count))
    if what.op is Op.REMOVE:
        return _("Remove its memory") if _is_memory(what, plan, short) else _("Remove the file")
    if what.op is Op.CREATE and what.file and _is_memory(what, plan, short):
        return _("Write its memory")
    said = _(_STEPS[what.op])
    if what.op in (Op.COMMIT, Op.PULL) and plan.stops is Stops.NO:
        if state is State.RUNNING:
            said = _("{step}, VM running").format(step=said)
        elif not state.active:
            said = _("{step}, VM off").format(step=said)
    return said


def step_files(what: Step, plan: SnapshotPlan, short: Mapping[str, str] | None = None) -> str:
    """On what: ".wizard into .4711", "qa-4711-a.wizard", "half done, crash". short: `labels` of the plan."""
    known = labels(plan) if short is None else short

    def name(path: str) -> str:
        return known.get(path) or posixpath.basename(path)

    match what.op:
        case Op.CHECK:
            count = len({box.path for chain in plan.before for box in chain.boxes})
            return ngettext("{n} file", "{n} files", count).format(n=units.count(count)) if count else ""
        case Op.COMMIT:
            return _("{file} into {onto}").format(file=name(what.file), onto=name(what.onto))
        case Op.PULL:
            return _("{onto} into {file}").format(file=name(what.file), onto=name(what.onto))
        case Op.OVERLAY:
            return _("{file} on {onto}").format(file=name(what.file), onto=name(what.onto))
        case Op.SWITCH:
            said = _("{file} for {onto}") if what.onto else "{file}"
            return said.format(file=name(what.file), onto=name(what.onto))
        case Op.CREATE if what.file:
            return (
                _("{file} on {onto}").format(file=name(what.file), onto=name(what.onto))
                if what.onto
                else name(what.file)
            )
        case Op.REMOVE | Op.RESTORE:
            return posixpath.basename(what.file)
        case _:
            return some(what.names) or (name(what.file) if what.file else what.target)


def step_size(what: Step) -> str:
    """What it does to the disk: "2.4 → 4.9 GiB", "−3.1 GiB", "+200 KiB", "–"."""
    grows = what.op in (Op.COMMIT, Op.PULL)
    if grows and what.before is not None and what.after is not None and what.before != what.after:
        before, after = units.size(what.before), units.size(what.after)
        number, _space, unit = before.partition(units.NBSP)
        return f"{number if after.endswith(units.NBSP + unit) else before} → {after}"
    if what.gain:
        return f"{'−' if what.gain > 0 else '+'}{units.size(abs(what.gain))}"
    return units.NONE


def if_stops(what: Step) -> str:
    """What is there when all ends in the middle of it."""
    return _(_IF_STOPS[what.if_stops])


def no_way_back(plan: SnapshotPlan, facts: SnapshotFacts | None, now: float) -> str:
    """Over the first step that loses something: "No way back to 09:40 from here on"."""
    if plan.deed is Deed.REVERT:
        return _("No way back to the state of now from here on")
    gone = [facts.snapshot(name) for name in plan.lost] if facts is not None else []
    times = [units.moment(one.created, now) for one in gone if one is not None and one.created]
    if len(plan.lost) == 1 and times:
        return _("No way back to {when} from here on").format(when=times[0])
    if plan.lost:
        return _("No way back to {names} from here on").format(names=some(plan.lost))
    return _("No way back from here on")


def button(plan: SnapshotPlan) -> str:
    """Names act and count: "Delete snapshot, 2 files"."""
    files = len(plan.files_going)
    counted = ngettext("{n} file", "{n} files", files).format(n=units.count(files)) if files else ""
    match plan.deed:
        case Deed.TAKE:
            said, counted = _("Take snapshot"), ""
        case Deed.REVERT:
            said = _("Keep now, then revert") if plan.branch else _("Revert")
            counted = ngettext("{n} file goes", "{n} files go", files).format(n=units.count(files)) if files else ""
        case Deed.DELETE:
            said = _("Delete snapshot")
        case Deed.DELETE_BELOW:
            count = max(1, len(plan.lost))
            said = ngettext("Delete {n} snapshot", "Delete {n} snapshots", count).format(n=units.count(count))
        case Deed.REPAIR:
            said = _("Repair")
            counted = ngettext("{n} file goes", "{n} files go", files).format(n=units.count(files)) if files else ""
        case _:
            said, counted = _(DEEDS[plan.deed]), ""
    return _("{act}, {count}").format(act=said, count=counted) if counted else said


def goes(count: int, frees: int) -> str:
    """Over those that a rule lets go: "3 snapshots go, 6.1 GiB become free"."""
    said = ngettext("{n} snapshot goes", "{n} snapshots go", count).format(n=units.count(count))
    if frees <= 0:
        return said
    return _("{goes}, {size} become free").format(goes=said, size=units.size(frees))


def button_many(count: int, files: int) -> str:
    """As "Delete 3 snapshots, 6 files"."""
    said = ngettext("Delete {n} snapshot", "Delete {n} snapshots", count).format(n=units.count(count))
    counted = ngettext("{n} file", "{n} files", files).format(n=units.count(files)) if files else ""
    return _("{act}, {count}").format(act=said, count=counted) if counted else said


def age(plan: SnapshotPlan, host: str, now: float) -> str:
    """As "Planned 3 s ago against kvm-l03"."""
    return _("Planned {age} ago against {host}").format(age=units.age(max(0.0, now - plan.made)), host=host)


def done(plan: SnapshotPlan) -> str:
    """What a command line says at the end: "Snapshot clean taken"."""
    said = {
        Deed.TAKE: _("Snapshot {name} taken"),
        Deed.REVERT: _("Reverted to {name}"),
        Deed.DELETE: _("Snapshot {name} deleted"),
        Deed.DELETE_BELOW: _("Snapshot {name} and all below deleted"),
        Deed.RENAME: _("Snapshot {name} renamed"),
        Deed.DESCRIBE: _("Snapshot {name} described"),
        Deed.REPAIR: _("Repaired"),
    }
    return said[plan.deed].format(name=plan.snapshot)


def _is_memory(what: Step, plan: SnapshotPlan, short: Mapping[str, str] | None) -> bool:
    """The file is memory, not a disk's: it is no disk's, and not drawn. A repair knows no disks, so there its name tells."""
    if what.target or what.file in (labels(plan) if short is None else short):
        return False
    return plan.deed is not Deed.REPAIR or what.file.endswith(".mem")
