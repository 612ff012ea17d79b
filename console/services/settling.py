"""Waiting until the way in shows what was done, for any number of VMs at once, in one thread that is there only meanwhile."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from console.fleet.domains import Domain, VmKey
from console.fleet.errors import NotFound, Problem, Reason, Unreachable
from console.fleet.hosts import Phase
from console.fleet.updates import ChangeSet
from console.inventory.inventory import Inventory
from console.jobs.job import Cancelled, Job, Later

LOST_LIMIT = 10.0  # seconds a host may be lost before what is waited for there is given up
LONGEST = 60.0  # seconds the thread sleeps at most

Wanted = Callable[[Domain | None], bool]
Ended = Callable[[BaseException | None], None]

_log = logging.getLogger(__name__)


class Settling(Later):
    """A job that has asked its host, and waits until the VM is as wanted (jobs.job.Later). Thread-safe; ends once.

    end, lost: monotonic times at which it is given up, and since when its host is lost (0 = it is not).
    """

    def __init__(self, key: VmKey, name: str, wanted: Wanted, end: float, late: BaseException | None) -> None:
        self.key = key
        self.name = name
        self.wanted = wanted
        self.end = end
        self.late = late
        self.lost = 0.0
        self._lock = threading.Lock()
        self._over = False
        self._error: BaseException | None = None
        self._ended: Ended | None = None

    @property
    def over(self) -> bool:
        return self._over

    def then(self, ended: Ended) -> None:
        with self._lock:
            self._ended = ended
            if not self._over:
                return
        ended(self._error)

    def finish(self, error: BaseException | None) -> None:
        with self._lock:
            if self._over:
                return
            self._over, self._error = True, error
            ended = self._ended
        if ended is not None:
            ended(error)


class Settler:
    """One for the program. Nothing here blocks."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._lock = threading.Lock()
        self._due = threading.Condition(self._lock)
        self._waiting: dict[VmKey, list[Settling]] = {}
        self._moved: deque[VmKey] = deque()
        self._ends: list[tuple[float, int, VmKey]] = []  # a heap
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None
        inventory.subscribe(self._on_change)

    def settle(
        self,
        job: Job,
        key: VmKey,
        name: str,
        wanted: Wanted,
        limit: float,
        late: BaseException | None = None,
        cancellable: bool = False,
    ) -> Settling:
        """For a body to return: the job ends when `wanted` holds for the VM, or after `limit` seconds with `late`, an error,
        or None: well. It fails where the VM vanishes unwanted, or its host stays lost. cancellable: cancelling ends it at
        once; else what the host has done already counts as done."""
        settling = Settling(key, name, wanted, time.monotonic() + limit, late)
        if cancellable:
            job.on_cancel(lambda: self._cancel(settling))
        with self._lock:
            self._waiting.setdefault(key, []).append(settling)
            self._moved.append(key)
            self._remind(settling.end, key)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="settler", daemon=True)
                self._thread.start()
            else:
                self._due.notify()
        return settling

    def close(self) -> None:
        """Waits for nothing any more; jobs that did are left as they are."""
        with self._lock:
            self._waiting.clear()
            self._due.notify()

    def _cancel(self, settling: Settling) -> None:
        settling.finish(Cancelled())
        with self._lock:
            self._moved.append(settling.key)
            self._due.notify()

    def _remind(self, at: float, key: VmKey) -> None:
        heapq.heappush(self._ends, (at, next(self._numbers), key))

    def _on_change(self, change: ChangeSet) -> None:
        """In a writer's thread: only enqueues."""
        if not self._waiting:
            return
        with self._lock:
            touched = self._waiting.keys() & (change.changed | change.added | change.removed)
            if touched:
                self._moved.extend(touched)
                self._due.notify()

    def _run(self) -> None:
        while True:
            with self._lock:
                keys = self._ready()
                if not self._waiting:
                    self._thread = None
                    self._moved.clear()
                    self._ends.clear()
                    return
                looked = [settling for key in keys for settling in self._waiting.get(key, ())]
            for settling in looked:
                self._look(settling)
            with self._lock:
                for key in keys:
                    left = [settling for settling in self._waiting.get(key, ()) if not settling.over]
                    if left:
                        self._waiting[key] = left
                    else:
                        self._waiting.pop(key, None)

    def _ready(self) -> set[VmKey]:
        """With the lock held: waits for VMs that moved or whose time is over."""
        while self._waiting and not self._moved:
            now = time.monotonic()
            if self._ends and self._ends[0][0] <= now:
                break
            self._due.wait(min(self._ends[0][0] - now, LONGEST) if self._ends else LONGEST)
        keys = set(self._moved)
        self._moved.clear()
        now = time.monotonic()
        while self._ends and self._ends[0][0] <= now:
            keys.add(heapq.heappop(self._ends)[2])
        return keys

    def _look(self, settling: Settling) -> None:
        if settling.over:
            return
        try:
            domain = self._inventory.domain(settling.key)
            if settling.wanted(domain):
                settling.finish(None)
            elif domain is None:
                settling.finish(NotFound(Reason.GONE, settling.name))
            elif not self._lost(settling) and time.monotonic() >= settling.end:
                settling.finish(settling.late)
        except Exception as error:
            _log.exception("what was waited for broke")
            settling.finish(error)

    def _lost(self, settling: Settling) -> bool:
        """Its host is lost: after a while it is given up, with the host's own problem."""
        host = settling.key.host
        status, now = self._inventory.status(host), time.monotonic()
        if status.phase in (Phase.LIVE, Phase.STALE):
            settling.lost = 0.0
            return False
        if not settling.lost:
            settling.lost = now
            with self._lock:
                self._remind(now + LOST_LIMIT, settling.key)
        if now >= min(settling.lost + LOST_LIMIT, settling.end):
            spec = self._inventory.spec(host)
            problem = status.problem or Problem(Reason.LOST, detail=status.phase.value)
            settling.finish(Unreachable(problem, spec.name if spec else host))
        return True
