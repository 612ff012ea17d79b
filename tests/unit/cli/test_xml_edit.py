"""The XML of a VM changed on the command line. Each run of the test driver begins anew: what is changed is seen in what is said."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from console.cli import asking, xml_edit
from console.cli.session import Session
from console.libvirtxml.merging import merge
from tests.unit.cli.conftest import Console, uuid


@pytest.fixture
def text(console: Console) -> str:
    return console("xml", "show", "db-01", "--inactive").out


def write(console: Console, text: str) -> str:
    path = console.folder / "new.xml"
    path.write_text(text, "utf-8")
    return str(path)


def editor(console: Console, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """An editor that runs a script of sed's on the file."""
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"sed -i -e '{script}'")
    monkeypatch.setattr(xml_edit.tempfile, "tempdir", str(console.folder))


def lines(text: str) -> list[str]:
    return [line.replace("\u00a0", " ") for line in text.splitlines()]


def test_a_plan_says_what_changes_and_when(console: Console, text: str) -> None:
    new = text.replace("2097152", "4194304").replace("db-01 title", "Shop")
    result = console("xml", "apply", write(console, new), "--plan")
    assert result.code == 0
    said = lines(result.out)
    assert said[:2] == [
        "Memory 2 GiB → 4 GiB (next start). It runs with a ceiling of 2 GiB.",
        "Title db-01 title → Shop (now)",
    ]
    assert "-  <title>db-01 title</title>" in said
    assert "+  <title>Shop</title>" in said
    record = console("xml", "apply", write(console, new), "db-01", "--plan", "--json").json["plan"]
    assert [(c["part"], c["when"], c["why"]) for c in record["changes"]] == [
        ("memory", "next", "ceiling"),
        ("title", "now", ""),
    ]
    assert record["running"] is True


def test_applied_with_what_is_left_by_name(console: Console, text: str) -> None:
    new = text.replace("2097152", "4194304").replace("db-01 title", "Shop")
    result = console("xml", "apply", write(console, new), "--yes")
    assert result.code == 0, result.err
    assert lines(result.out) == [
        "Change the configuration db-01: Done",
        "Title db-01 title → Shop: done",
        "Memory 2 GiB → 4 GiB: at the next start. It runs with a ceiling of 2 GiB.",
    ]
    record = console("xml", "apply", write(console, new), "--yes", "--json").json
    assert [c["part"] for c in record["done"]] == ["title"]
    assert [c["part"] for c in record["left"]] == ["memory"]
    assert record["dropped"] == []
    assert record["jobs"][0]["state"] == "succeeded"


def test_only_the_next_start(console: Console, text: str) -> None:
    new = write(console, text.replace("db-01 title", "Shop"))
    result = console("xml", "apply", new, "--yes", "--next-start")
    assert lines(result.out)[1:] == ["Title db-01 title → Shop: at the next start. The running VM is to stay as it is."]


