"""What is wrong with the snapshots and images of a VM, and how each is mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from console.fleet.snapshots import obstacles
from console.fleet.snapshots.deleting import plan_delete_all, plan_drop, plan_merge, sweepable
from console.fleet.snapshots.files import Forest, stem
from console.fleet.snapshots.plans import Deed, IfStops, Op, SnapshotPlan
from console.fleet.snapshots.values import How, SnapshotFacts
from console.fleet.snapshots.work import Work
from console.fleet.storing import Weight

LONG_CHAIN = 12  # files
OLD_DAYS = 30
BIG = 20 << 30  # bytes
_DAY = 86400.0
_ORDER = {Weight.STOP: 0, Weight.WARNING: 1, Weight.FACT: 2}


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong. code: see FINDINGS. files: paths; snapshots: names; bytes: on disk.

    weight: a STOP breaks something now, a WARNING will, a FACT is worth a look. repair: None where a person must decide.
    """

    code: str
    files: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    bytes: int = 0
    weight: Weight = Weight.WARNING
    values: Mapping[str, str | int] = msgspec.field(default_factory=dict)
    repair: SnapshotPlan | None = None


FINDINGS = (
    "missing",  # a file that a disk of the VM needs is not there
    "loop",  # a chain comes back to itself
    "broken",  # snapshots one cannot go back to: a file is missing, or their chain is broken
    "memory-missing",  # one can go back to their disks alone
    "spoiled",  # the VM writes to the file that keeps a snapshot
    "helper",  # a helper domain of a merge was left behind
    "orphan",  # files made for this VM's snapshots that nobody needs
    "orphan-memory",
    "stray",  # files built on this VM's that nobody is known to need: perhaps another's
    "needless-base",  # files no snapshot keeps, which could be one with what is built on them
    "mixed",  # internal snapshots in an image that others are built on
    "blocks-migration",
    "long-chain",
    "old",
    "big",
)


def findings(facts: SnapshotFacts) -> tuple[Finding, ...]:
    """What is wrong, worst first."""
    forest = Forest(facts)
    if obstacles.by_libvirt(facts):  # we know no files there
        return tuple(_worth_a_look(facts, forest))
    found = [
        *_chains(facts, forest),
        *_broken(facts, forest),
        *_helpers(facts),
        *_orphans(facts, forest),
        *_needless(facts, forest),
        *_mixed(forest),
        *_worth_a_look(facts, forest),
    ]
    return tuple(sorted(found, key=lambda one: (_ORDER[one.weight], FINDINGS.index(one.code))))


def _chains(facts: SnapshotFacts, forest: Forest) -> Iterable[Finding]:
    """The VM's own disks: it does not start with a broken chain."""
    for disk in facts.disks:
        if not disk.path or disk.device in ("cdrom", "floppy"):
            continue
        code, file = forest.flaw(disk.path)
        if code:
            code = "loop" if code == "loop" else "missing"
            yield Finding(code, (file,), weight=Weight.STOP, values={"target": disk.target})


def _broken(facts: SnapshotFacts, forest: Forest) -> Iterable[Finding]:
    """Records that lead nowhere. They can be dropped: nothing is lost that is not lost already."""
    flaws: dict[str, str] = {}
    sound: set[str] = set()
    for one in facts.snapshots:
        for disk in one.disks:
            if disk.how is not How.NONE and disk.frozen and (file := forest.flaw(disk.frozen, sound)[1]):
                flaws.setdefault(one.name, file)
        if one.memory is How.EXTERNAL and not any(forest.there(disk.frozen) for disk in one.disks if disk.frozen):
            flaws.setdefault(one.name, one.memory_file)
    if flaws:
        files = tuple(dict.fromkeys(flaws.values()))
        yield Finding("broken", files, tuple(flaws), weight=Weight.STOP, repair=_sound(plan_drop(facts, flaws)))
    memories = {
        one.memory_file: one.name
        for one in facts.snapshots
        if one.memory is How.EXTERNAL and one.name not in flaws and not forest.there(one.memory_file)
    }
    if memories:
        yield Finding("memory-missing", tuple(memories), tuple(memories.values()))
    tops = set(forest.tops.values())
    for path in sorted(tops):
        kept = sorted(forest.keepers.get(path, set()) - forest.inside.get(path, set()) - flaws.keys())
        if kept:
            yield Finding("spoiled", (path,), tuple(kept), weight=Weight.STOP, repair=_sound(plan_drop(facts, kept)))


def _helpers(facts: SnapshotFacts) -> Iterable[Finding]:
    if not facts.helpers:
        return
    work = Work(facts)
    if facts.read_only:
        work.refuse("read-only")
    work.step(Op.RELEASE, names=facts.helpers, if_stops=IfStops.FINISH)
    yield Finding("helper", values={"names": ", ".join(facts.helpers)}, repair=_sound(work.plan(Deed.REPAIR, "")))


