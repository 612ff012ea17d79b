"""What deleting snapshots would do.

An internal one is taken out of its images by libvirt. Of an external one the record goes first, for a half merge spoils it but
never what is built on it; then each file that kept it is merged with the one file that is built on it, or goes, or stays as a base.
"""

from __future__ import annotations

from collections.abc import Iterable

from console.fleet.snapshots import obstacles
from console.fleet.snapshots.files import Forest, stem
from console.fleet.snapshots.plans import Deed, IfStops, Op, SnapshotPlan, Step
from console.fleet.snapshots.values import How, Snapshot, SnapshotFacts
from console.fleet.snapshots.work import Work, losing

_FILES = frozenset({Op.COMMIT, Op.PULL, Op.SWITCH})


def plan_delete(facts: SnapshotFacts, name: str, below: bool = False) -> SnapshotPlan:
    """The plan of deleting `name`, and with `below` all that go on from it."""
    going = [name]
    if below:
        going += [one.name for one in facts.below(name)]
    return _plan(facts, name, going, Deed.DELETE_BELOW if below else Deed.DELETE)


def plan_delete_all(facts: SnapshotFacts, names: Iterable[str]) -> SnapshotPlan:
    """The plan of deleting these, as one (retention). Its snapshot is the first."""
    going = list(dict.fromkeys(names))
    return _plan(facts, going[0] if going else "", going, Deed.DELETE)


def plan_drop(facts: SnapshotFacts, names: Iterable[str]) -> SnapshotPlan:
    """As plan_delete_all, for snapshots that nobody can go back to any more: a repair."""
    going = list(names)
    return _plan(facts, going[0] if going else "", going, Deed.REPAIR)


def plan_merge(facts: SnapshotFacts, files: Iterable[str]) -> SnapshotPlan:
    """The repair that merges files which no snapshot keeps into what is built on them, or removes them."""
    work = Work(facts)
    obstacles.look(work, Deed.REPAIR)
    work.check()
    for path in files:
        target = _target(work.forest, path)
        work.draw(target, path)
        while settle(work, target, path):
            pass  # what was merged into it stood on another that nobody keeps
    _saved(work)
    return work.plan(Deed.REPAIR, "")


def _plan(facts: SnapshotFacts, name: str, going: list[str], deed: Deed) -> SnapshotPlan:
    work = Work(facts)
    obstacles.look(work, deed)
    there = [one for one in map(work.forest.snapshots.get, going) if one is not None]
    for gone in dict.fromkeys(going):
        if gone not in work.forest.snapshots:
            work.refuse("gone", name=gone)
    if not going:
        work.refuse("nothing")
    if obstacles.by_libvirt(facts) and any(one.external for one in there):
        work.refuse("test-external")
    if not there:
        return work.plan(deed, name)
    work.check()
    for one in _order(facts, there):
        _drop(work, one)
    for path, (target, _names) in tuple(work.stays.items()):
        settle(work, target, path)  # what stood on it may be gone by now
    _say(work, there, deed)
    _saved(work)
    first = next((place for place, step in enumerate(work.steps) if step.op in (Op.FORGET, Op.ERASE)), 0)
    losing(work.steps, first)
    return work.plan(deed, name, lost=tuple(one.name for one in there))


def _order(facts: SnapshotFacts, going: list[Snapshot]) -> list[Snapshot]:
    """Those that "now" does not come from, last first, so that whole branches simply go; then the others, first first, so that
    each file is moved once."""
    by_name = {one.name: one for one in facts.snapshots}
    trunk: set[str] = set()
    at = facts.current
    while at is not None and at.name not in trunk:
        trunk.add(at.name)
        at = by_name.get(at.parent)
    places = {one.name: place for place, one in enumerate(facts.snapshots)}
    going = sorted(going, key=lambda one: places[one.name])
    return [one for one in reversed(going) if one.name not in trunk] + [one for one in going if one.name in trunk]


def _drop(work: Work, one: Snapshot) -> None:
    """One snapshot goes."""
    forest = work.forest
    one = forest.snapshots[one.name]
    inside = [disk for disk in one.disks if disk.how is How.INTERNAL]
    if not one.external and _erasable(work, one):
        forest.forget(one.name)
        work.step(Op.ERASE, names=(one.name,), if_stops=IfStops.FINISH)
        for disk in inside:
            work.draw(disk.target, disk.frozen)
        return
    forest.forget(one.name)
    work.step(Op.FORGET, names=(one.name,), if_stops=IfStops.FINISH)
    for disk in one.disks:
        if disk.how is not How.NONE and disk.frozen:
            if forest.there(disk.frozen):
                work.draw(disk.target, disk.frozen)
            settle(work, disk.target, disk.frozen)
    for disk in inside:
        work.left[disk.frozen] = one.name
    if one.memory_file and one.memory_file not in forest.memories:
        work.remove("", one.memory_file)


def _erasable(work: Work, one: Snapshot) -> bool:
    """Whether libvirt can take an internal snapshot out: of the images the VM has now. Of others the record goes alone."""
    if obstacles.by_libvirt(work.facts):
        return True
    paths = [disk.frozen for disk in one.disks if disk.how is How.INTERNAL and disk.frozen]
    if not all(map(work.whole, paths)):
        return False
    if any(path not in work.forest.tops.values() for path in paths):
        return False
    for path in paths:
        if work.forest.pinned(path):
            work.refuse("clone-needs", names=", ".join(work.forest.users(path)), file=path)
    return True


