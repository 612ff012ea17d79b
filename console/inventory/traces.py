"""The last ten minutes of each VM's CPU, for sparklines."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from console.fleet.domains import VmKey

STEP = 10.0  # seconds a point stands for
POINTS = 60  # ten minutes

Point = tuple[float, float]  # epoch, CPU 0..1


class Traces:
    """Points by VM. One writer at a time: its owner sees to that; anybody may read."""

    def __init__(self) -> None:
        self._points: dict[VmKey, deque[Point]] = {}

    def of(self, key: VmKey) -> tuple[Point, ...]:
        """Oldest first; holes are missing points."""
        return tuple(self._points.get(key, ()))

    def note(self, key: VmKey, stamp: float, cpu: float) -> None:
        """A sample; of those that come within STEP only the first is kept."""
        trace = self._points.setdefault(key, deque(maxlen=POINTS))
        if not trace or stamp - trace[-1][0] >= STEP:
            trace.append((stamp, cpu))

    def recall(self, points: Mapping[VmKey, Sequence[Point]]) -> None:
        """Puts older points (oldest first) before those that are there."""
        for key, past in points.items():
            trace = self._points.get(key, ())
            first = trace[0][0] if trace else float("inf")
            older = [point for point in past if point[0] <= first - STEP]
            if older:
                self._points[key] = deque((*older, *trace), maxlen=POINTS)

    def forget(self, key: VmKey) -> None:
        self._points.pop(key, None)
