"""The `splendid …` line that does the same as what a person is about to do in the window."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from console.fleet.domains import VmKey
from console.inventory.inventory import Inventory


def vm_word(inventory: Inventory, key: VmKey) -> str:
    """The shortest word that names one VM for certain: its name, host/name, or host/UUID."""
    domain = inventory.domain(key)
    spec = inventory.spec(key.host)
    host = spec.name if spec else key.host
    if domain is None:
        return f"{host}/{key.uuid}"
    same = [other.key for other in inventory.domains() if other.name == domain.name]
    if len(same) == 1 and "/" not in domain.name:
        return domain.name
    if sum(other.host == key.host for other in same) == 1:
        return f"{host}/{domain.name}"
    return f"{host}/{key.uuid}"


def vm_line(inventory: Inventory, verb: str, keys: Iterable[VmKey], *more: str) -> str:
    """`splendid vm VERB NAME… OPTIONS`, quoted for a shell."""
    return shlex.join(["splendid", "vm", verb, *(vm_word(inventory, key) for key in keys), *more])
