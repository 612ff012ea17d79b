from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.domains import State
from console.fleet.snapshots.plans import Deed, Op
from console.fleet.snapshots.renaming import plan_describe, plan_rename
from tests.unit.fleet.snapshots.host import codes, image, inside, line, ops, outside, vm


def test_another_name_is_told_to_what_goes_on_from_it() -> None:
    facts = line()
    facts = replace(facts, snapshots=(*facts.snapshots, outside("side", "wizard", "/p/qa.wizard")))
    plan = plan_rename(facts, "wizard", "before the wizard")
    assert ops(plan) == [Op.CHECK, Op.REDEFINE]
    assert plan.steps[1].names == ("wizard", "half", "side")
    assert (plan.deed, plan.snapshot, plan.values) == (Deed.RENAME, "wizard", (("name", "before the wizard"),))
    assert (plan.refused, plan.lost, plan.files_going, plan.needs) == ((), (), (), 0)


@pytest.mark.parametrize(
    ("name", "new", "code"),
    [
        ("nobody", "x", "gone"),
        ("half", "", "name-empty"),
        ("half", "a/b", "name-bad"),
        ("half", "4711", "name-taken"),
        ("half", "half", "nothing"),
    ],
)
def test_names_that_cannot_be(name: str, new: str, code: str) -> None:
    assert codes(plan_rename(line(), name, new)) == [code]


def test_an_internal_one_keeps_its_name_for_it_is_written_in_the_image() -> None:
    facts = vm(image("/p/qa"), snapshots=(inside("a", "", "/p/qa"),))
    assert codes(plan_rename(facts, "a", "b")) == ["name-inside"]
    assert codes(plan_rename(replace(facts, hypervisor="TEST"), "a", "b")) == []
    assert codes(plan_describe(facts, "a", "text")) == []


def test_another_description() -> None:
    plan = plan_describe(line(), "half", "two\nlines")
    assert (plan.steps[1].op, plan.steps[1].names) == (Op.REDEFINE, ("half",))
    assert (plan.deed, plan.values) == (Deed.DESCRIBE, (("description", "two\nlines"),))
    assert codes(plan_describe(line(), "nobody", "x")) == ["gone"]


def test_a_vm_that_is_busy_or_saved_can_be_told_of_but_no_host_that_is_only_looked_at() -> None:
    busy = replace(line(), job="backup", managed_save=True, state=State.SAVED, template=True)
    assert codes(plan_rename(busy, "half", "x")) == []
    assert codes(plan_rename(replace(busy, read_only=True), "half", "x")) == ["read-only"]
    assert codes(plan_describe(replace(busy, read_only=True), "half", "x")) == ["read-only"]
