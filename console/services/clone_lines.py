"""The `splendid clone …` and `splendid template …` lines that do the same as what a person is about to do in the window."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime

from console.fleet.clones.values import CloneKind, CloneOrder, Macs, Reset
from console.fleet.domains import VmKey
from console.inventory.inventory import Inventory
from console.services.commands import vm_words

VERBS = frozenset({"make", "flatten", "keep", "family"})
"""Words behind `splendid clone` that are no VM."""


def clone(inventory: Inventory, order: CloneOrder) -> str:
    spec = inventory.spec(order.host) if order.host else None
    options = [
        *(["--linked"] if order.kind is CloneKind.LINKED else []),
        *([f"--from={order.snapshot}"] if order.snapshot else []),
        *([f"--host={spec.name if spec else order.host}"] if order.host else []),
        *([f"--pool={order.pool}"] if order.pool else []),
        *([f"--file={order.files}"] if order.files else []),
        *(["--keep-mac"] if order.macs is Macs.KEPT else []),
        *([f"--reset={order.reset}"] if order.reset is not Reset.NONE else []),
        *(["--keep-hostname"] if order.reset is not Reset.NONE and not order.hostname else []),
        *(["--throw-away"] if order.throw_away else []),
        *([f"--until={moment(order.expires)}"] if order.expires else []),
        *([f"--build={order.build}"] if order.build else []),
        *([f"--note={order.note}"] if order.note else []),
        *(f"--tag={tag}" for tag in order.tags),
        *(["--start"] if order.start else []),
    ]
    words = [*vm_words(inventory, [order.source]), *order.names]
    verb = ["make"] if words[0] in VERBS or _dashed(words) else []
    return _line(["clone", *verb], words, options)


def moment(epoch: float) -> str:
    """As --until reads it: local time, to the minute."""
    return datetime.fromtimestamp(epoch).strftime("%Y-%m-%dT%H:%M")


def flatten(inventory: Inventory, key: VmKey) -> str:
    return _line(["clone", "flatten"], vm_words(inventory, [key]))


def keep(inventory: Inventory, key: VmKey, *, throw_away: bool, expires: float = 0.0) -> str:
    """It goes by itself, when it is shut down or at a time (epoch); with neither it stays."""
    options = ["--throw-away"] if throw_away else []
    if expires:
        options.append(f"--until={moment(expires)}")
    return _line(["clone", "keep"], vm_words(inventory, [key]), options)


def family(inventory: Inventory, key: VmKey) -> str:
    return _line(["clone", "family"], vm_words(inventory, [key]))


def template(inventory: Inventory, keys: Iterable[VmKey], on: bool) -> str:
    """on: they become templates; else they stop being ones."""
    return _line(["template", "make" if on else "unmake"], vm_words(inventory, keys))


def _dashed(words: Iterable[str]) -> bool:
    return any(word.startswith("-") for word in words)


def _line(verbs: Sequence[str], words: Sequence[str], options: Sequence[str] = ()) -> str:
    """Quoted for a shell; words that look like options stand behind "--"."""
    parts = [*options, "--", *words] if _dashed(words) else [*words, *options]
    return shlex.join(["splendid", *verbs, *parts])
