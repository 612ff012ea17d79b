"""Plans carried out on a model of images: nothing is lost but what the plan says, wherever it is cut off."""

from __future__ import annotations

import contextlib

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from console.fleet.snapshots.deleting import plan_delete, plan_delete_all
from console.fleet.snapshots.doctor import findings
from console.fleet.snapshots.plans import Deed, SnapshotPlan, TakeOrder
from console.fleet.snapshots.reverting import plan_revert
from console.fleet.snapshots.standing import is_done
from console.fleet.snapshots.taking import plan_take
from console.fleet.snapshots.values import How
from tests.unit.fleet.snapshots.world import World, calls

CLEANED = ("orphan", "orphan-memory", "needless-base", "broken", "spoiled")
Act = tuple[str, int]
OFTEN = ("external", "external", "revert")
ACTS = ("write", "external", "partial", "internal", "revert", "delete", "clone", "stray", "power", *OFTEN)
acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 99)), min_size=2, max_size=14)
FORKED: list[Act] = [("external", 1)] * 3 + [("revert", 1)]  # two files stand on the second's
LEFT: list[Act] = [("external", 1)] * 3 + [("revert", 0)]  # nothing stands on what the last keeps
worlds = st.tuples(st.sampled_from([("vda",), ("vda", "vdb")]), st.booleans(), st.sampled_from(["qcow2", "raw"]))


def grown(world: World, done: list[Act]) -> World:
    """A world to which all this has happened; what a plan refuses does not happen."""
    for place, (act, number) in enumerate(done):
        names = list(world.snapshots)
        facts = world.facts()
        if act == "write":
            world.write(100 + place * 100 + number)
            continue
        if act == "power":
            world.up = not world.up
            continue
        if act in ("external", "internal"):
            plan = plan_take(facts, TakeOrder(f"s{place}", memory=number % 2 == 0, kind=act))
        elif act == "partial":
            plan = plan_take(facts, TakeOrder(f"s{place}", memory=False, kind="external", targets=("vda",)))
        elif not names:
            continue
        elif act == "revert":
            plan = plan_revert(facts, names[number % len(names)])
        elif act == "delete":
            plan = plan_delete(facts, names[number % len(names)])
        else:
            one = world.snapshots[names[number % len(names)]]
            kept = [disk.frozen for disk in one.disks if disk.how is How.EXTERNAL]
            if kept:
                world.clone(kept[0], known=act == "clone")
            continue
        if not plan.refused:
            world.carry_out(plan)
        world.write(9000 + place)
    return world


def guard(world: World, plan: SnapshotPlan) -> object:
    """Looks whether everything reads as it did but what the plan says is lost."""
    before = {name: kept for name, kept in world.state().items() if name not in plan.lost}
    now = world.now()

    def look() -> None:
        there = world.state()
        assert {name: there[name] for name in before} == before
        if plan.deed is not Deed.REVERT:
            assert world.now() == now

    return look


def nobodys(world: World) -> set[str]:
    found = findings(world.facts())
    return {path for one in found if one.code in ("orphan", "orphan-memory") for path in one.files}


def mended(world: World) -> None:
    """All that the doctor can mend is mended, and nothing of it comes back."""
    for _round in range(40):
        found = [one for one in findings(world.facts()) if one.code in CLEANED and one.repair is not None]
        repairs = [one.repair for one in found if one.repair is not None and not one.repair.refused]
        if not repairs:
            return
        plan = repairs[0]
        world.carry_out(plan, guard(world, plan))  # type: ignore[arg-type]
    raise AssertionError([(one.code, one.files) for one in findings(world.facts())])


def planned(world: World, deed: str, number: int) -> SnapshotPlan | None:
    facts, names = world.facts(), list(world.snapshots)
    if deed == "take":
        return plan_take(facts, TakeOrder("new", memory=number % 2 == 0))
    if not names:
        return None
    name = names[number % len(names)]
    if deed == "all":
        return plan_delete_all(facts, names[number % 3 :: 2] or names)
    if deed in ("delete", "below"):
        return plan_delete(facts, name, below=deed == "below")
    return plan_revert(facts, name, branch="kept" if deed == "branch" else "")


