from __future__ import annotations

import pytest
from click.shell_completion import ShellComplete

from console.cli import shells
from console.cli.base import Options, Program
from console.cli.main import build
from tests.unit.cli.conftest import Console, services


def complete(console: Console, *words: str) -> list[str]:
    """What a shell would offer for the last of the words; a host that is asked fails the test."""

    def fail(_options: Options) -> int:
        raise AssertionError("completion opened the window")

    root = build(Program(services=services, window=fail))
    completion = ShellComplete(root, {}, shells.NAME, shells.VARIABLE)
    *before, incomplete = words
    found = completion.get_completions(["--profile", str(console.folder), *before], incomplete)
    return [item.value for item in found]


@pytest.fixture
def seen(console: Console) -> Console:
    """After one look, with no host there any more."""
    console("vm", "tag", "web-01", "-a", "prod")
    console("vm", "list", "--quick")
    for host in ("kvm-a", "kvm-b"):
        (console.folder / f"{host}.xml").unlink()
    return console


def test_vms_come_from_the_cache(seen: Console) -> None:
    assert complete(seen, "vm", "start", "") == ["db-01", "kvm-a/web-02", "kvm-b/web-02", "web-01", "web-10"]
    assert complete(seen, "vm", "start", "WEB-1") == ["web-10"]
    assert complete(seen, "vm", "start", "kvm-b/") == ["kvm-b/db-01", "kvm-b/web-02"]
    assert complete(seen, "xml", "show", "db") == ["db-01"]


def test_hosts_and_zones_come_from_the_fleet_file(seen: Console) -> None:
    assert complete(seen, "host", "show", "kvm") == ["kvm-a", "kvm-b"]
    assert complete(seen, "vm", "list", "--zone", "") == ["north", "south"]


def test_columns_one_after_the_other(seen: Console) -> None:
    assert complete(seen, "vm", "list", "--columns", "name,uu") == ["name,uuid"]
    assert "cpu" in complete(seen, "vm", "list", "--columns", "")


def test_commands(seen: Console) -> None:
    assert complete(seen, "vm", "force") == ["force-off"]
    assert set(complete(seen, "")) >= {"host", "vm", "search", "alert", "storage", "job", "xml", "completion"}


def test_an_empty_profile_offers_nothing(empty: Console) -> None:
    assert complete(empty, "vm", "start", "") == []
    assert complete(empty, "host", "show", "") == []
    assert list(empty.folder.iterdir()) == []


def test_a_damaged_fleet_file_is_no_error(empty: Console) -> None:
    empty.fleet.write_bytes(b"\xff\xfe")
    assert complete(empty, "host", "show", "") == []


def test_queries(seen: Console) -> None:
    assert complete(seen, "search", "host:kvm-") == ["host:kvm-a", "host:kvm-b"]
    assert complete(seen, "vm", "list", "--where", "web host:kvm-b net:d") == ["web host:kvm-b net:default"]
    assert complete(seen, "search", "sna") == ["snapshots>"]
    assert complete(seen, "search", "state:sa") == ["state:saved"]
    assert complete(seen, "search", "nosuch:x") == []
