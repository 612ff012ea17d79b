"""Guests that may have been left frozen, because their host's daemon died while a snapshot was taken, go on as soon as the host
is there again: nobody is asked, for it can do no harm."""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec

from console.fleet.domains import VmKey
from console.fleet.errors import Unreachable
from console.fleet.snapshots.plans import Op
from console.fleet.updates import ChangeSet
from console.gateway import snapshots
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.job import Job
from console.jobs.journal import Entry, JobStore
from console.jobs.runner import JobRunner
from console.services.snapshot_record import KINDS, kept_in, standing

AGAIN = 60.0  # seconds between tries with an agent that does not hear


class Easing:
    """Waits for hosts; what is left of the snapshot itself is a person's business."""

    def __init__(self, gateway: Gateway, inventory: Inventory, jobs: JobRunner, store: JobStore) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._store = store
        self._lock = threading.Lock()
        self._waiting: dict[str, dict[VmKey, str]] = {}  # by host: names of VMs
        self._unwatch: Callable[[], None] = lambda: None

    def watch(self) -> None:
        """From now on. Blocks on the disk."""
        for item in self._store.unfinished():
            self.expect(item.entry)
        self._unwatch = self._inventory.subscribe(self._changed)
        for host in tuple(self._waiting):
            self._go(host)

    def close(self) -> None:
        self._unwatch()

    def expect(self, entry: Entry) -> None:
        """What this tells of may have left a guest frozen."""
        with self._lock:
            for key in frozen_in(entry):
                self._waiting.setdefault(key.host, {})[key] = entry.target

    def _changed(self, change: ChangeSet) -> None:
        """In a writer's thread: only starts jobs."""
        for host in change.hosts & self._waiting.keys():
            self._go(host)

    def _go(self, host: str) -> None:
        if not self._inventory.fresh(host):
            return
        with self._lock:
            vms = self._waiting.pop(host, {})
        for key, name in vms.items():
            self._submit(key, name)

    def _submit(self, key: VmKey, name: str) -> None:
        def body(job: Job) -> None:
            job.step("snapshot.thaw")
            try:
                while not snapshots.thaw(self._gateway.link(key.host), key.uuid, sure=True):
                    job.pause(AGAIN)
            except Unreachable:  # with its host it comes back
                with self._lock:
                    self._waiting.setdefault(key.host, {})[key] = name
                raise

        self._jobs.submit("snapshot.thaw", name, body, vms=(key,), hosts=(key.host,))


def frozen_in(entry: Entry) -> frozenset[VmKey]:
    """The VMs of an unfinished act that were to be frozen when it was cut off."""
    if entry.kind not in KINDS:
        return frozenset()
    try:
        kept = kept_in(entry)
    except (msgspec.MsgspecError, KeyError):
        return frozenset()
    found = set()
    for vm, (plan, before) in enumerate(zip(kept.plans, kept.before, strict=True)):
        now = standing(entry, vm)
        if before.frozen and now.at is not None and not now.over and plan.steps[now.at].op is Op.CREATE:
            found.add(plan.key)
    return frozenset(found)
