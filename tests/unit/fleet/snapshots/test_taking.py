from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.domains import State
from console.fleet.snapshots.files import MAX_CHAIN
from console.fleet.snapshots.plans import Fate, Op, Step, Stops, TakeOrder
from console.fleet.snapshots.taking import plan_take
from console.fleet.snapshots.values import DiskNow, PoolRoom, SnapshotFacts
from console.fleet.storing import Weight
from tests.unit.fleet.snapshots.host import GIB, codes, image, inside, line, ops, outside, vm

PLAIN = vm(image("/p/qa.qcow2", 3))
RUNS = replace(PLAIN, state=State.RUNNING)


def uefi(version: int, form: str) -> SnapshotFacts:
    return replace(RUNS, nvram="/n/qa", nvram_format=form, libvirt=version)


@pytest.mark.parametrize(
    ("facts", "order", "kind", "memory"),
    [
        (PLAIN, TakeOrder("s"), "internal", False),
        (RUNS, TakeOrder("s"), "internal", True),
        (RUNS, TakeOrder("s", memory=False), "external", False),
        (RUNS, TakeOrder("s", kind="external"), "external", True),
        (vm(image("/p/qa.raw"), disks=(DiskNow("vda", "/p/qa.raw", format="raw"),)), TakeOrder("s"), "external", False),
        (uefi(10_009_000, "qcow2"), TakeOrder("s"), "external", True),
        (uefi(10_010_000, "raw"), TakeOrder("s"), "external", True),
        (uefi(10_010_000, "qcow2"), TakeOrder("s"), "internal", True),
        (line(), TakeOrder("s"), "external", False),
        (replace(RUNS, snapshots=(inside("a", "", "/p/qa.qcow2"),)), TakeOrder("s"), "internal", True),
        (replace(PLAIN, users={"/p/qa.qcow2": ("clone",)}), TakeOrder("s"), "external", False),
        (replace(RUNS, hypervisor="TEST", files={}), TakeOrder("s", memory=False), "internal", False),
    ],
)
def test_the_kind_that_suits(facts: SnapshotFacts, order: TakeOrder, kind: str, memory: bool) -> None:
    plan = plan_take(facts, order)
    assert plan.order is not None
    assert (plan.order.kind, plan.order.memory, codes(plan)) == (kind, memory, [])


def test_an_internal_one_grows_its_image_by_the_memory() -> None:
    plan = plan_take(RUNS, TakeOrder("s"))
    assert ops(plan) == [Op.CHECK, Op.CREATE]
    made = plan.steps[1]
    assert (made.file, made.names, made.before, made.after) == ("/p/qa.qcow2", ("s",), 3 * GIB, 7 * GIB)
    assert (plan.stops, plan.needs, plan.pool, plan.free) == (Stops.MOMENT, 4 * GIB, "fast", 200 * GIB)
    assert plan.seconds is not None
    assert 8 < plan.seconds < 12
    assert codes(plan, Weight.FACT) == ["inside-image", "stands-still"]


def test_an_external_one_names_each_file() -> None:
    facts = replace(line(), state=State.RUNNING)
    plan = plan_take(facts, TakeOrder("upgrade: half done", kind="external"))
    overlay, memory = plan.steps[1:]
    assert (overlay.file, overlay.onto, overlay.target) == ("/p/qa.upgrade-half-done", "/p/qa.half", "vda")
    assert overlay.format == "qcow2"
    assert (memory.file, memory.target, memory.after) == ("/p/qa.upgrade-half-done.mem", "", 4 * GIB)
    assert [box.label for box in plan.before[0].boxes] == [".qcow2", ".clean", ".4711", ".wizard", ".half"]
    assert [box.fate for box in plan.before[0].boxes][-1] is Fate.WRITTEN
    last = plan.after[0].boxes[-1]
    assert (last.label, last.fate) == (".upgrade-half-done", Fate.NEW)
    assert plan.needs == 4 * GIB + (200 << 10)
    assert plan.frees == -plan.needs


