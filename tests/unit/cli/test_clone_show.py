"""What is printed of plans of clones and of families."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from console.cli import clone_show
from console.fleet.clones.provenance import Provenance
from console.fleet.clones.values import CloneKind, CloneOrder, ClonePlan, DiskDeed, DiskPlan, Family, Kin, OneClone
from console.fleet.domains import Domain, State, VmKey
from console.fleet.hosts import HostSpec
from console.fleet.storing import Plan, Say, Weight
from console.inventory.inventory import Inventory

BLANK = VmKey("a", "1")
PLAN = ClonePlan(
    CloneOrder(BLANK, ("qa-1",), CloneKind.LINKED, expires=2e9),
    "blank",
    1e9,
    (OneClone("qa-1", "u", (DiskPlan("vda", DiskDeed.LINK, "/p/blank", "p", "qa-1-vda", "/p/qa-1-vda"),), {"a": "b"}),),
    (
        Say("base-frozen", {"name": "blank"}, Weight.WARNING),
        Say("name-taken", {"name": "qa-1", "host": "a"}, Weight.STOP),
    ),
    needs=200,
    overlay="base of qa-1",
)


@pytest.fixture
def session() -> Any:
    inventory = Inventory()
    inventory.set_hosts([HostSpec("a", "kvm-a", "test:///a")])
    return SimpleNamespace(services=SimpleNamespace(inventory=inventory))


def test_hosts_are_called_by_their_names(session: Any) -> None:
    assert clone_show.lines(session, PLAN) == ["qa-1 exists on kvm-a already. Choose another name."]


def test_the_record_names_each_file(session: Any) -> None:
    record = clone_show.record(session, PLAN, None)
    json.dumps(record)
    assert (record["source"], record["refused"], record["overlay"], record["host"]) == (
        *({"name": "blank", "host": "kvm-a", "host_id": "a", "uuid": "1"}, True, "base of qa-1", "kvm-a"),
    )
    assert record["clones"][0]["disks"][0]["path"] == "/p/qa-1-vda"
    assert [say["weight"] for say in record["says"]] == ["warning", "stop"]
    assert record["expires"] == "2033-05-18T03:33:20.000Z"


def test_other_plans_are_told_together(session: Any) -> None:
    one = Plan("vm.template", "a", "blank", (Say("template-made", {"name": "blank"}),), takes=1)
    two = Plan("vm.template", "a", "web", (Say("vm-runs", {"name": "web"}, Weight.STOP),), takes=2)
    record = clone_show.plan_record(session, [one, two], None)
    assert (record["act"], record["refused"], record["needs"]) == ("template", True, 3)
    assert [(vm["name"], vm["refused"]) for vm in record["vms"]] == [("blank", False), ("web", True)]
    assert clone_show.plan_lines(session, two) == ["web is up. Shut it down first."]


def test_a_family_in_natural_order(session: Any, capsys: pytest.CaptureFixture[str]) -> None:
    kin = tuple(Kin(VmKey("a", name), name, ("/p/blank",)) for name in ("qa-10", "qa-2"))
    clone_show.family(session, Family(BLANK, "blank", kin, template=True))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Base           kvm-a/blank"
    assert lines[1] == "Template       yes"
    assert [line.split()[-2] for line in lines[2:]] == ["kvm-a/qa-2:", "kvm-a/qa-10:"]
    clone_show.family(session, Family(None, "gone", ()))
    assert capsys.readouterr().out.splitlines() == ["Base           gone", "Linked clones  none"]
    record = clone_show.family_record(session, Family(None, "gone", kin))
    assert record is not None
    assert (record["base"], len(record["clones"])) == (None, 2)


def test_templates_with_where_they_come_from(session: Any, capsys: pytest.CaptureFixture[str]) -> None:
    domain = Domain(BLANK, "blank", State.OFF, provenance=Provenance(cloned_from="iso", build="4711", template=True))
    clone_show.templates(session, [(domain, None)])
    assert capsys.readouterr().out.splitlines()[1].split() == ["blank", "kvm-a", "0", "4711", "Cloned", "from", "iso"]
    record = clone_show.template_record(session, domain, None)
    assert (record["clones"], record["provenance"]["build"]) == ([], "4711")
