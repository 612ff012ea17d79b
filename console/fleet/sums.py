"""A host, a zone or the fleet in sums: what is there, what is promised, what is used. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from console.fleet.domains import Domain, State
from console.fleet.hosts import HostLoad, Phase
from console.fleet.updates import HostView


class Sum(msgspec.Struct, frozen=True):
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


def total(sums: Iterable[Sum]) -> Sum:
    """All of them together."""
    together = Sum()
    for one in sums:
        together += one
    return together
