"""The `splendid …` line that does the same as what a person is about to do in the window."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable

from console.fleet.domains import VmKey
from console.inventory.inventory import Inventory


def vm_word(inventory: Inventory, key: VmKey) -> str:
    """The shortest word that names one VM for certain: its name, host/name, or host/UUID."""
    return vm_words(inventory, [key])[0]


def vm_words(inventory: Inventory, keys: Iterable[VmKey]) -> list[str]:
    """The same for many; the fleet is looked through once."""
    everywhere: Counter[str] = Counter()
    at_host: Counter[tuple[str, str]] = Counter()
    for domain in inventory.domains():
        everywhere[domain.name] += 1
        at_host[domain.key.host, domain.name] += 1

    def word(key: VmKey) -> str:
        known = inventory.domain(key)
        spec = inventory.spec(key.host)
        host = spec.name if spec else key.host
        if known is None:
            return f"{host}/{key.uuid}"
        if everywhere[known.name] == 1 and "/" not in known.name and not known.name.startswith("-"):
            return known.name
        return f"{host}/{known.name}" if at_host[key.host, known.name] == 1 else f"{host}/{key.uuid}"

    return [word(key) for key in keys]


def line(verbs: Iterable[str], words: Iterable[str], options: Iterable[str] = ()) -> str:
    """`splendid VERBS WORDS OPTIONS`, quoted for a shell; words that look like options stand behind "--"."""
    words = tuple(words)
    dashed = any(word.startswith("-") and word != "-" for word in words)
    return shlex.join(["splendid", *verbs, *((*options, "--", *words) if dashed else (*words, *options))])


def vm_line(inventory: Inventory, verb: str, keys: Iterable[VmKey], *options: str, words: Iterable[str] = ()) -> str:
    """`splendid vm VERB NAME… WORDS OPTIONS`."""
    return line(("vm", verb), (*vm_words(inventory, keys), *words), options)
