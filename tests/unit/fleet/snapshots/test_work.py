from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.domains import State
from console.fleet.snapshots.plans import Deed, Fate, Op
from console.fleet.snapshots.values import PoolRoom
from console.fleet.snapshots.work import Work, losing
from tests.unit.fleet.snapshots.host import GIB, codes, image, line, vm

TWO = (image("/p/qa.qcow2", 10, capacity=12 * GIB), image("/p/qa.s", 5, "/p/qa.qcow2", capacity=12 * GIB))


def test_a_sentence_is_said_once_for_each_thing() -> None:
    work = Work(vm(*TWO))
    for file in ("/p/a", "/p/a", "/p/b"):
        work.warn("no-pool", file=file, folder="/p")
    work.say("branch", name="x")
    assert [say.values.get("file") for say in work.says] == ["/p/a", "/p/b", None]
    assert not work.refused
    work.refuse("nothing")
    assert work.refused


def test_a_merge_takes_no_more_than_the_disk_can_hold() -> None:
    work = Work(vm(*TWO))
    work.commit("vda", "/p/qa.s", "/p/qa.qcow2")
    merge = work.steps[0]
    assert (merge.before, merge.after, merge.gain) == (10 * GIB, 12 * GIB, -2 * GIB)
    plan = work.plan(Deed.DELETE, "s")
    assert (plan.needs, plan.frees, plan.pool) == (2 * GIB, 3 * GIB, "fast")
    assert [step.op for step in plan.steps] == [Op.COMMIT, Op.SWITCH, Op.REMOVE]
    assert work.forest.tops == {"vda": "/p/qa.qcow2"}


def test_a_pull_takes_away_what_nobody_needs_then() -> None:
    work = Work(vm(*TWO))
    work.draw("vda", "/p/qa.s")
    work.pull("vda", "/p/qa.s", "/p/qa.qcow2")
    plan = work.plan(Deed.DELETE, "s")
    assert [step.op for step in plan.steps] == [Op.PULL, Op.REMOVE]
    assert [(box.label, box.fate, box.goes_into) for box in plan.before[0].boxes] == [
        (".qcow2", Fate.GOES, "/p/qa.s"),
        (".s", Fate.GROWS, ""),
    ]
    assert [(box.label, box.size) for box in plan.after[0].boxes] == [(".s", 12 * GIB)]
    needed = Work(replace(vm(*TWO), users={"/p/qa.qcow2": ("dev",)}))
    needed.pull("vda", "/p/qa.s", "/p/qa.qcow2")
    assert [step.op for step in needed.steps] == [Op.PULL]


def test_room_is_counted_where_each_file_lies_and_at_its_worst() -> None:
    facts = vm(
        image("/a/qa", 1, pool="a"),
        image("/a/qa.s", 6, "/a/qa", pool="a"),
        image("/b/qa", 1, pool="b"),
        image("/b/qa.s", 4, "/b/qa", pool="b"),
        pools=(PoolRoom("a", "/a", 7 * GIB), PoolRoom("b", "/b", 3 * GIB)),
        state=State.RUNNING,
    )
    work = Work(facts)
    work.commit("vda", "/a/qa.s", "/a/qa")
    work.commit("vdb", "/b/qa.s", "/b/qa")
    plan = work.plan(Deed.DELETE, "s")
    assert (plan.pool, plan.needs, plan.free) == ("b", 4 * GIB, 3 * GIB)
    assert (codes(plan), plan.frees) == ([], 0)
    assert [say.values["pool"] for say in plan.warnings] == ["b"]
    tight = Work(replace(facts, pools=(PoolRoom("a", "/a", 7 * GIB), PoolRoom("b", "/b", 2 * GIB))))
    tight.commit("vdb", "/b/qa.s", "/b/qa")
    plan = tight.plan(Deed.DELETE, "s")
    assert (codes(plan), plan.refused[0].values["pool"], plan.refused[0].values["needs"]) == (["no-room"], "b", 3 * GIB)


def test_what_has_no_pool_or_is_not_there_is_not_deleted() -> None:
    work = Work(vm(image("/p/a", pool=""), image("/p/b", exists=False)))
    assert not work.remove("vda", "/p/a")
    assert not work.remove("vda", "/p/b")
    assert not work.remove("vda", "/p/nothing")
    assert (work.steps, [say.code for say in work.says]) == ([], ["no-pool"])


def test_seconds_grow_with_what_is_moved() -> None:
    def seconds(size: float) -> float:
        work = Work(vm(image("/p/qa"), image("/p/qa.s", size, "/p/qa")))
        work.commit("vda", "/p/qa.s", "/p/qa")
        found = work.plan(Deed.DELETE, "s").seconds
        assert found is not None
        return found

    assert seconds(8) - seconds(4) == pytest.approx(32, rel=0.01)
    assert seconds(0) < 2


def test_the_point_without_return() -> None:
    work = Work(line())
    work.check()
    work.step(Op.FORGET, names=("half",))
    losing(work.steps, 1)
    assert [step.loses for step in work.steps] == [False, True]
    assert work.steps[1].names == ("half",)


def test_a_whole_chain_is_known_after_one_look() -> None:
    work = Work(line())
    assert work.whole("/p/qa.half")
    assert not work.whole("/p/nothing")
    assert not Work(vm(image("/p/qa", backing="/p/gone"))).whole("/p/qa")
