from __future__ import annotations

import pytest

from console.fleet.clones.acts import IS_TEMPLATE, NO_SNAPSHOTS, CopyAct
from console.fleet.errors import Problem, Reason
from console.words import copies


def test_every_act_has_its_words() -> None:
    labels = {copies.label(act) for act in CopyAct}
    assert len(labels) == len(CopyAct)
    for act in CopyAct:
        assert copies.ellipsis(act) == copies.label(act) + "…"
        assert copies.tooltip(act)


@pytest.mark.parametrize(
    ("act", "problem", "sentence"),
    [
        (CopyAct.REVERT, Problem(Reason.WRONG_STATE, detail=NO_SNAPSHOTS), "It has no snapshots."),
        (CopyAct.TEMPLATE, Problem(Reason.WRONG_STATE, detail=IS_TEMPLATE), "It is a template already."),
        (
            CopyAct.SNAPSHOT,
            Problem(Reason.WRONG_STATE, detail=IS_TEMPLATE),
            "It is a template: its disks never change.",
        ),
        (
            CopyAct.TEMPLATE,
            Problem(Reason.WRONG_STATE, detail="running"),
            "Only a VM that is off can become a template.",
        ),
        (CopyAct.CLONE, Problem(Reason.LOST, detail="unreachable"), "Its host is unreachable."),
    ],
)
def test_why_not(act: CopyAct, problem: Problem, sentence: str) -> None:
    assert copies.why_not(act, problem) == sentence


def test_why_none_counts_the_others() -> None:
    problem = Problem(Reason.WRONG_STATE, detail=NO_SNAPSHOTS)
    assert copies.why_none(CopyAct.REVERT, problem, 0) == "It has no snapshots."
    assert copies.why_none(CopyAct.REVERT, problem, 3) == "It has no snapshots. 3 others can't either."


def test_titles_are_of_one_or_of_many() -> None:
    assert copies.title(CopyAct.TEMPLATE, "base", 1) == "Make base a template"
    assert copies.title(CopyAct.TEMPLATE, "3 VMs", 3) == "Make 3 VMs templates"
    assert copies.title(CopyAct.FLATTEN, "qa-01", 1) == "Flatten qa-01"
    assert copies.title(CopyAct.KEEP, "qa-01", 1) == "Throw away or keep qa-01"