DEEDS = ("take", "revert", "branch", "delete", "delete", "below", "all")
whole = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@whole
@given(worlds, acts, st.sampled_from(DEEDS), st.integers(0, 99))
@example((("vda", "vdb"), False, "qcow2"), FORKED, "delete", 0)
def test_everything_reads_as_before_but_what_the_plan_says_is_lost(
    world: tuple[tuple[str, ...], bool, str], done: list[Act], deed: str, number: int
) -> None:
    there = grown(World(*world), done)
    plan = planned(there, deed, number)
    if plan is None or plan.refused:
        return
    wanted = there.kept(plan.snapshot) if plan.deed is Deed.REVERT else {}
    orphans = nobodys(there)
    state, memory, files = there.now(), there.memory, set(there.files) | set(there.memories)
    assert there.carry_out(plan, guard(there, plan))  # type: ignore[arg-type]
    assert not (set(there.files) | set(there.memories)) & set(plan.files_going)
    gone = files - set(there.files) - set(there.memories)
    assert gone <= set(plan.files_going), "a file that goes is named"
    if plan.deed is Deed.REVERT:
        reached = {**there.now(), "memory": there.memory}
        assert {key: reached[key] for key in wanted} == wanted
        assert there.current == plan.snapshot
        stays = {key: kept for key, kept in state.items() if key not in wanted}
        assert {key: reached[key] for key in stays} == stays, "a disk the snapshot does not keep is as it was"
    if plan.branch:
        kept = there.kept("kept")
        assert {key: kept[key] for key in state} == state
        assert kept.get("memory", memory) == memory
    assert nobodys(there) <= orphans, "no file is left that nobody needs"
    assert not set(plan.lost) & set(there.snapshots)
    for one in plan.before + plan.after:
        assert all(box.label and box.size >= 0 for box in one.boxes)
    assert {box.path for chain in plan.after for box in chain.boxes} <= set(there.files)


@whole
@given(
    worlds,
    acts,
    st.sampled_from(DEEDS),
    st.integers(0, 99),
    st.integers(0, 99),
    st.sets(st.integers(0, 4)),
)
@example((("vda", "vdb"), False, "qcow2"), FORKED, "delete", 0, 2, {0, 2})
def test_cut_off_anywhere_all_that_is_not_lost_can_be_read_and_a_new_plan_gets_to_the_end(
    world: tuple[tuple[str, ...], bool, str], done: list[Act], deed: str, number: int, cut: int, half: set[int]
) -> None:
    there = grown(World(*world), done)
    plan = planned(there, deed, number)
    if plan is None or plan.refused:
        return
    wanted = there.kept(plan.snapshot) if plan.deed is Deed.REVERT else {}
    look = guard(there, plan)
    there.carry_out(plan, look, cut % len(calls(plan)), half)  # type: ignore[arg-type]
    if plan.deed in (Deed.DELETE, Deed.DELETE_BELOW):
        left = [name for name in plan.lost if name in there.snapshots]
        if left:
            again = plan_delete_all(there.facts(), left)
            assert not again.refused
            there.carry_out(again, look)  # type: ignore[arg-type]
    elif plan.deed is Deed.REVERT:
        again = plan_revert(there.facts(), plan.snapshot)
        assert not again.refused
        there.carry_out(again, look)  # type: ignore[arg-type]
        reached = {**there.now(), "memory": there.memory}
        assert {key: reached[key] for key in wanted} == wanted
    mended(there)
    look()  # type: ignore[operator]
    assert not set(plan.lost) & set(there.snapshots)
    known = {path for top in there.tops.values() for path in there.chain(top)}
    for one in there.snapshots.values():
        known |= {path for disk in one.disks if disk.frozen for path in there.chain(disk.frozen)}
    for path in there.clones:
        known |= set(there.chain(path))
    left_over = {path for path, image in there.files.items() if path not in known and image.backing}
    assert not left_over, "no overlay is left that nobody needs"
    assert set(there.memories) == {one.memory_file for one in there.snapshots.values() if one.memory_file}


