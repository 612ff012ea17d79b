"""`splendid top` on a recorded history."""

from __future__ import annotations

import csv
import io

import pytest

from console.fleet.domains import VmKey
from tests.unit.cli.conftest import Console, uuid
from tests.unit.cli.recorded import record

WEB, DB = VmKey("kvm-a", uuid(1, 0)), VmKey("kvm-b", uuid(2, 0))
GONE = VmKey("kvm-a", "99999999-2222-3333-0001-000000000000")


@pytest.fixture
def past(console: Console) -> Console:
    console("vm", "list")
    record(console.folder, {WEB: 0.5, DB: 0.25, GONE: 0.4}, {WEB: "web-01", DB: "db-01", GONE: "gone"})
    return console


def test_four_short_lists(past: Console) -> None:
    said = past("top", "--since", "15min")
    assert said.code == 0, said.err
    heads = [line.split()[0] for line in said.lines if line.endswith("Known")]
    assert heads == ["CPU", "Memory", "Disk", "Network"]
    first = said.lines[1].split()
    assert first[:4] == ["web-01", "kvm-a", "1.0", "CPU"]  # half of two vCPUs
    assert any(line.startswith("gone") and "0.40 CPU" in line for line in said.lines)


def test_one_list_by_host_tag_or_of_some(past: Console) -> None:
    told = past("--json", "top", "-m", "net", "--by", "host", "--since", "15min").json
    assert [(row["name"], row["mean"]) for row in told["top"]["net"]] == [
        ("kvm-a", pytest.approx(500_000, rel=1e-3)),
        ("kvm-b", pytest.approx(250_000, rel=1e-3)),
    ]
    tags = past("top", "-m", "cpu", "--by", "tag", "--since", "15min")
    assert tags.lines[1].startswith("no tag")
    some = past("--json", "top", "-m", "cpu", "--where", "name:db-01", "--since", "15min").json["top"]["cpu"]
    assert [(row["name"], row["share"], row["unit"]) for row in some] == [("db-01", 1.0, "CPU")]
    mine = past("--json", "top", "-m", "cpu", "--host", "kvm-a", "--since", "15min").json["top"]["cpu"]
    assert [row["name"] for row in mine] == ["web-01", "gone"]


def test_no_more_than_asked_for_and_the_rest_is_counted(past: Console) -> None:
    said = past("top", "-m", "cpu", "-n", "1", "--since", "15min")
    assert len(said.lines) == 3
    assert said.lines[-1] == "and 2 more"


def test_as_csv(past: Console) -> None:
    rows = list(csv.DictReader(io.StringIO(past("top", "--since", "15min", "--csv").out)))
    assert {row["measure"] for row in rows} == {"cpu", "memory", "disk", "net"}
    first = rows[0]
    assert (first["name"], first["host"], first["uuid"], float(first["mean"])) == (
        "web-01",
        "kvm-a",
        WEB.uuid,
        pytest.approx(1.0, rel=1e-3),
    )
    disk = next(row for row in rows if row["measure"] == "disk")
    assert float(disk["mean"]) == pytest.approx(3e6, rel=1e-3)


def test_where_nothing_is_recorded_that_is_said(console: Console) -> None:
    said = console("top")
    assert said.code == 0
    assert said.out == ""
    assert "Nothing is recorded of that time" in said.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--by", "zone"), "zone"),
        (("-m", "pressure"), "pressure"),
        (("--where", "name:none"), "name:none"),
        (("--since", "1h", "--until", "2h"), "--since"),
        (("--csv", "--json"), "--csv, --json"),
    ],
)
def test_one_clear_message_for_what_cannot_be(past: Console, arguments: tuple[str, ...], told: str) -> None:
    said = past("top", *arguments)
    assert said.code == 2
    assert told in said.err + said.out
