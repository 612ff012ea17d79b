"""How long a program's loop was busy elsewhere: gaps between the turns of a 5 ms timer. The peer's probe uses it too."""

from __future__ import annotations

import resource
import time
from pathlib import Path

TICK_MS = 5


class Gaps:
    """Call `tick` from a timer of 5 ms in the loop. Times are of time.monotonic()."""

    def __init__(self) -> None:
        self._last = 0.0
        self._gaps: list[tuple[float, float]] = []

    def tick(self) -> float:
        """Notes the gap since the last turn. Returns now."""
        now = time.monotonic()
        if self._last:
            self._gaps.append((now, now - self._last))
        self._last = now
        return now

    def between(self, start: float, end: float) -> dict[str, float]:
        """p99 and the longest gap that ended in a span, in ms."""
        mine = sorted(gap for at, gap in self._gaps if start <= at <= end)
        if not mine:
            return {"p99_ms": 0.0, "max_ms": 0.0, "turns": 0}
        return {"p99_ms": mine[int(len(mine) * 0.99)] * 1000, "max_ms": mine[-1] * 1000, "turns": len(mine)}

    def longest(self, start: float, count: int = 5) -> list[tuple[float, float]]:
        """The longest gaps: (seconds after `start`, ms)."""
        worst = sorted(self._gaps, key=lambda gap: -gap[1])[:count]
        return [(round(at - start, 2), round(gap * 1000, 1)) for at, gap in worst]


def cpu_s() -> float:
    """Seconds of CPU this process has used, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mb() -> float:
    """The most memory this process ever held, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
