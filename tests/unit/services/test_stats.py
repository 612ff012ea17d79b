"""Series, marks and top lists out of a recorded history; times are set by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from console.fleet.domains import Domain, Load, State, VmKey
from console.fleet.history import By, Mark, MarkKind, Measure, Series
from console.fleet.hosts import HostFacts, HostLoad, HostSpec
from console.fleet.updates import DomainsRead, FactsRead, LoadsRead
from console.inventory.history import Recorder
from console.inventory.inventory import Inventory
from console.services.stats import StatsService

T = 1_800_000_000.0 // 3600 * 3600
WEB, DB, MAIL = VmKey("a", "web"), VmKey("a", "db"), VmKey("b", "mail")


class Desk:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = T
        self.inventory = Inventory(self.clock)
        self.inventory.set_hosts((HostSpec("a", "kvm-a", "x"), HostSpec("b", "kvm-b", "x")))
        for host in ("a", "b"):
            self.inventory.apply(FactsRead(host, HostFacts(cpus=16)))
        self.vms("a", Domain(WEB, "web", State.RUNNING, vcpus=4, tags=("prod", "front")), Domain(DB, "db", vcpus=2))
        self.vms("b", Domain(MAIL, "mail", State.RUNNING, vcpus=1, tags=("prod",)))
        self.recorder = Recorder(path, self.inventory, 5.0, self.clock, delay=0.0)
        self.recorder.start()
        self.stats = StatsService(self.inventory, self.recorder, self.clock)

    def clock(self) -> float:
        return self.now

    def vms(self, host: str, *domains: Domain) -> None:
        self.inventory.apply(DomainsRead(host, domains))

    def run(self, seconds: int, **cpu: float) -> None:
        """Rounds of all hosts; cpu: of VMs, by their UUID."""
        for _ in range(seconds // 5):
            for host, mine in (("a", ("web", "db")), ("b", ("mail",))):
                loads = {
                    name: Load(self.now, cpu[name], 1 << 20, 2 << 20, 1e6, 2e6, net_in=5e5)
                    for name in mine
                    if name in cpu
                }
                self.inventory.apply(LoadsRead(host, HostLoad(self.now, 0.25, 8 << 20), loads))
            self.now += 5

    def settle(self) -> None:
        end = time.monotonic() + 5
        while self.recorder._rounds or self.recorder._writer._thread is not None:
            assert time.monotonic() < end
            time.sleep(0.01)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "load.sqlite")
    yield made
    made.recorder.close(5)


def near(values: object, expected: list[float]) -> None:
    assert list(values) == pytest.approx(expected, rel=2e-3, nan_ok=True)  # type: ignore[call-overload]


NAN = float("nan")


def test_a_series_in_five_seconds_with_its_times(desk: Desk) -> None:
    desk.run(15, web=0.5)
    desk.run(15, web=0.9, db=0.1)
    found = desk.stats.series(WEB, [Measure.CPU, Measure.NET_OUT, Measure.PRESSURE_IO], T, T + 30, 100)
    assert list(found) == [Measure.CPU, Measure.NET_OUT, Measure.PRESSURE_IO]
    cpu = found[Measure.CPU]
    assert (cpu.measure, cpu.step, cpu.replayed) == (Measure.CPU, 5.0, False)
    near(cpu.times, [T + 5 * number for number in range(6)])
    near(cpu.mean, [0.5] * 3 + [0.9] * 3)
    assert np.isnan(found[Measure.NET_OUT].mean).all()
    assert np.isnan(found[Measure.PRESSURE_IO].mean).all()
    assert {len(part) for part in (cpu.times, cpu.low, cpu.mean, cpu.high)} == {6}


def test_bins_are_joined_to_what_is_asked_for_and_stand_still(desk: Desk) -> None:
    desk.run(30, web=0.5)
    desk.run(30, web=0.9)
    cpu = desk.stats.series(WEB, [Measure.CPU], T, T + 60, 2)[Measure.CPU]
    assert cpu.step == 30.0
    near(cpu.mean, [0.5, 0.9])
    moved = desk.stats.series(WEB, [Measure.CPU], T + 10, T + 70, 2)[Measure.CPU]
    near(moved.times, [T, T + 30, T + 60])
    near(moved.mean, [0.5, 0.9, NAN])
    both = desk.stats.series(WEB, [Measure.CPU], T, T + 60, 1)[Measure.CPU]
    near([both.low[0], both.mean[0], both.high[0]], [0.5, 0.7, 0.9])


@pytest.mark.parametrize(
    ("back", "points", "step"),
    [
        (600, 600, 5),
        (3600, 720, 5),
        (3600, 30, 120),
        (7200, 600, 60),
        (2 * 86400, 600, 300),
        (2 * 86400, 2880, 60),
        (3 * 86400, 600, 3600),
        (366 * 86400, 800, 11 * 3600),
        (1000 * 86400, 9000, 3600),
    ],
)
def test_the_finest_tier_that_reaches_back_is_taken(desk: Desk, back: int, points: int, step: int) -> None:
    cpu = desk.stats.series(WEB, [Measure.CPU], T - back, T, points)[Measure.CPU]
    assert cpu.step == step
    assert len(cpu.times) <= points + 1
    assert cpu.times[0] >= T - 367 * 86400


@pytest.mark.parametrize(
    ("start", "end", "points"), [(T, T, 5), (T + 10, T, 5), (T, T + 1e9, 5), (0.0, 0.0, 0), (T, T + 9, -1)]
)
def test_a_span_without_sense_is_only_short(desk: Desk, start: float, end: float, points: int) -> None:
    assert 1 <= len(desk.stats.series(WEB, [Measure.CPU], start, end, points)[Measure.CPU].times) <= 1000


def test_what_is_in_memory_is_read_without_the_disk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.run(60, web=0.5)
    desk.settle()

    def no(*_: object) -> None:
        raise AssertionError("the disk was read")

    monkeypatch.setattr(desk.recorder, "read", no)
    near(desk.stats.series(WEB, [Measure.CPU], T, T + 60, 60)[Measure.CPU].mean, [0.5] * 12)


def test_after_a_restart_the_past_is_there_with_a_gap(desk: Desk) -> None:
    desk.run(30, web=0.5)
    desk.recorder.close(5)
    desk.now += 30
    desk.recorder = Recorder(desk.path, desk.inventory, 5.0, desk.clock, delay=0.0)
    desk.recorder.start()
    stats = StatsService(desk.inventory, desk.recorder, desk.clock)
    desk.run(30, web=0.9)
    near(stats.series(WEB, [Measure.CPU], T, T + 90, 90)[Measure.CPU].mean, [0.5] * 6 + [NAN] * 6 + [0.9] * 6)


def test_a_host_stacked_by_its_vms_adds_up_in_cpus(desk: Desk) -> None:
    desk.run(10, web=0.5, db=1.0, mail=1.0)
    found = desk.stats.stacked("a", Measure.CPU, T, T + 10, 10)
    assert set(found) == {WEB, DB}
    near(found[WEB].mean, [2.0, 2.0])
    near(found[DB].high, [2.0, 2.0])
    near(desk.stats.stacked("a", Measure.MEMORY, T, T + 10, 10)[WEB].mean, [1 << 20] * 2)
    assert desk.stats.stacked("a", Measure.NET_OUT, T, T + 10, 10) == {}
    assert desk.stats.stacked("no such host", Measure.CPU, T, T + 10, 10) == {}


def test_who_takes_most_by_vm_host_and_tag(desk: Desk) -> None:
    desk.run(60, web=0.5, db=0.25, mail=0.5)
    rows = desk.stats.top(Measure.CPU, T, T + 60)
    assert [(row.subject, row.label, row.vms) for row in rows] == [(WEB, "web", 1), (DB, "db", 1), (MAIL, "mail", 1)]
    near([row.mean for row in rows], [2.0, 0.5, 0.5])
    near([row.total for row in rows], [120.0, 30.0, 30.0])
    near([row.share for row in rows], [2 / 3, 1 / 6, 1 / 6])
    near([row.known for row in rows], [1.0] * 3)
    hosts = desk.stats.top(Measure.CPU, T, T + 60, By.HOST)
    assert [(row.subject, row.label) for row in hosts] == [("a", "kvm-a"), ("b", "kvm-b")]
    near([row.mean for row in hosts], [4.0, 4.0])  # what the hosts say: a quarter of 16
    tags = desk.stats.top(Measure.CPU, T, T + 60, By.TAG)
    assert [(row.subject, row.vms) for row in tags] == [("prod", 2), ("front", 1), ("", 1)]
    near([row.mean for row in tags], [2.5, 2.0, 0.5])


def test_of_some_vms_only_and_their_hosts_then(desk: Desk) -> None:
    desk.run(60, web=0.5, db=0.25, mail=0.5)
    assert [row.subject for row in desk.stats.top(Measure.CPU, T, T + 60, among=[DB, MAIL])] == [DB, MAIL]
    hosts = desk.stats.top(Measure.CPU, T, T + 60, By.HOST, among={WEB, DB})
    assert [(row.label, row.vms) for row in hosts] == [("kvm-a", 2)]
    near([hosts[0].mean, hosts[0].high], [2.5, 2.5])


def test_several_measures_are_added_up_and_levels_have_no_total(desk: Desk) -> None:
    desk.run(60, web=0.5)
    (row,) = desk.stats.top((Measure.DISK_READ, Measure.DISK_WRITE), T, T + 60)
    near([row.mean, row.total], [3e6, 3e6 * 60])
    (row,) = desk.stats.top(Measure.MEMORY, T, T + 60)
    near([row.mean, row.total, row.share], [1 << 20, 0.0, 1.0])
    assert desk.stats.top(Measure.DISK_LATENCY, T, T + 60) == []


def test_a_short_burst_is_not_first_of_an_hour(desk: Desk) -> None:
    desk.run(30, db=1.0, mail=0.5)
    for seconds in (570, 600, 600):
        desk.run(seconds, mail=0.5)
        desk.settle()
    rows = desk.stats.top(Measure.CPU, T, T + 1800)
    assert [row.subject for row in rows] == [MAIL, DB]
    near([rows[1].known, rows[1].mean], [1 / 30, 2.0])


def test_over_a_day_of_hours_and_with_vms_that_are_no_more(desk: Desk) -> None:
    desk.run(600, web=0.5, mail=0.1)
    desk.settle()
    desk.vms("a")
    desk.now += 86400
    rows = desk.stats.top(Measure.CPU, T, T + 86400)
    assert [row.label for row in rows] == ["web", "mail"]
    assert desk.stats.top(Measure.CPU, T, T + 86400, By.TAG)[0].subject == ""  # nobody knows its tags any more
    assert desk.stats.name(WEB) == "web"
    assert desk.stats.name(VmKey("a", "never seen")) == "never seen"


def test_marks_come_from_the_recorder(desk: Desk) -> None:
    desk.stats.mark(Mark(T + 3, MarkKind.REVERT, WEB, "nightly"))
    assert desk.stats.marks([WEB], T, T + 5) == [Mark(T + 3, MarkKind.REVERT, WEB, "nightly")]
    assert desk.stats.marks(None, T + 4, T + 5) == []
    desk.settle()
    assert len(desk.stats.marks(None, T, T + 5)) == 1  # written by now


def test_the_demos_trace_is_marked(desk: Desk) -> None:
    desk.inventory.apply(LoadsRead("a", HostLoad(T, 0.5, 5, replayed=True), {"web": Load(T, 0.5)}))
    desk.now += 60

    def series(key: VmKey | str) -> Series:
        return desk.stats.series(key, [Measure.CPU], T, T + 5, 1)[Measure.CPU]

    assert series(WEB).replayed
    assert series("a").replayed
    assert not series(MAIL).replayed


def test_idle_is_known_without_recording_too(desk: Desk) -> None:
    desk.run(60, web=0.9)
    desk.run(240, web=0.01)
    desk.recorder.close(5)
    reader = Recorder(desk.path, Inventory(desk.clock), 5.0, desk.clock)
    stats = StatsService(desk.inventory, reader, desk.clock)
    assert stats.idle_since(WEB) == T + 60
    assert stats.idle_since(VmKey("a", "none")) is None
    assert stats.recorded_by() is None
    reader.close()
