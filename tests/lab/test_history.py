"""The recorded load of real guests: it agrees with what virsh counts, and outlives the console."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from console.cli import output
from console.fleet.history import By, MarkKind, Measure, Series
from console.fleet.hosts import Phase
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, Desk, spec_of, until

WORK: dict[str, dict[str, int]] = {
    "counts": {"cpu": 60},
    "copies": {"read": 3000, "write": 1500},
    "talks": {"net": 800},
}
SPAN = 60.0
LAG = 2.0  # a bin is of the rounds that ended in it: what they tell began an interval earlier
AGREE = 0.05
WHAT = {
    Measure.CPU: ("cpu.time",),
    Measure.DISK_READ: ("block.0.rd.bytes",),
    Measure.DISK_WRITE: ("block.0.wr.bytes",),
    Measure.DISK_READ_OPS: ("block.0.rd.reqs",),
    Measure.DISK_WRITE_OPS: ("block.0.wr.reqs",),
    Measure.NET_IN: ("net.0.rx.bytes",),
    Measure.NET_OUT: ("net.0.tx.bytes",),
}
MEANT = {
    "counts": (Measure.CPU,),
    "copies": (Measure.DISK_READ, Measure.DISK_WRITE, Measure.DISK_READ_OPS, Measure.DISK_WRITE_OPS),
    "talks": (Measure.NET_OUT,),
}
"""What each guest is there for: the rest of its load is next to nothing, and as uneven."""


def counters(guest: Guest) -> tuple[float, dict[str, int]]:
    """What virsh counts of a guest, and when (epoch, in the middle of the call)."""
    before = time.time()
    told = guest.host.virsh("domstats", guest.uuid)
    values = {name: int(value) for name, value in re.findall(r"^\s*([\w.]+)=(\d+)$", told, re.MULTILINE)}
    return (before + time.time()) / 2, values


def mean_of(series: Series, start: float, end: float) -> float:
    """The mean of what was measured between two moments; a bin that lies partly in it counts as much."""
    within = np.clip(np.minimum(series.times + series.step, end) - np.maximum(series.times, start), 0.0, None)
    weight = np.where(np.isnan(series.mean), 0.0, within)
    assert weight.sum() > 0.8 * (end - start)
    return float(np.nansum(series.mean * weight) / weight.sum())


@pytest.fixture
def opened(on_workstation: None, home: Path) -> Iterator[Callable[[], Console]]:
    """Opens the console on one profile, again and again."""
    consoles: list[Console] = []

    def open_it() -> Console:
        consoles.append(Console(home / "console"))
        return consoles[-1]

    yield open_it
    for console in consoles:
        console.close()


@pytest.mark.timeout(500)
def test_recorded_load_agrees_with_virsh_and_outlives_the_console(
    lab: Lab, beta: Host, spare: Callable[..., Guest], opened: Callable[[], Console], home: Path
) -> None:
    console = opened()
    console.add(spec_of(lab, beta))
    guests = {name: spare(name) for name in WORK}
    for guest in guests.values():
        until(lambda guest=guest: console.inventory.domain(console.key(guest)), "it is seen", 20)
        guest.start()
    for name, guest in guests.items():
        guest.ready(120).do(**WORK[name])
    time.sleep(15)  # the load is even, and two rounds have been

    first = {name: counters(guest) for name, guest in guests.items()}
    time.sleep(SPAN)
    last = {name: counters(guest) for name, guest in guests.items()}
    time.sleep(7)  # the round that follows
    stats = console.services.stats
    seen: dict[str, float] = {}
    for name, guest in guests.items():
        (start, then), (end, now) = first[name], last[name]
        found = stats.series(console.key(guest), list(WHAT), start - 5, end + 7, 100)
        for measure in MEANT[name]:
            rate = sum(now[key] - then[key] for key in WHAT[measure]) / (end - start)
            rate /= 1e9 if measure is Measure.CPU else 1.0
            mean = mean_of(found[measure], start + LAG, end + LAG)
            seen[f"{name} {measure}"] = mean / rate - 1
    assert all(abs(off) <= AGREE for off in seen.values()), seen

    tops = {
        "counts": stats.top(Measure.CPU, first["counts"][0], last["counts"][0]),
        "copies": stats.top((Measure.DISK_READ, Measure.DISK_WRITE), first["copies"][0], last["copies"][0]),
        "talks": stats.top(Measure.NET_OUT, first["talks"][0], last["talks"][0]),
    }
    assert {name: rows[0].label for name, rows in tops.items()} == {name: name for name in WORK}
    (host,) = stats.top(Measure.DISK_READ, first["copies"][0], last["copies"][0], By.HOST)
    assert host.label == "beta"
    latency = stats.series(console.key(guests["copies"]), [Measure.DISK_LATENCY], *_span(first, last), 100)
    assert 0 < mean_of(latency[Measure.DISK_LATENCY], *_span(first, last)) < 1
    own = stats.series("beta", [Measure.CPU, Measure.CPU_USER, Measure.MEMORY], *_span(first, last), 100)
    assert 0 < mean_of(own[Measure.CPU], *_span(first, last)) <= 1
    kinds = {name: [mark.kind for mark in stats.marks([console.key(guests[name])], 0, time.time())] for name in WORK}
    assert all(MarkKind.START in found for found in kinds.values()), kinds

    # the console ends, and comes again a while later
    console.close()
    closed = time.time()
    time.sleep(25)
    again = opened()
    again.awaits("beta", Phase.LIVE)
    opened_at = time.time()
    time.sleep(15)
    key = again.key(guests["counts"])
    cpu = again.services.stats.series(key, [Measure.CPU], first["counts"][0], time.time(), 1000)[Measure.CPU]
    away = (cpu.times > closed + 5) & (cpu.times < opened_at - 10)
    assert away.any()
    assert np.isnan(cpu.mean[away]).all()
    assert np.isfinite(cpu.mean[cpu.times < closed - 10]).all()
    assert np.isfinite(cpu.mean[(cpu.times > opened_at + 5) & (cpu.times < time.time() - 10)]).all()
    assert float(np.nanmax(cpu.mean)) <= 1.0  # no spike where it went on
    again.close()

    said = Desk(lab, home / "console")("stats", "beta/counts", "--since", "10min", "-m", "cpu", "--json").json
    points = {point["time"]: point["mean"] for point in said["subjects"][0]["series"][0]["points"]}
    assert None in points.values()
    earlier = [(at, value) for at, value in zip(cpu.times, cpu.mean, strict=True) if at < closed - 40]
    assert len(earlier) >= SPAN / 5 - 8
    assert {output.iso(float(at)): pytest.approx(value, rel=1e-3) for at, value in earlier}.items() <= points.items()


def _span(first: dict[str, tuple[float, object]], last: dict[str, tuple[float, object]]) -> tuple[float, float]:
    return max(at for at, _told in first.values()), min(at for at, _told in last.values())


@pytest.mark.timeout(200)
def test_a_host_that_is_cut_off_leaves_a_gap_and_no_spike(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    guest = spare("alone", work={"cpu": 50}).start()
    console.add(spec_of(lab, beta))
    guest.ready(120)
    time.sleep(15)
    beta.cut()
    cut = time.time()
    time.sleep(30)
    beta.heal()
    console.awaits("beta", Phase.LIVE, seconds=90)
    healed = time.time()
    time.sleep(20)
    stats = console.services.stats
    cpu = stats.series(console.key(guest), [Measure.CPU], cut - 15, time.time(), 1000)[Measure.CPU]
    away = (cpu.times > cut + 10) & (cpu.times < healed - 15)
    assert np.isnan(cpu.mean[away]).all()
    assert away.any()
    assert np.isfinite(cpu.mean[(cpu.times > healed + 8) & (cpu.times < time.time() - 10)]).all()
    assert float(np.nanmax(cpu.high)) <= 1.0
