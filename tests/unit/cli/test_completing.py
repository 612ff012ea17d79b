from __future__ import annotations

import json

import pytest
from click.shell_completion import ShellComplete

from console.cli import completing, shells
from console.cli.base import Options, Program
from console.cli.completing import remember
from console.cli.main import build
from tests.unit.cli.conftest import Console, services, uuid


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


def test_pools_of_the_host_that_is_named(seen: Console) -> None:
    assert complete(seen, "clone", "web-01", "x", "--pool", "") == ["images"]
    assert complete(seen, "clone", "web-01", "x", "--host", "kvm-b", "--pool", "im") == ["images"]
    assert complete(seen, "clone", "web-01", "x", "--host", "nobody", "--pool", "") == []


def test_snapshots_that_were_looked_at(seen: Console) -> None:
    options = Options(seen.folder)
    assert complete(seen, "snapshot", "revert", "web-01", "") == ["db-01", "kvm-a/web-02", "kvm-b/web-02", "web-10"]
    remember(options, uuid(1, 0), ["clean", "crash: index"])
    remember(options, uuid(1, 2), ["other"])
    assert complete(seen, "snapshot", "show", "web-01", "") == ["clean", "crash: index"]
    assert complete(seen, "snapshot", "show", "kvm-a/web-10", "") == ["other"]
    assert complete(seen, "snapshot", "show", "db-01", "") == []
    assert complete(seen, "snapshot", "revert", "web-01", "c") == ["clean", "crash: index"]
    assert complete(seen, "snapshot", "revert", "web-01", "web-10", "")[:3] == ["clean", "crash: index", "other"]
    assert complete(seen, "snapshot", "delete", "--where", "tag:x", "") == ["clean", "crash: index", "other"]
    assert complete(seen, "clone", "web-01", "--from", "") == ["clean", "crash: index"]
    remember(options, uuid(1, 0), [])
    assert complete(seen, "snapshot", "show", "web-01", "") == []


def test_what_is_remembered_of_snapshots_is_bounded_and_may_be_damaged(seen: Console) -> None:
    options = Options(seen.folder)
    for number in range(completing.MOST + 5):
        remember(options, f"u{number}", ["s"])
    kept = seen.folder / "cache" / completing.SNAPSHOTS
    assert len(json.loads(kept.read_text("utf-8"))) == completing.MOST
    for damage in ("", "[1]", "{", "\x00"):
        kept.write_text(damage, "utf-8")
        assert complete(seen, "snapshot", "show", "web-01", "") == []
    kept.unlink()
    kept.mkdir()
    remember(options, "u", ["s"])  # cannot be written: not missed


def test_a_vm_or_a_word_after_clone(seen: Console) -> None:
    assert complete(seen, "clone", "web-") == ["kvm-a/web-02", "kvm-b/web-02", "web-01", "web-10"]
    assert complete(seen, "clone", "f") == ["flatten", "family"]
    assert complete(seen, "template", "make", "web-1") == ["web-10"]
