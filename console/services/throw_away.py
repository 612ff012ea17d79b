"""Clones that are there for a while only: gone with their disks when they are shut down, or at their date.

The console that sees it collects them, by a deletion like any other. What a VM's own metadata says is what counts, and it was
said by the plan that wrote it there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from console.fleet.domains import State, VmKey
from console.fleet.errors import FleetError, NotFound
from console.fleet.updates import ChangeSet
from console.gateway import cloning
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.runner import JobRunner
from console.services.delete import DeleteService

ENDED = frozenset({"shutdown", "destroyed"})
"""Why a VM is off that was shut down: one that was never started since its host was, or could not be, stays."""
FORCED = "destroyed"
"""So is one that goes back to a snapshot, for a moment or for good: where there are snapshots it says nothing."""
LONGEST = 3600.0  # seconds until the next look at dates
SOON = 0.05  # seconds
AGAIN = 60.0  # seconds until one that could not go is tried again
BUSY = 1.0  # seconds until one is looked at again that a job of ours is about

_log = logging.getLogger(__name__)


class ThrowAway:
    """Watches for them once it is told to. clock: epoch seconds. Its own thread is there only while it has something to do."""

    def __init__(
        self,
        gateway: Gateway,
        inventory: Inventory,
        jobs: JobRunner,
        delete: DeleteService,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._delete = delete
        self._clock = clock
        self._lock = threading.Lock()
        self._wake = threading.Condition(self._lock)
        self._when: dict[VmKey, float] = {}  # epoch at which each is looked at
        self._thread: threading.Thread | None = None
        self._live: set[str] = set()
        self._closed = False
        self._unwatch: Callable[[], None] = lambda: None

    def watch(self) -> None:
        """From now on."""
        self._unwatch = self._inventory.subscribe(self._changed)
        self._note(domain.key for domain in self._inventory.domains())

    def close(self, timeout: float = 0.2) -> None:
        self._unwatch()
        with self._wake:
            self._closed = True
            self._wake.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(timeout)

    def _changed(self, change: ChangeSet) -> None:
        """In a writer's thread: only notes."""
        self._note(change.added | change.changed)
        for host in change.hosts:
            fresh = self._inventory.fresh(host)
            if fresh and host not in self._live:  # what was last seen of it is as of now
                self._note(domain.key for domain in self._inventory.domains_of(host))
            (self._live.add if fresh else self._live.discard)(host)

    def _note(self, keys: Iterable[VmKey]) -> None:
        found: dict[VmKey, float] = {}
        for key in keys:
            domain = self._inventory.domain(key)
            origin = domain.provenance if domain is not None else None
            if domain is None or origin is None or not origin.goes:
                continue
            if origin.throw_away and domain.state is State.OFF:
                found[key] = 0.0
            elif origin.expires:
                found[key] = origin.expires
        if not found:
            return
        with self._wake:
            if self._closed:
                return
            self._when |= found
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="throw-away", daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def _run(self) -> None:
        while True:
            with self._wake:
                if self._closed or not self._when:
                    self._thread = None
                    return
                now = self._clock()
                due = [key for key, at in self._when.items() if at <= now]
                if not due:
                    self._wake.wait(min(max(min(self._when.values()) - now, SOON), LONGEST))
                    continue
                for key in due:
                    del self._when[key]
            for key in due:
                again = self._try(key)
                with self._wake:
                    if again:
                        self._when.setdefault(key, again)

    def _try(self, key: VmKey) -> float:
        """Epoch at which it is to be looked at again, 0 = no more by itself."""
        try:
            return self._collect(key)
        except NotFound:
            return 0.0  # another console was quicker
        except FleetError as error:
            _log.info("%s stays for now: %s", key.uuid, error)
            return self._clock() + AGAIN

    def _collect(self, key: VmKey) -> float:
        """Asks the host once more, and deletes what the VM has and nobody else needs."""
        domain = self._inventory.domain(key)
        spec = self._inventory.spec(key.host)
        if domain is None or spec is None or spec.read_only or not self._inventory.fresh(key.host):
            return 0.0  # when its host comes live it is noted anew
        if any(key in view.vms and not view.state.ended for view in self._jobs.views()):
            return self._clock() + BUSY  # it is being restarted, reverted, cloned…
        link = self._gateway.link(key.host)
        origin = cloning.provenance(link, key.uuid)
        expired = 0 < origin.expires <= self._clock()
        why = cloning.why_off(link, key.uuid) if origin.throw_away else ""
        ended = why in ENDED and not (why == FORCED and domain.snapshots)
        if not (expired or ended):
            return origin.expires
        plan = self._delete.plan([key])
        seeds = {item.id for item in plan.files() if item.volume == f"{domain.name}-seed.iso" and not item.hold.final}
        handle = self._delete.run(plan, plan.ticked() | seeds)
        _log.info("%s goes: %s (job %d)", domain.name, "its date" if expired else "it was shut down", handle.id)
        return self._clock() + AGAIN
