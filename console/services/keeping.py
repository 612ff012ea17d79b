"""Sees to it that no configuration of a VM is lost: kept before and after our own changes, and when somebody else changed it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from console.fleet.domains import VmKey
from console.fleet.errors import FleetError
from console.fleet.updates import ConfigChanged
from console.gateway import defining
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.inventory.versions import Versions
from console.jobs.job import who

QUIET = 3.0  # seconds after a change of ours in which what the host tells of it is no news
FORGET = 5000  # changes of ours that are remembered before the old ones are let go


class Keeping:
    """What services call around a change. None of it ever stops what it is called for. clock: monotonic seconds."""

    def __init__(
        self,
        gateway: Gateway,
        inventory: Inventory,
        versions: Versions,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._versions = versions
        self._clock = clock
        self._lock = threading.Lock()
        self._ours: dict[VmKey, float] = {}

    def before(self, key: VmKey) -> None:
        """Keeps what is stored now: it is about to be changed. Calls the host."""
        self.mark(key)
        self._keep(key)

    def after(self, key: VmKey, kind: str) -> None:
        """Keeps what a job of that kind made of it. Calls the host."""
        self.mark(key)
        self._keep(key, kind, who())

    @contextmanager
    def around(self, key: VmKey, kind: str) -> Iterator[None]:
        """Both, around what a job of that kind does; it is kept too where that failed half-way."""
        self.before(key)
        try:
            yield
        finally:
            self.after(key, kind)

    def noticed(self, update: ConfigChanged) -> None:
        """A host told that a configuration changed; keeps it, unless it was us. Only enqueues."""
        key = VmKey(update.host, update.uuid)
        with self._lock:
            if self._clock() - self._ours.get(key, -QUIET) < QUIET:
                return
        try:
            self._gateway.run_in_lane(key.host)(lambda: self._see(key))
        except FleetError:
            return  # the host just left the fleet

    def _see(self, key: VmKey) -> None:
        with self._lock:
            ours = self._clock() - self._ours.get(key, -QUIET) < QUIET
        if not ours:
            self._keep(key)

    def mark(self, key: VmKey) -> None:
        """A change of ours goes on: what the host tells of it is no news."""
        now = self._clock()
        with self._lock:
            if len(self._ours) > FORGET:
                self._ours = {other: at for other, at in self._ours.items() if now - at < QUIET}
            self._ours[key] = now

    def _keep(self, key: VmKey, reason: str = "", by: str = "") -> None:
        domain = self._inventory.domain(key)
        if domain is not None and not domain.persistent:
            return
        try:
            name, xml = defining.named(self._gateway.link(key.host), key.uuid)
        except FleetError:
            return
        self._versions.note_later(key, name, xml, reason, by)
