"""Records the load trace that the demo fleet replays: real guests of the lab under different loads.

    python -m tests.lab.record_trace [--minutes 10] [--out resources/demo/trace.json]

Seven guests run on one lab host, each with a part to play; every three seconds the host's own statistics are taken, as
`virsh domstats` gives them. They play in two takes: all at once would contend for two cores, and show that instead. The
machine should have little else to do. The file's shape is told in console/gateway/replay.py, which reads it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import lab
from tests.lab.harness.machine import LabError

STEP = 3.0
TAKES = (("idle", "steady", "build", "files"), ("web", "database", "burst"))
FIELDS = ("cpu", "memory", "disk_read", "disk_write", "disk_ops", "net_in", "net_out")
OUT = Path(__file__).parents[2] / "resources/demo/trace.json"
MEMORY_MIB = 128
STATISTICS = ("--cpu-total", "--balloon", "--interface", "--block")

Sample = dict[str, float]


@dataclass(frozen=True)
class Part:
    """What a guest plays. suits: tags of the demo's VMs that are like it, none = any other's.

    work(t): its work at second t. fetches(t): how often a second its host asks it for a MiB.
    """

    name: str
    suits: tuple[str, ...]
    work: Callable[[float], dict[str, int]]
    fetches: Callable[[float], float] = lambda _t: 0.0


def _wave(t: float, period: float, low: float, high: float) -> float:
    return low + (high - low) * (0.5 - 0.5 * math.cos(2 * math.pi * t / period))


def _web(t: float) -> float:
    """Visitors: a slow wave with a faster one on it, and a rush in the seventh minute."""
    return _wave(t, 300, 0.15, 0.7) + _wave(t, 47, 0, 0.15) + (0.25 if 390 < t < 450 else 0)


def _building(t: float) -> bool:
    return t % 150 < 85


def parts() -> list[Part]:
    dice = random.Random(2)
    jitter = [dice.uniform(0.7, 1.3) for _ in range(4096)]

    def about(value: float, t: float) -> int:
        return max(0, round(value * jitter[int(t / STEP) % len(jitter)]))

    return [
        Part("idle", (), lambda _t: {}),
        Part("steady", ("infra", "booking"), lambda t: {"cpu": about(32, t), "net": about(24, t), "mem": 12}),
        Part(
            "web",
            ("shop", "booking"),
            lambda t: {"cpu": about(45 * _web(t), t), "mem": 8 + int(12 * _web(t)), "read": about(60, t)},
            lambda t: 1.6 * _web(t),
        ),
        Part(
            "build",
            ("build",),
            lambda t: (
                {"cpu": 95, "write": about(1800, t), "mem": 30} if _building(t) else {"cpu": 2, "write": 0, "mem": 6}
            ),
        ),
        Part(
            "database",
            ("pay", "shop"),
            lambda t: {
                "cpu": about(14 + _wave(t, 210, 0, 10), t),
                "read": about(900, t),
                "write": 6000 if t % 120 < 12 else about(450, t),
                "mem": 36,
            },
        ),
        Part("files", ("office", "infra"), lambda t: {"cpu": 3, "mem": 10}, lambda t: _wave(t, 190, 0.1, 3.2)),
        Part(
            "burst",
            ("qa", "linux"),
            lambda t: (
                {"cpu": about(80, t), "read": 1500, "mem": 20} if t % 120 < 21 else {"cpu": 0, "read": 0, "mem": 4}
            ),
        ),
    ]


class Player(threading.Thread):
    """Makes one guest play its part, by the clock, until `over` is set."""

    def __init__(self, guest: Guest, part: Part, over: threading.Event, start: float) -> None:
        super().__init__(name=f"player-{part.name}", daemon=True)
        self.guest, self.part, self.over, self.zero = guest, part, over, start

    def run(self) -> None:
        told: dict[str, int] = {}
        owed = 0.0
        last = time.monotonic()
        while not self.over.wait(0.2):
            now = time.monotonic()
            t = math.floor((now - self.zero) / STEP) * STEP
            with contextlib.suppress(LabError):  # a guest that is too busy to answer goes on as it was
                wanted = self.part.work(t)
                if wanted != told:
                    self.guest.do(**wanted)
                    told = wanted
                owed = min(owed + self.part.fetches(t) * (now - last), 3.0)
                last = now
                while owed >= 1 and not self.over.is_set():
                    self.guest.get("/blob")
                    owed -= 1


def sample(guests: Mapping[str, Guest]) -> tuple[float, dict[str, dict[str, int]]]:
    """When (before asking), and every guest's counters as its host tells them, by the guest's name."""
    host = next(iter(guests.values())).host
    stamp = time.monotonic()
    answer = host.virsh("domstats", *STATISTICS)
    found: dict[str, dict[str, int]] = {}
    for block in answer.split("Domain: ")[1:]:
        name, _, lines = block.partition("\n")
        found[name.strip("'")] = {key: int(value) for key, value in re.findall(r"(\S+)=(\d+)\s", lines + "\n")}
    return stamp, found


def between(old: dict[str, int], new: dict[str, int], seconds: float) -> Sample:
    """The rates between two readings of one guest's counters."""

    def rate(*keys: str) -> float:
        return max(0.0, sum(new.get(key, 0) - old.get(key, 0) for key in keys) / seconds)

    return {
        "cpu": round(min(1.0, rate("cpu.time") / 1e9), 4),
        "memory": round(_used(new), 4),
        "disk_read": round(rate("block.0.rd.bytes")),
        "disk_write": round(rate("block.0.wr.bytes")),
        "disk_ops": round(rate("block.0.rd.reqs", "block.0.wr.reqs"), 1),
        "net_in": round(rate("net.0.rx.bytes")),
        "net_out": round(rate("net.0.tx.bytes")),
    }


