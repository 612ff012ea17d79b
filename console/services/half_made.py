"""Takes back what a transfer or a clone left that did not come to its end: at once, or as soon as its host is there again."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path

from console.fleet.deletion import FileItem, FileKind
from console.fleet.errors import Busy, Conflict, FleetError, Reason, Unreachable
from console.fleet.storage import VolumeKey
from console.fleet.storing import CLONES, TRANSFERS
from console.fleet.updates import ChangeSet
from console.gateway import volumes
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.job import Job
from console.jobs.journal import Entry, JobStore, Unfinished
from console.jobs.runner import JobHandle, JobRunner
from console.services.clone_back import CloneBack

RETRIES, RETRY = 6, 2.0  # seconds between tries on a host that is lost right now
TRIES, BETWEEN = 20, 0.25  # a host notices a moment later that a stream to a volume has ended

_log = logging.getLogger(__name__)


class HalfMade:
    """What is left of a transfer or a clone is of no use to anybody, so it goes without a question; the history says so.

    At once it goes as what this program has just begun. Later only if it cannot be somebody else's who has sent it anew: the file
    made then (by its time of birth, which hosts on Linux don't tell) and not whole, or a volume of the same size that nothing
    was ever written to. And only if no VM came to need it.
    """

    def __init__(
        self, gateway: Gateway, inventory: Inventory, jobs: JobRunner, store: JobStore, clones: CloneBack
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._store = store
        self._clones = clones
        self._lock = threading.Lock()
        self._waiting: dict[str, list[Unfinished]] = {}  # by host
        self._kept: set[int] = set()  # those that must not be touched: a person has to look
        self._unwatch: Callable[[], None] = lambda: None

    def found(self) -> list[Unfinished]:
        """Transfers that did not come to their end and are no longer under way. Blocks on the disk."""
        return [item for item in self._store.unfinished() if item.entry.kind in TRANSFERS]

    def hopeless(self, item: Unfinished) -> bool:
        """It will not be taken back by itself: its host left the fleet, or what is there now is needed or another's."""
        return item.job in self._kept or any(self._inventory.spec(host) is None for host in self._hosts(item))

    def watch(self) -> None:
        """From now on, takes back what waits whenever its host comes live, and what lies on this computer now. Blocks on the
        disk."""
        for item in self.found():
            self._await(item)
        self._unwatch = self._inventory.subscribe(self._changed)
        for host in ("", *{spec.id for spec in self._inventory.specs()}):
            self._go(host)

    def close(self) -> None:
        """Takes nothing back any more; the next start goes on."""
        self._unwatch()

    def clean(self, hosts: frozenset[str]) -> list[JobHandle]:
        """Takes back what was left on these hosts (and on this computer) by now, as jobs. Blocks on the disk."""
        for item in self.found():
            self._await(item)
        return [handle for host in ("", *hosts) for handle in self._go(host)]

    def undo(self, job: int, entry: Entry) -> None:
        """For a transfer of this process that failed: takes back what it began, or leaves it for later. Blocks."""
        if not entry.steps:
            return
        item = Unfinished(job, 0.0, entry)
        try:
            self._undo(item)
        except Conflict:
            self._kept.add(job)
        except Busy:
            self._submit(item)  # its host still works on it: that is waited for
        except FleetError as error:
            _log.info("%s: %s is left for later: %s", item.entry.on, item.entry.target, error)
            self._await(item)
            for host in self._hosts(item):
                self._go(host)  # it may have come back while this was tried on its lost connection

    def look(self, item: Unfinished) -> tuple[FileItem, ...]:
        """What there may be left of it, as the journal knows it; no host is asked."""
        if item.entry.kind in CLONES:
            return self._clones.look(item)
        values = item.entry.values
        steps = item.entry.steps
        path = str(values.get("part") or (steps[-1].values.get("path") if steps else "") or item.entry.target)
        return (FileItem(f"{item.entry.on}:{path}", path, FileKind.DISK, pool=str(values.get("pool", ""))),)

    def take_back(self, item: Unfinished) -> JobHandle:
        """Tries again, by a person's word; what is needed or another's stays all the same."""
        self._kept.discard(item.job)
        return self._submit(item)

    # inside

    def _hosts(self, item: Unfinished) -> tuple[str, ...]:
        if item.entry.kind in CLONES:
            return self._clones.hosts(item)
        return (item.entry.on,) if item.entry.on else ()

    def _await(self, item: Unfinished) -> None:
        with self._lock:
            for host in self._hosts(item) or ("",):
                mine = self._waiting.setdefault(host, [])
                if item.job not in {other.job for other in mine} | self._kept:
                    mine.append(item)

    def _changed(self, change: ChangeSet) -> None:
        """In a writer's thread: only starts jobs."""
        for host in change.hosts & self._waiting.keys():
            self._go(host)

    def _go(self, host: str) -> list[JobHandle]:
        if host and not self._inventory.fresh(host):
            return []
        with self._lock:
            ready = [item for item in self._waiting.get(host, ()) if all(map(self._inventory.fresh, self._hosts(item)))]
            jobs = {item.job for item in ready}
            for other in list(self._waiting):
                left = [item for item in self._waiting[other] if item.job not in jobs]
                self._waiting[other] = left
                if not left:
                    del self._waiting[other]
        return [self._submit(item) for item in ready]

    def _submit(self, item: Unfinished) -> JobHandle:
        return self._jobs.submit(
            "volume.clean",
            item.entry.target,
            lambda job: self._clean(job, item),
            hosts=self._hosts(item),
            command=f"splendid job finish {item.job}",
        )

    def _clean(self, job: Job, item: Unfinished) -> None:
        if not self._store.left(item.job):
            return  # another console took it back while it waited here
        job.step("removing", path=str(item.entry.values.get("part") or item.entry.target))
        try:
            self._undo_when_back(item, job)
        except Conflict:
            self._kept.add(item.job)
            raise
        except FleetError:
            self._await(item)
            raise

    def _undo_when_back(self, item: Unfinished, job: Job) -> None:
        """A connection that has just broken may be taken for a good one a moment longer; what comes back meanwhile tells nobody
        again."""
        for left in reversed(range(RETRIES)):
            try:
                self._undo(item, job)
                return
            except Unreachable:
                if not left:
                    raise
            job.pause(RETRY)

    def _undo(self, item: Unfinished, job: Job | None = None) -> None:
        """job: of the console that found it; None: it has just failed here."""
        entry = item.entry
        if entry.kind in CLONES:
            self._clones.undo(entry, job)
        elif entry.kind == "volume.download":
            with contextlib.suppress(FileNotFoundError):
                Path(str(entry.values["part"])).unlink()
        else:
            key = VolumeKey(entry.on, str(entry.values["pool"]), entry.target)
            self._remove(key, item, job is not None)
        self._store.settle(item.job)

    def _remove(self, key: VolumeKey, item: Unfinished, later: bool) -> None:
        """Errors: Conflict where it must stay, FleetError where the host cannot be asked or does not let go in time."""
        link = self._gateway.link(key.host)
        if not volumes.exists(link, key):
            return
        found = volumes.find(link, key)
        last = item.entry.steps[-1].values if item.entry.steps else {}
        born, begun = str(last.get("born", "")), bool(last.get("path"))
        if begun:
            ours = found.volume.path == last["path"] and (not born or not found.born or born == found.born)
            takes = int(str(item.entry.values.get("takes", 0)))
            if later and takes and found.volume.allocation >= takes:
                ours = False  # it is whole: perhaps sent anew, by whoever removed the half
        else:  # killed between the journal and the host's answer
            ours = found.volume.allocation == 0 and found.volume.capacity == item.entry.values["capacity"]
        if not ours:
            raise Conflict(Reason.EXISTS, key.name, detail=found.volume.path or key.name)
        names = frozenset({found.volume.path, f"{key.pool}/{key.name}"})
        for vm in volumes.needed_by(link, names).values():
            raise Conflict(Reason.IN_USE, key.name, detail=vm)
        self._delete(key)

    def _delete(self, key: VolumeKey) -> None:
        pause = threading.Event()
        for left in reversed(range(TRIES)):
            try:
                volumes.delete(self._gateway.link(key.host), key)
                return
            except FleetError as error:
                still = error.problem.reason in (Reason.IN_USE, Reason.WRONG_STATE)
                if not left or not still:
                    raise
            pause.wait(BETWEEN)
