from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.domains import State
from console.fleet.snapshots.deleting import plan_delete, plan_delete_all, plan_drop, plan_merge
from console.fleet.snapshots.plans import Deed, Fate, IfStops, Op, Stops
from console.fleet.snapshots.values import DiskNow, How, PoolRoom, Snapshot, SnapshotDisk, SnapshotFacts
from console.fleet.storing import Weight
from tests.unit.fleet.snapshots.host import GIB, NOW, codes, image, inside, line, ops, outside, vm

RUNS = line(state=State.RUNNING)


def test_in_the_middle_of_a_chain_the_next_file_goes_into_the_one_that_kept_it() -> None:
    plan = plan_delete(RUNS, "wizard")
    check, forget, commit, redefine, overlay, memory = plan.steps
    assert (check.op, check.if_stops) == (Op.CHECK, IfStops.NOTHING)
    assert (forget.op, forget.names, forget.loses) == (Op.FORGET, ("wizard",), True)
    assert (commit.op, commit.file, commit.onto, commit.target) == (Op.COMMIT, "/p/qa.wizard", "/p/qa.4711", "vda")
    assert (commit.before, commit.after) == (int(2.4 * GIB), int(2.4 * GIB) + int(3.1 * GIB))
    assert (redefine.names, redefine.file, redefine.onto) == (("half",), "/p/qa.wizard", "/p/qa.4711")
    assert (overlay.op, overlay.file, overlay.gain) == (Op.REMOVE, "/p/qa.wizard", int(3.1 * GIB))
    assert (memory.op, memory.file, memory.gain) == (Op.REMOVE, "/p/qa.wizard.mem", int(3.9 * GIB))
    assert plan.files_going == ("/p/qa.wizard", "/p/qa.wizard.mem")
    assert [step.loses for step in plan.steps].count(True) == 1
    assert (plan.stops, plan.lost, plan.refused) == (Stops.NO, ("wizard",), ())
    assert (plan.frees, plan.needs) == (int(3.9 * GIB), int(3.1 * GIB))
    assert (plan.pool, plan.free) == ("fast", 200 * GIB)
    assert plan.seconds is not None
    assert 20 < plan.seconds < 30


def test_its_pictures() -> None:
    plan = plan_delete(RUNS, "wizard")
    (before,), (after,) = plan.before, plan.after
    assert [box.label for box in before.boxes] == [".qcow2", ".clean", ".4711", ".wizard", ".half"]
    assert [box.fate for box in before.boxes] == [Fate.STAYS, Fate.STAYS, Fate.GROWS, Fate.GOES, Fate.WRITTEN]
    assert before.boxes[3].goes_into == "/p/qa.4711"
    assert [box.label for box in after.boxes] == [".qcow2", ".clean", ".4711", ".half"]
    assert after.boxes[2].size == int(2.4 * GIB) + int(3.1 * GIB)


def test_what_it_says() -> None:
    plan = plan_delete(RUNS, "wizard")
    assert codes(plan, Weight.WARNING) == ["lost"]
    assert codes(plan, Weight.FACT) == ["children-move", "own-delete"]
    assert plan.says[0].values == {"when": int(NOW), "name": "wizard"}
    assert plan.says[1].values == {"names": "half", "parent": "4711"}
    assert codes(plan_delete(replace(RUNS, libvirt=11_000_000), "4711"), Weight.FACT) == ["children-move", "own-way"]
    assert codes(plan_delete(RUNS, "half"), Weight.WARNING) == ["lost-disk"]


def test_the_last_is_merged_with_what_the_vm_writes() -> None:
    plan = plan_delete(RUNS, "half")
    assert ops(plan) == [Op.CHECK, Op.FORGET, Op.COMMIT, Op.REMOVE]
    assert (plan.steps[2].file, plan.steps[2].onto) == ("/p/qa.half", "/p/qa.wizard")
    off = plan_delete(line(), "half")
    assert ops(off) == [Op.CHECK, Op.FORGET, Op.COMMIT, Op.SWITCH, Op.REMOVE]
    assert (off.steps[3].file, off.steps[3].onto, off.steps[3].format) == ("/p/qa.wizard", "/p/qa.half", "qcow2")
    assert off.after[0].boxes[-1].fate is Fate.GROWS


