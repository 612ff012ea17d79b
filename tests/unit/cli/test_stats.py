"""`splendid stats` on a recorded history, and sampling."""

from __future__ import annotations

import csv
import io
import time

import pytest

from console.fleet.domains import VmKey
from console.fleet.history import Mark, MarkKind
from tests.unit.cli.conftest import Console, uuid
from tests.unit.cli.recorded import record

WEB, DB = VmKey("kvm-a", uuid(1, 0)), VmKey("kvm-b", uuid(2, 0))
GONE = VmKey("kvm-a", "99999999-2222-3333-0001-000000000000")


@pytest.fixture
def past(console: Console) -> Console:
    """The console, its VMs seen once, with two minutes of web-01, db-01 and a VM that is no more."""
    console("vm", "list")
    mark = Mark((time.time() - 600) // 60 * 60 + 30, MarkKind.CONFIG, WEB, "vcpus")
    record(console.folder, {WEB: 0.5, DB: 0.25, GONE: 1.0}, {WEB: "web-01", DB: "db-01", GONE: "gone"}, (mark,))
    return console


def test_a_vm_in_figures_and_a_curve_with_what_happened(past: Console) -> None:
    said = past("stats", "web-01", "--since", "15min")
    assert said.code == 0, said.err
    assert said.lines[0].startswith("kvm-a/web-01: ")
    cpu = next(line for line in said.lines if line.startswith("CPU"))
    assert cpu.split()[1:9] == ["50", "%"] * 4
    assert "█" in cpu
    assert any(line.startswith("Memory used") and "1 GiB" in line for line in said.lines)
    assert any(line.startswith("Network in") and "2.0 Mbit/s" in line for line in said.lines)
    assert not any(line.startswith("Disk latency") for line in said.lines)  # nobody told it
    assert said.lines[-1].endswith("vCPU changed")
    assert said.err == ""


def test_a_host_and_all_of_its_vms(past: Console) -> None:
    host = past("stats", "--host", "kvm-a", "-m", "cpu", "--since", "15min")
    assert host.lines[0].startswith("kvm-a: ")
    assert "25 %" in host.lines[2]
    assert past("stats", "kvm-a", "-m", "cpu", "--since", "15min").lines[1:] == host.lines[1:]
    each = past("stats", "--host", "kvm-a", "--by-vm", "-m", "cpu", "--since", "15min", "--json").json
    assert sorted(one["vm"] for one in each["subjects"]) == ["gone", "web-01"]


def test_json_has_every_point_and_null_for_gaps(past: Console) -> None:
    told = past("--json", "stats", "web-01", "-m", "cpu", "--since", "15min").json
    (one,) = told["subjects"]
    assert (one["host"], one["vm"], one["uuid"], one["replayed"]) == ("kvm-a", "web-01", WEB.uuid, False)
    (series,) = one["series"]
    assert (series["measure"], series["unit"], series["step"]) == ("cpu", "", 5.0)
    values = [point["mean"] for point in series["points"]]
    assert [value for value in values if value is not None] == pytest.approx([0.5] * 24, rel=1e-3)
    assert None in values
    assert [(mark["kind"], mark["text"]) for mark in one["marks"]] == [("config", "vcpus")]


def test_csv_has_a_line_a_point(past: Console) -> None:
    said = past("stats", "web-01", "db-01", "-m", "cpu,net", "--since", "15min", "--csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert {(row["host"], row["vm"], row["measure"], row["unit"]) for row in rows} == {
        ("kvm-a", "web-01", "cpu", ""),
        ("kvm-a", "web-01", "net-in", "B/s"),
        ("kvm-b", "db-01", "cpu", ""),
        ("kvm-b", "db-01", "net-in", "B/s"),
    }
    assert len(rows) == 4 * 24
    assert [float(row["mean"]) for row in rows if row["measure"] == "net-in"] == pytest.approx([250_000] * 48, rel=1e-3)


def test_points_are_joined_when_fewer_are_wanted(past: Console) -> None:
    told = past("--json", "stats", "web-01", "-m", "cpu", "--since", "15min", "--points", "3").json
    assert told["subjects"][0]["series"][0]["step"] == 300.0


def test_vms_by_a_query_of_what_was_last_seen(past: Console) -> None:
    told = past("--json", "stats", "--where", "name:web-01 or name:db-01", "-m", "cpu", "--since", "15min").json
    assert sorted(one["vm"] for one in told["subjects"]) == ["db-01", "web-01"]
    said = past("stats", "--where", "name:no-such-vm")
    assert said.code == 2
    assert "name:no-such-vm" in said.err


def test_a_vm_that_is_no_more_is_found_by_its_old_name(past: Console) -> None:
    for word in ("gone", "kvm-a/gone", GONE.uuid):
        said = past("stats", word, "-m", "cpu", "--since", "15min")
        assert said.lines[0].startswith("kvm-a/gone: "), said.err
    assert past("stats", "gone", "--host", "kvm-a", "-m", "cpu", "--since", "15min").code == 0
    assert past("stats", "gone", "--host", "kvm-b").code == 1


def test_where_nothing_is_recorded_that_is_said_and_no_file_made(console: Console) -> None:
    console("vm", "list")
    said = console("stats", "web-01")
    assert said.code == 0
    assert "Nothing is recorded of kvm-a/web-01" in said.err
    assert not list(console.folder.rglob("load.sqlite*"))


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((), 2, "which VM or host"),
        (("nix",), 1, "No VM is called nix"),
        (("--host", "nix"), 1, "No host is called nix"),
        (("web-01", "--since", "5foo"), 2, '"5foo"'),
        (("web-01", "--since", "2h", "--until", "3h"), 2, "--since is not before --until"),
        (("web-01", "--since", "2000-01-01", "--until", "2001-01-01"), 2, "a year"),
        (("web-01", "-m", "cpu,speed"), 2, "no measure speed"),
        (("web-01", "--csv", "--json"), 2, "--csv, --json"),
        (("web-01", "--by-vm"), 2, "--by-vm"),
        (("web-01", "--count", "3"), 2, "--live"),
        (("web-01", "--where", "db"), 2, "not both"),
        (("--where", "cpu>"), 2, "--where"),
        (("web-02",), 2, "kvm-a/web-02"),
    ],
)
def test_one_clear_message_for_what_cannot_be(
    console: Console, arguments: tuple[str, ...], code: int, told: str
) -> None:
    console("vm", "list")
    said = console("stats", *arguments)
    assert said.code == code, said.err
    assert told in said.err + said.out


@pytest.mark.parametrize("since", ["2h", "90s", "1h30min", "2026-01-01", "2026-01-01 13:40", "13:40:10"])
def test_a_beginning_may_be_said_in_several_ways(console: Console, since: str) -> None:
    console("vm", "list")
    said = console("stats", "web-01", "--since", since)
    assert said.code in (0, 2), said.err  # 13:40:10 may still be to come
    assert "It is no time" not in said.err
