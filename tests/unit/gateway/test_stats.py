from __future__ import annotations

from pathlib import Path
from typing import Any

import libvirt
import pytest

from console.fleet.domains import Load
from console.fleet.errors import Unreachable
from console.gateway.pressure import Pressure
from console.gateway.stats import Meter, Sample, load_of, sample_of

RECORD = {
    "state.state": 1,
    "cpu.time": 5_000_000_000,
    "cpu.user": 1,
    "balloon.current": 2048,
    "balloon.available": 2000,
    "balloon.unused": 500,
    "balloon.usable": 800,
    "net.count": 2,
    "net.0.rx.bytes": 100,
    "net.0.tx.bytes": 10,
    "net.1.rx.bytes": 200,
    "block.count": 2,
    "block.0.rd.bytes": 1000,
    "block.0.rd.reqs": 3,
    "block.0.wr.bytes": 50,
    "block.0.wr.reqs": 4,
    "block.0.rd.times": 500,
    "block.0.wr.times": 900,
    "block.1.rd.bytes": 1,
}


def test_a_record_as_a_sample() -> None:
    assert sample_of(7.0, RECORD, 12) == Sample(
        7.0,
        cpu=5_000_000_000,
        memory_kib=2048,
        used_kib=1200,
        disk_read=1001,
        disk_write=50,
        read_ops=3,
        write_ops=4,
        disk_time=1400,
        net_in=300,
        net_out=10,
        run=12,
        blocks=2,
        nics=2,
    )


def test_a_partial_record_gives_what_it_has() -> None:
    sample = sample_of(7.0, {"state.state": 1, "cpu.time": 3, "balloon.available": 100})
    assert sample == Sample(7.0, cpu=3)
    assert sample_of(7.0, {"state.state": 1, "state.reason": 1}).empty
    assert sample_of(7.0, {}).empty
    assert sample_of(7.0, {"net.count": 1 << 40}).empty


def test_memory_in_use_falls_back_to_what_is_unused() -> None:
    assert sample_of(1.0, {"balloon.available": 100, "balloon.unused": 30}).used_kib == 70
    assert sample_of(1.0, {"balloon.available": 100, "balloon.unused": 130}).used_kib == 0


def after(before: Sample | None, vcpus: int = 2, **values: Any) -> Load:
    return load_of(before, Sample(13.0, **values), vcpus, 3.0)


OLD = Sample(10.0, cpu=0, disk_read=0, disk_write=100, read_ops=5, write_ops=0, disk_time=0, net_in=7, net_out=7)


def test_rates_over_the_interval() -> None:
    load = after(
        OLD,
        cpu=3_000_000_000,
        disk_read=3000,
        disk_write=100,
        read_ops=8,
        write_ops=6,
        disk_time=18_000_000,
        net_in=37,
        net_out=7,
        used_kib=9,
    )
    assert load == Load(
        13.0,
        cpu=0.5,
        memory_used_kib=9,
        disk_read=1000.0,
        disk_write=0.0,
        disk_ops=3.0,
        net_in=10.0,
        net_out=0.0,
        disk_read_ops=1.0,
        disk_write_ops=2.0,
        disk_latency=pytest.approx(0.002),
    )


def test_without_operations_there_is_no_latency() -> None:
    load = after(OLD, read_ops=5, write_ops=0, disk_time=0)
    assert (load.disk_ops, load.disk_latency) == (0.0, None)
    assert after(OLD, read_ops=6).disk_latency is None  # not told how long they took


def test_another_run_of_the_guest_begins_anew_even_where_no_counter_fell() -> None:
    now = Sample(13.0, cpu=10, disk_read=500, net_in=70, used_kib=3, run=5)
    assert load_of(OLD, now, 2, 3.0) == Load(13.0, memory_used_kib=3)


def test_a_device_more_or_less_makes_its_sum_another_one() -> None:
    load = after(OLD, cpu=0, disk_read=5000, read_ops=50, net_in=70, blocks=1)
    assert (load.disk_read, load.disk_ops, load.net_in) == (None, None, 21.0)
    load = after(OLD, cpu=0, disk_read=3000, net_in=70, nics=1)
    assert (load.disk_read, load.net_in, load.cpu) == (1000.0, None, 0.0)


def test_the_first_sample_has_no_rates() -> None:
    assert after(None, cpu=1, memory_kib=5, net_in=3) == Load(13.0, memory_kib=5)