def test_the_first_gives_its_place_to_those_below() -> None:
    plan = plan_delete(RUNS, "clean install")
    assert ops(plan) == [Op.CHECK, Op.FORGET, Op.COMMIT, Op.REDEFINE, Op.REMOVE]
    assert (plan.steps[2].onto, plan.steps[3].names) == ("/p/qa.qcow2", ("4711",))
    assert plan.files_going == ("/p/qa.clean",)


def test_all_below_moves_each_file_once() -> None:
    plan = plan_delete(RUNS, "4711", below=True)
    assert (plan.deed, plan.lost) == (Deed.DELETE_BELOW, ("4711", "wizard", "half"))
    commits = [(step.file, step.onto) for step in plan.steps if step.op is Op.COMMIT]
    assert commits == [(f"/p/qa.{name}", "/p/qa.clean") for name in ("4711", "wizard", "half")]
    assert plan.files_going == ("/p/qa.4711", "/p/qa.wizard", "/p/qa.wizard.mem", "/p/qa.half")
    assert [box.label for box in plan.after[0].boxes] == [".qcow2", ".clean"]
    assert plan.says[0].values == {"n": 3, "names": "4711, wizard, half"}
    assert [step.names for step in plan.steps if step.loses] == [("4711",)]


def forked(**more: object) -> SnapshotFacts:
    """Two branches from "4711": "wizard" and "half" of now, and "cli" beside them."""
    facts = line(**more)
    side = image("/p/qa.cli", 2.9, "/p/qa.4711")
    files = {**facts.files, side.path: side}
    return replace(facts, files=files, snapshots=(*facts.snapshots, outside("cli", "wizard", "/p/qa.cli")))


def test_a_file_that_several_stand_on_stays() -> None:
    plan = plan_delete(forked(), "wizard")
    assert ops(plan) == [Op.CHECK, Op.FORGET, Op.REMOVE]
    assert plan.files_going == ("/p/qa.wizard.mem",)
    (stays,) = [say for say in plan.says if say.code == "base-stays"]
    assert stays.values == {"file": "/p/qa.4711", "names": "qa.cli, qa.wizard"}
    (moved,) = [say for say in plan.says if say.code == "children-move"]
    assert moved.values == {"names": "half, cli", "parent": "4711"}


def test_a_base_that_is_merged_after_all_is_not_said_to_stay() -> None:
    facts = forked()
    apart = replace(facts, snapshots=tuple(replace(one, current=one.name == "cli") for one in facts.snapshots))
    plan = plan_delete_all(apart, ["wizard", "half"])
    assert "base-stays" in codes(plan, Weight.FACT)
    assert plan.files_going == ("/p/qa.half", "/p/qa.wizard.mem")
    plan = plan_delete_all(replace(facts, snapshots=(*facts.snapshots[:3], facts.snapshots[4])), ["wizard", "cli"])
    assert "base-stays" not in codes(plan, Weight.FACT)
    assert plan.files_going == ("/p/qa.cli", "/p/qa.wizard", "/p/qa.wizard.mem")


def test_a_branch_simply_goes() -> None:
    plan = plan_delete(forked(state=State.RUNNING), "cli")
    assert ops(plan) == [Op.CHECK, Op.FORGET, Op.REMOVE]
    assert plan.files_going == ("/p/qa.cli",)
    assert [box.label for box in plan.before[0].boxes] == [".qcow2", ".clean", ".4711", ".cli"]
    assert [box.label for box in plan.after[0].boxes] == [".qcow2", ".clean", ".4711"]
    below = plan_delete(forked(), "wizard", below=True)
    assert below.files_going == ("/p/qa.cli", "/p/qa.wizard", "/p/qa.wizard.mem", "/p/qa.half")


def test_under_a_fork_the_lower_file_goes_up_where_the_vm_is_off() -> None:
    plan = plan_delete(forked(), "4711")
    pull = plan.steps[2]
    assert ops(plan) == [Op.CHECK, Op.FORGET, Op.PULL, Op.REMOVE]
    assert (pull.file, pull.onto, pull.gain) == ("/p/qa.4711", "/p/qa.clean", -int(1.2 * GIB))
    assert plan.files_going == ("/p/qa.clean",)
    running = plan_delete(forked(state=State.RUNNING), "4711")
    assert ops(running) == [Op.CHECK, Op.FORGET]
    assert "base-stays" in codes(running, Weight.FACT)


