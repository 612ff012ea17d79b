from __future__ import annotations

import threading

from console.fleet.hosts import HostSpec, Pool, Volume
from console.fleet.storage import VolumeKey
from console.fleet.updates import PoolsRead
from console.inventory.inventory import Inventory
from console.services.seeing import seen, volume_of


def test_it_waits_until_it_is_told() -> None:
    inventory = Inventory()
    inventory.set_hosts([HostSpec("h", "h", "test:///default")])
    key = VolumeKey("h", "p", "v")
    assert not seen(inventory, "h", lambda pools: volume_of(pools, key) is not None, 0.05)
    later = threading.Timer(0.05, lambda: inventory.apply(PoolsRead("h", (Pool("p", volumes=(Volume("v", "/v"),)),))))
    later.start()
    assert seen(inventory, "h", lambda pools: volume_of(pools, key) == Volume("v", "/v"), 5)
    later.join()
    assert seen(inventory, "h", lambda pools: "q" not in pools, 0)
