from __future__ import annotations

from typing import Any

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.many import ManyPlan
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step
from console.fleet.storing import Say, Weight
from console.ui.models.many_snapshots import sections
from console.ui.models.sections import Section

WEB, DB = VmKey("n1", "web"), VmKey("n2", "db")
STATES = {WEB: State.RUNNING, DB: State.OFF}
OFF = Say("off", {}, Weight.WARNING)
FULL = Say("no-room", {"pool": "vms", "needs": 3, "free": 1}, Weight.STOP)


def plan(key: VmKey, *says: Say, **more: Any) -> SnapshotPlan:
    return SnapshotPlan(key, key.uuid, Deed.REVERT, "clean", 0.0, says=says, **more)


def shown(*plans: SnapshotPlan) -> list[Section]:
    made = sections(ManyPlan(Deed.REVERT, "clean", plans, 0.0), STATES, str.upper, 0.0)
    return [section for section in made if section.lines]


def test_what_is_lost_comes_first() -> None:
    made = shown(plan(WEB, OFF))
    assert [section.id for section in made] == ["warning", "do"]
    assert (made[0].lines[0].host, made[0].lines[0].glyph) == ("N1", ("play", "good"))
    assert made[0].lines[0].said.startswith("The VM is off afterwards: ")


def test_what_is_the_same_of_all_is_said_once() -> None:
    first = shown(plan(WEB, OFF), plan(DB, OFF))[0]
    assert (first.id, first.title) == ("warning-off", "The VM is off afterwards")
    assert first.note.startswith("the snapshot keeps no memory")
    assert [(line.name, line.said) for line in first.lines] == [("web", ""), ("db", "")]


def test_what_stands_in_the_way_is_all_there_is() -> None:
    other = Say("no-room", {"pool": "ssd", "needs": 3, "free": 1}, Weight.STOP)
    (one,) = shown(plan(WEB, FULL, OFF), plan(DB, other))
    assert one.id == "stop"
    assert ["vms" in one.lines[0].said, "ssd" in one.lines[1].said] == [True, True]


def test_every_file_that_goes_is_named() -> None:
    made = shown(plan(WEB, steps=(Step(Op.REMOVE, file="/v/a"), Step(Op.REMOVE, file="/v/b"))))
    assert [line.said for line in made[-1].lines] == ["/v/a", "/v/b"]