@whole
@given(
    worlds,
    acts,
    st.sampled_from(DEEDS),
    st.integers(0, 99),
    st.integers(0, 99),
    st.sets(st.integers(0, 4)),
)
@example((("vda", "vdb"), False, "qcow2"), FORKED, "delete", 0, 2, {0, 2})
@example((("vda", "vdb"), False, "qcow2"), LEFT, "delete", 1, 1, set())
def test_cut_off_anywhere_the_same_plan_can_be_taken_up_again(
    world: tuple[tuple[str, ...], bool, str], done: list[Act], deed: str, number: int, cut: int, half: set[int]
) -> None:
    there, whole = grown(World(*world), done), grown(World(*world), done)
    plan = planned(there, deed, number)
    if plan is None or plan.refused:
        return
    whole.carry_out(plan)
    groups = calls(plan)
    cut %= len(groups)
    look = guard(there, plan)
    there.carry_out(plan, look, cut, half)  # type: ignore[arg-type]
    for group in groups[max(cut - 1, 0) :]:  # the last that was done may not have been noted as done
        if not all(is_done(step, plan, there.facts()) for step in group):
            there.do(plan, group)
        look()  # type: ignore[operator]
    assert there.state() == whole.state()
    assert (there.now(), there.up, there.memory, there.current) == (whole.now(), whole.up, whole.memory, whole.current)
    assert (set(there.files), set(there.memories)) == (set(whole.files), set(whole.memories))


def readable(world: World) -> dict[str, object]:
    """What can still be read where files are missing."""
    found: dict[str, object] = {}
    for name in world.snapshots:
        with contextlib.suppress(KeyError):
            found[name] = world.kept(name)
    for path in world.clones:
        with contextlib.suppress(KeyError):
            found[path] = world.read(path)
    for target, path in world.tops.items():
        with contextlib.suppress(KeyError):
            found[target] = world.read(path)
    return found


@whole
@given(worlds, acts, st.sets(st.integers(0, 99), min_size=1, max_size=3), st.booleans())
def test_repairs_lose_nothing_that_can_be_read(
    world: tuple[tuple[str, ...], bool, str], done: list[Act], gone: set[int], up: bool
) -> None:
    """Files were deleted behind our back."""
    there = grown(World(*world), done)
    there.up = up
    for number in gone:
        paths = sorted({*there.files, *there.memories} - set(there.clones))
        path = paths[number % len(paths)] if paths else ""
        there.files.pop(path, None)
        there.memories.pop(path, None)
    if up and any(path not in there.files for top in there.tops.values() for path in broken_chain(there, top)):
        return  # it could not run
    before, sound = readable(there), {name for name in there.snapshots if all_there(there, name)}
    for _round in range(40):
        found = [one for one in findings(there.facts()) if one.code in CLEANED]
        plans = [one.repair for one in found if one.repair is not None and not one.repair.refused]
        if not plans:
            break
        dropped = set(plans[0].lost)
        there.carry_out(plans[0])
        before = {name: kept for name, kept in before.items() if name not in dropped}
        now = readable(there)
        assert {name: now.get(name) for name in before} == before
    assert not plans
    assert sound <= set(there.snapshots), "one whose disks are there is not dropped"


def broken_chain(world: World, path: str) -> list[str]:
    found = []
    while path:
        found.append(path)
        path = world.files[path].backing if path in world.files else ""
    return found


def all_there(world: World, name: str) -> bool:
    return not any(
        path not in world.files
        for disk in world.snapshots[name].disks
        if disk.frozen
        for path in broken_chain(world, disk.frozen)
    )
