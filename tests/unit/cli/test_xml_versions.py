from __future__ import annotations

from pathlib import Path

from tests.unit.cli.conftest import Console, uuid


def changed(console: Console, old: str, new: str) -> None:
    """Edits the node file: what the test driver begins with in the next run, as if somebody else had changed it."""
    node = console.folder / "kvm-b.xml"
    text = node.read_text("utf-8")
    assert old in text
    node.write_text(text.replace(old, new), "utf-8")


def test_versions_are_listed_compared_and_gone_back_to(console: Console) -> None:
    assert console("xml", "versions", "db-01").code == 0
    changed(console, "db-01 title", "Shop")
    table = console("xml", "versions", "db-01")
    rows = [line.split("  ") for line in table.lines]
    assert ["Changed elsewhere" in line for line in table.lines] == [False, True, False]
    assert "First seen" in table.lines[2], rows
    found = console("xml", "versions", "db-01", "--json").json["versions"]
    assert [v["reason"] for v in found] == ["elsewhere", "seen"]
    diff = console("xml", "diff", "db-01")
    assert diff.lines[0] == "Title db-01 title → Shop"
    assert "+  <title>Shop</title>" in diff.lines
    back = console("xml", "restore", "db-01", str(found[1]["id"]), "--yes")
    assert back.code == 0, back.err
    assert "Title Shop → db-01 title: done" in back.lines
    assert console("xml", "versions", "db-01", "--json").json["versions"][1]["reason"] == "restore"


def test_diff_of_any_two_states(console: Console, tmp_path: Path) -> None:
    (now,) = console("xml", "versions", "db-01", "--json").json["versions"]
    same = console("xml", "diff", "db-01", str(now["id"]), "now")
    assert (same.code, same.out) == (0, "Nothing differs.\n")
    file = tmp_path / "a.xml"
    file.write_text(console("xml", "show", "db-01", "--inactive").out.replace("db-01 title", "File"))
    found = console("xml", "diff", "db-01", str(file), "--json").json
    assert [(c["part"], c["before"], c["after"]) for c in found["changes"]] == [("title", "File", "db-01 title")]
    assert console("xml", "diff", "db-01", "now", "running").code == 0
    wrong = console("xml", "diff", "db-01", "nonsense")
    assert wrong.code == 2
    assert "nonsense is no version" in " ".join(wrong.err.split())


def test_what_waits_for_the_next_start(console: Console) -> None:
    result = console("xml", "diff", "db-01", "running", "now")
    assert result.code == 0
    assert result.lines[0] == "Nothing differs."


def test_a_version_of_another_vm_or_none(console: Console) -> None:
    console("xml", "versions", "db-01")
    (other,) = console("xml", "versions", "web-01", "--json").json["versions"]
    for id in (str(other["id"]), "99"):
        wrong = console("xml", "restore", "db-01", id, "--yes")
        assert wrong.code == 2
        assert "There is no version" in " ".join(wrong.err.split())


def test_versions_can_be_read_while_the_host_is_away(console: Console) -> None:
    assert console("vm", "list").code == 0  # it is known from then on
    console("xml", "versions", "db-01")
    (console.folder / "kvm-b.xml").unlink()
    found = console("xml", "versions", uuid(2, 0), "--json")
    assert found.code == 0, found.err
    assert [v["reason"] for v in found.json["versions"]] == ["seen"]
