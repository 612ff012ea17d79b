"""Load over time as values: what is measured, series of it, what happened beside it, and who takes most.

Units: CPU and pressure 0..1, memory in KiB, bytes and operations a second, latency in seconds an operation. Times in epoch seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from console.fleet.domains import VmKey

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Measure(StrEnum):
    """What is measured. Of a VM: CPU to NET_OUT; a host has all, its disks and network being the sum of its VMs'."""

    CPU = "cpu"  # of a VM's vCPUs, of all CPUs of a host
    MEMORY = "memory"  # in use inside the guest, or of the host
    MEMORY_ALLOCATED = "memory-allocated"  # what the VM has been given; of a host, all its VMs
    DISK_READ = "disk-read"
    DISK_WRITE = "disk-write"
    DISK_READ_OPS = "disk-read-ops"
    DISK_WRITE_OPS = "disk-write-ops"
    DISK_LATENCY = "disk-latency"  # mean time of an operation
    NET_IN = "net-in"
    NET_OUT = "net-out"
    CPU_USER = "cpu-user"
    CPU_SYSTEM = "cpu-system"
    CPU_IOWAIT = "cpu-iowait"
    PRESSURE_CPU = "pressure-cpu"  # share of time that something waited for it (Linux' PSI, "some")
    PRESSURE_MEMORY = "pressure-memory"
    PRESSURE_IO = "pressure-io"

    @property
    def of_vms(self) -> bool:
        """VMs have it too, not only hosts."""
        return self in _OF_VMS


VM_MEASURES = tuple(Measure)[:10]
HOST_MEASURES = tuple(Measure)
_OF_VMS = frozenset(VM_MEASURES)

LOAD_FIELDS: Mapping[Measure, str] = {
    Measure.CPU: "cpu",
    Measure.MEMORY: "memory_used_kib",
    Measure.MEMORY_ALLOCATED: "memory_kib",
    Measure.DISK_READ: "disk_read",
    Measure.DISK_WRITE: "disk_write",
    Measure.DISK_READ_OPS: "disk_read_ops",
    Measure.DISK_WRITE_OPS: "disk_write_ops",
    Measure.DISK_LATENCY: "disk_latency",
    Measure.NET_IN: "net_in",
    Measure.NET_OUT: "net_out",
}
"""Where a `Load` has each measure of a VM."""

HOST_LOAD_FIELDS: Mapping[Measure, str] = {
    Measure.CPU: "cpu",
    Measure.MEMORY: "memory_used_kib",
    Measure.CPU_USER: "cpu_user",
    Measure.CPU_SYSTEM: "cpu_system",
    Measure.CPU_IOWAIT: "cpu_iowait",
    Measure.PRESSURE_CPU: "pressure_cpu",
    Measure.PRESSURE_MEMORY: "pressure_memory",
    Measure.PRESSURE_IO: "pressure_io",
}
"""Where a `HostLoad` has each measure of a host that it tells itself."""

STEPS = (5.0, 60.0, 3600.0)  # seconds a bin of each tier stands for
KEPT = (3600.0, 2 * 86400.0, 366 * 86400.0)  # seconds each tier is kept

Subject = VmKey | str  # a VM, or a host by its id


class Series(msgspec.Struct, frozen=True, eq=False):
    """One measure of one subject in equal bins. All arrays have the same length; NaN = a gap.

    step: seconds a bin stands for. times: start of each bin. low, mean, high: of the rounds of statistics that ended in it.
    replayed: a recorded trace of the demo, not a measurement.
    """

    measure: Measure
    step: float
    times: Floats
    low: Floats
    mean: Floats
    high: Floats
    replayed: bool = False


class MarkKind(StrEnum):
    """What happened to a VM."""

    START = "start"
    STOP = "stop"
    CRASH = "crash"
    PAUSE = "pause"
    RESUME = "resume"
    REVERT = "revert"
    MIGRATION = "migration"
    CONFIG = "config"
    ADDED = "added"
    REMOVED = "removed"


class Mark(msgspec.Struct, frozen=True):
    """Something that happened to a VM. text: the other host of a migration, the snapshot, or which settings changed."""

    at: float
    kind: MarkKind
    key: VmKey
    text: str = ""


class By(StrEnum):
    """What a top list adds up by."""

    VM = "vm"
    HOST = "host"
    TAG = "tag"


class Top(msgspec.Struct, frozen=True):
    """A row of a top list, most first.

    subject: VM, host id or tag, as asked for. label: the VM's last known name, else the subject. CPU is in whole CPUs here, so
    that a large VM and a small one compare. mean and high: over the span. total: mean times the seconds measured (CPU
    seconds, bytes, operations; no sense for memory and latency, 0). share: of what all take together, 0..1.
    vms: how many were added up. known: share of the span that was measured, 0..1.
    """

    subject: VmKey | str
    label: str
    mean: float
    high: float
    total: float
    share: float
    vms: int
    known: float
