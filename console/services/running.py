"""What the services share in running jobs: one or many, the check right before, progress of a call that only returns at its end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from msgspec.structs import replace

from console.fleet.acts import Act, why_not
from console.fleet.domains import Domain, VmKey
from console.fleet.errors import Conflict, FleetError, NotFound, Reason
from console.fleet.hosts import HostSpec
from console.inventory.inventory import Inventory
from console.jobs.job import Job, JobSpec
from console.jobs.runner import LIMIT_PER_HOST, JobHandle, JobRunner

WATCH_EVERY = 0.5  # seconds
SETTLE_LIMIT = 5.0  # seconds for the host's event to reach us after a call returned


def run(jobs: JobRunner, members: Sequence[JobSpec], command: str, limit_per_host: int = LIMIT_PER_HOST) -> JobHandle:
    """One job for one member, a group for several; `command` is the line that does the same."""
    if len(members) == 1:
        only = replace(members[0], command=command)
        return jobs.submit(
            only.kind, only.target, only.body, vms=only.vms, hosts=only.hosts, via=only.via, command=command
        )
    kind = members[0].kind if members else ""
    return jobs.group(kind, str(len(members)), members, limit_per_host=limit_per_host, command=command)


def checked(inventory: Inventory, act: Act, key: VmKey, name: str) -> tuple[Domain, HostSpec]:
    """The VM and its host as known now. NotFound where either is gone, Conflict where `act` cannot be tried."""
    domain, spec = inventory.domain(key), inventory.spec(key.host)
    if domain is None or spec is None:
        raise NotFound(Reason.GONE, name)
    problem = why_not(act, domain, spec, inventory.status(key.host))
    if problem is not None:
        raise Conflict(problem, domain.name)
    return domain, spec


@contextmanager
def watching(job: Job, progress: Callable[[], tuple[int, int] | None]) -> Iterator[None]:
    """While the block runs, a thread asks `progress` (bytes done and in all, None = nothing to tell) and tells the job."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(WATCH_EVERY):
            try:
                now = progress()
            except FleetError:
                continue  # the call itself will say what is wrong
            if now is not None and not over.is_set():
                job.progress(*now)

    thread = threading.Thread(target=watch, name=f"job-{job.id}-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
