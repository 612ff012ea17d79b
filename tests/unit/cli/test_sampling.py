"""`splendid stats --live` on the demo fleet, whose trace is told like any host's figures."""

from __future__ import annotations

import csv
import io
import json

from tests.unit.cli.conftest import Console


def test_a_line_a_round_as_text_json_and_csv(empty: Console) -> None:
    said = empty("--demo", "stats", "shop-db-01", "kvm-n11", "--live", "--count", "1", "-m", "cpu,memory")
    assert said.code == 0, said.err
    assert len(said.lines) == 2
    assert all("CPU" in line and "Memory used" in line for line in said.lines)
    assert any("kvm-n11/shop-db-01" in line for line in said.lines)
    told = json.loads(empty("--demo", "--json", "stats", "shop-db-01", "--live", "--count", "1").lines[0])
    assert (told["host"], told["vm"]) == ("kvm-n11", "shop-db-01")
    assert 0 <= told["cpu"] <= 1
    rows = list(
        csv.DictReader(io.StringIO(empty("--demo", "stats", "shop-db-01", "--live", "--count", "1", "--csv").out))
    )
    assert {row["measure"] for row in rows} == {"cpu", "memory", "disk-read", "disk-write", "net-in", "net-out"}


def test_a_host_that_cannot_be_reached_is_said(empty: Console) -> None:
    empty.line("away", "test:///no/such/file.xml")
    said = empty("stats", "--host", "away", "--live", "--count", "1")
    assert said.code == 3
    assert "away" in said.err


def test_a_vm_that_tells_nothing_is_said_and_not_waited_for_without_end(empty: Console) -> None:
    empty.line("quiet", "test:///default")
    said = empty("stats", "quiet/test", "--live", "--count", "1")
    assert said.code == 1
    assert said.out == ""
    assert "quiet/test" in said.err
