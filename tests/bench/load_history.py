"""Measures the history of load: what recording costs, how large a year is, how long a plot of any range takes from disk.

    python -m tests.bench.load_history [--vms 1500] [--hosts 200] [--weeks 53] [--rounds 120]

Recording is driven faster than the clock: rounds of statistics as libvirt tells them go through meter, inventory and recorder
in this thread, and the CPU they took is held against the time they stand for. Packing an hour and a day is measured once each
and spread over its hour and day. The year is made of noisy days, which compress worse than real ones. Before each plot the
file is put out of the system's cache, and opened anew.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from console.fleet.domains import Domain, State, VmKey
from console.fleet.history import HOST_MEASURES, KEPT, VM_MEASURES, Measure, Subject
from console.fleet.hosts import HostSpec
from console.fleet.updates import DomainsRead, LoadsRead
from console.gateway.stats import Meter
from console.inventory.book import Book, Page, width_of
from console.inventory.history import Recorder
from console.inventory.inventory import Inventory
from console.inventory.packing import Codes, coded, packed
from console.inventory.stages import CHUNK, CHUNKS_AN_HOUR, DAY, HOUR, LOW_BITS, QUARTER, SLOTS_A_CHUNK, WEEK
from console.services.stats import StatsService

VMS, HOSTS, WEEKS, ROUNDS = 1500, 200, 53, 120
INTERVAL = 5.0
PLOTS = 9  # of each kind; the middle one counts
NOW = float(
    int(time.time()) // WEEK * WEEK - 4 * WEEK + 3 * DAY + 11 * HOUR + 1750
)  # in the middle of a week, day and hour

Told = dict[str, Any]


def hosts_of(vms: int, hosts: int) -> dict[str, list[str]]:
    """UUIDs of the VMs of each host, spread evenly."""
    found: dict[str, list[str]] = {f"host-{number:03d}": [] for number in range(hosts)}
    names = list(found)
    for number in range(vms):
        found[names[number % hosts]].append(str(uuid.UUID(int=number)))
    return found


# recording


class _Vm:
    def __init__(self, name: str) -> None:
        self._name = name

    def UUIDString(self) -> str:
        return self._name

    def ID(self) -> int:
        return 1


class _Connection:
    """Tells counters that grow as they do of real VMs with a disk and a NIC. `records` is filled before time is taken."""

    def __init__(self, uuids: Sequence[str], luck: np.random.Generator) -> None:
        self._vms = [_Vm(name) for name in uuids]
        self._luck = luck
        self._counters = np.zeros((len(uuids), 9), np.int64)
        self.records: list[tuple[_Vm, dict[str, int]]] = []
        self._node = {"user": 0, "kernel": 0, "idle": 0, "iowait": 0}

    def prepare(self) -> None:
        steps = np.array([int(4e9), 1 << 22, 1 << 21, 400, 200, int(5e7), int(3e7), 1 << 20, 1 << 20])
        self._counters += (self._luck.random(self._counters.shape) * steps).astype(np.int64)
        self.records = [(vm, _record(row)) for vm, row in zip(self._vms, self._counters.tolist(), strict=True)]
        self._node = {name: value + int(1e9) for name, value in self._node.items()}

    def getAllDomainStats(self, _groups: int, _flags: int) -> list[tuple[_Vm, dict[str, int]]]:
        return self.records

    def getCPUStats(self, _cpu: int, _flags: int) -> dict[str, int]:
        return self._node

    def getMemoryStats(self, _cell: int, _flags: int) -> dict[str, int]:
        return {"total": 1 << 27, "free": 1 << 25, "buffers": 1 << 20, "cached": 1 << 24}

    def getInfo(self) -> list[int | str]:
        return ["x86_64", 1 << 17, 16, 2400, 1, 1, 16, 1]

    def getURI(self) -> str:
        return "qemu+ssh://host/system"


def _record(row: list[int]) -> dict[str, int]:
    cpu, read, written, reads, writes, read_time, write_time, received, sent = row
    return {
        "state.state": 1,
        "state.reason": 1,
        "cpu.time": cpu,
        "cpu.user": cpu // 2,
        "cpu.system": cpu // 2,
        "balloon.current": 4 << 20,
        "balloon.maximum": 4 << 20,
        "balloon.available": 4 << 20,
        "balloon.unused": 1 << 20,
        "balloon.usable": 2 << 20,
        "net.count": 1,
        "net.0.rx.bytes": received,
        "net.0.tx.bytes": sent,
        "block.count": 1,
        "block.0.rd.reqs": reads,
        "block.0.rd.bytes": read,
        "block.0.rd.times": read_time,
        "block.0.wr.reqs": writes,
        "block.0.wr.bytes": written,
        "block.0.wr.times": write_time,
    }


def recording(folder: Path, fleet: dict[str, list[str]], rounds: int) -> Told:
    """CPU of one core (%) that recording takes, in all and by part."""
    now = NOW // HOUR * HOUR
    inventory = Inventory(lambda: now)
    inventory.set_hosts(tuple(HostSpec(host, host, "test:///default") for host in fleet))
    luck = np.random.default_rng(1)
    meters: dict[str, tuple[_Connection, Meter]] = {}
    vcpus = {name: 2 for uuids in fleet.values() for name in uuids}
    for host, uuids in fleet.items():
        inventory.apply(DomainsRead(host, tuple(Domain(VmKey(host, name), name, State.RUNNING) for name in uuids)))
        connection = _Connection(uuids, luck)
        meters[host] = (connection, Meter(connection, INTERVAL, lambda: now))
    recorder = Recorder(folder / "recording.sqlite", inventory, INTERVAL, lambda: now, delay=1e6)
    recorder.start()
    spent = {"meter": 0.0, "inventory": 0.0, "history": 0.0}

    def timed(part: str, work: Callable[[], Any]) -> Any:
        start = time.process_time()
        result = work()
        spent[part] += time.process_time() - start
        return result

    for number in range(rounds):
        for host, (connection, meter) in meters.items():
            connection.prepare()
            load, loads = timed("meter", lambda meter=meter: meter.round(vcpus))
            timed("inventory", lambda host=host, load=load, loads=loads: inventory.apply(LoadsRead(host, load, loads)))
        now += INTERVAL
        timed("history", recorder._flush)
        if not number:
            spent = dict.fromkeys(spent, 0.0)  # what is done once: subjects, numpy
    span = (rounds - 1) * INTERVAL
    assert recorder.close(60)
    book = Book(folder / "recording.sqlite")
    filled = _fill_hour(book, fleet, now)
    start = time.process_time()
    book.join(filled + HOUR)
    book.pack(filled + HOUR)
    an_hour = time.process_time() - start
    start = time.process_time()
    book.pack(filled + 2 * DAY)
    a_day = time.process_time() - start
    parts = {f"{part}_cpu_pct": 100 * seconds / span for part, seconds in spent.items()}
    packing = 100 * (an_hour / HOUR + 24 * a_day / DAY)
    return {"history_cpu_pct": parts["history_cpu_pct"] + packing, **_renamed(parts), "packing_cpu_pct": packing}


def _renamed(parts: dict[str, float]) -> dict[str, float]:
    return {"recording_cpu_pct" if name == "history_cpu_pct" else name: value for name, value in parts.items()}


def _fill_hour(book: Book, fleet: dict[str, list[str]], after: float) -> float:
    """A whole hour of noise after `after`; returns its beginning."""
    start = int(after) // HOUR * HOUR + HOUR
    luck = np.random.default_rng(2)
    vms, hosts = _subjects(fleet)
    for first in range(0, CHUNKS_AN_HOUR, 10):
        pages = []
        for chunk in range(start // CHUNK + first, start // CHUNK + first + 10):
            for keys, measures in ((vms, VM_MEASURES), (hosts, HOST_MEASURES)):
                codes = coded(luck.random((len(keys), len(measures), SLOTS_A_CHUNK)) * 1e6)
                pages.append(Page(chunk, keys, codes))
        book.write(pages, {})
    return float(start)


def _subjects(fleet: dict[str, list[str]]) -> tuple[list[Subject], list[Subject]]:
    return [VmKey(host, name) for host, uuids in fleet.items() for name in uuids], list(fleet)


# a year


def year(path: Path, fleet: dict[str, list[str]], weeks: int) -> Told:
    """Makes the file as it is after so many weeks, up to NOW; its size in GB, and of a whole year."""
    book = Book(path)
    luck = np.random.default_rng(3)
    hour, week = int(NOW) // HOUR, int(NOW) // WEEK
    vms, hosts = _subjects(fleet)
    chunks = range(hour * CHUNKS_AN_HOUR - CHUNKS_AN_HOUR, int(NOW) // CHUNK)  # an hour and what is not packed yet
    for chunk in chunks:
        pages = []
        for keys, measures in ((vms, VM_MEASURES), (hosts, HOST_MEASURES)):
            pages.append(Page(chunk, keys, coded(luck.random((len(keys), len(measures), SLOTS_A_CHUNK)) * 1e6)))
        book.write(pages, {})
    book.join(NOW)
    book.pack(hour * HOUR)  # leaves a row of hours too
    entries = book.subjects()
    for at in range((hour - int(KEPT[1]) // HOUR) // (QUARTER // HOUR), hour // (QUARTER // HOUR)):
        rows = [
            (at << LOW_BITS | entry.id, packed(*_noise(luck, width_of(entry.key), 360))) for entry in entries.values()
        ]
        book.database.write(lambda db, rows=rows: db.executemany("INSERT OR REPLACE INTO minutes VALUES (?, ?)", rows))  # type: ignore[misc]
    before = _size(path)
    for at in range(week - weeks + 1, week + 1):
        rows = [
            (at << LOW_BITS | entry.id, packed(*_noise(luck, width_of(entry.key), 168))) for entry in entries.values()
        ]
        book.database.write(lambda db, rows=rows: db.executemany("INSERT OR REPLACE INTO weeks VALUES (?, ?)", rows))  # type: ignore[misc]
    size = _size(path)
    book.database.close()
    return {"year_gb": (before + (size - before) * WEEKS / weeks) / 1e9, "file_gb": size / 1e9, "weeks": weeks}


def _noise(luck: np.random.Generator, width: int, bins: int) -> tuple[Codes, Codes, Codes]:
    """Days with nights, much noise and some idleness; half of the measures of half of the VMs hardly do anything."""
    day = 0.6 + 0.4 * np.sin(np.arange(bins) / bins * 2 * np.pi * max(1.0, bins / 24))
    scale = 10.0 ** luck.uniform(-3, 6, (width, 1))
    mean = scale * day * luck.lognormal(0.0, 0.5, (width, bins))
    mean[luck.random((width, 1)).repeat(bins, 1) < 0.2] = 0.0
    low, high = mean * luck.uniform(0.3, 1.0, mean.shape), mean * luck.uniform(1.0, 3.0, mean.shape)
    return coded(low), coded(mean), coded(high)


def _size(path: Path) -> int:
    Book(path).database.read(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    return sum(part.stat().st_size for part in path.parent.glob(path.name + "*"))


# plots


def plots(path: Path, fleet: dict[str, list[str]]) -> Told:
    """The slowest kind of plot (its middle time), the slowest of all, and each kind, in ms."""
    spans = {"hour": HOUR, "6h": 6 * HOUR, "2d": 2 * DAY, "week": WEEK, "month": 30 * DAY, "year": 365 * DAY}
    usual = (Measure.CPU, Measure.MEMORY, Measure.DISK_READ, Measure.DISK_WRITE, Measure.NET_IN, Measure.NET_OUT)
    names = list(fleet)
    vms, _hosts = _subjects(fleet)
    luck = np.random.default_rng(4)

    def one(stats: StatsService, start: float) -> None:
        stats.series(vms[luck.integers(len(vms))], usual, start, NOW, 1000)

    def six(stats: StatsService, start: float) -> None:
        stats.several([vms[luck.integers(len(vms))] for _ in range(6)], [Measure.CPU], start, NOW, 1000)

    def host(stats: StatsService, start: float) -> None:
        stats.series(names[luck.integers(len(names))], HOST_MEASURES, start, NOW, 1000)

    def stacked(stats: StatsService, start: float) -> None:
        stats.stacked(names[luck.integers(len(names))], Measure.CPU, start, NOW, 1000)

    times: dict[str, list[float]] = {}
    for kind in (one, six, host, stacked):
        for span, seconds in spans.items():
            for stats in _fresh(path, PLOTS):
                begun = time.perf_counter()
                kind(stats, NOW - seconds)
                times.setdefault(f"{kind.__name__} {span}", []).append(1000 * (time.perf_counter() - begun))
    middle = {name: statistics.median(found) for name, found in times.items()}
    return {"plot_ms": max(middle.values()), "plot_max_ms": max(map(max, times.values())), "plots_ms": middle}


def _fresh(path: Path, count: int) -> Iterator[StatsService]:
    """A service that has read nothing yet but who there is, on a file that is not in the system's cache."""
    for _ in range(count):
        inventory = Inventory(lambda: NOW)
        recorder = Recorder(path, inventory, INTERVAL, lambda: NOW)
        recorder.subjects()
        number = os.open(path, os.O_RDONLY)
        os.posix_fadvise(number, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(number)
        yield StatsService(inventory, recorder, lambda: NOW)
        recorder.close()


def measure(vms: int = VMS, hosts: int = HOSTS, weeks: int = WEEKS, rounds: int = ROUNDS) -> Told:
    """`history_cpu_pct`, `year_gb`, `plot_ms`, and what they are made of."""
    fleet = hosts_of(vms, hosts)
    with tempfile.TemporaryDirectory(prefix="splendid-history-", dir=os.environ.get("SPLENDID_BENCH_DIR")) as name:
        folder = Path(name)
        told = recording(folder, fleet, rounds)
        told |= year(folder / "year.sqlite", fleet, weeks)
        return told | plots(folder / "year.sqlite", fleet)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    for name, value in (("vms", VMS), ("hosts", HOSTS), ("weeks", WEEKS), ("rounds", ROUNDS)):
        parser.add_argument(f"--{name}", type=int, default=value)
    chosen = parser.parse_args()
    sys.stdout.write(json.dumps(measure(chosen.vms, chosen.hosts, chosen.weeks, chosen.rounds), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