def test_what_a_linked_clone_reads_is_neither_written_nor_taken_away() -> None:
    users = {"/p/qa.qcow2": ("dev",), "/p/qa.clean": ("dev",), "/p/qa.4711": ("dev",)}
    above = plan_delete(replace(RUNS, users=users), "half")
    assert ops(above) == [Op.CHECK, Op.FORGET, Op.COMMIT, Op.REMOVE]
    assert [say.values["name"] for say in above.says if say.code == "clone-reads"] == ["dev"]
    for name in ("clean install", "4711", "wizard"):
        plan = plan_delete(replace(RUNS, users=users), name)
        assert not {Op.COMMIT, Op.PULL} & set(ops(plan)), name
        assert not set(plan.files_going) - {"/p/qa.wizard.mem"}
        (stays,) = [say for say in plan.says if say.code == "base-stays"]
        assert stays.values["names"] == "dev"


def test_a_file_that_nobody_knows_keeps_what_it_stands_on() -> None:
    strange = image("/p/elsewhere.qcow2", 1, "/p/qa.wizard")
    facts = replace(RUNS, files={**RUNS.files, strange.path: strange})
    assert ops(plan_delete(facts, "half")) == [Op.CHECK, Op.FORGET]
    assert ops(plan_delete(facts, "wizard")) == [Op.CHECK, Op.FORGET, Op.REMOVE]
    assert ops(plan_delete(facts, "clean install")) == [Op.CHECK, Op.FORGET]


def test_the_image_all_began_with_is_never_deleted() -> None:
    facts = vm(image("/p/old.qcow2"), image("/p/qa.qcow2"), snapshots=(outside("s", "", "/p/old.qcow2"),))
    plan = plan_delete(facts, "s")
    assert ops(plan) == [Op.CHECK, Op.FORGET]
    assert "not-ours" in codes(plan, Weight.FACT)


def test_what_a_branch_stood_on_goes_with_it_where_nobody_needs_it() -> None:
    """ "qa.left" was the base of several, its record is gone; "base.qcow2" is somebody's."""
    facts = vm(
        image("/p/base.qcow2"),
        image("/p/qa.left", 1, "/p/base.qcow2"),
        image("/p/qa.end", 1, "/p/qa.left"),
        image("/p/qa.now", 1, "/p/base.qcow2"),
        snapshots=(outside("s", "", "/p/qa.end"),),
    )
    assert plan_delete(facts, "s").files_going == ("/p/qa.end", "/p/qa.left")


def test_files_that_no_pool_holds_stay_and_are_told() -> None:
    files = {**RUNS.files, "/p/qa.wizard": replace(RUNS.files["/p/qa.wizard"], pool="")}
    plan = plan_delete(replace(RUNS, files=files), "wizard")
    assert plan.files_going == ("/p/qa.wizard.mem",)
    assert "no-pool" in codes(plan, Weight.WARNING)


def test_a_block_device_cannot_grow_so_the_upper_file_takes_it_in() -> None:
    facts = vm(
        image("/dev/vg/qa", 10, format="raw", capacity=20 * GIB, pool="vg"),
        image("/p/qa.s", 5, "/dev/vg/qa"),
        snapshots=(outside("s", "", "/dev/vg/qa"),),
        pools=(PoolRoom("fast", "/p", 200 * GIB), PoolRoom("vg", "/dev/vg", 0, "logical")),
    )
    assert ops(plan_delete(facts, "s"))[:3] == [Op.CHECK, Op.FORGET, Op.PULL]
    same = replace(facts, files={**facts.files, "/p/qa.s": image("/p/qa.s", 5, "/dev/vg/qa", capacity=20 * GIB)})
    plan = plan_delete(same, "s")
    assert ops(plan)[:4] == [Op.CHECK, Op.FORGET, Op.COMMIT, Op.SWITCH]
    assert plan.steps[3].format == "raw"