def test_without_a_yes_nothing_happens(console: Console, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    new = write(console, text.replace("db-01 title", "Shop"))
    result = console("xml", "apply", new)
    assert result.code == 2
    assert "--plan" in result.err
    monkeypatch.setattr(Session, "interactive", True)
    monkeypatch.setattr(asking, "confirmed", lambda question: "db-01" not in question)
    result = console("xml", "apply", new)
    assert result.code == 1
    assert "Title db-01 title → Shop (now)" in result.err


def test_nothing_to_change(console: Console, text: str) -> None:
    result = console("xml", "apply", write(console, text))
    assert (result.code, result.out) == (0, "Nothing changes.\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("</os>", "", "Line 24, column 10: This is not XML: Opening and ending tag mismatch: os"),
        ("<name>db-01", "<name>db-02", "Line 2, column 3: The name must stay db-01. To rename"),
        ("<clock", "<<clock", "This is not XML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(console: Console, text: str, old: str, new: str, said: str) -> None:
    place = write(console, text.replace(old, new, 1))
    result = console("xml", "apply", place, "db-01", "--yes")
    assert result.code == 1
    assert said.rpartition(":")[2] in result.err
    assert "Line" in result.err
    record = console("xml", "apply", place, "db-01", "--yes", "--json")
    assert record.json["findings"][0]["line"] > 0


def test_another_uuid_is_another_vm(console: Console, text: str) -> None:
    other = write(console, text.replace(uuid(2, 0), uuid(9, 9)))
    assert "The UUID must stay" in console("xml", "apply", other, "db-01", "--yes").err
    assert console("xml", "apply", other, "--yes").code == 1  # no VM is called so


def test_somebody_else_changed_it(console: Console, text: str) -> None:
    new = write(console, text.replace("db-01 title", "Mine"))
    result = console("xml", "apply", new, "--yes", "--expect", "0123456789abcdef")
    assert result.code == 1
    assert "Somebody else changed it meanwhile." in result.err
    base = console.folder / "base.xml"
    base.write_text(text.replace("db-01 title", "Earlier"), "utf-8")
    result = console("xml", "apply", new, "--yes", "--base", str(base))
    assert result.code == 1
    assert "-  <title>Earlier</title>" in result.err
    assert "+  <title>db-01 title</title>" in result.err
    base.write_text(text, "utf-8")
    assert console("xml", "apply", new, "--yes", "--base", str(base)).code == 0


def test_the_digest_is_that_of_versions(console: Console, text: str) -> None:
    (version,) = console("xml", "versions", "db-01", "--json").json["versions"]
    new = write(console, text.replace("db-01 title", "Mine"))
    assert console("xml", "apply", new, "--yes", "--expect", version["digest"]).code == 0


def test_an_edit(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(console, monkeypatch, "s/db-01 title/Shop/")
    result = console("xml", "edit", "db-01", "--yes")
    assert result.code == 0, result.err
    assert lines(result.out)[1] == "Title db-01 title → Shop: done"
    assert not [path for path in console.folder.iterdir() if path.name.startswith("splendid-")]


def test_an_edit_that_changes_nothing(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(console, monkeypatch, "s/nothing/else/")
    result = console("xml", "edit", "db-01")
    assert (result.code, result.err) == (0, "Nothing was changed.\n")


def test_what_was_written_is_never_lost(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(console, monkeypatch, "s/<clock/<<clock/")
    result = console("xml", "edit", "db-01", "--yes")
    assert result.code == 1
    kept = Path(result.err.rsplit(" in ", 1)[1].strip().rstrip("."))
    assert "<<clock" in kept.read_text("utf-8")
    monkeypatch.setenv("EDITOR", "false")
    assert "failed with 1" in console("xml", "edit", "db-01").err
    monkeypatch.setenv("EDITOR", "/no/such/editor")
    assert "cannot be run" in console("xml", "edit", "db-01").err


def test_a_person_goes_on_editing(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    script = console.folder / "ed.sh"
    script.write_text(
        '#!/bin/sh\nif grep -q "<<clock" "$1"; then sed -i -e "s/<<clock/<clock/" -e "s/db-01 title/Shop/" "$1"\n'
        'else sed -i "s/<clock/<<clock/" "$1"; fi\n'
    )
    script.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.setattr(xml_edit.tempfile, "tempdir", str(console.folder))
    monkeypatch.setattr(Session, "interactive", True)
    monkeypatch.setattr(asking, "confirmed", lambda _question: True)
    result = console("xml", "edit", "db-01")
    assert result.code == 0, result.err
    assert "Title db-01 title → Shop: done" in lines(result.out)


def test_clashes_are_marked() -> None:
    found = merge("a\nb\nc\n", "a\ntheirs\nc\n", "a\nmine\nc\n")
    assert xml_edit.marked(found).splitlines() == [
        "a",
        "<<<<<<< mine",
        "mine",
        "=======",
        "theirs",
        ">>>>>>> theirs",
        "c",
    ]


def test_passwords_are_hidden_in_the_plan(console: Console, text: str) -> None:
    screen = "<graphics type='vnc' port='-1' autoport='yes' passwd='geheim'/></devices>"
    result = console("xml", "apply", write(console, text.replace("</devices>", screen)), "--plan")
    assert "••••" in result.out
    assert "geheim" not in result.out


def test_a_file_that_is_no_xml_or_names_no_vm(console: Console) -> None:
    for text, said in (
        ("<domain", "Line 1, column"),
        ("<network/>", "not with <network>"),
        ("<domain/>", "names no VM"),
    ):
        result = console("xml", "apply", write(console, text), "--yes")
        assert result.code == 2
        assert said in " ".join(result.err.split())


def test_files_that_cannot_be_read(console: Console, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = console.folder / "odd.xml"
    odd.write_bytes(text.replace("db-01 title", "d\xe9").encode("latin-1"))
    result = console("xml", "apply", str(odd), "--yes")
    assert result.code == 2
    assert "is not UTF-8 (byte " in " ".join(result.err.split())
    missing = console("xml", "apply", str(console.folder / "missing.xml"), "--yes")
    assert missing.code == 1
    assert "No such file" in missing.err
    editor(console, monkeypatch, "s/db-01 title/\\xe9\\xff/")
    assert "is not UTF-8" in " ".join(console("xml", "edit", "db-01", "--yes").err.split())


def test_standard_input(console: Console, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    head = "<?xml version='1.0' encoding='UTF-8'?>\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(head + text.replace("db-01 title", "Shöp")))
    result = console("xml", "apply", "-", "--yes")
    assert result.code == 0, result.err
    assert "Title db-01 title → Shöp: done" in lines(result.out)


def test_read_only_hosts_say_so(empty: Console) -> None:
    empty.host("kvm-r", ("web",), "read_only = true")
    text = empty("xml", "show", "web").out
    result = empty("xml", "apply", write(empty, text.replace("web title", "x")), "--yes")
    assert result.code == 1
    assert "kvm-r is set to only look, never change." in result.err
