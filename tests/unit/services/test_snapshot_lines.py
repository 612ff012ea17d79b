"""The lines to copy name what is meant, and survive a shell."""

from __future__ import annotations

import shlex

from console.fleet.domains import Domain, VmKey
from console.fleet.hosts import HostSpec
from console.fleet.snapshots.plans import TakeOrder
from console.fleet.updates import DomainsRead
from console.inventory.inventory import Inventory
from console.services import snapshot_lines

WEB, DB = VmKey("a", "1"), VmKey("a", "2")


def fleet() -> Inventory:
    inventory = Inventory()
    inventory.set_hosts([HostSpec("a", "A", "test:///a")])
    inventory.apply(DomainsRead("a", (Domain(WEB, "web"), Domain(DB, "db"))))
    return inventory


def words(line: str) -> list[str]:
    start, group, *rest = shlex.split(line)
    assert (start, group) == ("splendid", "snapshot")
    return rest


def test_taking_says_only_what_is_not_usual() -> None:
    assert words(snapshot_lines.take(fleet(), [WEB], TakeOrder("clean"))) == ["take", "web", "clean"]
    order = TakeOrder("s 1", "Fresh; 'x'", memory=False, freeze=True, kind="external", targets=("vda",), build="4711")
    assert words(snapshot_lines.take(fleet(), [WEB, DB], order, together=True)) == [
        "take", "web", "db", "s 1", "--disk-only", "--freeze", "--kind", "external", "--disk", "vda",
        "--description=Fresh; 'x'", "--build=4711", "--together",
    ]  # fmt: skip


def test_reverting_and_deleting() -> None:
    inventory = fleet()
    assert words(snapshot_lines.revert(inventory, [WEB], "clean", branch="kept", start=False)) == [
        *("revert", "web", "clean", "--branch=kept", "--no-start")
    ]
    assert words(snapshot_lines.delete(inventory, [WEB, DB], "clean", below=True)) == [
        *("delete", "web", "db", "clean", "--below")
    ]


def test_those_found_by_a_query_are_named_by_it() -> None:
    line = snapshot_lines.delete(fleet(), [WEB, DB], "clean", where="tag:qa state:off")
    assert words(line) == ["delete", "clean", "--where=tag:qa state:off"]


def test_names_like_options_are_none() -> None:
    assert words(snapshot_lines.delete(fleet(), [WEB], "--yes")) == ["delete", "--", "web", "--yes"]
    assert words(snapshot_lines.rename(fleet(), WEB, "a", "-b")) == ["rename", "--", "web", "a", "-b"]


def test_the_rest() -> None:
    inventory = fleet()
    assert words(snapshot_lines.describe(inventory, WEB, "a", "")) == ["describe", "web", "a", "--text="]
    assert words(snapshot_lines.compare(inventory, WEB, "a")) == ["compare", "web", "a"]
    assert words(snapshot_lines.compare(inventory, WEB, "a", "b")) == ["compare", "web", "a", "b"]
    assert words(snapshot_lines.doctor(inventory, [WEB, DB])) == ["doctor", "web", "db"]
    assert words(snapshot_lines.repair(inventory, WEB, ["orphan"], ["/p/x"])) == [
        *("repair", "web", "--code=orphan", "--file=/p/x")
    ]
    assert words(snapshot_lines.retention(inventory, [WEB], 5, 30)) == ["retention", "web", "--keep=5", "--days=30"]