def test_no_room_for_the_merge_is_known_before() -> None:
    full = replace(RUNS, pools=(PoolRoom("fast", "/p", GIB),))
    plan = plan_delete(full, "wizard")
    assert (codes(plan), plan.needs, plan.free) == ([], int(3.1 * GIB), GIB)
    (doubt,) = [say for say in plan.warnings if say.code == "room-doubt"]
    assert (doubt.values["needs"], doubt.values["free"]) == (int(3.1 * GIB), GIB), "they may hold the same blocks"
    none = replace(RUNS, pools=(PoolRoom("fast", "/p", GIB // 2),))
    (stop,) = plan_delete(none, "wizard").refused
    assert (stop.code, stop.values["needs"]) == ("no-room", int(3.1 * GIB) - int(2.4 * GIB))


TWO = (SnapshotDisk("vda", How.INTERNAL, "/p/qa"), SnapshotDisk("vdb", How.INTERNAL, "/p/b"))


def test_an_internal_one_is_erased_by_libvirt() -> None:
    facts = vm(image("/p/qa"), snapshots=(inside("a", "", "/p/qa"), inside("b", "a", "/p/qa", current=True)))
    plan = plan_delete(facts, "a", below=True)
    assert ops(plan) == [Op.CHECK, Op.ERASE, Op.ERASE]
    assert (plan.steps[1].loses, plan.refused, plan.files_going) == (True, (), ())
    needed = replace(facts, users={"/p/qa": ("dev",)})
    assert codes(plan_delete(needed, "a")) == ["clone-needs"]
    assert codes(plan_delete(replace(facts, hypervisor="TEST", files={}), "a")) == []


def test_an_internal_one_in_an_image_the_vm_does_not_have_leaves_its_bytes() -> None:
    facts = vm(
        image("/p/qa"),
        image("/p/qa.e", 1, "/p/qa"),
        snapshots=(inside("i", "", "/p/qa"), outside("e", "i", "/p/qa", current=True)),
    )
    plan = plan_delete(facts, "i")
    assert ops(plan) == [Op.CHECK, Op.FORGET]
    assert "internal-left" in codes(plan, Weight.WARNING)
    merged = plan_delete(facts, "e")
    assert ops(merged) == [Op.CHECK, Op.FORGET, Op.COMMIT, Op.SWITCH, Op.REMOVE]


def test_a_file_that_only_an_internal_one_was_kept_in_goes_with_it() -> None:
    facts = vm(
        image("/p/qa"),
        image("/p/qa.one", 1, "/p/qa"),
        image("/p/qa.two", 1, "/p/qa"),
        snapshots=(inside("i", "", "/p/qa.one"), inside("j", "i", "/p/qa.one"), inside("k", "", "/p/qa.two")),
    )
    first = plan_delete(facts, "i")
    assert (ops(first), codes(first, Weight.WARNING)) == ([Op.CHECK, Op.FORGET], ["lost-disk", "internal-left"])
    both = plan_delete(facts, "i", below=True)
    assert (both.files_going, codes(both, Weight.WARNING)) == (("/p/qa.one",), ["lost-many"])
    assert ops(plan_delete(facts, "k")) == [Op.CHECK, Op.ERASE]


def test_an_image_with_internal_ones_inside_is_never_merged_away() -> None:
    facts = vm(
        image("/p/qa"),
        image("/p/qa.e", 1, "/p/qa"),
        snapshots=(outside("e", "", "/p/qa"), inside("i", "e", "/p/qa.e", current=True)),
    )
    plan = plan_delete(facts, "e")
    assert ops(plan) == [Op.CHECK, Op.FORGET]
    assert "base-stays" in codes(plan, Weight.FACT)


def test_internal_ones_above_a_merge_are_told_of_it() -> None:
    """libvirt starts the domain that is kept in them, which may name the file that went."""
    facts = vm(
        image("/p/qa"),
        image("/p/qa.a", 1, "/p/qa"),
        image("/p/qa.b", 1, "/p/qa.a"),
        snapshots=(outside("a", "", "/p/qa"), outside("b", "a", "/p/qa.a"), inside("i", "b", "/p/qa.b", current=True)),
    )
    plan = plan_delete(facts, "a")
    assert ops(plan) == [Op.CHECK, Op.FORGET, Op.COMMIT, Op.REDEFINE, Op.REMOVE]
    assert (plan.steps[3].names, plan.steps[3].file, plan.steps[3].onto) == (("b", "i"), "/p/qa.a", "/p/qa")
    side = image("/p/qa.c", 1, "/p/qa.a")
    forked = replace(
        facts, files={**facts.files, side.path: side}, snapshots=(*facts.snapshots, outside("c", "a", side.path))
    )
    plan = plan_delete(forked, "a")
    assert ops(plan) == [Op.CHECK, Op.FORGET, Op.PULL, Op.REDEFINE, Op.REMOVE]
    assert (plan.steps[3].names, plan.steps[3].file, plan.steps[3].onto) == (("i",), "/p/qa", "/p/qa.a")


def test_a_record_whose_file_is_gone_is_dropped() -> None:
    files = {path: file for path, file in RUNS.files.items() if path != "/p/qa.wizard.mem"}
    lost = replace(RUNS, files={**files, "/p/x": image("/p/x", exists=False)})
    lost = replace(lost, snapshots=(*lost.snapshots, outside("x", "half", "/p/x")))
    assert ops(plan_delete(lost, "x")) == [Op.CHECK, Op.FORGET]
    assert ops(plan_drop(lost, ["x"])) == [Op.CHECK, Op.FORGET]
    assert plan_drop(lost, ["x"]).deed is Deed.REPAIR
    assert Op.REMOVE in ops(plan_delete(lost, "wizard"))
    assert plan_delete(lost, "wizard").files_going == ("/p/qa.wizard",)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"read_only": True}, "read-only"),
        ({"job": "backup"}, "backing-up"),
        ({"state": State.MIGRATING}, "migrating"),
        ({"busy_disks": ("vda",), "job": "commit"}, "block-job"),
        ({"checkpoints": ("c",)}, "checkpoints"),
        ({"hypervisor": "VBOX"}, "test-external"),
        ({"state": State.SAVED, "managed_save": True}, "saved"),
    ],
)
def test_what_stands_in_the_way(more: dict[str, object], code: str) -> None:
    assert codes(plan_delete(line(**more), "wizard")) == [code]
    assert codes(plan_delete(line(**more), "nobody"))[-1] == "gone"