def _orphans(facts: SnapshotFacts, forest: Forest) -> Iterable[Finding]:
    """Files that neither the VM nor a snapshot nor another VM reads, by name or by what they are built on this VM's."""
    ours, strays, memories = [], [], []
    for path, file in forest.files.items():
        if not file.exists or forest.known(path) or path in forest.memories:
            continue
        if forest.is_memory(path):
            memories.append(path)
        elif file.backing and stem(path) in forest.families:
            ours.append(path)
        elif file.backing and any(below in forest.live or forest.keepers.get(below) for below in forest.chain(path)):
            strays.append(path)
    while (going := [path for path in ours if sweepable(forest, path, frozenset(ours))]) != ours:
        ours = going
    if ours:
        yield _files(facts, forest, "orphan", ours)
    if memories:
        yield _files(facts, forest, "orphan-memory", memories)
    if strays:
        yield Finding("stray", tuple(strays), bytes=sum(map(forest.size, strays)), weight=Weight.FACT)


def _files(facts: SnapshotFacts, forest: Forest, code: str, paths: list[str]) -> Finding:
    """Files that go, what is built on others first."""
    work = Work(facts)
    obstacles.look(work, Deed.REPAIR)
    work.check()
    left = set(paths)
    while left:
        free = sorted(path for path in left if not forest.above.get(path, set()) & left) or sorted(left)
        for path in free:
            work.draw(path.rpartition("/")[2], path)
            work.remove("", path, loses=len(left) == len(paths) and path == free[0])
        left -= set(free)
    return Finding(code, tuple(paths), bytes=sum(map(forest.size, paths)), repair=_sound(work.plan(Deed.REPAIR, "")))


def _needless(facts: SnapshotFacts, forest: Forest) -> Iterable[Finding]:
    """Files between others that were left when their snapshot went."""
    paths = []
    for path in forest.chain(*_read(forest)):
        above = forest.above.get(path, ())
        if len(above) != 1 or path in forest.tops.values() or forest.keepers.get(path) or forest.pinned(path):
            continue
        (kid,) = above
        if stem(kid) == stem(path) and not forest.inside.get(kid) and not forest.pinned(kid):
            paths.append(path)
    if not paths:
        return
    repair = plan_merge(facts, reversed(paths))
    if any(step.op in (Op.COMMIT, Op.PULL) for step in repair.steps):
        size = sum(map(forest.size, paths))
        yield Finding("needless-base", tuple(paths), bytes=size, weight=Weight.FACT, repair=_sound(repair))


def _read(forest: Forest) -> Iterable[str]:
    """The files that the VM and its snapshots name."""
    return [*forest.tops.values(), *(path for path, names in forest.keepers.items() if names)]


def _mixed(forest: Forest) -> Iterable[Finding]:
    for path, names in forest.inside.items():
        above = forest.above.get(path, ())
        if names and above:
            yield Finding("mixed", (path, *sorted(above)), tuple(sorted(names)), weight=Weight.FACT)


def _worth_a_look(facts: SnapshotFacts, forest: Forest) -> Iterable[Finding]:
    if facts.snapshots:
        names = tuple(one.name for one in facts.snapshots)
        yield Finding("blocks-migration", snapshots=names, weight=Weight.FACT)
    for target, path in forest.tops.items():
        chain = forest.chain(path)
        if len(chain) > LONG_CHAIN:
            size = sum(map(forest.size, chain))
            values: dict[str, str | int] = {"target": target, "n": len(chain)}
            repair = _shorter(facts, forest, chain)
            yield Finding("long-chain", tuple(chain), (), size, Weight.FACT, values, repair)
    old = [one.name for one in facts.snapshots if one.created and facts.asked - one.created > OLD_DAYS * _DAY]
    if old:
        repair = _sound(plan_delete_all(facts, old))
        size = sum(_size(forest, name) for name in old)
        yield Finding("old", (), tuple(old), size, Weight.FACT, {"days": OLD_DAYS}, repair)
    for one in facts.snapshots:
        size = _size(forest, one.name)
        if size > BIG:
            repair = _sound(plan_delete_all(facts, [one.name]))
            yield Finding("big", (), (one.name,), size, Weight.FACT, repair=repair)


def _shorter(facts: SnapshotFacts, forest: Forest, chain: list[str]) -> SnapshotPlan | None:
    """The oldest snapshots of a chain that is too long go, as many as it takes. One for each file, as long as nobody else
    needs it."""
    free = [path for path in reversed(chain) if not forest.pinned(path) and not forest.inside.get(path)]
    oldest = [
        min(forest.keepers[path])
        for path in free
        if len(forest.keepers.get(path, ())) == 1 == len(forest.above.get(path, ()))
    ]
    names = list(dict.fromkeys(oldest))[: len(chain) - LONG_CHAIN]
    return _sound(plan_delete_all(facts, names)) if names else None


def _size(forest: Forest, name: str) -> int:
    """What a snapshot holds: the files that keep it above the image all began with, and its memory."""
    one = forest.snapshots[name]
    kept = [disk.frozen for disk in one.disks if disk.how is How.EXTERNAL and disk.frozen]
    built = [path for path in kept if path in forest.files and forest.files[path].backing]
    return sum(map(forest.size, built)) + forest.size(one.memory_file)


def _sound(plan: SnapshotPlan) -> SnapshotPlan | None:
    """A repair that does something; one that something stands in the way of says what."""
    return plan if any(step.op is not Op.CHECK for step in plan.steps) else None
