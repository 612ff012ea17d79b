"""Twelve live plots at sixty frames a second: how long a frame takes. `measure()` gives frame_p99_ms.

Three boards of four graphs, an hour each, stand side by side in a window of 1440 × 900. In every frame each of them shows
another span, as while a person pans: all curves are painted anew. Five times a second, as often as the bridge tells of
changes, each is told newer samples too, the boards one after the other, as their answers come. A frame is the time from
telling them until all are painted; making curves of what was read is a worker's business.

    QT_QPA_PLATFORM=offscreen python -m tests.bench.load_plots
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from console.fleet.domains import VmKey
from console.fleet.history import Measure, Series
from console.ui import icons
from console.ui.models.graph_plans import Plan, Told, vm_plan
from console.ui.models.graph_sheets import continued, sheet_of
from console.ui.theme import theme
from console.ui.widgets.plot import PlotStack
from tests.ui.rooms import vm

BOARDS = 3
BINS, STEP = 240, 15.0  # as many as a board asks for at this width
FRAMES, WARM = 600, 30
RATE = 60.0
TELL = 12  # frames between two samples: five a second
SIZE = (1440, 900)


def _series(measure: Measure, seed: int, end: float, count: int, base: float) -> Series:
    """Noise about a wave, with a gap; never the same twice."""
    luck = np.random.default_rng(seed)
    times = end - STEP * count + np.arange(count) * STEP
    mean = base * (1 + 0.4 * np.sin(times / 300 + seed) + 0.2 * luck.standard_normal(count)).clip(0.02)
    mean[(times % 3000) < 60] = np.nan
    return Series(measure, STEP, times, mean, mean, mean)


def _told(plan: Plan, key: VmKey, end: float, count: int, seed: int) -> Told:
    series = {
        (key, measure): _series(measure, seed + number, end, count, 0.5 if measure is Measure.CPU else 2e7)
        for number, measure in enumerate(plan.wanted()[key])
    }
    return Told(end - count * STEP, end, series, {})


class _Live:
    """One board that is told newer samples."""

    def __init__(self, number: int, end: float) -> None:
        self.domain = vm(f"vm-{number}", vcpus=8)
        self.plan = vm_plan(self.domain)
        self.plot = PlotStack(self.domain.name)
        self.told = _told(self.plan, self.domain.key, end, BINS, number * 100)
        self.sheet = sheet_of(self.plan, self.told)
        self.plot.show_sheet(self.sheet)

    def prepare(self, end: float, seed: int) -> None:
        """What a worker does."""
        self.told = continued(self.told, _told(self.plan, self.domain.key, end, 2, seed))
        self.sheet = sheet_of(self.plan, self.told)

    def show(self) -> None:
        """What is left to Qt's thread."""
        self.plot.show_sheet(self.sheet)


def measure() -> dict[str, Any]:
    """Milliseconds of a frame: p99, median and longest; the same of the CPU alone, which tells more where others use the
    machine; and how many frames a second came about."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    icons.install()
    theme.apply(app, "light")
    end = time.time() // STEP * STEP
    window = QWidget()
    row = QHBoxLayout(window)
    boards = [_Live(number, end) for number in range(BOARDS)]
    for board in boards:
        row.addWidget(board.plot)
    window.resize(*SIZE)
    window.show()
    QCoreApplication.processEvents()
    painted: list[int] = []
    for board in boards:
        paint = board.plot._paint_still
        board.plot._paint_still = lambda ratio, paint=paint: (painted.append(1), paint(ratio))[1]  # type: ignore[method-assign, misc]
    took: list[float] = []
    used: list[float] = []
    begun = time.perf_counter()
    for number in range(FRAMES + WARM):
        due = begun + number / RATE
        if (wait := due - time.perf_counter()) > 0:
            time.sleep(wait)
        end += STEP / TELL
        told = boards[number // (TELL // BOARDS) % BOARDS] if number % (TELL // BOARDS) == 0 else None
        if told is not None:
            told.prepare(end // STEP * STEP, number)
        start, cpu = time.perf_counter(), time.thread_time()
        if told is not None:
            told.show()
        for board in boards:
            board.plot.show_span(end - BINS * STEP, end, end)
        QCoreApplication.processEvents()
        if number >= WARM:
            took.append((time.perf_counter() - start) * 1000)
            used.append((time.thread_time() - cpu) * 1000)
    seconds = time.perf_counter() - begun
    if len(painted) != (FRAMES + WARM) * BOARDS:
        raise SystemExit(f"{len(painted)} paintings for {(FRAMES + WARM) * BOARDS} frames of a board")
    window.close()
    took.sort()
    used.sort()
    return {
        "frame_p99_ms": took[int(len(took) * 0.99)],
        "frame_median_ms": took[len(took) // 2],
        "frame_max_ms": took[-1],
        "frame_cpu_p99_ms": used[int(len(used) * 0.99)],
        "frame_cpu_median_ms": used[len(used) // 2],
        "frames_per_s": (FRAMES + WARM) / seconds,
        "plots": BOARDS * 4,
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
