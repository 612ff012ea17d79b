"""Sums over the inventory for the Overview and the host table. Pure: no Qt, callable from any thread."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from console.fleet.domains import Domain, Load, State
from console.fleet.hosts import HostLoad, HostSpec, HostStatus, Phase
from console.fleet.updates import HostView
from console.inventory.inventory import Inventory

FORGOTTEN_AFTER = 30 * 86400.0  # seconds a VM is off before it counts as forgotten
_TROUBLE = (Phase.UNREACHABLE, Phase.REFUSED, Phase.STALE)


@dataclass(frozen=True, slots=True)
class Sum:
    """A host, a zone or the fleet in figures. Memory in KiB.

    promised: what running VMs were given, paused ones too, against what the hosts have. cpu_used in CPUs, not 0..1;
    *_known: CPUs and memory of the hosts whose load is known, the base of the used shares. fresh: all of it is live.
    """

    hosts: int = 0
    live: int = 0
    vms: int = 0
    running: int = 0
    cpus: int = 0
    cpus_known: int = 0
    cpu_used: float = 0.0
    vcpus_promised: int = 0
    memory: int = 0
    memory_known: int = 0
    memory_used: int = 0
    memory_promised: int = 0
    replayed: bool = False

    def __add__(self, other: Sum) -> Sum:
        return Sum(
            self.hosts + other.hosts,
            self.live + other.live,
            self.vms + other.vms,
            self.running + other.running,
            self.cpus + other.cpus,
            self.cpus_known + other.cpus_known,
            self.cpu_used + other.cpu_used,
            self.vcpus_promised + other.vcpus_promised,
            self.memory + other.memory,
            self.memory_known + other.memory_known,
            self.memory_used + other.memory_used,
            self.memory_promised + other.memory_promised,
            self.replayed or other.replayed,
        )

    @property
    def fresh(self) -> bool:
        return self.live == self.hosts

    @property
    def cpu(self) -> float | None:
        """0..1 of the CPUs whose load is known; None where none is."""
        return self.cpu_used / self.cpus_known if self.cpus_known else None

    @property
    def memory_share(self) -> float | None:
        """0..1 of the memory whose use is known; None where none is."""
        return self.memory_used / self.memory_known if self.memory_known else None

    @property
    def vcpu_ratio(self) -> float | None:
        """Promised vCPUs to CPUs; 1.9 = almost each CPU is promised twice. None without a known CPU."""
        return self.vcpus_promised / self.cpus if self.cpus else None

    @property
    def memory_ratio(self) -> float | None:
        return self.memory_promised / self.memory if self.memory else None


def host_sum(view: HostView, domains: Iterable[Domain]) -> Sum:
    """One host in figures. VMs of a host that told no facts yet are counted but promise nothing: there is no base."""
    facts = view.facts
    vms = running = vcpus = given = 0
    for domain in domains:
        vms += 1
        state = domain.state
        if state is State.RUNNING:
            running += 1
        elif state is State.OFF or not state.active:
            continue
        vcpus += domain.vcpus
        given += domain.memory_kib
    cpus, memory = (facts.cpus, facts.memory_kib) if facts else (0, 0)
    counted = Sum(
        hosts=1,
        live=int(view.status.phase is Phase.LIVE),
        vms=vms,
        running=running,
        cpus=cpus,
        vcpus_promised=vcpus if cpus else 0,
        memory=memory,
        memory_promised=given if memory else 0,
    )
    return loaded(counted, view.load)


def loaded(counted: Sum, load: HostLoad | None) -> Sum:
    """The same host with a newer load: what its VMs were promised need not be counted again."""
    cpu = load.cpu if load else None
    used = load.memory_used_kib if load else None
    return replace(
        counted,
        cpus_known=counted.cpus if cpu is not None else 0,
        cpu_used=counted.cpus * cpu if cpu is not None else 0.0,
        memory_known=counted.memory if used is not None else 0,
        memory_used=used if used is not None and counted.memory else 0,
        replayed=bool(load and load.replayed),
    )


def sum_of(inventory: Inventory, specs: Iterable[HostSpec]) -> Sum:
    """These hosts together."""
    return total(host_sum(inventory.view(spec.id), inventory.domains_of(spec.id)) for spec in specs)


def total(sums: Iterable[Sum]) -> Sum:
    """All of them together."""
    together = Sum()
    for one in sums:
        together += one
    return together


@dataclass(frozen=True, slots=True)
class Trouble:
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


@dataclass(frozen=True, slots=True)
class Overview:
    """All of one moment that the Overview shows. parts: one sum for each group of hosts that was asked for, in order."""

    total: Sum
    parts: tuple[Sum, ...]
    busiest: tuple[tuple[Domain, Load], ...]
    forgotten: tuple[Domain, ...]
    at: float


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