def test_saved_memory_bars_only_what_touches_its_files() -> None:
    saved = forked(state=State.SAVED, managed_save=True)
    assert codes(plan_delete(saved, "cli")) == []
    assert codes(plan_delete(saved, "half")) == ["saved"]


def test_some_by_name_and_none() -> None:
    plan = plan_delete_all(RUNS, ["clean install", "half", "half"])
    assert (plan.snapshot, plan.lost, plan.deed) == ("clean install", ("clean install", "half"), Deed.DELETE)
    assert codes(plan_delete_all(RUNS, [])) == ["nothing"]
    part = plan_delete_all(RUNS, ["half", "nobody"])
    assert [say.values for say in part.refused] == [{"name": "nobody"}]


def test_two_disks_each_by_its_own_chain() -> None:
    both = (
        SnapshotDisk("vda", How.EXTERNAL, "/p/a", "/p/a.s"),
        SnapshotDisk("vdb", How.EXTERNAL, "/p/b", "/p/b.s"),
        SnapshotDisk("vdc", How.NONE),
    )
    facts = vm(
        image("/p/a"),
        image("/p/a.s", 1, "/p/a"),
        image("/p/b"),
        image("/p/b.s", 2, "/p/b"),
        disks=(DiskNow("vda", "/p/a.s"), DiskNow("vdb", "/p/b.s"), DiskNow("vdc", "/p/c")),
        snapshots=(Snapshot("s", disks=both, created=NOW),),
    )
    plan = plan_delete(facts, "s")
    assert [(step.target, step.onto) for step in plan.steps if step.op is Op.COMMIT] == [
        ("vda", "/p/a"),
        ("vdb", "/p/b"),
    ]
    assert [chain.target for chain in plan.before] == ["vda", "vdb"]


def test_bases_nobody_keeps_are_merged_up_to_the_next_that_is_kept() -> None:
    facts = replace(line(), snapshots=line().snapshots[3:])
    plan = plan_merge(facts, ["/p/qa.qcow2"])
    assert [step.file for step in plan.steps if step.op is Op.COMMIT] == ["/p/qa.clean", "/p/qa.4711", "/p/qa.wizard"]
    assert (plan.deed, plan.lost, plan.steps[-2].names) == (Deed.REPAIR, (), ("half",))
    assert not any(step.loses for step in plan.steps)
