"""How long things wait for CPU, memory and I/O, as Linux tells it (PSI) of the computer we run on. libvirt has no call for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

FOLDER = Path("/proc/pressure")
LONGEST = 120.0  # seconds between two rounds after which a share says nothing of now


def is_local(uri: str) -> bool:
    """This libvirt URI is of the computer we run on, and not of libvirt's test driver or a socket from elsewhere."""
    parts = urlsplit(uri)
    driver, _plus, transport = parts.scheme.partition("+")
    return driver != "test" and not parts.netloc and transport in ("", "unix") and "socket" not in parse_qs(parts.query)


class Pressure:
    """Shares of time (0..1) since the round before that something waited. Used in one lane alone; reads three small files."""

    def __init__(self, folder: Path = FOLDER, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._before: tuple[float, tuple[int | None, ...]] | None = None

    def round(self) -> tuple[float | None, float | None, float | None]:
        """CPU, memory, I/O; None = not known: the first round, or a kernel without it."""
        now = self._clock()
        totals = tuple(self._total(name) for name in ("cpu", "memory", "io"))
        before, self._before = self._before, (now, totals)
        if before is None or not 0 < now - before[0] <= LONGEST:
            return None, None, None
        span = (now - before[0]) * 1e6
        cpu, memory, io = (
            min(1.0, (new - old) / span) if old is not None and new is not None and new >= old else None
            for old, new in zip(before[1], totals, strict=True)
        )
        return cpu, memory, io

    def _total(self, name: str) -> int | None:
        """Microseconds that something has waited for it since the start, from "some avg10=… total=N"."""
        try:
            first = (self._folder / name).read_text("ascii").splitlines()[0]
            return int(first.rpartition("total=")[2])
        except (OSError, ValueError, IndexError):
            return None
