"""Rounds of statistics into columns, and pages out of them."""

from __future__ import annotations

import numpy as np
import pytest

from console.fleet.domains import Load, VmKey
from console.fleet.history import HOST_MEASURES, VM_MEASURES, Measure
from console.fleet.hosts import HostLoad
from console.fleet.updates import LoadsRead
from console.inventory.gathering import BUSY, Gathered
from console.inventory.packing import GAP, decoded
from console.inventory.ring import SLOTS

T = 1_800_000_000.0
SLOT = int(T // 5)
A1, A2 = VmKey("a", "1"), VmKey("a", "2")


def load(at: float, cpu: float | None = 0.5, **more: float) -> Load:
    return Load(at, cpu, 1 << 20, 2 << 20, **more)  # type: ignore[arg-type]


def told(at: float, host: str = "a", cpu: float | None = 0.5, replayed: bool = False) -> LoadsRead:
    return LoadsRead(host, HostLoad(at, 0.25, 9 << 20, replayed, cpu_iowait=0.1), {"1": load(at, cpu)})


def gathered(*updates: LoadsRead, interval: float = 5.0) -> Gathered:
    made = Gathered(interval)
    made.take(updates)
    return made


def cpu(made: Gathered, first: int = SLOT, count: int = 4, key: VmKey | str = A1) -> list[float]:
    found = made.of(key, first, count)
    assert found is not None
    return found[0].tolist()


NAN = float("nan")


def same(found: list[float], *expected: float) -> None:
    assert found == pytest.approx(list(expected), nan_ok=True)


def test_a_round_stands_for_the_time_since_the_one_before() -> None:
    same(cpu(gathered(told(T), told(T + 15, cpu=0.8))), 0.5, 0.8, 0.8, 0.8)


def test_the_pace_may_waver_without_gaps() -> None:
    made = gathered(told(T), told(T + 5.1), told(T + 9.9), told(T + 15.2))
    same(cpu(made), 0.5, 0.5, 0.5, 0.5)


def test_a_laptop_that_slept_leaves_a_gap_and_no_spike() -> None:
    made = gathered(told(T), told(T + 300, cpu=None))
    assert cpu(made, count=61)[1:] == pytest.approx([NAN] * 60, nan_ok=True)
    assert np.isnan(cpu(made, SLOT + 60, 1)[0])
    found = made.of(A1, SLOT + 59, 2)
    assert found is not None
    same(found[VM_MEASURES.index(Measure.MEMORY)].tolist(), NAN, float(1 << 20))


def test_a_clock_put_back_replaces_what_stands_there() -> None:
    made = gathered(told(T), told(T + 5), told(T + 10), told(T + 5.5, cpu=0.9))
    same(cpu(made), 0.5, 0.9, 0.5, NAN)


def test_a_vm_that_is_not_told_has_a_gap() -> None:
    gone = LoadsRead("a", HostLoad(T + 5, 0.25), {})
    same(cpu(gathered(told(T), gone, told(T + 10)), count=3), 0.5, NAN, 0.5)


def test_two_rounds_in_one_slot_are_one_mean() -> None:
    same(cpu(gathered(told(T, cpu=0.2), told(T + 3, cpu=0.4), interval=3.0), count=1), 0.3)


def test_a_host_is_what_it_tells_and_else_the_sum_of_its_vms() -> None:
    loads = {
        "1": load(T, 0.5, disk_read=100.0, disk_read_ops=1.0, disk_write_ops=0.0, disk_latency=0.010, net_in=5.0),
        "2": load(T, 0.5, disk_read=50.0, disk_read_ops=2.0, disk_write_ops=1.0, disk_latency=0.002),
        "3": load(T, None),
    }
    made = gathered(LoadsRead("a", HostLoad(T, 0.25, 9 << 20, pressure_io=0.3), loads), told(T, "b"))
    found = made.of("a", SLOT, 1)
    assert found is not None
    values = dict(zip(HOST_MEASURES, found[:, 0].tolist(), strict=True))
    expected = dict.fromkeys(HOST_MEASURES, NAN) | {
        Measure.CPU: 0.25,
        Measure.MEMORY: 9 << 20,
        Measure.MEMORY_ALLOCATED: 6 << 20,
        Measure.DISK_READ: 150.0,
        Measure.DISK_READ_OPS: 3.0,
        Measure.DISK_WRITE_OPS: 1.0,
        Measure.DISK_LATENCY: (0.010 + 3 * 0.002) / 4,
        Measure.NET_IN: 5.0,
        Measure.PRESSURE_IO: 0.3,
    }
    assert values == pytest.approx(expected, nan_ok=True)
    same(cpu(made, key="b", count=1), 0.25)
    assert np.isnan(made.of("b", SLOT, 1)[HOST_MEASURES.index(Measure.DISK_LATENCY), 0])  # type: ignore[index]


def test_pages_are_chunks_that_ended_and_each_comes_once() -> None:
    made = gathered(*(told(T + at) for at in range(0, 40, 5)))
    pages = made.pages(T + 40)
    assert [(page.chunk, page.keys, page.codes.shape) for page in pages] == [
        (int(T) // 30, [A1], (1, len(VM_MEASURES), 6)),
        (int(T) // 30, ["a"], (1, len(HOST_MEASURES), 6)),
    ]
    assert decoded(pages[0].codes)[0, 0] == pytest.approx([0.5] * 6, rel=1e-3)
    assert made.pages(T + 40) == []
    last = made.pages(T + 40, all_of_them=True)
    assert (last[0].codes[0, 0] != GAP).tolist() == [True, True, False, False, False, False]


def test_a_late_answer_makes_its_chunk_new() -> None:
    made = gathered(told(T))
    made.pages(T + 60)
    made.take([told(T + 10)])
    assert [page.chunk for page in made.pages(T + 60)] == [int(T) // 30] * 2


def test_what_could_not_be_written_comes_again_as_long_as_it_is_held() -> None:
    made = gathered(told(T))
    chunks = [page.chunk for page in made.pages(T + 60)]
    made.put_back(chunks)
    assert len(made.pages(T + 60)) == 2
    made.put_back(chunks)
    made.take([told(T + 5 * SLOTS + 60)])
    assert {page.chunk for page in made.pages(T + 5 * SLOTS + 120)} == {int(T + 5 * SLOTS + 60) // 30}


def test_busy_is_who_had_much_cpu_for_a_minute() -> None:
    made = Gathered(5.0)
    made.was_busy({A1: T - 500})
    minute = T - T % 60
    for at in range(0, 185, 5):
        cpu_2 = BUSY * 3 if at < 60 else 0.01
        loads = {"1": load(minute + at, 0.02), "2": load(minute + at, cpu_2)}
        made.take([LoadsRead("a", HostLoad(minute + at), loads)])
    made.look_who_is_busy()
    assert made.busy_at(A1) == T - 500
    assert made.busy_at(A2) == minute + 60
    assert made.busy_at(VmKey("a", "3")) == 0.0


def test_when_others_were_busy_may_be_learned_later() -> None:
    made = gathered(told(T))
    assert made.busy_at(A1) == T
    made.was_busy({A1: T - 500})
    assert made.busy_at(A1) == T - 500


def test_columns_of_what_is_gone_are_used_again() -> None:
    made = gathered(told(T))
    later = T + 5 * SLOTS + 60
    made.take([told(later, "b")])
    made.forget_those_gone()
    size = made.nbytes
    made.take([told(later + 5, "c")])
    assert made.of(A1, int(later // 5), 2) is None
    same(cpu(made, int(later // 5), 2, VmKey("c", "1")), NAN, 0.5)
    same(cpu(made, int(later // 5), 2, VmKey("b", "1")), 0.5, NAN)
    assert made.nbytes == size


def test_a_replayed_trace_is_known_as_one() -> None:
    made = gathered(told(T, replayed=True), told(T, "b"))
    assert made.replayed(A1)
    assert made.replayed("a")
    assert not made.replayed("b")
    about = made.about([A1, "b"], lambda key: f"name of {key}")
    assert [(one.name, one.replayed) for one in about.values()] == [(f"name of {A1}", True), ("name of b", False)]


def test_from_when_on_all_is_in_memory() -> None:
    assert Gathered(5.0).whole_from == float("inf")
    made = gathered(told(T), told(T + 5))
    assert made.whole_from == T
    made.take([told(T + 5 * SLOTS)])
    assert made.whole_from == T + 5


def test_what_is_not_in_memory() -> None:
    made = gathered(told(T))
    assert made.of(A2, SLOT, 1) is None
    assert made.of(A1, SLOT + 1, 1) is None
    assert made.of(A1, SLOT - 2 * SLOTS, 5) is None
