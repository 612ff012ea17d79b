"""What the journal keeps of acts on snapshots comes back whole, and tells how far each VM is."""

from __future__ import annotations

from pathlib import Path

from console.fleet.domains import VmKey
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step, TakeOrder
from console.fleet.storing import Say, Weight
from console.jobs.journal import JobStore
from console.services.snapshot_record import (
    BACK,
    OVER,
    Before,
    Kept,
    Record,
    Standing,
    entry_of,
    kept_in,
    standing,
    steps_begun,
    target_of,
)

STEPS = (Step(Op.CHECK), Step(Op.OVERLAY, "vda", "/i/b", "/i/a", format="raw"), Step(Op.STOP, loses=True))
PLAN = SnapshotPlan(
    VmKey("h", "u"),
    "web",
    Deed.REVERT,
    "clean",
    5.0,
    steps=STEPS,
    says=(Say("lost-now", {"since": 3}, Weight.WARNING),),
    order=TakeOrder("kept", targets=("vda",)),
    branch="kept",
    values=(("start", "yes"),),
    basis=frozenset({("disk", "vda", "file:/i/a")}),
)


def test_plans_come_back_whole_but_for_what_they_rest_on() -> None:
    kept = Kept((PLAN,), (Before("<domain/>", "clean", active=True),), Deed.REVERT)
    entry = entry_of(kept, "web")
    assert (entry.kind, entry.vms, entry.on) == ("snapshot.revert", (PLAN.key,), "h")
    back = kept_in(entry)
    assert back.plans[0].steps == STEPS
    assert back.plans[0].basis == frozenset()
    assert [getattr(back.plans[0], name) for name in ("key", "deed", "says", "order", "branch", "values")] == [
        getattr(PLAN, name) for name in ("key", "deed", "says", "order", "branch", "values")
    ]
    assert back.before == kept.before
    assert entry_of(Kept((PLAN,), (Before(),), Deed.TAKE, many=True), "2").kind == "snapshot.many"


def test_how_far_each_vm_is(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.sqlite")
    kept = Kept((PLAN, PLAN), (Before(), Before()), Deed.REVERT, many=True)
    with store.journal(1, entry_of(kept, "2")) as journal:
        record = Record(journal, kept)
        assert record.standing(0) == Standing()
        record.begin(0, 1, STEPS[1])
        record.begin(1, 1, STEPS[1])
        record.begin(0, 2, STEPS[2])
        assert (record.standing(0), record.standing(1)) == (Standing(2), Standing(1))
        assert list(steps_begun(PLAN, record.standing(1))) == list(STEPS[:2])
        record.begin(0, OVER)
        record.begin(1, BACK)
        assert record.standing(0) == Standing(2, over=True)
        assert record.standing(1) == Standing(1, back=True)
        record.begin(1, OVER)
        assert standing(record.entry, 1) == Standing(1, over=True, back=True)
        assert record.entry.steps[0].values["file"] == "/i/b"
    assert store.unfinished() == []
    store.close(5)


def test_what_it_is_called() -> None:
    assert target_of([PLAN.key], [PLAN]) == "web"
    assert target_of([PLAN.key, VmKey("h", "v")], [PLAN, PLAN]) == "2"