def test_a_file_of_that_name_is_not_taken_again() -> None:
    step = plan_take(line(), TakeOrder("clean")).steps[1]
    assert step.file == "/p/qa.clean-2"
    facts = line(state=State.RUNNING)
    assert plan_take(facts, TakeOrder("wizard!")).steps[-1].file == "/p/qa.wizard-2.mem"


def test_disks_that_are_no_part_of_it() -> None:
    disks = (
        DiskNow("vda", "/p/qa.qcow2", format="qcow2"),
        DiskNow("vdb", "/p/ro.qcow2", format="qcow2", read_only=True),
        DiskNow("vdc", "/p/share.raw", format="raw", shareable=True),
        DiskNow("vdd", "", kind="network", format="raw"),
        DiskNow("vde", "/dev/sdx", kind="block", format="raw", device="lun"),
        DiskNow("sda", "/p/a.iso", format="raw", device="cdrom", read_only=True),
        DiskNow("sdb", "", device="cdrom"),
    )
    plan = plan_take(replace(PLAIN, disks=disks), TakeOrder("s"))
    assert plan.order is not None
    assert (plan.order.kind, plan.order.targets, codes(plan)) == ("external", ("vda",), [])
    assert codes(plan, Weight.WARNING) == ["skipped-shared", "skipped-network", "skipped-block"]
    running = replace(PLAIN, disks=disks, state=State.RUNNING)
    assert codes(plan_take(running, TakeOrder("s"))) == ["memory-with-disks"]
    chosen = plan_take(replace(PLAIN, disks=disks), TakeOrder("s", targets=("vdc", "vdd", "vde", "sdz")))
    assert codes(chosen) == ["no-such-disk", "shared-disk", "network-disk", "block-disk", "no-disks"]
    one = plan_take(running, TakeOrder("s", memory=False, targets=("vda",)))
    assert (one.refused, one.order and one.order.targets) == ((), ("vda",))


def test_an_overlay_of_a_block_device_is_a_file_in_a_pool() -> None:
    facts = vm(
        image("/dev/vg/qa", format="raw", pool="vg"),
        disks=(DiskNow("vda", "/dev/vg/qa", kind="block", format="raw"),),
        pools=(PoolRoom("vg", "/dev/vg", 9 * GIB, "logical"), PoolRoom("fast", "/p/", 9 * GIB)),
    )
    step = plan_take(facts, TakeOrder("s")).steps[1]
    assert (step.file, step.onto, step.format) == ("/p/qa.s", "/dev/vg/qa", "raw")
    none = replace(facts, pools=facts.pools[:1])
    assert codes(plan_take(none, TakeOrder("s"))) == ["no-pool"]


RAW = vm(image("/p/qa.raw", format="raw"), disks=(DiskNow("vda", "/p/qa.raw", format="raw"),))
LOOP = vm(image("/p/a", backing="/p/b"), image("/p/b", backing="/p/a"))
DEEP = vm(*(image(f"/p/qa.{n}", 0.1, f"/p/qa.{n - 1}" if n else "") for n in range(MAX_CHAIN)))


