"""What is left of an act on snapshots is said by name."""

from __future__ import annotations

from console.fleet.domains import VmKey
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step
from console.words.leftovers import left_of

STEPS = (
    Step(Op.FORGET, names=("clean",)),
    Step(Op.COMMIT, "vda", "/i/web.b", "/i/web.a"),
    Step(Op.REMOVE, file="/i/web.b"),
)
PLAN = SnapshotPlan(VmKey("h", "u"), "web", Deed.DELETE, "clean", 1.0, steps=STEPS)


def test_each_step_that_is_left_has_its_line() -> None:
    assert left_of([(PLAN, STEPS[1:])], back=False) == [
        "web: Delete clean stopped with 2 steps left.",
        "  Merging: web.b into web.a",
        "  Deleting web.b",
    ]


def test_nothing_left_and_a_way_back() -> None:
    assert left_of([(PLAN, ())], back=True) == [
        "web: nothing is left to do.",
        "It can also be taken back: nothing is lost yet.",
    ]
