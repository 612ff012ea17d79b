"""The bookkeeping of a bulk: who may start, how far it is, how it ended. No threads, no clock of its own."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from console.fleet.errors import Problem
from console.jobs.job import JobState, JobView, Pace, Value

PACE_WINDOW = 30.0  # seconds: members end in bursts


class Group:
    """Members by id, with the hosts they need. At most `limit` of them run at once on any host. Not thread-safe.

    most: how many run at once in all, 0 = no limit. stages: by id, 0 where it is not named; the next stage begins when all
    of one have ended. aside: members that are not counted. halts: after a failure no further member begins.
    problem, what: of the first member that failed.
    """

    def __init__(
        self,
        members: Iterable[JobView],
        limit: int,
        clock: Callable[[], float] = time.monotonic,
        *,
        most: int = 0,
        stages: Mapping[int, int] | None = None,
        aside: Iterable[int] = (),
        halts: bool = False,
    ) -> None:
        self._limit = max(1, limit)
        self._most = most
        self._halts = halts
        self._aside = frozenset(aside)
        self._hosts = {member.id: _hosts(member, member.id in self._aside) for member in members}
        self._stages = {job: (stages or {}).get(job, 0) for job in self._hosts}
        self._queues: dict[int, dict[tuple[str, ...], deque[int]]] = {}
        self._by_host: dict[str, set[tuple[str, ...]]] = {}
        for job, hosts in self._hosts.items():
            self._queues.setdefault(self._stages[job], {}).setdefault(hosts, deque()).append(job)
            for host in hosts:
                self._by_host.setdefault(host, set()).add(hosts)
        self._open = Counter(self._stages.values())
        self._turns = deque(sorted(self._open))
        self._look = set(self._hosts.values())  # hosts whose queues may have a member that can start
        self._busy: Counter[str] = Counter()
        self._running = 0
        self._started: set[int] = set()
        self._ended: set[int] = set()
        self._fractions: dict[int, float] = {}
        self._sum = 0.0
        self._ends: Counter[JobState] = Counter()
        self._pace = Pace(clock, PACE_WINDOW)
        self.problem: Problem | None = None
        self.what = ""

    def startable(self) -> list[int]:
        """Takes out the members whose turn it is and whose hosts have room; each holds its room until `end`."""
        found: list[int] = []
        while len(self._turns) > 1 and not self._open[self._turns[0]]:
            self._turns.popleft()
            self._look = set(self._hosts.values())
        if not self._turns or (self._halts and self._ends[JobState.FAILED]):
            return found
        queues = self._queues[self._turns[0]]
        for hosts in [hosts for hosts in queues if hosts in self._look]:
            queue = queues[hosts]
            while queue and all(self._busy[host] < self._limit for host in hosts):
                if self._most and self._running >= self._most:
                    return found
                job = queue.popleft()
                if job not in self._ended:
                    self._busy.update(hosts)
                    self._running += 1
                    self._started.add(job)
                    found.append(job)
            self._look.discard(hosts)
            if not queue:
                del queues[hosts]
        return found

    @property
    def halted(self) -> tuple[int, ...]:
        """Members that are not to begin any more, since one failed and all was to stop then."""
        if not self._halts or not self._ends[JobState.FAILED]:
            return ()
        return tuple(job for job in self._hosts if job not in self._started and job not in self._ended)

    def end(self, view: JobView) -> None:
        """A member ended."""
        if view.id in self._ended:
            return
        self._ended.add(view.id)
        self._open[self._stages[view.id]] -= 1
        if view.id not in self._aside or view.state is JobState.FAILED:
            self._ends[view.state] += 1
        if view.id in self._started:
            self._busy.subtract(self._hosts[view.id])
            self._running -= 1
            for host in self._hosts[view.id]:
                self._look |= self._by_host[host]
        if view.state is JobState.FAILED and self.problem is None:
            self.problem, self.what = view.problem, view.what
        self._note(view.id, 1.0)

    def progress(self, view: JobView) -> None:
        """A running member got further."""
        if view.id not in self._ended and view.fraction is not None:
            self._note(view.id, view.fraction)

    def _note(self, job: int, fraction: float) -> None:
        if job in self._aside:
            return
        self._sum += fraction - self._fractions.get(job, 0.0)
        self._fractions[job] = fraction

    def standing(self) -> dict[str, Any]:
        """The fields of the group's view that follow from its members: fraction, time left and counts."""
        total = len(self._hosts) - len(self._aside)
        _, eta = self._pace.note(self._sum, total)
        values: dict[str, Value] = {
            "total": total,
            "succeeded": self._ends[JobState.SUCCEEDED],
            "failed": self._ends[JobState.FAILED],
            "cancelled": self._ends[JobState.CANCELLED],
        }
        return {"fraction": min(self._sum / total, 1.0) if total else 1.0, "eta": eta, "values": values}

    @property
    def verdict(self) -> JobState | None:
        """None while any member is open; then FAILED if any failed, else CANCELLED if any was, else SUCCEEDED."""
        if len(self._ended) < len(self._hosts):
            return None
        for state in (JobState.FAILED, JobState.CANCELLED):
            if self._ends[state]:
                return state
        return JobState.SUCCEEDED


def _hosts(member: JobView, aside: bool) -> tuple[str, ...]:
    """What a member holds room at; those without a host share one limit."""
    return member.hosts or (() if aside else ("",))
