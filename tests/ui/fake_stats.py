"""A load history of waves, for tests of graphs: it answers at once, or when it is told to, and notes what it is asked."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np

from console.fleet.domains import VmKey
from console.fleet.errors import FleetError
from console.fleet.history import By, Mark, Measure, Series, Subject, Top

BASES = {
    Measure.CPU: 0.6,
    Measure.MEMORY: 20 * 1024**2,
    Measure.MEMORY_ALLOCATED: 24 * 1024**2,
    Measure.DISK_READ: 100 * 1024**2,
    Measure.DISK_WRITE: 40 * 1024**2,
    Measure.DISK_READ_OPS: 900,
    Measure.DISK_WRITE_OPS: 300,
    Measure.DISK_LATENCY: 0.0008,
    Measure.NET_IN: 6e6,
    Measure.NET_OUT: 12e6,
    Measure.CPU_USER: 0.4,
    Measure.CPU_SYSTEM: 0.15,
    Measure.CPU_IOWAIT: 0.05,
    Measure.PRESSURE_CPU: 0.12,
    Measure.PRESSURE_MEMORY: 0.01,
    Measure.PRESSURE_IO: 0.06,
}


class FakeStats:
    """since: nothing is known before. until: nor after. hole: a span of which nothing is known. error: raised instead.

    `hold()` makes it wait until `let_go()`.
    """

    def __init__(self, since: float = 0.0, vms: Sequence[VmKey] = ()) -> None:
        self.since = since
        self.until = float("inf")
        self.hole = (0.0, 0.0)
        self.error: FleetError | None = None
        self.found_marks: list[Mark] = []
        self.rows: list[Top] = []
        self.vms = tuple(vms)
        self.replayed = False
        self.asked: list[tuple[Any, ...]] = []
        self._free = threading.Event()
        self._free.set()

    def hold(self) -> None:
        self._free.clear()

    def let_go(self) -> None:
        self._free.set()

    def _take(self, *what: Any) -> None:
        self.asked.append(what)
        self._free.wait(5)
        if self.error is not None:
            raise self.error

    def _wave(self, measure: Measure, start: float, end: float, points: int, luck: float = 0.0) -> Series:
        least = (end - start) / max(points, 1)
        step = next((step for step in (5.0, 60.0, 3600.0) if step >= least * 0.99), 3600.0 * np.ceil(least / 3600))
        times = np.arange(np.floor(start / step), np.ceil(end / step)) * step
        rough = np.sin(times * 12.9898) * 43758.5453
        mean = BASES[measure] * (1 + 0.3 * np.sin(times / (40 * step) + luck) + 0.2 * (rough - np.floor(rough) - 0.5))
        if measure is Measure.MEMORY_ALLOCATED:
            mean = np.full(len(times), float(BASES[measure]))
        away = BASES[measure] * (0.25 if step >= 60 and measure is not Measure.MEMORY_ALLOCATED else 0.0)
        gap = (times < self.since) | (times >= self.until) | ((times >= self.hole[0]) & (times < self.hole[1]))
        mean[gap] = np.nan
        return Series(measure, float(step), times, mean - away, mean, mean + away, self.replayed)

    def several(
        self, keys: Sequence[Subject], measures: Iterable[Measure], start: float, end: float, points: int
    ) -> dict[Subject, dict[Measure, Series]]:
        wanted = tuple(measures)
        self._take("series", tuple(keys), wanted, start, end, points)
        return {key: {m: self._wave(m, start, end, points, len(str(key)) % 7) for m in wanted} for key in keys}

    def stacked(self, host: str, measure: Measure, start: float, end: float, points: int) -> dict[VmKey, Series]:
        self._take("stacked", host, measure, start, end, points)
        return {key: self._wave(measure, start, end, points, number) for number, key in enumerate(self.vms)}

    def vcpus(self, _key: Subject) -> float:
        return 1.0

    def marks(self, keys: Iterable[VmKey] | None, start: float, end: float) -> list[Mark]:
        self._take("marks", keys, start, end)
        return [
            mark for mark in self.found_marks if start <= mark.at <= end and (keys is None or mark.key in set(keys))
        ]

    def top(
        self,
        measure: Measure | Sequence[Measure],
        start: float,
        end: float,
        by: By = By.VM,
        among: Collection[VmKey] | None = None,
    ) -> list[Top]:
        self._take("top", measure, start, end, by, among)
        return list(self.rows)