def settle(work: Work, target: str, path: str) -> bool:
    """What becomes of a file that a snapshot no longer keeps. Whether it was merged with what is built on it."""
    forest = work.forest
    if not forest.there(path):
        return False
    kids = sorted(forest.above.get(path, ()))
    names = forest.keepers.get(path, set()) - forest.inside.get(path, set())
    if path in forest.tops.values() or names or path in forest.memories:
        return False
    if not kids:
        if not forest.needed(path):
            sweep(work, target, path)
        elif forest.pinned(path):
            work.stays[path] = target, forest.users(path)
        return False
    if len(kids) == 1 and merge(work, target, path, kids[0]):
        return True
    others = forest.users(path) if forest.pinned(path) else tuple(kid.rpartition("/")[2] for kid in kids)
    work.stays[path] = target, others
    return False


def merge(work: Work, target: str, path: str, kid: str) -> bool:
    """A file and the only one that is built on it become one; False where they must stay two."""
    forest = work.forest
    if forest.pinned(path) or forest.pinned(kid) or forest.shadowed(kid):
        return False
    if forest.inside.get(kid) or not forest.known(kid) or not work.whole(path):
        return False
    above = forest.above.get(kid, ())
    written = kid in forest.tops.values()
    if len(above) <= (0 if written else 1) and _fits(forest, path, kid):
        work.commit(target, kid, path)
        return True
    running = work.facts.state.active and kid in forest.live
    if running and (above or not written):
        return False
    work.pull(target, kid, path)
    return True


def _fits(forest: Forest, path: str, kid: str) -> bool:
    """The lower one can take in the upper one: it is a file, which grows, or as large."""
    base, top = forest.files[path], forest.files[kid]
    pool = forest.pool_of(path)
    grows = not path.startswith("/dev/") and (pool is None or pool.kind != "logical")
    return grows or base.capacity >= top.capacity


def sweep(work: Work, target: str, path: str, loses: bool = False) -> None:
    """A file that nobody needs goes, and of what it was built on what was made for this VM's snapshots and nobody needs then."""
    forest = work.forest
    families = forest.families | {stem(path)}
    while path and forest.there(path) and not forest.needed(path):
        below = forest.files[path].backing
        if not below:  # the image all began with was made by no snapshot
            work.say("not-ours", file=path)
            return
        if stem(path) not in families or not work.remove(target, path, loses):
            return
        path, loses = below, False
        if path in forest.files and (not forest.files[path].backing or stem(path) not in families):
            return


def sweepable(forest: Forest, path: str, going: frozenset[str]) -> bool:
    """It can go together with these: nobody names it, and all that is built on it goes too."""
    named = path in forest.tops.values() or path in forest.memories or forest.pinned(path) or forest.keepers.get(path)
    return not named and forest.above.get(path, set()) <= going


def _target(forest: Forest, path: str) -> str:
    """The disk that a file belongs to, "" where nobody knows."""
    for target, top in forest.tops.items():
        if stem(top) == stem(path) or path in forest.chain(top):
            return target
    for one in forest.snapshots.values():
        for disk in one.disks:
            if disk.frozen and stem(disk.frozen) == stem(path):
                return disk.target
    return ""


def _saved(work: Work) -> None:
    """Saved memory goes on only on the files it was saved with."""
    if not work.facts.managed_save:
        return
    live = Forest(work.facts).live
    if any(step.op in _FILES and live & {step.file, step.onto} for step in work.steps):
        work.refuse("saved")


def _say(work: Work, going: list[Snapshot], deed: Deed) -> None:
    facts = work.facts
    names = {one.name for one in going}
    if deed is not Deed.REPAIR:
        if len(going) > 1:
            work.warn("lost-many", n=len(going), names=", ".join(one.name for one in going))
        else:
            kept = How.NONE is not going[0].memory
            work.warn("lost" if kept else "lost-disk", when=int(going[0].created), name=going[0].name)
    moved = [one for one in facts.snapshots if one.parent in names and one.name not in names]
    if moved:
        parent = work.forest.snapshots[moved[0].name].parent
        goes_on = ", ".join(one.name for one in moved)
        if parent:
            work.say("children-move", names=goes_on, parent=parent)
        else:
            work.say("children-root", names=goes_on)
    merges = [step for step in work.steps if step.op in (Op.COMMIT, Op.PULL)]
    if any(one.external for one in going):
        if moved and facts.libvirt < obstacles.EXTERNAL_FROM:
            work.say("own-delete", libvirt=facts.libvirt)
        else:
            work.say("own-way")
    _clones(work, merges)


def _clones(work: Work, merges: list[Step]) -> None:
    """Which linked clones read files of these chains that no step touches."""
    touched = {path for step in work.steps for path in (step.file, step.onto) if path}
    forest = work.forest
    for path in sorted({*forest.chain(*(step.onto for step in merges))} - touched):
        if forest.facts.users.get(path):
            work.say("clone-reads", file=path, name=", ".join(forest.facts.users[path]))
            return
