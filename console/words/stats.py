"""What is measured, in words: names of measures, their values with units, and who records."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from console.fleet.history import Measure
from console.words import units
from console.words.translation import N_, _

if TYPE_CHECKING:
    from console.files.claim import Claimant

_NAMES = {
    Measure.CPU: N_("CPU"),
    Measure.MEMORY: N_("Memory used"),
    Measure.MEMORY_ALLOCATED: N_("Memory allocated"),
    Measure.DISK_READ: N_("Disk read"),
    Measure.DISK_WRITE: N_("Disk written"),
    Measure.DISK_READ_OPS: N_("Reads"),
    Measure.DISK_WRITE_OPS: N_("Writes"),
    Measure.DISK_LATENCY: N_("Disk latency"),
    Measure.NET_IN: N_("Network in"),
    Measure.NET_OUT: N_("Network out"),
    Measure.CPU_USER: N_("CPU, programs"),
    Measure.CPU_SYSTEM: N_("CPU, system"),
    Measure.CPU_IOWAIT: N_("CPU, waits for disk"),
    Measure.PRESSURE_CPU: N_("Pressure on CPU"),
    Measure.PRESSURE_MEMORY: N_("Pressure on memory"),
    Measure.PRESSURE_IO: N_("Pressure on disk"),
}
_UNITS = {
    Measure.MEMORY: "KiB",
    Measure.MEMORY_ALLOCATED: "KiB",
    Measure.DISK_READ: "B/s",
    Measure.DISK_WRITE: "B/s",
    Measure.DISK_READ_OPS: "1/s",
    Measure.DISK_WRITE_OPS: "1/s",
    Measure.DISK_LATENCY: "s",
    Measure.NET_IN: "B/s",
    Measure.NET_OUT: "B/s",
}


def name(measure: Measure) -> str:
    return _(_NAMES[measure])


def plain_unit(measure: Measure) -> str:
    """The unit of the bare number, for JSON and CSV; "" for a part of 1."""
    return _UNITS.get(measure, "")


def value(measure: Measure, number: float | None) -> str:
    """One value with its unit: "34 %", "14.8 GiB", "212 MiB/s", "31 /s", "1.2 ms", "88 Mbit/s"; "–" for a gap."""
    if number is None or math.isnan(number):
        return units.NONE
    match measure:
        case Measure.MEMORY | Measure.MEMORY_ALLOCATED:
            return units.memory(number)
        case Measure.DISK_READ | Measure.DISK_WRITE:
            return units.rate(number)
        case Measure.DISK_READ_OPS | Measure.DISK_WRITE_OPS:
            return units.unit(_figure(number), "/s")
        case Measure.DISK_LATENCY:
            return units.unit(_figure(number * 1000), "ms")
        case Measure.NET_IN | Measure.NET_OUT:
            return units.bitrate(number)
        case _:
            return units.percent(number)


def cpus(number: float | None) -> str:
    """Whole CPUs: "2.4 CPU"."""
    return units.NONE if number is None or math.isnan(number) else units.unit(_figure(number), _("CPU"))


def _figure(number: float) -> str:
    """Three figures at most: 312, 51, 8.2, 0.06."""
    size = abs(number)
    return units.figure(number, 0 if size >= 99.95 or not size else 1 if size >= 0.995 else 2)


def recorded_elsewhere(who: Claimant, now: float) -> str:
    """That another console writes the history, and which."""
    said = _("Another console records here: process {pid} on {computer}, since {time}.")
    return said.format(pid=who.pid, computer=who.computer, time=units.moment(who.since, now))


REPLAYED = N_("This is a recorded trace of the demo, not a measurement.")
NOTHING = N_("Nothing is recorded of {name} in that time. The window records while it is open.")
