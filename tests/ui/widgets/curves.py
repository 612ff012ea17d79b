"""Curves for tests of plots."""

from __future__ import annotations

from typing import Any

import numpy as np

from console.fleet.history import Measure, Series
from console.ui.widgets.plot_data import Curve, Graph, Sheet, curve_of

END = 1795262400.0  # Sat 21 Nov 2026, 12:00 UTC


def series(
    values: Any, step: float = 5.0, end: float = END, spread: float = 0.0, measure: Measure = Measure.CPU
) -> Series:
    """Bins that end at `end`; low and high are `spread` away."""
    mean = np.asarray(values, np.float64)
    times = end - step * len(mean) + np.arange(len(mean)) * step
    return Series(measure, step, times, mean - spread, mean, mean + spread)


def curve(values: Any, name: str = "used", **more: Any) -> Curve:
    looks = {key: more.pop(key) for key in ("number", "filled", "dashed", "drawn", "text") if key in more}
    return curve_of(series(values, **more), name, **looks)


def wave(count: int = 720, gap: tuple[int, int] = (0, 0), base: float = 50.0) -> Any:
    values = base + 20 * np.sin(np.arange(count) / 9.0) + np.random.default_rng(1).normal(0, 4, count)
    values[slice(*gap)] = np.nan
    return values


def sheet(step: float = 5.0, count: int = 720, gap: tuple[int, int] = (0, 0)) -> Sheet:
    """Four graphs as a VM's."""
    return Sheet(
        (
            Graph("cpu", "CPU", "%", (curve(wave(count, gap), "of its vCPUs", step=step, filled=True),), top=100),
            Graph(
                "memory",
                "Memory",
                "GiB",
                (
                    curve(wave(count, gap, 20), "guest uses", step=step, filled=True),
                    curve(np.full(count, 24.0), "allocated", step=step, number=1, dashed=True),
                ),
                binary=True,
            ),
            Graph(
                "disk",
                "Disk",
                "MiB/s",
                (
                    curve(wave(count, gap), "read", step=step, spread=5),
                    curve(wave(count, gap, 30), "written", step=step, number=1),
                    curve(wave(count, gap, 1), "latency", step=step, drawn=False),
                ),
            ),
            Graph("net", "Network", "Mbit/s", (curve(wave(count, gap), "in", step=step),)),
        )
    )