@pytest.mark.parametrize(
    ("facts", "order", "code"),
    [
        (replace(PLAIN, read_only=True), TakeOrder("s"), "read-only"),
        (replace(PLAIN, state=State.MIGRATING), TakeOrder("s", memory=False), "migrating"),
        (replace(RUNS, job="migration"), TakeOrder("s"), "migrating"),
        (replace(RUNS, job="backup", busy_disks=("vda",)), TakeOrder("s"), "backing-up"),
        (replace(RUNS, job="save"), TakeOrder("s"), "busy"),
        (replace(RUNS, job="commit", busy_disks=("vda",)), TakeOrder("s"), "block-job"),
        (replace(PLAIN, managed_save=True, state=State.SAVED), TakeOrder("s"), "saved"),
        (replace(PLAIN, template=True), TakeOrder("s"), "template"),
        (replace(PLAIN, checkpoints=("c1", "c2")), TakeOrder("s"), "checkpoints"),
        (replace(PLAIN, state=State.UNKNOWN), TakeOrder("s"), "unknown-state"),
        (PLAIN, TakeOrder(""), "name-empty"),
        (PLAIN, TakeOrder("a/b"), "name-bad"),
        (PLAIN, TakeOrder("-x"), "name-bad"),
        (PLAIN, TakeOrder(" x"), "name-bad"),
        (PLAIN, TakeOrder("x" * 300), "name-bad"),
        (line(), TakeOrder("4711"), "name-taken"),
        (RAW, TakeOrder("s", kind="internal"), "raw-disk"),
        (uefi(9_000_000, "raw"), TakeOrder("s", kind="internal"), "nvram"),
        (RUNS, TakeOrder("s", kind="internal", memory=False), "internal-memory"),
        (replace(PLAIN, users={"/p/qa.qcow2": ("clone",)}), TakeOrder("s", kind="internal"), "clone-needs"),
        (replace(PLAIN, hypervisor="TEST"), TakeOrder("s", kind="external"), "test-external"),
        (replace(PLAIN, hypervisor="VBOX"), TakeOrder("s", kind="external"), "test-external"),
        (RUNS, TakeOrder("s", memory=False, freeze=True), "no-agent"),
        (replace(RUNS, has_agent=True), TakeOrder("s", memory=False, freeze=True), "agent"),
        (replace(RUNS, has_agent=True, freezes=True), TakeOrder("s", freeze=True), "freeze-with-memory"),
        (replace(RUNS, pools=(PoolRoom("fast", "/p", GIB),)), TakeOrder("s"), "no-room"),
        (vm(image("/p/qa", backing="/p/gone")), TakeOrder("s"), "missing-file"),
        (LOOP, TakeOrder("s"), "loop"),
        (DEEP, TakeOrder("s", kind="external"), "deep"),
        (replace(PLAIN, disks=()), TakeOrder("s"), "no-disks"),
        (
            vm(image("/p/qa"), snapshots=(outside("x", "", "/p/qa"),)),
            TakeOrder("s", kind="internal"),
            "external-on-top",
        ),
    ],
)
def test_what_stands_in_the_way(facts: SnapshotFacts, order: TakeOrder, code: str) -> None:
    assert codes(plan_take(facts, order)) == [code]


def test_what_is_worth_a_warning() -> None:
    def warned(facts: SnapshotFacts, order: TakeOrder) -> list[str]:
        return codes(plan_take(facts, order), Weight.WARNING)

    assert warned(RUNS, TakeOrder("s", memory=False)) == ["not-frozen"]
    assert warned(replace(RUNS, has_agent=True, freezes=True), TakeOrder("s", memory=False, freeze=True)) == []
    assert warned(replace(RUNS, persistent=False), TakeOrder("s")) == ["transient-loses"]
    kept = replace(PLAIN, snapshots=(inside("a", "", "/p/qa.qcow2"),))
    assert warned(kept, TakeOrder("s", kind="external")) == ["mixed"]
    assert warned(line(), TakeOrder("s", kind="internal")) == ["mixed-inside"]
    assert warned(
        replace(PLAIN, pools=(), files={"/p/qa.qcow2": image("/p/qa.qcow2", pool="")}), TakeOrder("s", kind="external")
    ) == ["no-pool"]
    assert codes(plan_take(uefi(9_000_000, "raw"), TakeOrder("s")), Weight.FACT) == ["nvram-kept-out", "stands-still"]


def test_a_freeze_is_a_moment_and_an_off_vm_needs_none() -> None:
    facts = replace(RUNS, has_agent=True, freezes=True)
    plan = plan_take(facts, TakeOrder("s", memory=False, freeze=True))
    assert (plan.stops, plan.order and plan.order.freeze) == (Stops.MOMENT, True)
    off = plan_take(PLAIN, TakeOrder("s", freeze=True))
    assert (off.stops, off.order and off.order.freeze, codes(off)) == (Stops.NO, False, [])
    assert plan_take(RUNS, TakeOrder("s", memory=False)).stops is Stops.NO
    assert all(isinstance(step, Step) and step.loses is False for step in plan.steps)
