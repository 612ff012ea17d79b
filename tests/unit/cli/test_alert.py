from __future__ import annotations

import errno
import json
import time
from pathlib import Path

import pytest

from console.files.atomic import write_text
from console.services import alerts as service
from console.settings import preferences
from tests.unit.cli.conftest import Console


def test_rules_are_kept_listed_and_removed(empty: Console) -> None:
    assert empty("alert", "list").err.startswith("Nothing is watched for yet.")
    told = empty("alert", "add", "Hot", "state:running cpu>95 for 10m")
    assert (told.code, told.out) == (0, "Hot is watched for: state:running cpu>95 for 10 min\n")
    assert empty("alert", "add", "Lost", "--host-lost", "for", "2m").code == 0
    assert empty("alert", "add", "Full", "zone:north", "--pool-full", "85").code == 0
    rules = empty("alert", "list", "--json").json["alerts"]
    assert [(rule["name"], rule["kind"], rule["query"], rule["for"], rule["limit"]) for rule in rules] == [
        ("Hot", "vms", "state:running cpu>95", 600.0, None),
        ("Lost", "host-lost", "", 120.0, None),
        ("Full", "pool-full", "zone:north", 0.0, 85.0),
    ]
    lines = empty("alert", "list").lines
    assert lines[1] == "Hot   state:running cpu>95 for 10 min  yes"
    assert lines[3] == "Full  pool over 85 %, zone:north       yes"
    assert empty("alert", "remove", "hot").out == "Hot is no longer watched for.\n"
    assert empty("alert", "remove", "lost", "--json").json == {"removed": ["Lost"]}
    empty("alert", "add", "Lost", "--host-lost")
    assert len(empty("alert", "list").lines) == 3


def test_a_rule_of_that_name_is_changed_and_stays_silent(empty: Console) -> None:
    empty("alert", "add", "Hot", "cpu>95")
    assert empty("alert", "silence", "Hot", "--for", "8h").out.startswith("Hot is silent until ")
    assert empty("alert", "add", "hot", "cpu>90").out == "hot is changed: cpu>90\n"
    [rule] = empty("alert", "list", "--json").json["alerts"]
    assert (rule["query"], rule["silent"]) == ("cpu>90", True)
    assert rule["silent_until"].endswith("Z")
    assert "silent until" in empty("alert", "list").out
    assert empty("alert", "silence", "hot").out == "hot is silent.\n"
    [rule] = empty("alert", "list", "--json").json["alerts"]
    assert (rule["silent"], rule["silent_until"]) == (True, None)
    assert empty("alert", "silence", "hot", "--off").out == "hot tells again.\n"
    assert empty("alert", "silence", "hot", "--off", "--json").json["alert"]["silent"] is False
    assert empty("alert", "list").lines[1].endswith("yes")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "Hot", "cpu>"), 2, "What should cpu be?"),
        (("add", "Hot", "cpu>95 for 10parsecs"), 2, "10parsecs is no time"),
        (("add", "Hot"), 2, "Say what to watch for"),
        (("add", " ", "cpu>95"), 2, "An alert wants a name."),
        (("add", "x", "--host-lost", "--pool-full", "90"), 2, "Say one of"),
        (("add", "x", "--pool-full", "900"), 2, "900"),
        (("remove", "cold"), 1, "cold"),
        (("silence", "cold"), 1, "cold"),
        (("silence", "cold", "--for", "soon"), 2, "soon is no time"),
        (("silence", "cold", "--for", "1h", "--off"), 2, "Say one of"),
        (("watch",), 2, "Nothing is watched for yet."),
    ],
)
def test_what_cannot_be_meant(empty: Console, arguments: tuple[str, ...], code: int, said: str) -> None:
    result = empty("alert", *arguments)
    assert (result.code, said in result.err) == (code, True), result.err


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "EVERY", 0.1)
    monkeypatch.setattr(service, "SETTLE", 0.2)


@pytest.mark.usefixtures("quick")
def test_watching_prints_what_fires(console: Console) -> None:
    console("alert", "add", "Web", "name:web-1 state:running")
    result = console("alert", "watch", "--for", "2s")
    assert (result.code, result.lines) == (0, ["Web: web-10 on kvm-a"])
    result = console("alert", "watch", "--for", "2s", "--json")
    [line] = result.lines
    told = json.loads(line)
    assert (told["event"], told["alert"], told["vm"], told["host"]) == ("began", "Web", "web-10", "kvm-a")


def test_names_are_completed(empty: Console) -> None:
    empty("alert", "add", "Hot", "cpu>95")
    from tests.unit.cli.test_completing import complete  # noqa: PLC0415

    assert complete(empty, "alert", "remove", "") == ["Hot"]
    assert complete(empty, "alert", "silence", "x") == []


def test_done_is_said_only_of_what_is_written(empty: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(path: Path, text: str) -> None:
        time.sleep(1.5)  # longer than the end of the program waits
        write_text(path, text)

    monkeypatch.setattr(preferences, "write_text", slow)
    assert empty("alert", "add", "Hot", "cpu>95").code == 0
    assert empty("search", "web", "--save", "Web").code == 0
    assert [rule["name"] for rule in empty("alert", "list", "--json").json["alerts"]] == ["Hot"]
    assert [each["name"] for each in empty("search", "--saved", "--json").json["searches"]] == ["Web"]

    def full(path: Path, text: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(preferences, "write_text", full)
    said = empty("alert", "remove", "Hot")
    assert said.code == 1
    assert said.err.startswith("Alerts stay as they are: preferences.toml. ")
