"""Counters become rates. A counter that fell, jumped or has no earlier sample gives None, never a wrong figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import libvirt
import msgspec
from msgspec.structs import replace

from console.fleet.domains import Load
from console.fleet.errors import FleetError, Unreachable
from console.fleet.hosts import HostLoad
from console.gateway.errors import calling
from console.gateway.pressure import Pressure, is_local

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


class Sample(msgspec.Struct, frozen=True):
    """Counters of one VM as told. stamp: epoch before the call. cpu and disk_time in ns; disk and net in bytes; None = not told.

    run: libvirt's number of this run of the guest; blocks, nics: how many devices were added up. Where one is another than
    before, counters may have begun anew even if they did not fall.
    """

    stamp: float
    cpu: int | None = None
    memory_kib: int | None = None
    used_kib: int | None = None
    disk_read: int | None = None
    disk_write: int | None = None
    read_ops: int | None = None
    write_ops: int | None = None
    disk_time: int | None = None
    net_in: int | None = None
    net_out: int | None = None
    run: int = 0
    blocks: int = 0
    nics: int = 0

    @property
    def empty(self) -> bool:
        """The driver tells no figures at all."""
        return self.cpu is None and self.memory_kib is None and self.disk_read is None and self.net_in is None


DEVICES = 256  # disks or NICs of one VM that are added up at most


def _keys(group: str, names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The keys of each name, device by device: made once, not for each VM and round."""
    return tuple(tuple(f"{group}.{number}.{name}" for number in range(DEVICES)) for name in names)


_BLOCK = _keys("block", ("rd.bytes", "wr.bytes", "rd.reqs", "wr.reqs", "rd.times", "wr.times"))
_NET = _keys("net", ("rx.bytes", "tx.bytes"))


def sample_of(stamp: float, record: Mapping[str, Any], run: int = 0) -> Sample:
    """The sample in one record of getAllDomainStats. Every key is optional: a busy domain gives a part of them."""
    if not any(key[:5] != "state" for key in record):
        return Sample(stamp)
    available, unused = record.get("balloon.available"), record.get("balloon.unused")
    usable = record.get("balloon.usable")
    free = usable if usable is not None else unused
    blocks, nics = min(record.get("block.count", 0), DEVICES), min(record.get("net.count", 0), DEVICES)
    read, write, read_ops, write_ops, read_time, write_time = (_total(record, keys, blocks) for keys in _BLOCK)
    net_in, net_out = (_total(record, keys, nics) for keys in _NET)
    return Sample(
        stamp,
        cpu=record.get("cpu.time"),
        memory_kib=record.get("balloon.current"),
        used_kib=max(0, available - free) if available and free is not None else None,
        disk_read=read,
        disk_write=write,
        read_ops=read_ops,
        write_ops=write_ops,
        disk_time=None if read_time is None or write_time is None else read_time + write_time,
        net_in=net_in,
        net_out=net_out,
        run=run,
        blocks=blocks,
        nics=nics,
    )


def _total(record: Mapping[str, Any], keys: tuple[str, ...], count: int) -> int | None:
    """The sum over the first `count` devices; None where none tells it."""
    total: int | None = None
    for key in keys[:count]:
        value = record.get(key)
        if value is not None:
            total = value if total is None else total + value
    return total


def load_of(before: Sample | None, now: Sample, vcpus: int, interval: float) -> Load:
    """The rates between two samples; `interval` (s) is how far apart they should be."""
    flat = Load(now.stamp, memory_used_kib=now.used_kib, memory_kib=now.memory_kib)
    if before is None or before.run != now.run:
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
    read = write = read_ops = write_ops = spent = None
    if before.blocks == now.blocks:
        read, write = rate(before.disk_read, now.disk_read), rate(before.disk_write, now.disk_write)
        read_ops, write_ops = rate(before.read_ops, now.read_ops), rate(before.write_ops, now.write_ops)
        spent = rate(before.disk_time, now.disk_time)
    known = before.nics == now.nics
    ops = None if read_ops is None and write_ops is None else (read_ops or 0.0) + (write_ops or 0.0)
    return Load(
        now.stamp,
        cpu=cpu,
        memory_used_kib=now.used_kib,
        memory_kib=now.memory_kib,
        disk_read=read,
        disk_write=write,
        disk_ops=ops,
        net_in=rate(before.net_in, now.net_in) if known else None,
        net_out=rate(before.net_out, now.net_out) if known else None,
        disk_read_ops=read_ops,
        disk_write_ops=write_ops,
        disk_latency=spent / ops / 1e9 if spent is not None and ops else None,
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
        self._host_cpus: int | None = None
        self._host_cpu: tuple[float, tuple[int, int, int, int]] | None = None  # stamp, user, system, iowait, idle (ns)
        self._pressure: Pressure | None = None
        self._local: bool | None = None
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
            sample = sample_of(stamp, record, domain.ID())
            if sample.empty:
                continue
            samples[uuid] = sample
            if sample.used_kib is None and sample.memory_kib is not None and uuid not in self._asked:
                self._untold[uuid] = domain
            loads[uuid] = load_of(self._samples.get(uuid), sample, vcpus.get(uuid, 0), self._interval)
        self.states, self._samples = states, samples
        self._asked &= samples.keys()
        host = replace(self._cpu(stamp), memory_used_kib=self._memory())
        if (pressure := self._pressed()) is not None:
            cpu, memory, io = pressure
            host = replace(host, pressure_cpu=cpu, pressure_memory=memory, pressure_io=io)
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

    def _cpu(self, at: float) -> HostLoad:
        """What the host's CPUs did since the last round, and how long they have been at it."""
        nothing = HostLoad(at)
        if self._no_cpu:
            return nothing
        stamp = self._clock()
        try:
            with calling():
                told = self._conn.getCPUStats(libvirt.VIR_NODE_CPU_STATS_ALL_CPUS, 0)
        except Unreachable:
            raise
        except FleetError:
            self._no_cpu = True
            return nothing
        system = told.get("kernel", 0) + told.get("intr", 0)
        now = (told.get("user", 0), system, told.get("iowait", 0), told.get("idle", 0))
        booted = stamp - sum(now) / 1e9 / self._cpus() if self._cpus() else 0.0
        nothing = HostLoad(at, booted=booted)
        before, self._host_cpu = self._host_cpu, (stamp, now)
        if before is None or stamp - before[0] > GAP * self._interval:
            return nothing
        user, system, iowait, idle = (new - old for new, old in zip(now, before[1], strict=True))
        iowait = max(0, iowait)  # Linux lets it fall a little
        of = user + system + iowait + idle
        if of <= 0 or min(user, system, idle) < 0:
            return nothing
        busy = (user + system) / of
        return HostLoad(at, busy, cpu_user=user / of, cpu_system=system / of, cpu_iowait=iowait / of, booted=booted)

    def _cpus(self) -> int:
        """How many CPUs the host has, 0 where it does not tell. Asked once."""
        if self._host_cpus is None:
            try:
                with calling():
                    self._host_cpus = int(self._conn.getInfo()[2])
            except Unreachable:
                raise
            except FleetError:
                self._host_cpus = 0
        return self._host_cpus

    def _pressed(self) -> tuple[float | None, float | None, float | None] | None:
        """Pressure on CPU, memory and I/O, where the host is this computer; None elsewhere, and where its kernel tells none."""
        if self._local is None:
            self._local = is_local(self._conn.getURI())
            self._pressure = Pressure() if self._local else None
        return self._pressure.round() if self._pressure is not None else None

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
