from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.domains import State
from console.fleet.snapshots.plans import Deed, Fate, IfStops, Op, Stops
from console.fleet.snapshots.reverting import plan_revert
from console.fleet.snapshots.values import DiskNow, How, Snapshot, SnapshotDisk
from console.fleet.storing import Weight
from tests.unit.fleet.snapshots.host import GIB, NOW, codes, image, inside, line, ops, outside, vm

RUNS = line(state=State.RUNNING)


def test_to_an_external_one_with_memory() -> None:
    plan = plan_revert(RUNS, "wizard")
    assert ops(plan) == [Op.CHECK, Op.OVERLAY, Op.STOP, Op.SWITCH, Op.CURRENT, Op.RESTORE, Op.REMOVE]
    _check, overlay, stop, switch, current, restore, remove = plan.steps
    assert (overlay.file, overlay.onto, overlay.format) == ("/p/qa.wizard-2", "/p/qa.4711", "qcow2")
    assert overlay.if_stops is IfStops.FILE_STAYS
    assert stop.loses
    assert (switch.file, switch.onto, switch.names) == ("/p/qa.wizard-2", "/p/qa.half", ("wizard",))
    assert current.names == ("wizard",)
    assert (restore.file, restore.if_stops) == ("/p/qa.wizard.mem", IfStops.OFF)
    assert (remove.file, remove.loses) == ("/p/qa.half", False)
    assert (plan.stops, plan.deed, plan.lost, plan.refused) == (Stops.RESTARTS, Deed.REVERT, (), ())
    assert plan.frees == int(0.9 * GIB) - (200 << 10)
    assert [box.label for box in plan.before[0].boxes] == [".qcow2", ".clean", ".4711", ".wizard", ".half"]
    assert plan.before[0].boxes[-1].fate is Fate.GOES
    assert [box.label for box in plan.after[0].boxes] == [".qcow2", ".clean", ".4711", ".wizard-2"]
    assert plan.after[0].boxes[-1].fate is Fate.NEW


def test_what_is_lost_and_what_it_says() -> None:
    plan = plan_revert(RUNS, "wizard")
    assert plan.warnings[0].code == "lost-now"
    assert plan.warnings[0].values == {"since": int(NOW), "name": "half"}
    assert codes(plan, Weight.WARNING) == ["lost-now", "forced-off"]
    assert codes(plan, Weight.FACT) == ["own-revert"]
    fresh = replace(RUNS, snapshots=tuple(replace(one, current=False) for one in RUNS.snapshots))
    assert codes(plan_revert(fresh, "wizard"), Weight.WARNING)[0] == "lost-now-all"
    newer = replace(RUNS, libvirt=9_009_000, nvram="/n/qa")
    assert codes(plan_revert(newer, "wizard"), Weight.FACT) == ["nvram-kept-out", "own-way"]


@pytest.mark.parametrize(
    ("state", "name", "start", "stops", "last"),
    [
        (State.RUNNING, "4711", None, Stops.GOES_OFF, Op.CURRENT),
        (State.RUNNING, "4711", True, Stops.RESTARTS, Op.START),
        (State.RUNNING, "wizard", False, Stops.GOES_OFF, Op.CURRENT),
        (State.OFF, "wizard", None, Stops.RESTARTS, Op.RESTORE),
        (State.OFF, "wizard", False, Stops.NO, Op.CURRENT),
        (State.OFF, "4711", None, Stops.NO, Op.CURRENT),
        (State.OFF, "4711", True, Stops.RESTARTS, Op.START),
    ],
)
def test_whether_it_runs_afterwards(state: State, name: str, start: bool | None, stops: Stops, last: Op) -> None:
    plan = plan_revert(line(state=state), name, start=start)
    kept = [op for op in ops(plan) if op is not Op.REMOVE]
    assert (plan.stops, kept[-1]) == (stops, last)
    assert (Op.STOP in kept) == state.active
    assert plan.values == (() if start is None else (("start", "yes" if start else "no"),))
    assert ("off" in codes(plan, Weight.WARNING)) == (stops is Stops.GOES_OFF)
    assert plan.needs_memory == (4 * GIB if stops is Stops.RESTARTS and state is State.OFF else 0)


def test_of_a_vm_that_is_off_the_way_back_ends_with_its_file() -> None:
    plan = plan_revert(line(), "4711")
    assert [step.op for step in plan.steps if step.loses] == [Op.REMOVE]
    last = plan_revert(line(), "half")
    assert [step.op for step in last.steps if step.loses] == [Op.REMOVE]
    assert last.files_going == ("/p/qa.half",)


def test_the_present_state_is_kept_first() -> None:
    plan = plan_revert(RUNS, "4711", branch="my work")
    assert ops(plan)[:3] == [Op.CHECK, Op.CREATE, Op.CREATE]
    assert (plan.branch, plan.order and plan.order.kind, plan.order and plan.order.memory) == (
        "my work",
        "external",
        True,
    )
    assert plan.files_going == ("/p/qa.my-work",), "only the empty file that was made on it"
    assert not any(step.loses for step in plan.steps)
    assert "lost-now" not in codes(plan, Weight.WARNING)
    assert "branch" in codes(plan, Weight.FACT)
    assert plan.needs > 4 * GIB
    assert codes(plan_revert(RUNS, "4711", branch="half")) == ["name-taken"]


