"""How far copies are, and whether a plan is still the same; the making itself is in test_clone.py and tests/lab/test_clones.py."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.clones.values import CloneOrder, ClonePlan, DiskDeed, DiskPlan, OneClone
from console.fleet.domains import VmKey
from console.jobs.job import Cancelled, Job
from console.services.clone_making import Progress, same_work

DISK = DiskPlan("vda", DiskDeed.COPY, "/p/a", "p", "b", "/p/b", "qcow2", 100, 50)
PLAN = ClonePlan(CloneOrder(VmKey("h", "u"), ("b",)), "a", 1.0, (OneClone("b", "u-b", (DISK,)),))


def test_copies_add_up() -> None:
    told: list[float] = []
    job = Job(1, lambda changes: told.append(changes["fraction"]), lambda _line: None)  # type: ignore[arg-type]
    progress = Progress(job, 200)
    progress.tell(50)
    progress.over(100)
    progress.tell(50)
    progress.tell(500)
    assert told == [0.25, 0.75, 1.0]
    job.ask_end()
    with pytest.raises(Cancelled):
        progress.tell(1)


def test_a_plan_that_would_do_something_else() -> None:
    assert same_work(PLAN, replace(PLAN, made=9.0, needs=5, free=7))
    other = replace(DISK, deed=DiskDeed.BACKUP)
    for changed in (
        replace(PLAN, overlay="s"),
        replace(PLAN, clones=(OneClone("b", "u-b", (other,)),)),
        replace(PLAN, clones=(OneClone("b", "u-b", (replace(DISK, source="/p/c"),)),)),
        replace(PLAN, clones=(OneClone("c", "u-b", (DISK,)),)),
        replace(PLAN, order=replace(PLAN.order, start=True)),
    ):
        assert not same_work(PLAN, changed)
