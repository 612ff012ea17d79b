"""The fleet at a glance: sums, who is in trouble, busiest, forgotten, far from the rest, and what changed today."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from console.fleet.domains import Domain, Load, State, VmKey
from console.fleet.errors import FleetError
from console.fleet.history import Mark
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.outliers import Outlier, Sample, outliers
from console.fleet.storage import StorageSum, Survey
from console.fleet.sums import Sum, host_sum, total
from console.fleet.today import Event, Today, day_began, of_today
from console.inventory.inventory import Inventory
from console.jobs.job import JobState, JobView

if TYPE_CHECKING:  # the command line knows the values without loading what makes them
    from console.jobs.journal import JobStore
    from console.jobs.runner import JobRunner
    from console.services.search import SearchService
    from console.services.stats import StatsService
    from console.services.storage import StorageService

FORGOTTEN_AFTER = 30 * 86400.0  # seconds a VM is off before it counts as forgotten
FORGOTTEN, IDLE = "off>30d", "idle>30d state:running"  # the same as a search
STORAGE_EVERY = 15.0  # seconds that who uses which volume is not worked out anew
OUTLIERS = 8  # at most
_TROUBLE = (Phase.UNREACHABLE, Phase.REFUSED, Phase.STALE)


def sum_of(inventory: Inventory, specs: Iterable[HostSpec]) -> Sum:
    """These hosts together."""
    return total(host_sum(inventory.view(spec.id), inventory.domains_of(spec.id)) for spec in specs)


class Trouble(msgspec.Struct, frozen=True):
    """A host that is not as it should be."""

    spec: HostSpec
    status: HostStatus


def troubles(inventory: Inventory, specs: Iterable[HostSpec]) -> list[Trouble]:
    """Hosts that do not answer or refuse us: refused first (a person must act), then by how long nothing was heard."""
    found = [Trouble(spec, inventory.status(spec.id)) for spec in specs]
    found = [trouble for trouble in found if trouble.status.phase in _TROUBLE]
    order = {Phase.REFUSED: 0, Phase.UNREACHABLE: 1, Phase.STALE: 2}
    return sorted(found, key=lambda t: (order[t.status.phase], t.status.seen or t.status.since, t.spec.name))


def busiest(inventory: Inventory, specs: Iterable[HostSpec], count: int = 8) -> list[tuple[Domain, Load]]:
    """The running VMs of live hosts with the highest CPU now, highest first."""
    found = []
    for spec in specs:
        if inventory.fresh(spec.id):
            for domain in inventory.domains_of(spec.id):
                if domain.state is State.RUNNING:
                    load = inventory.load(domain.key)
                    if load is not None and load.cpu is not None:
                        found.append((-load.cpu, domain.name, domain.key, domain, load))
    return [(domain, load) for *_, domain, load in heapq.nsmallest(count, found, key=lambda entry: entry[:3])]


def forgotten(inventory: Inventory, specs: Iterable[HostSpec], now: float) -> list[Domain]:
    """VMs that are known to be off for longer than FORGOTTEN_AFTER, longest first. Unknown since when: not accused."""
    before = now - FORGOTTEN_AFTER
    found = [
        domain
        for spec in specs
        for domain in inventory.domains_of(spec.id)
        if 0.0 < domain.since < before and (domain.state is State.OFF or domain.state is State.CRASHED)
    ]
    return sorted(found, key=lambda domain: (domain.since, domain.name, domain.key))


class Overview(msgspec.Struct, frozen=True):
    """All of one moment that the Overview shows. parts: one sum for each group of hosts that was asked for, in order.

    storage: of all, storages: of each part. idle: how many run and have done next to nothing for 30 days; None = no history.
    """

    total: Sum
    parts: tuple[Sum, ...]
    busiest: tuple[tuple[Domain, Load], ...]
    forgotten: tuple[Domain, ...]
    at: float
    storage: StorageSum = msgspec.field(default_factory=StorageSum)
    storages: tuple[StorageSum, ...] = ()
    outliers: tuple[Outlier, ...] = ()
    idle: int = 0


def overview(
    inventory: Inventory, specs: Sequence[HostSpec], parts: Sequence[Sequence[HostSpec]], now: float, count: int = 8
) -> Overview:
    """Each host summed once; for thousands of VMs this is a worker's business."""
    sums = {spec.id: host_sum(inventory.view(spec.id), inventory.domains_of(spec.id)) for spec in specs}
    return Overview(
        total(sums.values()),
        tuple(total(sums[spec.id] for spec in part) for part in parts),
        tuple(busiest(inventory, specs, count)),
        tuple(forgotten(inventory, specs, now)),
        now,
    )


def age_of(status: HostStatus, now: float) -> float | None:
    """Seconds since the host last answered; None while it is live or was never heard of."""
    if status.phase is Phase.LIVE or not status.seen:
        return None
    return max(0.0, now - status.seen)