@pytest.mark.parametrize(
    ("now", "figure"),
    [
        ({"disk_read": -1}, "disk_read"),  # fell: the counter began anew
        ({"disk_write": 99}, "disk_write"),
        ({"net_in": 10**16}, "net_in"),  # jumped
        ({"cpu": 60_000_000_000}, "cpu"),  # 20 s of CPU in 3 s on two vCPUs
        ({"cpu": None}, "cpu"),
        ({}, "net_out"),  # not told this time
    ],
)
def test_a_counter_that_cannot_be_right_gives_nothing(now: dict[str, int | None], figure: str) -> None:
    assert getattr(after(OLD, **now), figure) is None


def test_a_little_over_all_vcpus_is_all_of_them() -> None:
    assert after(OLD, cpu=6_600_000_000).cpu == 1.0


def test_without_a_number_of_vcpus_there_is_no_share_of_them() -> None:
    assert after(OLD, vcpus=0, cpu=1).cpu is None


@pytest.mark.parametrize("stamp", [10.0, 9.0, 26.0])
def test_after_a_gap_or_out_of_order_there_are_no_rates(stamp: float) -> None:
    assert load_of(OLD, Sample(stamp, cpu=5, disk_read=5), 2, 3.0) == Load(stamp)


class Vm:
    periods: list[str] = []  # the VMs that were asked to tell their memory

    def __init__(self, uuid: str) -> None:
        self._uuid = uuid

    def setMemoryStatsPeriod(self, _seconds: int, _flags: int) -> None:
        self.periods.append(self._uuid)
        if self._uuid == "none":
            raise error(libvirt.VIR_ERR_OPERATION_INVALID)

    def UUIDString(self) -> str:
        return self._uuid

    def ID(self) -> int:
        return 1


def error(code: int, text: str = "no", domain: int = 0) -> libvirt.libvirtError:
    made = libvirt.libvirtError(text)
    made.err = (code, domain, text, 2, None, None, None, -1, -1)
    return made


class Host:
    """A connection that tells what it is given, round after round."""

    def __init__(self, *rounds: list[tuple[str, dict[str, Any]]], old: bool = False) -> None:
        self.rounds = list(rounds)
        self.flags: list[int] = []
        self.cpu: list[dict[str, int]] = []
        self.memory: dict[str, int] | None = None
        self.asked_cpu = 0
        self.cpus = 4
        self.uri = "qemu+ssh://kvm-a/system"
        self._old = old

    def getURI(self) -> str:
        return self.uri

    def getAllDomainStats(self, _groups: int, flags: int) -> list[tuple[Vm, dict[str, Any]]]:
        self.flags.append(flags)
        if self._old and flags & libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT:
            raise error(libvirt.VIR_ERR_INVALID_ARG, "unsupported flags")
        return [(Vm(uuid), record) for uuid, record in self.rounds.pop(0)]

    def getInfo(self) -> list[Any]:
        return ["x86_64", 8192, self.cpus]

    def getCPUStats(self, _cpu: int, _flags: int) -> dict[str, int]:
        self.asked_cpu += 1
        if not self.cpu:
            raise error(libvirt.VIR_ERR_NO_SUPPORT)
        return self.cpu.pop(0)

    def getMemoryStats(self, _cell: int, _flags: int) -> dict[str, int]:
        if self.memory is None:
            raise error(libvirt.VIR_ERR_NO_SUPPORT)
        return self.memory


def meter(host: Host, *times: float) -> Meter:
    clock = iter(times)
    return Meter(host, 3.0, lambda: next(clock))


def test_rounds_of_a_host() -> None:
    host = Host(
        [("a", {"state.state": 1, "cpu.time": 0}), ("b", {"state.state": 1})],
        [("a", {"state.state": 1, "cpu.time": 3_000_000_000})],
    )
    host.cpu = [
        {"user": 100, "kernel": 0, "idle": 100, "iowait": 0},
        {"user": 130, "kernel": 10, "idle": 150, "iowait": 10},
    ]
    host.memory = {"total": 1000, "free": 200, "buffers": 50, "cached": 250}
    mine = meter(host, 10.0, 10.0, 13.0, 13.0)
    load, loads = mine.round({"a": 1})
    assert (load.cpu, load.memory_used_kib, loads) == (None, 500, {"a": Load(10.0)})
    assert mine.states == {"a": (1, 0), "b": (1, 0)}
    load, loads = mine.round({"a": 1})
    assert load.cpu == pytest.approx(0.4)
    assert (load.cpu_user, load.cpu_system, load.cpu_iowait) == pytest.approx((0.3, 0.1, 0.1))
    assert load.pressure_cpu is None  # it is not this computer
    assert loads == {"a": Load(13.0, cpu=1.0)}
    assert mine.figures


