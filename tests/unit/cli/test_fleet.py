"""`splendid fleet` on the test driver: the same as the Overview says."""

from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Console


@pytest.fixture
def console(empty: Console) -> Console:
    empty.host("alpha", ("web", "db"), 'zone = "north"')
    empty.host("beta", ("mail",), 'zone = "south"')
    return empty


def test_the_fleet_in_a_table_and_as_json(console: Console) -> None:
    said = console("fleet")
    assert said.code == 0, said.err
    assert [line.split()[0] for line in said.lines[:4]] == ["Zone", "north", "south", "All"]
    record = console("fleet", "--json").json
    assert (record["total"]["vms"], record["total"]["running"], record["total"]["hosts_live"]) == (3, 3, 2)
    assert [(zone["zone"], zone["hosts"], zone["vms"]) for zone in record["zones"]] == [
        ("north", ["alpha"], 2),
        ("south", ["beta"], 1),
    ]
    assert record["total"]["vcpu_ratio"] == sum(zone["vcpus_promised"] for zone in record["zones"]) / 16
    assert record["total"]["storage"]["capacity"] > 0
    assert (record["troubles"], record["outliers"], record["forgotten"]) == ([], [], [])


def test_one_zone(console: Console) -> None:
    record = console("fleet", "--zone", "south", "--json").json
    assert (record["total"]["vms"], len(record["zones"])) == (1, 1)


def test_a_host_in_trouble_is_said_with_its_reason_and_the_way_out(console: Console) -> None:
    console.line("gone", "qemu+tcp://127.0.0.1:1/system", 'zone = "south"')
    said = console("fleet")
    assert said.code == 3
    assert "Hosts in trouble" in said.out
    assert "No connection to gone." in said.out
    assert "Check the port" in said.out
    record = console("fleet", "--json").json
    assert [(one["host"], one["state"]) for one in record["troubles"]] == [("gone", "unreachable")]


def test_what_changed_today_is_told_by_the_next_run(console: Console) -> None:
    node = console.folder / "beta.xml"
    volume = "<volume><name>old.img</name><capacity>4096</capacity><allocation>4096</allocation></volume>"
    node.write_text(node.read_text("utf-8").replace("</pool>", f"{volume}</pool>"), "utf-8")
    assert console("storage", "delete", "beta/images/old.img", "--yes").code == 0
    said = console("fleet")
    assert "1 act on storage" in said.out
    assert "Delete volume old.img (beta)" in said.out
    today = console("fleet", "--json").json["today"]
    assert today["counts"] == {"storage": 1}
    assert today["events"][0]["host_id"] == "beta"