class OverviewService:
    """What the Overview and `splendid fleet` say. `look` computes from what is known; `today` blocks on the disk."""

    def __init__(
        self,
        inventory: Inventory,
        storage: StorageService,
        search: SearchService,
        stats: StatsService,
        history: JobStore,
        jobs: JobRunner,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._inventory = inventory
        self._storage = storage
        self._search = search
        self._stats = stats
        self._history = history
        self._jobs = jobs
        self._clock = clock
        self._lock = threading.Lock()
        self._survey = Survey()
        self._surveyed = 0.0

    def look(self, specs: Sequence[HostSpec], parts: Sequence[Sequence[HostSpec]] = (), count: int = 8) -> Overview:
        """These hosts, and groups of them, now. For thousands of VMs this is a worker's business."""
        known = self._known()
        found = overview(self._inventory, specs, parts, self._clock(), count)
        hosts = frozenset(spec.id for spec in specs)
        return replace(
            found,
            storage=known.total(hosts),
            storages=tuple(known.total(frozenset(spec.id for spec in part)) for part in parts),
            outliers=tuple(outliers(self._samples(specs, known), OUTLIERS)),
            forgotten=tuple(self._found(FORGOTTEN, hosts)),
            idle=len(self._found(IDLE, hosts)),
        )

    def _known(self) -> Survey:
        """Who uses what, worked out at most every few seconds."""
        with self._lock:
            now = time.monotonic()
            if not self._surveyed or now - self._surveyed > STORAGE_EVERY:
                self._survey, self._surveyed = self._storage.survey(), now
            return self._survey

    def _found(self, query: str, hosts: frozenset[str]) -> list[Domain]:
        """The VMs a search finds on these hosts, longest in their state first."""
        found = [self._inventory.domain(key) for key in self._search.find(query) if key.host in hosts]
        return sorted((one for one in found if one is not None), key=lambda one: (one.since, one.name, one.key))

    def _samples(self, specs: Sequence[HostSpec], known: Survey) -> Iterable[Sample]:
        """Figures of live hosts and their VMs by which one may stand out."""
        pools: dict[str, list[float]] = {}
        for use in known.pools:
            if use.full is not None:
                pools.setdefault(use.host, []).append(use.full)
        for spec in specs:
            if not self._inventory.fresh(spec.id):
                continue
            one = host_sum(self._inventory.view(spec.id), self._inventory.domains_of(spec.id))
            full = max(pools.get(spec.id, ()), default=None)
            figures = {
                "host-cpu": one.cpu,
                "host-memory": one.memory_share,
                "host-vcpus": one.vcpu_ratio,
                "host-promised": one.memory_ratio,
                "host-vms": float(one.vms),
                "host-storage": full,
            }
            yield from (Sample(measure, spec.id, value) for measure, value in figures.items() if value is not None)
            for domain in self._inventory.domains_of(spec.id):
                yield from _vm_samples(domain, self._inventory.load(domain.key))

    def today(self, specs: Sequence[HostSpec], now: float | None = None) -> Today:
        """What changed since midnight on these hosts: of VMs what was seen, of storage what was done, and what failed. Blocks."""
        now = self._clock() if now is None else now
        began = day_began(now)
        try:
            marks: list[Mark] = self._stats.marks(None, began, now)
        except FleetError:
            marks = []  # the history of load cannot be read; what was done is known all the same
        views = {view.id: view for view in self._history.history(500, members=False)}
        views |= {view.id: view for view in self._jobs.views() if view.parent is None}
        hosts = {spec.id: spec.name for spec in specs}
        events = [self._of_mark(mark) for mark in marks if mark.key.host in hosts]
        events += [event for view in views.values() if view.created >= began and (event := _of_job(view, hosts))]
        events += [event for spec in specs if (event := self._of_host(spec, began))]
        return of_today(events, began)

    def _of_mark(self, mark: Mark) -> Event:
        domain = self._inventory.domain(mark.key)
        return Event(
            mark.at, f"vm-{mark.kind}", domain.name if domain else mark.key.uuid, mark.key.host, mark.key, mark.text
        )

    def _of_host(self, spec: HostSpec, began: float) -> Event | None:
        status = self._inventory.status(spec.id)
        if status.phase not in _TROUBLE or status.since < began:
            return None
        return Event(status.since, "host-lost", spec.name, spec.id)


def _vm_samples(domain: Domain, load: Load | None) -> Iterable[Sample]:
    if domain.snapshots:
        yield Sample("vm-snapshots", domain.key, float(domain.snapshots))
    if load is None or domain.state is not State.RUNNING:
        return
    disk = None if load.disk_read is None else load.disk_read + (load.disk_write or 0.0)
    net = None if load.net_in is None else load.net_in + (load.net_out or 0.0)
    for measure, value in (("vm-cpu", load.cpu), ("vm-disk", disk), ("vm-net", net)):
        if value is not None:
            yield Sample(measure, domain.key, value)


def _of_job(view: JobView, hosts: dict[str, str]) -> Event | None:
    """Storage that was changed, and whatever failed; what was done to VMs is told by what was seen of them."""
    host = next((one for one in view.hosts if one in hosts), "")
    if view.hosts and not host:
        return None
    at = view.ended or view.created
    if view.state is JobState.FAILED:
        key: VmKey | None = view.vms[0] if len(view.vms) == 1 else None
        return Event(at, "job-failed", view.target, host, key, view.kind, job=view.id)
    if view.state is JobState.SUCCEEDED and view.kind.startswith(("pool.", "volume.")):
        return Event(at, "storage", view.target, host, None, view.kind, job=view.id)
    return None
