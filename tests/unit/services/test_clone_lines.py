"""The lines to copy name what is meant, and survive a shell."""

from __future__ import annotations

import shlex
from datetime import datetime

from console.fleet.clones.values import CloneKind, CloneOrder, Macs, Reset
from console.fleet.domains import Domain, VmKey
from console.fleet.hosts import HostSpec
from console.fleet.updates import DomainsRead
from console.inventory.inventory import Inventory
from console.services import clone_lines

BLANK, ODD = VmKey("a", "1"), VmKey("a", "2")


def fleet() -> Inventory:
    inventory = Inventory()
    inventory.set_hosts([HostSpec("a", "A", "test:///a"), HostSpec("b", "B", "test:///b")])
    inventory.apply(DomainsRead("a", (Domain(BLANK, "blank"), Domain(ODD, "family"))))
    return inventory


def words(line: str) -> list[str]:
    return shlex.split(line)[1:]


def test_cloning_says_only_what_is_not_usual() -> None:
    assert words(clone_lines.clone(fleet(), CloneOrder(BLANK, ("qa-1", "qa-2")))) == ["clone", "blank", "qa-1", "qa-2"]
    until = datetime(2030, 1, 2, 3, 4).astimezone().timestamp()
    order = CloneOrder(
        *(BLANK, ("qa 1",), CloneKind.LINKED, "clean", "b", "fast", "{name}.img", Macs.KEPT, Reset.SEED),
        hostname=False, build="4711", note="it's", tags=("x",), start=True, throw_away=True, expires=until,
    )  # fmt: skip
    assert words(clone_lines.clone(fleet(), order)) == [
        "clone", "blank", "qa 1", "--linked", "--from=clean", "--host=B", "--pool=fast", "--file={name}.img",
        "--keep-mac", "--reset=seed", "--keep-hostname", "--throw-away", "--until=2030-01-02T03:04", "--build=4711",
        "--note=it's", "--tag=x", "--start",
    ]  # fmt: skip


def test_a_vm_called_like_a_command_is_a_vm() -> None:
    assert words(clone_lines.clone(fleet(), CloneOrder(ODD, ("x",)))) == ["clone", "make", "family", "x"]
    assert words(clone_lines.clone(fleet(), CloneOrder(BLANK, ("-x",), start=True))) == [
        *("clone", "make", "--start", "--", "blank", "-x")
    ]


def test_the_rest() -> None:
    inventory = fleet()
    assert words(clone_lines.flatten(inventory, BLANK)) == ["clone", "flatten", "blank"]
    assert words(clone_lines.family(inventory, BLANK)) == ["clone", "family", "blank"]
    assert words(clone_lines.keep(inventory, BLANK, throw_away=False)) == ["clone", "keep", "blank"]
    assert words(clone_lines.keep(inventory, BLANK, throw_away=True)) == ["clone", "keep", "blank", "--throw-away"]
    assert words(clone_lines.template(inventory, [BLANK, ODD], True)) == ["template", "make", "blank", "family"]
    assert words(clone_lines.template(inventory, [BLANK], False)) == ["template", "unmake", "blank"]
