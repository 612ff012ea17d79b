from __future__ import annotations

from console.fleet.domains import VmKey
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step
from console.fleet.storing import Say, Weight


def test_what_a_plan_sums_up() -> None:
    says = (Say("fact"), Say("careful", weight=Weight.WARNING), Say("never", weight=Weight.STOP))
    steps = (Step(Op.CHECK), Step(Op.REMOVE, file="/p/b"), Step(Op.FORGET, names=("s",)), Step(Op.REMOVE, file="/p/a"))
    plan = SnapshotPlan(VmKey("h", "u"), "vm", Deed.DELETE, "s", 1.0, steps=steps, says=says)
    assert [say.code for say in plan.refused] == ["never"]
    assert [say.code for say in plan.warnings] == ["careful"]
    assert plan.files_going == ("/p/b", "/p/a")
