"""Counters become rates. A counter that fell, jumped or has no earlier sample gives None, never a wrong figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import libvirt

from console.fleet.domains import Load
from console.fleet.errors import FleetError, Unreachable
from console.fleet.hosts import HostLoad
from console.gateway.errors import calling

GROUPS = (
    libvirt.VIR_DOMAIN_STATS_STATE
    | libvirt.VIR_DOMAIN_STATS_CPU_TOTAL
    | libvirt.VIR_DOMAIN_STATS_BALLOON
    | libvirt.VIR_DOMAIN_STATS_INTERFACE
    | libvirt.VIR_DOMAIN_STATS_BLOCK
)
RUNNING_ONLY = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_RUNNING
NOWAIT = getattr(libvirt, "VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT", 0)

GAP = 5.0  # a sample this many intervals after the one before says nothing of now
CPU_JUMP = 1.5  # a VM cannot use more than its vCPUs; above this the counters or clocks are off
MEMORY_EVERY = 5  # seconds between a guest's own reports of its memory
RATE_JUMP = 1e12  # bytes or operations a second that nothing does


@dataclass(frozen=True, slots=True)
class Sample:
    """Counters of one VM as told. stamp: epoch before the call. cpu in ns; disk and net in bytes; None = not told."""

    stamp: float
    cpu: int | None = None
    memory_kib: int | None = None
    used_kib: int | None = None
    disk_read: int | None = None
    disk_write: int | None = None
    disk_ops: int | None = None
    net_in: int | None = None
    net_out: int | None = None

    @property
    def empty(self) -> bool:
        """The driver tells no figures at all."""
        return self.cpu is None and self.memory_kib is None and self.disk_read is None and self.net_in is None


def sample_of(stamp: float, record: Mapping[str, Any]) -> Sample:
    """The sample in one record of getAllDomainStats. Every key is optional: a busy domain gives a part of them."""
    if not any(key[:5] != "state" for key in record):
        return Sample(stamp)
    available, unused = record.get("balloon.available"), record.get("balloon.unused")
    usable = record.get("balloon.usable")
    free = usable if usable is not None else unused
    return Sample(
        stamp,
        cpu=record.get("cpu.time"),
        memory_kib=record.get("balloon.current"),
        used_kib=max(0, available - free) if available and free is not None else None,
        disk_read=_total(record, "block", ("rd.bytes",)),
        disk_write=_total(record, "block", ("wr.bytes",)),
        disk_ops=_total(record, "block", ("rd.reqs", "wr.reqs")),
        net_in=_total(record, "net", ("rx.bytes",)),
        net_out=_total(record, "net", ("tx.bytes",)),
    )


def _total(record: Mapping[str, Any], group: str, names: tuple[str, ...]) -> int | None:
    count = record.get(f"{group}.count", 0)
    values = [
        value
        for number in range(min(count, 256))
        for name in names
        if (value := record.get(f"{group}.{number}.{name}")) is not None
    ]
    return sum(values) if values else None


def load_of(before: Sample | None, now: Sample, vcpus: int, interval: float) -> Load:
    """The rates between two samples; `interval` (s) is how far apart they should be."""
    flat = Load(now.stamp, memory_used_kib=now.used_kib, memory_kib=now.memory_kib)
    if before is None:
        return flat
    span = now.stamp - before.stamp
    if span <= 0 or span > GAP * max(interval, 1.0):
        return flat

    def rate(old: int | None, new: int | None) -> float | None:
        if old is None or new is None or new < old:
            return None
        found = (new - old) / span
        return found if found < RATE_JUMP else None

    cpu = None
    if before.cpu is not None and now.cpu is not None and now.cpu >= before.cpu and vcpus > 0:
        used = (now.cpu - before.cpu) / (span * 1e9 * vcpus)
        cpu = min(used, 1.0) if used <= CPU_JUMP else None
    return Load(
        now.stamp,
        cpu=cpu,
        memory_used_kib=now.used_kib,
        memory_kib=now.memory_kib,
        disk_read=rate(before.disk_read, now.disk_read),
        disk_write=rate(before.disk_write, now.disk_write),
        disk_ops=rate(before.disk_ops, now.disk_ops),
        net_in=rate(before.net_in, now.net_in),
        net_out=rate(before.net_out, now.net_out),
    )


class Meter:
    """Asks one host for figures and remembers the counters of the last round. Used in the polling lane alone.

    Attributes:
        states: (state, reason) of each VM that ran in the last round, by UUID.
        figures: the last round brought figures at all.
    """

    def __init__(self, conn: Any, interval: float, clock: Callable[[], float]) -> None:
        self._conn = conn
        self._interval = interval
        self._clock = clock
        self._samples: dict[str, Sample] = {}
        self._host_cpu: tuple[float, int, int] | None = None  # stamp, busy, all (ns)
        self._no_cpu = self._no_memory = self._no_nowait = False
        self._asked: set[str] = set()  # VMs that were asked to tell how much of their memory they use
        self._untold: dict[str, Any] = {}
        self.states: dict[str, tuple[int, int]] = {}
        self.figures = False

    def round(self, vcpus: Mapping[str, int]) -> tuple[HostLoad, dict[str, Load]]:
        """Figures of the host and of every running VM, by UUID. Raises FleetError where the host does not answer."""
        stamp = self._clock()
        with calling():
            records = self._records()
        states, samples, loads = {}, {}, {}
        for domain, record in records:
            uuid = domain.UUIDString()
            if "state.state" in record:
                states[uuid] = (record["state.state"], record.get("state.reason", 0))
            sample = sample_of(stamp, record)
            if sample.empty:
                continue
            samples[uuid] = sample
            if sample.used_kib is None and sample.memory_kib is not None and uuid not in self._asked:
                self._untold[uuid] = domain
            loads[uuid] = load_of(self._samples.get(uuid), sample, vcpus.get(uuid, 0), self._interval)
        self.states, self._samples = states, samples
        self._asked &= samples.keys()
        host = HostLoad(stamp, self._cpu(), self._memory())
        self.figures = bool(loads) or host.cpu is not None or host.memory_used_kib is not None
        return host, loads

    def ask_for_memory(self) -> None:
        """Has VMs that don't tell how much memory they use tell it from now on, as long as they run. A change at the host."""
        while self._untold:
            uuid, domain = self._untold.popitem()
            self._asked.add(uuid)
            try:
                with calling(uuid):
                    domain.setMemoryStatsPeriod(MEMORY_EVERY, libvirt.VIR_DOMAIN_AFFECT_LIVE)
            except Unreachable:
                raise
            except FleetError:
                continue  # no balloon, or no such call

    def _records(self) -> Iterable[tuple[Any, Mapping[str, Any]]]:
        if not self._no_nowait:
            try:
                return list(self._conn.getAllDomainStats(GROUPS, RUNNING_ONLY | NOWAIT))
            except libvirt.libvirtError as error:
                if error.get_error_code() not in (libvirt.VIR_ERR_INVALID_ARG, libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED):
                    raise
                self._no_nowait = True  # older than 4.5
        return list(self._conn.getAllDomainStats(GROUPS, RUNNING_ONLY))

    def _cpu(self) -> float | None:
        """The host's CPUs, busy 0..1 since the last round."""
        if self._no_cpu:
            return None
        stamp = self._clock()
        try:
            with calling():
                told = self._conn.getCPUStats(libvirt.VIR_NODE_CPU_STATS_ALL_CPUS, 0)
        except Unreachable:
            raise
        except FleetError:
            self._no_cpu = True
            return None
        idle = told.get("idle", 0) + told.get("iowait", 0)
        busy = told.get("kernel", 0) + told.get("user", 0) + told.get("intr", 0)
        before, self._host_cpu = self._host_cpu, (stamp, busy, busy + idle)
        if before is None or stamp - before[0] > GAP * self._interval:
            return None
        spent, of = busy - before[1], busy + idle - before[2]
        return spent / of if of > 0 and 0 <= spent <= of else None

    def _memory(self) -> int | None:
        """KiB of the host's memory in use."""
        if self._no_memory:
            return None
        try:
            with calling():
                told = self._conn.getMemoryStats(libvirt.VIR_NODE_MEMORY_STATS_ALL_CELLS, 0)
        except Unreachable:
            raise
        except FleetError:
            self._no_memory = True
            return None
        if "total" not in told:
            return None
        return int(max(0, told["total"] - sum(told.get(part, 0) for part in ("free", "buffers", "cached"))))
