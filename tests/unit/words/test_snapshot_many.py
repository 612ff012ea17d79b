from __future__ import annotations

from typing import Any

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.many import ManyPlan
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step
from console.words import snapshot_many as words

GIB = 1 << 30
NB = "\u00a0"


def plan(vm: str, deed: Deed, **more: Any) -> SnapshotPlan:
    return SnapshotPlan(VmKey("h", vm), vm, deed, "clean", 0.0, **more)


def many(deed: Deed, *plans: SnapshotPlan, **more: Any) -> ManyPlan:
    return ManyPlan(deed, "clean", plans, 0.0, **more)


def test_titles_name_what_it_is_about() -> None:
    assert words.title(Deed.TAKE, 3) == "Snapshot of 3 VMs"
    assert words.title(Deed.REVERT, 1, "web-01") == "Revert web-01 to a snapshot"
    assert words.title(Deed.DELETE, 2) == "Delete a snapshot of 2 VMs"


def test_buttons_name_act_and_count() -> None:
    gone = tuple(Step(Op.REMOVE, file=f"/v/{n}") for n in range(2))
    assert words.button(many(Deed.TAKE, plan("a", Deed.TAKE), plan("b", Deed.TAKE))) == "Take 2 snapshots"
    assert words.button(many(Deed.REVERT, plan("a", Deed.REVERT, steps=gone))) == "Revert a"
    deleted = many(Deed.DELETE, plan("a", Deed.DELETE, steps=gone), plan("b", Deed.DELETE))
    assert words.button(deleted) == "Delete from 2 VMs, 2 files"


def test_names_to_choose_from_say_who_has_them() -> None:
    assert words.offered("clean", 3, 3) == "clean"
    assert words.offered("clean", 2, 3) == "clean, on 2 of 3"
    assert words.only_on("clean", 1) == "1 VM has no snapshot “clean”: all or none."


def test_a_glance_over_all() -> None:
    one = plan("a", Deed.TAKE, needs=GIB, needs_memory=2 * GIB)
    both = many(Deed.TAKE, one, plan("b", Deed.TAKE, needs=GIB), together=True)
    assert words.glance(both) == f"all or none, all at one moment, needs 2{NB}GiB, 2{NB}GiB of memory"
    assert words.glance(many(Deed.DELETE, plan("a", Deed.DELETE, frees=3 * GIB))) == f"frees 3{NB}GiB"


def test_what_keeps_the_way_back_open() -> None:
    assert words.safety(many(Deed.DELETE)) == ""
    assert words.safety(many(Deed.REVERT, safety="now")).endswith("until all are there; then that goes.")
    assert words.safety(many(Deed.REVERT, safety="now", keeps=True)) == "Each is kept as it is now, as “now”."


def test_what_becomes_of_one() -> None:
    assert words.line(plan("a", Deed.TAKE, seconds=25), State.RUNNING) == f"VM keeps running, about 25{NB}s"
