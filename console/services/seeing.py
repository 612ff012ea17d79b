"""Waits until what was done to a host's storage has come in, so that whoever waited for the job sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from console.fleet.hosts import Pool, Volume
from console.fleet.storage import VolumeKey
from console.inventory.inventory import Inventory
from console.services.running import SETTLE_LIMIT

Pools = dict[str, Pool]


def seen(inventory: Inventory, host: str, wanted: Callable[[Pools], bool], limit: float = SETTLE_LIMIT) -> bool:
    """Waits (seconds) until `wanted` holds for the pools of a host as the inventory has them, by name. Blocks."""
    moved = threading.Event()
    undo = inventory.subscribe(lambda change: moved.set() if host in change.hosts else None)
    try:
        while not wanted({pool.name: pool for pool in inventory.view(host).pools}):
            if not moved.wait(limit):
                return False
            moved.clear()
    finally:
        undo()
    return True


def volume_of(pools: Pools, key: VolumeKey) -> Volume | None:
    """The volume, where it is known."""
    pool = pools.get(key.pool)
    return next((volume for volume in pool.volumes if volume.name == key.name), None) if pool else None
