"""The `splendid snapshot …` lines that do the same as what a person is about to do in the window."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from console.fleet.domains import VmKey
from console.fleet.snapshots.plans import TakeOrder
from console.inventory.inventory import Inventory
from console.services.commands import vm_words


def take(
    inventory: Inventory, keys: Iterable[VmKey], order: TakeOrder, *, together: bool = False, where: str = ""
) -> str:
    """together: all of them stand still at one moment. where: the query the VMs were found by, which names them instead."""
    options = [
        *(["--disk-only"] if not order.memory else []),
        *(["--freeze"] if order.freeze else []),
        *(["--kind", order.kind] if order.kind != "auto" else []),
        *(part for target in order.targets for part in ("--disk", target)),
        *([f"--description={order.description}"] if order.description else []),
        *([f"--build={order.build}"] if order.build else []),
        *(["--together"] if together else []),
    ]
    return _many("take", inventory, keys, [order.name], options, where)


def revert(
    inventory: Inventory,
    keys: Iterable[VmKey],
    name: str,
    *,
    branch: str = "",
    start: bool | None = None,
    where: str = "",
) -> str:
    """branch: name of the snapshot that keeps the present state first. start: None = as the snapshot has it."""
    options = [f"--branch={branch}"] if branch else []
    if start is not None:
        options.append("--start" if start else "--no-start")
    return _many("revert", inventory, keys, [name], options, where)


def delete(inventory: Inventory, keys: Iterable[VmKey], name: str, *, below: bool = False, where: str = "") -> str:
    """below: with all that go on from it."""
    return _many("delete", inventory, keys, [name], ["--below"] if below else [], where)


def rename(inventory: Inventory, key: VmKey, name: str, new: str) -> str:
    return _line("rename", [*vm_words(inventory, [key]), name, new])


def describe(inventory: Inventory, key: VmKey, name: str, text: str) -> str:
    return _line("describe", [*vm_words(inventory, [key]), name], [f"--text={text}"])


def compare(inventory: Inventory, key: VmKey, name: str, other: str = "") -> str:
    """other: "" = how the VM is now."""
    return _line("compare", [*vm_words(inventory, [key]), name, *([other] if other else [])])


def doctor(inventory: Inventory, keys: Iterable[VmKey]) -> str:
    return _line("doctor", vm_words(inventory, keys))


def repair(inventory: Inventory, key: VmKey, codes: Iterable[str] = (), files: Iterable[str] = ()) -> str:
    """codes, files: of the findings that are mended, none = all that can be."""
    options = [*(f"--code={code}" for code in codes), *(f"--file={path}" for path in files)]
    return _line("repair", vm_words(inventory, [key]), options)


def retention(inventory: Inventory, keys: Iterable[VmKey], keep: int = 0, days: float = 0, where: str = "") -> str:
    """keep: how many at least; days: how old they may get; 0 = no such rule."""
    options = [f"--keep={keep}"] if keep else []
    if days:
        options.append(f"--days={days:g}")
    return _many("retention", inventory, keys, [], options, where)


def _many(
    verb: str,
    inventory: Inventory,
    keys: Iterable[VmKey],
    more: Sequence[str],
    options: Sequence[str],
    where: str,
) -> str:
    if where:
        return _line(verb, more, [f"--where={where}", *options])
    return _line(verb, [*vm_words(inventory, keys), *more], options)


def _line(verb: str, words: Sequence[str], options: Sequence[str] = ()) -> str:
    """Quoted for a shell; words that look like options stand behind "--"."""
    dashed = any(word.startswith("-") for word in words)
    parts = [*options, "--", *words] if dashed else [*words, *options]
    return shlex.join(["splendid", "snapshot", verb, *parts])