def test_what_others_stand_on_or_keep_stays() -> None:
    kept = replace(RUNS, snapshots=(*RUNS.snapshots, inside("i", "half", "/p/qa.half")))
    assert plan_revert(kept, "4711").files_going == ()
    cloned = replace(RUNS, users={"/p/qa.half": ("dev",)})
    assert plan_revert(cloned, "4711").files_going == ()
    first = vm(image("/p/old"), image("/p/qa"), snapshots=(outside("s", "", "/p/old"),))
    plan = plan_revert(first, "s")
    assert (plan.files_going, "not-ours" in codes(plan, Weight.FACT)) == ((), True)
    assert [step.op for step in plan.steps if step.loses] == [Op.SWITCH]


def test_disks_that_came_and_went_since() -> None:
    disks = (
        SnapshotDisk("vda", How.EXTERNAL, "/p/qa.qcow2", "/p/qa.s"),
        SnapshotDisk("vdb", How.NONE),
        SnapshotDisk("sda", How.NONE),
    )
    facts = vm(
        image("/p/qa.qcow2"),
        image("/p/qa.s", 1, "/p/qa.qcow2"),
        image("/p/data.later", 5, format="raw"),
        image("/p/new"),
        snapshots=(Snapshot("s", disks=disks, created=NOW),),
        disks=(
            DiskNow("vda", "/p/qa.s"),
            DiskNow("vdb", "/p/data.later"),
            DiskNow("vdc", "/p/new"),
            DiskNow("sda", "/p/a.iso", device="cdrom", read_only=True),
        ),
    )
    plan = plan_revert(facts, "s")
    switched = {step.target: (step.file, step.format) for step in plan.steps if step.op is Op.SWITCH}
    assert switched == {"vda": ("/p/qa.s-2", "qcow2"), "vdb": ("/p/data.later", "raw")}
    assert codes(plan, Weight.WARNING) == ["disk-stays", "disk-added", "lost-now-all"]
    assert plan.files_going == ("/p/qa.s",)


def test_to_an_internal_one_by_libvirt() -> None:
    one = inside("a", "", "/p/qa", memory=How.INTERNAL, state=State.RUNNING, current=True)
    facts = vm(image("/p/qa"), snapshots=(one,))
    plan = plan_revert(facts, "a")
    assert ops(plan) == [Op.CHECK, Op.REVERT]
    assert (plan.steps[1].loses, plan.stops, plan.needs_memory) == (True, Stops.RESTARTS, 4 * GIB)
    assert codes(plan, Weight.FACT) == []
    stays = plan_revert(facts, "a", start=False)
    assert (stays.stops, stays.values) == (Stops.NO, (("start", "no"),))
    running = replace(facts, state=State.RUNNING)
    assert codes(plan_revert(running, "a"), Weight.WARNING) == ["lost-now"]
    branch = plan_revert(running, "a", branch="mine")
    assert ops(branch) == [Op.CHECK, Op.CREATE, Op.REVERT]
    assert (branch.order and branch.order.kind) == "internal"
    assert not any(step.loses for step in branch.steps)
    tests = replace(facts, hypervisor="TEST", files={})
    assert plan_revert(tests, "a").refused == ()


def test_an_overlay_the_vm_leaves_for_an_internal_one_goes() -> None:
    facts = vm(
        image("/p/base"),
        image("/p/qa.one", 1, "/p/base"),
        image("/p/qa.two", 2, "/p/base"),
        snapshots=(inside("a", "", "/p/qa.one"),),
    )
    assert plan_revert(facts, "a").files_going == ("/p/qa.two",)


CIRCLE = (image("/p/a", backing="/p/b"), image("/p/b", backing="/p/a"))
EXTERNAL_ON_TOP = vm(
    image("/p/qa"), image("/p/qa.e", 1, "/p/qa"), snapshots=(inside("i", "", "/p/qa"), outside("e", "i", "/p/qa"))
)


@pytest.mark.parametrize(
    ("facts", "name", "code"),
    [
        (line(), "nobody", "gone"),
        (line(read_only=True), "4711", "read-only"),
        (line(job="backup"), "4711", "backing-up"),
        (line(state=State.MIGRATING), "4711", "migrating"),
        (line(job="pull", busy_disks=("vda",)), "4711", "block-job"),
        (line(managed_save=True), "4711", "saved"),
        (line(template=True), "4711", "template"),
        (line(checkpoints=("c",)), "4711", "checkpoints"),
        (line(persistent=False), "4711", "transient"),
        (line(pools=()), "4711", "no-pool"),
        (line(hypervisor="VBOX"), "4711", "test-external"),
        (EXTERNAL_ON_TOP, "i", "external-on-top"),
        (replace(EXTERNAL_ON_TOP, users={"/p/qa": ("dev", "qa2")}), "i", "clone-needs"),
        (vm(image("/p/qa"), snapshots=(inside("i", "", "/p/gone"),)), "i", "missing-file"),
        (vm(image("/p/qa"), snapshots=(outside("e", "", "/p/qa"),)), "e", "spoiled"),
        (vm(*CIRCLE, image("/p/qa"), snapshots=(outside("e", "", "/p/a"),)), "e", "loop"),
        (vm(image("/p/qa"), snapshots=(inside("m", "", "/p/qa", memory=How.EXTERNAL, memory_file="/p/m"),)), "m", "mixed-revert"),
    ],
)  # fmt: skip
def test_what_stands_in_the_way(facts: object, name: str, code: str) -> None:
    assert codes(plan_revert(facts, name))[0] == code  # type: ignore[arg-type]


def test_memory_that_is_gone_leaves_the_disks() -> None:
    files = {path: file for path, file in line().files.items() if not path.endswith(".mem")}
    facts = line(files=files)
    assert codes(plan_revert(facts, "wizard")) == ["missing-memory"]
    assert codes(plan_revert(facts, "wizard", start=False)) == []