@pytest.mark.parametrize(("cpus", "booted"), [(4, 1000.0), (0, 0.0)])
def test_a_host_was_started_as_long_ago_as_its_cpus_have_counted(cpus: int, booted: float) -> None:
    host = Host([], [])
    host.cpus = cpus
    second = 10**9
    host.cpu = [
        {"user": 1000 * second, "kernel": 200 * second, "idle": 2700 * second, "iowait": 100 * second},
        {"user": 1003 * second, "kernel": 201 * second, "idle": 2708 * second, "iowait": 100 * second},
    ]
    mine = meter(host, 2000.0, 2000.0, 2003.0, 2003.0)
    assert [mine.round({})[0].booted for _ in range(2)] == [booted, booted]


def test_a_vm_that_was_away_for_a_round_starts_anew() -> None:
    host = Host([("a", {"cpu.time": 0})], [], [("a", {"cpu.time": 5})])
    mine = meter(host, 10.0, 10.0, 13.0, 16.0)
    mine.round({"a": 1})
    mine.round({"a": 1})
    assert mine.round({"a": 1})[1]["a"].cpu is None


def test_what_the_host_cannot_tell_is_asked_once() -> None:
    host = Host([("a", {"state.state": 1})], [("a", {"state.state": 1})])
    mine = meter(host, 10.0, 10.0, 13.0)
    assert mine.round({})[1] == {}
    mine.round({})
    assert host.asked_cpu == 1
    assert not mine.figures


def test_an_old_libvirt_is_asked_without_what_it_does_not_know() -> None:
    host = Host([], [], old=True)
    mine = meter(host, 10.0, 10.0, 13.0)
    mine.round({})
    mine.round({})
    nowait = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
    assert [bool(flags & nowait) for flags in host.flags] == [True, False, False]


def test_a_host_that_is_lost_is_said_to_be() -> None:
    class Lost(Host):
        def getAllDomainStats(self, *_: Any) -> Any:
            raise error(libvirt.VIR_ERR_INTERNAL_ERROR, "client socket is closed", libvirt.VIR_FROM_RPC)

    with pytest.raises(Unreachable):
        meter(Lost(), 1.0).round({})


def test_a_vm_that_does_not_tell_its_memory_is_asked_to_once_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Vm, "periods", [])
    silent = {"balloon.current": 5}
    talks = {"balloon.current": 5, "balloon.available": 4, "balloon.unused": 1}
    host = Host([("a", silent), ("b", talks), ("none", silent)], [("a", silent)], [], [("a", silent)])
    mine = meter(host, *range(10, 40))
    for asked in (["a", "none"], [], [], ["a"]):
        Vm.periods.clear()
        mine.round({})
        mine.ask_for_memory()
        assert sorted(Vm.periods) == asked


def test_times_of_the_cpu_that_fell_are_not_known_but_iowait_may() -> None:
    host = Host([], [], [])
    host.cpu = [
        {"user": 100, "kernel": 50, "idle": 100, "iowait": 20},
        {"user": 200, "kernel": 50, "idle": 200, "iowait": 15},
        {"user": 150, "kernel": 50, "idle": 300, "iowait": 15},
    ]
    mine = meter(host, *range(10, 20))
    mine.round({})
    load = mine.round({})[0]
    assert (load.cpu, load.cpu_iowait) == (0.5, 0.0)
    assert mine.round({})[0].cpu is None


def test_this_computer_tells_how_long_things_wait(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("cpu", "memory", "io"):
        (tmp_path / name).write_text("some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n")
    monkeypatch.setattr("console.gateway.stats.Pressure", lambda: Pressure(tmp_path))
    host = Host([], [])
    host.uri = "qemu:///system"
    mine = meter(host, *range(10, 20))
    assert mine.round({})[0].pressure_io is None
    load = mine.round({})[0]
    assert (load.pressure_cpu, load.pressure_memory, load.pressure_io) == (0.0, 0.0, 0.0)
