from __future__ import annotations

from msgspec.structs import replace

from console.fleet.clones.values import CloneOrder, ClonePlan
from console.fleet.domains import VmKey
from console.fleet.storing import Say, Weight


def test_what_a_plan_says_by_weight() -> None:
    says = (Say("a"), Say("b", weight=Weight.WARNING), Say("c", weight=Weight.STOP), Say("d", weight=Weight.STOP))
    plan = ClonePlan(CloneOrder(VmKey("h", "u"), ("qa",)), "base", 1.0, says=says)
    assert [say.code for say in plan.refused] == ["c", "d"]
    assert [say.code for say in plan.warnings] == ["b"]
    assert not replace(plan, says=says[:2]).refused
