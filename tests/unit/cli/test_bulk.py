"""Acts on many VMs from the command line, on libvirt's test driver."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from console.cli import bulk
from console.fleet.acts import Act
from console.fleet.errors import Conflict, Reason
from console.gateway.connection import Link
from console.services import power
from tests.unit.cli.conftest import Console, uuid


def test_a_query_says_which(console: Console) -> None:
    done = console("vm", "pause", "--where", "host:kvm-a name:web")
    assert done.code == 0, done.err
    assert sorted(done.lines[:3]) == ["Pause web-01: Done", "Pause web-02: Done", "Pause web-10: Done"]
    assert done.lines[3:] == ["3 done"]


def test_the_plan_is_printed_and_nothing_is_done(console: Console) -> None:
    told = console("vm", "start", "--where", "zone:north", "--plan")
    assert told.code == 0
    assert told.lines[0] == "Run: 3 VMs"
    assert "Nothing to do: Runs already" in told.lines
    assert "  kvm-a/web-01" in told.lines
    assert told.lines[-1] == "3 are so already."
    plan = console("vm", "shutdown", "--where", "zone:north", "--plan", "--json").json["plan"]
    assert plan["counts"] == {"do": 3, "restart": 0, "nothing": 0, "refused": 0}
    assert plan["command"] == "splendid vm shutdown --where zone:north"
    assert {vm["fate"] for vm in plan["vms"]} == {"do"}


def test_a_result_for_each_vm_as_json(console: Console) -> None:
    told = console("vm", "shutdown", "--where", "web-0", "--json")
    assert told.code == 0
    assert [
        (one["host"], one["name"], one["result"]) for one in sorted(told.json["results"], key=lambda r: r["uuid"])
    ] == [
        ("kvm-a", "web-01", "succeeded"),
        ("kvm-a", "web-02", "succeeded"),
        ("kvm-b", "web-02", "succeeded"),
    ]
    assert told.json["unreached"] == []


def test_what_is_so_already_is_well_and_what_cannot_be_is_not(console: Console) -> None:
    assert console("vm", "start", "--where", "web").code == 0
    refused = console("vm", "resume", "--where", "web")
    assert refused.code == 0  # they run: nothing to do
    assert refused.lines[0].startswith("kvm-a/web-01, kvm-a/web-02, ")
    assert refused.lines[0].endswith(": Runs already")
    assert refused.lines[1].endswith(" so already")
    restored = console("vm", "restore", "--where", "web-01", "--json")
    assert restored.code == 1
    assert [one["result"] for one in restored.json["results"]] == ["refused"]


def test_some_fail_and_are_done_again(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    call, broken = power.CALLS[Act.PAUSE], {uuid(1, 1)}

    def pause(link: Link, which: str) -> None:
        if which in broken:
            raise Conflict(Reason.IN_USE, "web-02")
        call(link, which)

    monkeypatch.setitem(power.CALLS, Act.PAUSE, pause)
    told = console("vm", "pause", "--where", "zone:north")
    assert told.code == 1
    assert told.lines[-1] == "2 done, 1 failed"
    assert "Could not pause web-02. It is in use." in told.err
    number = next(word for word in told.err.split() if word.isdecimal())
    assert f"splendid job again {number}" in told.err
    broken.clear()
    plan = console("job", "again", number, "--plan", "--json").json["plan"]
    assert [vm["name"] for vm in plan["vms"]] == ["web-02"]
    again = console("job", "again", number)
    assert (again.code, again.lines[-1]) == (0, "1 done")
    last = console("job", "list", "--json").json["jobs"][0]["id"]
    assert f"Task {last} was done to all of its VMs." in console("job", "again", str(last)).err
    shown = console("job", "show", number, "--json").json["job"]
    assert shown["values"]["failed"] == 1


def test_a_task_that_is_not_there_is_not_done_again(console: Console) -> None:
    told = console("job", "again", "4711")
    assert told.code == 1
    assert "Task 4711 was not done again." in told.err


def test_an_unreachable_host_is_an_exit_code_of_its_own(console: Console) -> None:
    console.line("far", "test+unix:///default?socket=/nowhere/sock")
    told = console("vm", "pause", "--where", "web", "--json")
    assert told.code == 3
    assert {one["result"] for one in told.json["results"]} == {"succeeded"}
    assert [one["host_id"] for one in told.json["unreached"]] == ["far"]


def test_a_query_that_finds_nothing_does_nothing(console: Console) -> None:
    told = console("vm", "shutdown", "--where", "name:nobody")
    assert (told.code, told.err) == (0, "No VM matches.\n")
    assert console("vm", "shutdown", "--where", "name:nobody", "--json").json["results"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("vm", "start"),
        ("vm", "start", "web-01", "--where", "web"),
        ("vm", "start", "--where", "(web"),
        ("vm", "start", "--where", "web", "--limit", "0"),
        ("vm", "tag", "--where", "web"),
        ("vm", "delete", "--where", "web", "--disk", "/a", "--yes"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(console: Console, words: tuple[str, ...]) -> None:
    assert console(*words).code == 2


@pytest.mark.parametrize("verb", ["force-off", "reset", "delete"])
def test_what_destroys_asks_and_without_a_person_does_nothing(console: Console, verb: str) -> None:
    told = console("vm", verb, "--where", "web")
    assert told.code == 2
    assert "--yes" in told.err
    assert console("vm", verb, "--where", "zone:south", "--yes").code == 0


def test_a_person_types_how_many(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    class Typed:
        def __init__(self, text: str) -> None:
            self.text = text

        def isatty(self) -> bool:
            return True

        closed = False

        def readline(self) -> str:
            return f"{self.text}\n"

    monkeypatch.setattr("console.cli.output.is_terminal", lambda stream: True)
    monkeypatch.setattr(sys, "stdin", Typed("2"))
    no = console("vm", "force-off", "--where", "zone:north")
    assert no.code == 1
    assert "kvm-a/web-10: Force off" in no.err
    assert "Type 3" in no.err
    monkeypatch.setattr(sys, "stdin", Typed("3"))
    assert console("vm", "force-off", "--where", "zone:north").code == 0


def test_deleting_names_the_files_that_go(console: Console) -> None:
    told = console("vm", "delete", "--where", "zone:south", "--all-disks", "--plan")
    assert told.code == 0
    assert any("db-01 is removed from its host." in line for line in told.lines)
    plan = console("vm", "delete", "--where", "zone:south", "--plan", "--json").json["plan"]
    assert [vm["files"] for vm in plan["vms"]] == [[], []]
    done = console("vm", "delete", "--where", "zone:south", "--yes")
    assert (done.code, done.lines[-1]) == (0, "2 done")


def test_an_order_is_printed_in_steps(console: Console) -> None:
    """The test driver forgets tags with the run that made them, so these are in the host's own file."""
    node = console.folder / "kvm-b.xml"
    tag = "<metadata><s:vm xmlns:s='urn:splendid:domain:1'><s:tag>db</s:tag></s:vm></metadata>"
    node.write_text(
        node.read_text("utf-8").replace("<title>db-01 title</title>", f"<title>db-01</title>{tag}"), "utf-8"
    )
    told = console("vm", "shutdown", "--where", "zone:south", "--order", "db", "--plan")
    assert told.code == 0
    assert told.lines[1:5] == [
        "Step 1, all others:",
        "  kvm-b/web-02: Shut down",
        "Step 2, tag db:",
        "  kvm-b/db-01: Shut down",
    ]
    done = console("vm", "shutdown", "--where", "zone:south", "--order", "db", "--json")
    assert (done.code, {one["result"] for one in done.json["results"]}) == (0, {"succeeded"})


def test_named_vms_go_the_short_way_unless_more_is_said(console: Console) -> None:
    short = console("vm", "pause", "web-01", "--json").json
    assert "jobs" in short
    planned = console("vm", "pause", "web-01", "--limit", "2", "--json").json
    assert [one["result"] for one in planned["results"]] == ["succeeded"]


def test_every_act_can_be_had_for_many(console: Console) -> None:
    for verb, more in (
        ("autostart", ()),
        ("describe", ("--title", "Shop")),
        ("tag", ("--add", "shop")),
        ("save", ()),
        ("reboot", ()),
    ):
        told = console("vm", verb, "--where", "zone:south", *more)
        assert told.code == 0, (verb, told)


def test_the_options_gather() -> None:
    assert bulk.Many().plain
    assert not bulk.Many("web").plain
    assert {Act.FORCE_OFF, Act.RESET, Act.DISCARD_SAVE, Act.DELETE} == bulk.DESTROYS


def test_json_is_one_document(console: Console) -> None:
    told: Any = json.loads(console("vm", "pause", "--where", "web", "--json").out)
    assert set(told) == {"job", "results", "unreached"}
