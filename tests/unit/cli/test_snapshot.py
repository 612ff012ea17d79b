"""`splendid snapshot` on libvirt's test driver. Each run finds its host as the fixture made it."""

from __future__ import annotations

from typing import Any

import pytest

from console.cli import asking
from console.cli.session import Session
from tests.unit.cli.conftest import Console, Result
from tests.unit.cli.snapshotted import NAMES, snapshotted

__all__ = ["snapshotted"]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_tree(snapshotted: Console) -> None:
    result = snapshotted("snapshot", "list", "web-01")
    assert result.code == 0
    assert [line.split("  ")[0] for line in result.lines[1:]] == ["● clean", "├─● german", "● later", "○ now"]
    assert "internal, with memory" in result.lines[1]
    assert "About clean" in result.lines[1]


def test_trees_of_many_stand_under_their_vms(snapshotted: Console) -> None:
    result = snapshotted("snapshot", "list", "--where", "name:web*")
    assert [line for line in result.lines if line.startswith("kvm-a/")] == [f"kvm-a/{name}" for name in NAMES]
    record = snapshotted("snapshot", "list", "web-01", "web-10", "--json").json
    assert [(vm["name"], len(vm["snapshots"])) for vm in record["vms"]] == [("web-01", 3), ("web-10", 0)]
    assert record["unreached"] == []
    assert [one["current"] for one in record["vms"][0]["snapshots"]] == [False, False, True]


def test_which_vms_is_said_by_names_or_by_a_query_not_both(snapshotted: Console) -> None:
    for words in ((), ("web-01", "--where", "name:web*")):
        result = snapshotted("snapshot", "list", *words)
        assert (result.code, "Name VMs, or say with --where which." in result.err) == (2, True)
    nobody = snapshotted("snapshot", "delete", "--where", "name:nobody", "clean", "--yes")
    assert (nobody.code, nobody.out, nobody.err) == (0, "", "No VM matches.\n")
    assert snapshotted("snapshot", "take", "--where", "name:nobody", "x", "--json").json == {
        "plan": None,
        "unreached": [],
    }


def test_one_snapshot(snapshotted: Console) -> None:
    result = snapshotted("snapshot", "show", "web-01", "later")
    assert "Then         now" in result.lines
    assert "After        clean" in result.lines
    assert snapshotted("snapshot", "show", "web-01", "later", "--json").json["snapshot"]["parent"] == "clean"
    assert "<domainsnapshot>" in snapshotted("snapshot", "show", "web-01", "later", "--xml").out
    assert "<domain " in snapshotted("snapshot", "show", "web-01", "later", "--xml", "--json").json["snapshot"]["xml"]


@pytest.mark.parametrize(
    "words",
    [
        ("show", "web-01", "latr"),
        ("revert", "web-01", "latr", "--plan"),
        ("delete", "web-01", "latr", "--yes"),
        ("rename", "web-01", "latr", "x"),
        ("describe", "web-01", "latr", "--text", "x"),
        ("compare", "web-01", "latr"),
        ("compare", "web-01", "clean", "latr"),
    ],
)
def test_a_snapshot_that_is_not_there_is_told_with_those_that_are(snapshotted: Console, words: tuple[str, ...]) -> None:
    result = snapshotted("snapshot", *words)
    assert result.code == 1
    assert result.err == "latr is no snapshot of it. It has clean, german, later. See splendid snapshot list.\n"
    assert snapshotted("snapshot", *words, "--json").json["error"]["reason"] == "gone"


def test_taking_asks_nobody_where_nothing_is_lost(snapshotted: Console) -> None:
    plan = snapshotted("snapshot", "take", "web-01", "new", "--plan")
    assert (plan.code, plan.lines[0].startswith("Take snapshot new, kvm-a/web-01: ")) == (0, True)
    assert snapshotted("job", "list").lines == []
    result = snapshotted("snapshot", "take", "web-01", "new", "-d", "Fresh")
    assert (result.code, result.out) == (0, "web-01: Snapshot new taken\n")
    assert snapshotted("snapshot", "take", "web-01", "new", "--json").json["jobs"][0]["kind"] == "snapshot.take"


def test_a_name_that_is_taken_is_refused_by_the_plan(snapshotted: Console) -> None:
    result = snapshotted("snapshot", "take", "web-01", "clean")
    assert (result.code, result.out) == (1, "")
    assert "There is a snapshot clean already. Choose another name." in result.err
    plan = snapshotted("snapshot", "take", "web-01", "clean", "--plan", "--json")
    assert (plan.code, plan.json["plan"]["refused"], plan.json["plan"]["command"]) == (1, True, None)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("revert", "clean"), "splendid snapshot revert web-01 clean"),
        (
            ("revert", "clean", "--branch", "kept", "--no-start"),
            "splendid snapshot revert web-01 clean --branch=kept --no-start",
        ),
        (("delete", "clean", "--below"), "splendid snapshot delete web-01 clean --below"),
        (
            ("take", "x", "--description", "a b"),
            "splendid snapshot take web-01 x --kind internal --disk vda '--description=a b'",
        ),
        (("rename", "clean", "cleaner"), "splendid snapshot rename web-01 clean cleaner"),
        (("describe", "clean", "--text", "t"), "splendid snapshot describe web-01 clean --text=t"),
    ],
)
def test_a_plan_tells_the_line_that_does_the_same(snapshotted: Console, words: tuple[str, ...], line: str) -> None:
    verb, *rest = words
    plan = snapshotted("snapshot", verb, "web-01", *rest, "--plan", "--json").json["plan"]
    assert plan["command"] == line
    assert plan["vms"][0]["name"] == "web-01"


