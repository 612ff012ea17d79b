"""Which VMs others are built on, as far as is known without asking: what the window greys. Their host is asked before a start."""

from __future__ import annotations

import time
from collections.abc import Callable

from console.fleet.clones.family import Kinship
from console.fleet.domains import VmKey
from console.inventory.inventory import Inventory

AGE = 2.0  # seconds for which what was found holds good


class Bases:
    """Cheap for a VM that nobody was linked to; for a base the files of its host are looked through, once in a while.

    clock: monotonic seconds.
    """

    def __init__(self, inventory: Inventory, clock: Callable[[], float] = time.monotonic) -> None:
        self._inventory = inventory
        self._clock = clock
        self._at = -AGE
        self._sources: set[VmKey] = set()
        self._kinships: dict[str, Kinship] = {}

    def needing(self, key: VmKey) -> tuple[str, ...]:
        """Names of those that are built on what this VM writes: while there are any it must not be started."""
        if self._clock() - self._at >= AGE:
            self._at = self._clock()
            told = ((one.key.host, one.provenance) for one in self._inventory.domains())
            self._sources = {
                VmKey(host, by.source.rpartition("/")[2]) for host, by in told if by is not None and by.linked
            }
            self._kinships = {}
        if key not in self._sources:
            return ()
        if key.host not in self._kinships:
            view = self._inventory.view(key.host)
            self._kinships[key.host] = Kinship(self._inventory.domains_of(key.host), view.pools)
        return tuple(kin.name for kin in self._kinships[key.host].needing(key))
