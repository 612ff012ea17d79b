"""`splendid template` on libvirt's test driver: web-10 and web-02 are off, web-01 runs."""

from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Console
from tests.unit.cli.snapshotted import snapshotted, turn_off

__all__ = ["snapshotted"]
MARK = """<metadata><vm xmlns="urn:splendid:domain:1"><origin template="yes"/></vm></metadata>"""


@pytest.fixture
def fleet(snapshotted: Console) -> Console:
    turn_off(snapshotted, "web-10")
    return snapshotted


def test_a_vm_that_is_off_becomes_a_template(fleet: Console) -> None:
    plan = fleet("template", "make", "web-10", "--plan", "--json").json["plan"]
    assert (plan["act"], plan["command"], plan["refused"]) == ("template", "splendid template make web-10", False)
    assert plan["vms"][0]["name"] == "web-10"
    assert plan["vms"][0]["says"]
    done = fleet("template", "make", "web-10", "--yes")
    assert done.code == 0, done.err


def test_of_several_one_that_runs_holds_all(fleet: Console) -> None:
    result = fleet("template", "make", "web-10", "web-01", "--yes")
    assert (result.code, result.out) == (1, "")
    assert "web-01" in result.err
    assert fleet("template", "make").code == 2
    assert fleet("job", "list").lines == []


def test_what_is_no_template_cannot_stop_being_one(fleet: Console) -> None:
    result = fleet("template", "unmake", "web-10", "--yes")
    assert (result.code, result.out) == (1, "")


def test_templates_are_listed_with_how_many_need_them(fleet: Console) -> None:
    assert fleet("template", "list").lines == []
    node = fleet.folder / "kvm-a.xml"
    text = node.read_text("utf-8")
    node.write_text(text.replace("<title>web-10 title</title>", f"<title>web-10 title</title>{MARK}"), "utf-8")
    result = fleet("template", "list")
    assert [line.split()[:3] for line in result.lines] == [["Template", "Host", "Linked"], ["web-10", "kvm-a", "0"]]
    record = fleet("template", "list", "kvm-a", "--json").json
    assert [(one["name"], one["clones"], one["provenance"]["template"]) for one in record["templates"]] == [
        ("web-10", [], True)
    ]
    assert fleet("vm", "list", "--where", "template:yes", "--json").json["vms"][0]["name"] == "web-10"
    assert "A base to clone from" in fleet("vm", "show", "web-10").out
