"""From the words a person types to pools and volumes, or one clear message."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from console.fleet.errors import NotFound, Reason, UsageError
from console.fleet.storage import PoolUse, Survey, VolumeKey, VolumeUse
from console.inventory.inventory import Inventory
from console.services.commands import line

T = TypeVar("T")


def pool_word(inventory: Inventory, host: str, pool: str) -> str:
    """host/pool, by which a pool is named for certain."""
    spec = inventory.spec(host)
    return f"{spec.name if spec else host}/{pool}"


def volume_word(inventory: Inventory, key: VolumeKey) -> str:
    """host/pool/volume."""
    return f"{pool_word(inventory, key.host, key.pool)}/{key.name}"


def storage_line(verb: str, *words: str, options: Iterable[str] = ()) -> str:
    """`splendid storage VERB WORDS… OPTIONS`, quoted for a shell."""
    said = line(("storage", *verb.split()), words, options)
    return said.encode(
        "utf-8", "backslashreplace"
    ).decode()  # a file's name may be no text; history and clipboard hold text


def find_pool(inventory: Inventory, known: Survey, word: str) -> PoolUse:
    """The pool of that name, or host/pool. UsageError where several are, NotFound where none is."""

    def named(use: PoolUse) -> bool:
        return word in (use.pool.name, pool_word(inventory, use.host, use.pool.name), f"{use.host}/{use.pool.name}")

    return _one(
        word,
        [use for use in known.pools if named(use)],
        lambda use: pool_word(inventory, use.host, use.pool.name),
        (use.pool.name for use in known.pools),
    )


def find_volume(inventory: Inventory, known: Survey, word: str) -> VolumeUse:
    """The volume of that name, pool/volume, host/pool/volume or path. UsageError where several are, NotFound where none is."""

    def named(use: VolumeUse) -> bool:
        key = use.key
        return word in (
            key.name,
            f"{key.pool}/{key.name}",
            volume_word(inventory, key),
            "/".join(key),
            use.volume.path or key.name,
        )

    return _one(
        word,
        [use for use in known.volumes() if named(use)],
        lambda use: volume_word(inventory, use.key),
        (use.key.name for use in known.volumes()),
    )


def _one(word: str, hits: list[T], full: Callable[[T], str], names: Iterable[str]) -> T:
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise UsageError(Reason.EXISTS, word, detail=", ".join(full(hit) for hit in hits[:6]))
    low = word.casefold().rpartition("/")[2]
    near = sorted({name for name in names if low and (low in name.casefold() or name.casefold() in low)})[:3]
    raise NotFound(Reason.GONE, word, detail=", ".join(near))
