"""How far the steps of a plan are, told from what a host says now: what was cut off is done again, what is done is left alone."""

from __future__ import annotations

from collections.abc import Sequence

from console.fleet.domains import State
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step
from console.fleet.snapshots.values import How, SnapshotFacts

NO_RETURN = frozenset({Op.REVERT, Op.ERASE, Op.COMMIT, Op.PULL, Op.FORGET, Op.REMOVE})
"""What cannot be undone once it has begun, but by going back to a snapshot that was taken before."""


def is_done(step: Step, plan: SnapshotPlan, facts: SnapshotFacts) -> bool:
    """The host shows that this was done to its end. False also where it cannot be told: such a step is done again."""
    match step.op:
        case Op.CHECK:
            return True
        case Op.CREATE:
            return all(facts.snapshot(name) is not None for name in step.names)
        case Op.ERASE | Op.FORGET:
            return all(facts.snapshot(name) is None for name in step.names)
        case Op.STOP:
            return not facts.state.active
        case Op.START | Op.RESTORE:
            return facts.state.active
        case Op.PAUSE:
            return facts.state is not State.RUNNING
        case Op.RESUME:
            return facts.state is not State.PAUSED
        case Op.SWITCH:
            return any(disk.target == step.target and disk.path == step.file for disk in facts.disks)
        case Op.CURRENT:
            return facts.current is not None and facts.current.name in step.names
        case _:
            return _file_is_done(step, facts)


def _file_is_done(step: Step, facts: SnapshotFacts) -> bool:
    file = facts.files.get(step.file)
    there = file is not None and file.exists
    match step.op:
        case Op.REMOVE:
            return not there
        case Op.OVERLAY:
            return file is not None and there and file.backing == step.onto
        case Op.COMMIT:
            return not there or _handed_over(step, facts)
        case Op.PULL:
            return file is not None and there and file.backing != step.onto and not _reads(step.file, step.onto, facts)
        case _:
            return False


def needed_by(path: str, facts: SnapshotFacts) -> str:
    """Who needs this file now: a target of the VM, a snapshot, another file or another VM; "" = nobody is known to.

    An overlay that a snapshot made is not needed by it: only what it froze is.
    """
    for disk in facts.disks:
        if disk.path == path:
            return disk.target
    for one in facts.snapshots:
        kept = {disk.frozen for disk in one.disks if disk.how is not How.NONE} | {one.memory_file}
        if path in kept:
            return one.name
    above = _built_on(path, facts)
    return above or next(iter(facts.users.get(path, ())), "")


def can_go_back(plan: SnapshotPlan, begun: Sequence[Step], branch_there: bool) -> bool:
    """Whether what was begun can be taken back whole. branch_there: the snapshot that keeps the state before is there."""
    if plan.branch and branch_there:
        return True  # the files that go hold nothing but what was written behind it
    last = NO_RETURN | {Op.REDEFINE} if plan.deed is Deed.RENAME else NO_RETURN
    return not any(step.op in last for step in begun)


def _handed_over(step: Step, facts: SnapshotFacts) -> bool:
    """What named or stood on the merged file names or stands on the other. Of one that only a snapshot keeps nothing tells:
    it is merged once more, which changes nothing."""
    if _named(step.file, facts) or _built_on(step.file, facts):
        return False
    above = (file for file in facts.files.values() if file.exists and file.backing == step.onto)
    return _named(step.onto, facts) or any(file.path != step.file for file in above)


def _named(path: str, facts: SnapshotFacts) -> bool:
    return any(disk.path == path for disk in facts.disks)


def _built_on(path: str, facts: SnapshotFacts) -> str:
    """A file that is built on this one, "" = none."""
    return next((file.path for file in facts.files.values() if file.exists and file.backing == path), "")


def _reads(path: str, below: str, facts: SnapshotFacts) -> bool:
    """`below` is somewhere in what `path` is built on."""
    seen: set[str] = set()
    while (file := facts.files.get(path)) is not None and file.backing and path not in seen:
        seen.add(path)
        path = file.backing
        if path == below:
            return True
    return False
