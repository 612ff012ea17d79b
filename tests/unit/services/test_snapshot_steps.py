"""Single steps: done at once or once more, taken back, and never against what the host says now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.fleet.errors import Conflict, Reason
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step, TakeOrder
from console.fleet.snapshots.taking import plan_take
from console.fleet.snapshots.values import SnapshotFacts
from console.jobs.job import Cancelled, Job
from console.services.snapshot_record import Before
from console.services.snapshot_steps import Steps
from tests.unit.services.snapshot_host import KEY, FakeHost, Parts


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    made = Parts(tmp_path, monkeypatch)
    host = FakeHost(targets=("vda",))
    host.write(100)
    assert host.carry_out(plan_take(host.facts(key=KEY), TakeOrder("a", memory=False, kind="external")))
    made.use(host)
    yield made
    made.close()


def steps(parts: Parts, *wanted: Step, before: Before | None = None, facts: SnapshotFacts | None = None) -> Steps:
    plan = SnapshotPlan(KEY, "qa", Deed.REPAIR, "", 1.0, steps=wanted)
    job = Job(1, lambda _changes: None, lambda _line: None)
    return Steps(parts.host.link("h"), job, plan, before or Before(), facts)


def test_a_file_that_somebody_needs_by_now_is_not_deleted(parts: Parts) -> None:
    for path, user in (("/p/qa-vda.a", "vda"), ("/p/qa-vda.qcow2", "a")):
        step = Step(Op.REMOVE, file=path)
        with pytest.raises(Conflict) as caught:
            steps(parts, step).do(step)
        assert (caught.value.problem.reason, caught.value.problem.detail) == (Reason.IN_USE, user)
    assert parts.host.calls == []


def test_each_can_be_done_once_more(parts: Parts) -> None:
    parts.host.memories["/p/old.mem"] = 1
    wanted = (
        Step(Op.OVERLAY, "vda", "/p/new", "/p/qa-vda.qcow2", format="qcow2"),
        Step(Op.SWITCH, "vda", "/p/new", "/p/qa-vda.a", format="qcow2"),
        Step(Op.CURRENT, names=("a",)),
        Step(Op.START),
        Step(Op.PAUSE),
        Step(Op.RESUME),
        Step(Op.STOP),
        Step(Op.REMOVE, file="/p/old.mem"),
    )
    mine = steps(parts, *wanted)
    for step in wanted:
        mine.do(step)
        if step.op not in (Op.SWITCH,):
            mine.do(step)
    assert parts.host.tops == {"vda": "/p/new"}
    assert not parts.host.up
    assert parts.host.memories == {}


def test_what_is_taken_back(parts: Parts) -> None:
    host = parts.host
    link = host.link("h")
    before = Before(host.stored(link, "u"), "a", active=True)
    wanted = (
        Step(Op.OVERLAY, "vda", "/p/new", "/p/qa-vda.qcow2", format="qcow2"),
        Step(Op.SWITCH, "vda", "/p/new", "/p/qa-vda.a", format="qcow2"),
        Step(Op.CURRENT, names=("a",)),
    )
    mine = steps(parts, *wanted, before=before)
    for step in wanted:
        mine.do(step)
    for step in (*reversed(wanted), Step(Op.STOP)):
        mine.undo(step)
    assert host.tops == {"vda": "/p/qa-vda.a"}
    assert "/p/new" not in host.files
    assert host.up, "it ran before"


def test_an_overlay_that_is_somebody_elses_stays(parts: Parts) -> None:
    step = Step(Op.OVERLAY, "vda", "/p/qa-vda.a", "/p/other", format="qcow2")
    steps(parts, step).undo(step)
    assert "/p/qa-vda.a" in parts.host.files


def test_a_snapshot_is_renamed_with_what_goes_on_from_it(parts: Parts) -> None:
    host = parts.host
    assert host.carry_out(plan_take(host.facts(key=KEY), TakeOrder("b", memory=False, kind="external")))
    plan = parts.service.plan_rename(KEY, "a", "first")
    job = Job(1, lambda _changes: None, lambda _line: None)
    mine = Steps(host.link("h"), job, plan, Before(), None)
    step = next(step for step in plan.steps if step.op is Op.REDEFINE)
    mine.do(step)
    mine.do(step)
    assert {name: one.parent for name, one in host.snapshots.items()} == {"first": "", "b": "first"}
    assert host.current == "b"


def test_a_merge_ends_where_the_job_is_to_end(parts: Parts) -> None:
    plan = SnapshotPlan(KEY, "qa", Deed.REPAIR, "", 1.0)
    told: list[object] = []
    job = Job(1, told.append, lambda _line: None)
    heeding = Steps(parts.host.link("h"), job, plan, Before(), None)
    heeding._watch(1, 2)
    assert told
    job.ask_end()
    with pytest.raises(Cancelled):
        heeding._watch(1, 2)
    Steps(parts.host.link("h"), job, plan, Before(), None, heeds=False)._watch(1, 2)
