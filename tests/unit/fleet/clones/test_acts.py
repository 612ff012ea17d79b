from __future__ import annotations

from typing import Any

import pytest

from console.fleet.clones.acts import IS_TEMPLATE, NO_SNAPSHOTS, NO_TEMPLATE, NOT_LINKED, CopyAct, marks, why_not
from console.fleet.clones.provenance import Provenance
from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase

SPEC = HostSpec("n1", "kvm-n1", "test:///default")
LIVE = HostStatus(Phase.LIVE)


def vm(state: State = State.OFF, **more: Any) -> Domain:
    return Domain(VmKey("n1", "u"), "qa-01", state, **more)


def possible(domain: Domain) -> set[CopyAct]:
    return {act for act in CopyAct if why_not(act, domain, SPEC, LIVE) is None}


ALWAYS = {CopyAct.SNAPSHOT, CopyAct.CLONE, CopyAct.KEEP}


@pytest.mark.parametrize(
    ("domain", "acts"),
    [
        (vm(), ALWAYS | {CopyAct.TEMPLATE}),
        (vm(State.RUNNING), ALWAYS),
        (vm(snapshots=2), ALWAYS | {CopyAct.TEMPLATE, CopyAct.REVERT, CopyAct.DELETE_SNAPSHOT}),
        (vm(State.RUNNING, provenance=Provenance("win11", linked=True)), ALWAYS | {CopyAct.FLATTEN}),
        (vm(provenance=Provenance(template=True)), {CopyAct.CLONE, CopyAct.KEEP, CopyAct.UNTEMPLATE}),
        (vm(State.MIGRATING, snapshots=1), set()),
    ],
    ids=["off", "running", "snapshots", "linked", "template", "migrating"],
)
def test_what_can_be_done(domain: Domain, acts: set[CopyAct]) -> None:
    assert possible(domain) == acts


def test_why_not() -> None:
    assert why_not(CopyAct.REVERT, vm(), SPEC, LIVE) == Problem(Reason.WRONG_STATE, detail=NO_SNAPSHOTS)
    assert why_not(CopyAct.FLATTEN, vm(), SPEC, LIVE) == Problem(Reason.WRONG_STATE, detail=NOT_LINKED)
    assert why_not(CopyAct.UNTEMPLATE, vm(), SPEC, LIVE) == Problem(Reason.WRONG_STATE, detail=NO_TEMPLATE)
    base = vm(provenance=Provenance(template=True))
    assert why_not(CopyAct.SNAPSHOT, base, SPEC, LIVE) == Problem(Reason.WRONG_STATE, detail=IS_TEMPLATE)
    assert why_not(CopyAct.TEMPLATE, vm(State.RUNNING), SPEC, LIVE) == Problem(Reason.WRONG_STATE, detail="running")


def test_a_host_that_is_away_or_only_looked_at() -> None:
    looked = HostSpec("n1", "kvm-n1", "test:///default", read_only=True)
    assert why_not(CopyAct.CLONE, vm(), looked, LIVE) == Problem(Reason.READ_ONLY, detail="kvm-n1")
    away = HostStatus(Phase.UNREACHABLE)
    assert why_not(CopyAct.CLONE, vm(), SPEC, away) == Problem(Reason.LOST, detail="unreachable")


def test_vms_that_can_take_the_same_have_the_same_marks() -> None:
    domains = [
        vm(snapshots=count, provenance=from_)
        for count in (0, 3)
        for from_ in (None, Provenance("a"), Provenance("a", linked=True), Provenance("a", template=True))
    ]
    for one in domains:
        for other in domains:
            if marks(one) == marks(other):
                assert possible(one) == possible(other)