def test_deleting_names_what_is_lost_and_asks(snapshotted: Console) -> None:
    plan = snapshotted("snapshot", "delete", "web-01", "clean", "--below", "--plan", "--json").json["plan"]
    assert plan["vms"][0]["lost"] == ["clean", "german", "later"] or set(plan["vms"][0]["lost"]) == {
        *("clean", "german", "later")
    }
    refused = snapshotted("snapshot", "delete", "web-01", "clean")
    assert (refused.code, "--plan" in refused.err) == (2, True)
    done = snapshotted("snapshot", "delete", "web-01", "clean", "--yes")
    assert (done.code, done.out) == (0, "web-01: Snapshot clean deleted\n")


@pytest.mark.parametrize(("typed", "code"), [("clean", 0), ("later", 1), ("", 1), ("yes", 1)])
@pytest.mark.parametrize("verb", ["delete", "revert"])
def test_on_a_terminal_the_snapshot_s_name_is_typed(
    snapshotted: Console, monkeypatch: pytest.MonkeyPatch, verb: str, typed: str, code: int
) -> None:
    result, asked = answered(snapshotted, monkeypatch, typed, "snapshot", verb, "web-01", "clean")
    assert result.code == code
    assert asked[0].startswith("Type the snapshot's name to ")
    assert "kvm-a/web-01" in result.err
    jobs: list[Any] = snapshotted("job", "list", "--json").json["jobs"]
    assert bool(jobs) is (code == 0)


def answered(console: Console, monkeypatch: pytest.MonkeyPatch, text: str, *words: str) -> tuple[Result, list[str]]:
    """A run at a terminal, where every question is answered so."""
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return text

    with monkeypatch.context() as patch:
        patch.setattr(Session, "interactive", property(lambda _self: True))
        patch.setattr(asking, "typed", answer)
        return console(*words), asked


def test_many_are_taken_back_in_one_act_or_none_is(snapshotted: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    done = snapshotted("snapshot", "revert", "web-01", "web-02", "clean", "--yes")
    assert (done.code, done.lines) == (0, ["web-01: Reverted to clean", "web-02: Reverted to clean"])
    none = snapshotted("snapshot", "revert", "--where", "name:web*", "clean", "--yes")
    assert none.code == 1
    assert none.err.startswith("Nothing is done: all or none.\nRevert clean, kvm-a/web-10:\n")
    result, asked = answered(snapshotted, monkeypatch, "2", "snapshot", "revert", "web-01", "web-02", "clean")
    assert (result.code, asked) == (0, ["Type 2 to take these VMs back:"])
    wrong, _asked = answered(snapshotted, monkeypatch, "1", "snapshot", "delete", "web-01", "web-02", "clean")
    assert wrong.code == 1


def test_many_at_one_moment(snapshotted: Console) -> None:
    plan = snapshotted("snapshot", "take", *NAMES, "stack", "--together", "--plan", "--json").json["plan"]
    assert plan["together"]
    assert plan["command"] == "splendid snapshot take web-01 web-02 web-10 stack --together"
    done = snapshotted("snapshot", "take", *NAMES, "stack", "--together")
    assert (done.code, done.lines) == (0, [f"{name}: Snapshot stack taken" for name in NAMES])


def test_another_name_and_another_description(snapshotted: Console) -> None:
    assert snapshotted("snapshot", "rename", "web-01", "german", "deutsch").out == "web-01: Snapshot german renamed\n"
    assert (
        snapshotted("snapshot", "describe", "web-01", "german", "--text", "").out
        == "web-01: Snapshot german described\n"
    )
    taken = snapshotted("snapshot", "rename", "web-01", "german", "clean")
    assert (taken.code, "There is a snapshot clean already." in taken.err) == (1, True)


def test_garbage_is_wrong_usage_or_refused(snapshotted: Console) -> None:
    assert snapshotted("snapshot", "take", "web-01", "x", "--kind", "odd").code == 2
    assert snapshotted("snapshot", "describe", "web-01", "clean").code == 2
    for name in ("", " ", "a/b", "x" * 400, "a\nb"):
        result = snapshotted("snapshot", "take", "web-01", name)
        assert (result.code, result.out) == (1, ""), name
        assert result.err, name
    assert snapshotted("snapshot", "take", "web-01", "x", "--disk", "vdz").code == 1
    for words in (("take", "web-01", "x", "-d", "bell\a"), ("describe", "web-01", "clean", "--text", "\ufffe")):
        result = snapshotted("snapshot", *words)
        assert (result.code, result.out) == (1, "")
        assert "The text has characters that cannot be kept." in result.err
    lines = snapshotted("snapshot", "describe", "web-01", "clean", "--text", "one\n\ttwo", "--plan")
    assert lines.code == 0
    assert snapshotted("snapshot", "take", "nobody", "x").code == 1


def test_a_host_that_is_not_there_is_told_by_the_exit_code(snapshotted: Console) -> None:
    snapshotted.line("kvm-x", "test:///nowhere.xml")
    assert snapshotted("snapshot", "list", "kvm-x/web", "--json").code == 3
    some = snapshotted("snapshot", "list", "--where", "name:web-01", "--json")
    assert (some.code, len(some.json["vms"]), len(some.json["unreached"])) == (3, 1, 1)