def _used(counters: dict[str, int]) -> float:
    """The share of its memory that a guest and its kernel could not give back at once."""
    total = counters["balloon.current"]
    return (total - counters.get("balloon.usable", counters.get("balloon.unused", 0))) / total


def record(guests: dict[str, Guest], steps: int) -> dict[str, list[Sample]]:
    kept: dict[str, list[Sample]] = {name: [] for name in guests}
    due = time.monotonic()
    stamp, before = sample(guests)
    for number in range(steps):
        due += STEP
        time.sleep(max(0.0, due - time.monotonic()))
        now, after = sample(guests)
        for name in guests:
            kept[name].append(between(before[name], after[name], now - stamp))
        stamp, before = now, after
        if number % 20 == 19:
            print(f"{(number + 1) * STEP:.0f} s of {steps * STEP:.0f} s", flush=True)
    return kept


def take(host: Host, cast: list[Part], minutes: float) -> dict[str, list[Sample]]:
    """Raise a guest for each part, let them play, and remove them."""
    guests = {part.name: Guest(host, part.name, memory_mib=MEMORY_MIB).define().start() for part in cast}
    for guest in guests.values():
        guest.ready(120)
    over = threading.Event()
    zero = time.monotonic()
    players = [Player(guests[part.name], part, over, zero) for part in cast]
    for player in players:
        player.start()
    time.sleep(4 * STEP)  # what the guests did while they came up is no part of it
    kept = record(guests, round(minutes * 60 / STEP))
    over.set()
    for player in players:
        player.join(10)
    for guest in guests.values():
        guest.remove()
    return kept


def main() -> None:
    asked = argparse.ArgumentParser(description="Record the demo fleet's load trace from real guests.")
    asked.add_argument("--minutes", type=float, default=10.0)
    asked.add_argument("--out", type=Path, default=OUT)
    given = asked.parse_args()
    cast = parts()
    kept: dict[str, list[Sample]] = {}
    with lab(["alpha"]) as raised:
        for names in TAKES:
            kept |= take(raised.hosts["alpha"], [part for part in cast if part.name in names], given.minutes)
    trace = {
        "source": f"real guests on libvirt and QEMU, {time.strftime('%Y-%m-%d')}, by tests/lab/record_trace.py",
        "step": STEP,
        "guests": [
            {
                "name": part.name,
                "suits": part.suits,
                "vcpus": 1,
                **{field: [_short(sample[field]) for sample in kept[part.name]] for field in FIELDS},
            }
            for part in cast
        ],
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(_compact(trace))
    print(f"{given.out}: {len(cast)} guests, {given.minutes:g} minutes")


def _short(number: float) -> float:
    return int(number) if number == int(number) else number


def _compact(trace: dict[str, object]) -> str:
    """JSON with one line for each list of numbers."""
    text = json.dumps(trace, indent=1)
    return re.sub(r"\[[^\[\]{}]*\]", lambda found: re.sub(r"\s+", "", found[0]), text) + "\n"


if __name__ == "__main__":
    main()
