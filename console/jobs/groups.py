"""The bookkeeping of a bulk: who may start, how far it is, how it ended. No threads, no clock of its own."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any

from console.fleet.errors import Problem
from console.jobs.job import JobState, JobView, Pace, Value

PACE_WINDOW = 30.0  # seconds: members end in bursts


class Group:
    """Members by id, with the hosts they need. At most `limit` of them run at once on any host. Not thread-safe.

    problem, what: of the first member that failed.
    """

    def __init__(self, members: Iterable[JobView], limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = max(1, limit)
        self._hosts = {member.id: member.hosts or ("",) for member in members}
        self._waiting: dict[tuple[str, ...], deque[int]] = {}
        for job, hosts in self._hosts.items():
            self._waiting.setdefault(hosts, deque()).append(job)
        self._busy: Counter[str] = Counter()
        self._started: set[int] = set()
        self._ended: set[int] = set()
        self._fractions: dict[int, float] = {}
        self._sum = 0.0
        self._ends: Counter[JobState] = Counter()
        self._pace = Pace(clock, PACE_WINDOW)
        self.problem: Problem | None = None
        self.what = ""

    def startable(self) -> list[int]:
        """Takes out the members whose hosts have room; each holds its room until `end`."""
        found = []
        for hosts, queue in self._waiting.items():
            while queue and all(self._busy[host] < self._limit for host in hosts):
                job = queue.popleft()
                if job not in self._ended:
                    self._busy.update(hosts)
                    self._started.add(job)
                    found.append(job)
        return found

    def end(self, view: JobView) -> None:
        """A member ended."""
        if view.id in self._ended:
            return
        self._ended.add(view.id)
        self._ends[view.state] += 1
        if view.id in self._started:
            self._busy.subtract(self._hosts[view.id])
        if view.state is JobState.FAILED and self.problem is None:
            self.problem, self.what = view.problem, view.what
        self._note(view.id, 1.0)

    def progress(self, view: JobView) -> None:
        """A running member got further."""
        if view.id not in self._ended and view.fraction is not None:
            self._note(view.id, view.fraction)

    def _note(self, job: int, fraction: float) -> None:
        self._sum += fraction - self._fractions.get(job, 0.0)
        self._fractions[job] = fraction

    def standing(self) -> dict[str, Any]:
        """The fields of the group's view that follow from its members: fraction, time left and counts."""
        total = len(self._hosts)
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
