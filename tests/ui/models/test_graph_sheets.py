import math

import numpy as np
import pytest

from console.fleet.history import Mark, MarkKind, Measure
from console.ui.models.graph_plans import compare_plan, host_plan, read, stacked_plan, vm_plan
from console.ui.models.graph_sheets import (
    MOST_MARKS,
    continued,
    end_of,
    gap_name,
    plot_marks,
    replayed,
    sheet_of,
    step_of,
)
from console.ui.widgets.plot_data import GREY
from tests.ui.fake_stats import BASES, FakeStats
from tests.ui.rooms import key, vm

NOW = 1795262400.0
WEB = vm("web-01", vcpus=8)


def test_figures_come_in_the_units_people_read() -> None:
    told = read(FakeStats(), vm_plan(WEB), NOW - 3600, NOW, 720)
    sheet = sheet_of(vm_plan(WEB), told)
    cpu, memory, disk, net = sheet.graphs
    assert [graph.unit for graph in sheet.graphs] == ["%", "GiB", "MiB/s", "Mbit/s"]
    assert 30 < np.nanmean(cpu.curves[0].mean) < 90
    assert memory.curves[1].mean[0] == 24.0
    assert memory.curves[1].text_at(0) == "24.0"
    assert memory.binary
    assert 70 < np.nanmean(disk.curves[0].mean) < 130
    assert disk.curves[2].text_at(5).replace("\u00a0", " ").endswith(" ms")
    assert not disk.curves[2].drawn
    assert np.nanmean(net.curves[0].mean) == pytest.approx(48, rel=0.3)
    assert (step_of(told), end_of(told)) == (5.0, NOW - 5)


def test_little_memory_is_told_in_mib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BASES, Measure.MEMORY, 140 * 1024)
    plan = vm_plan(WEB)
    used = sheet_of(plan, read(FakeStats(), plan, NOW - 600, NOW, 120)).graphs[1].curves[0]
    assert used.text_at(0).replace("\u00a0", " ").endswith(" MiB"), "in a graph that reaches to 24 GiB"
    monkeypatch.setitem(BASES, Measure.MEMORY_ALLOCATED, 512 * 1024)
    memory = sheet_of(plan, read(FakeStats(), plan, NOW - 600, NOW, 120)).graphs[1]
    assert memory.unit == "MiB"
    assert 80 < np.nanmean(memory.curves[0].mean) < 200
    assert memory.curves[1].text_at(0) == "512"


def test_a_host_without_a_measure_has_no_curve_of_it() -> None:
    plan = host_plan("n1", "kvm-n1")
    told = read(FakeStats(), plan, NOW - 600, NOW, 120)
    some = {pair: series for pair, series in told.series.items() if pair[1] is not Measure.PRESSURE_IO}
    sheet = sheet_of(plan, type(told)(told.start, told.end, some, {}))
    assert [curve.name for curve in sheet.graphs[-1].curves] == ["CPU", "memory"]


def test_the_largest_vms_are_stacked_and_the_rest_is_one() -> None:
    vms = [vm(f"vm-{n}") for n in range(9)]
    plan = stacked_plan("n1", "kvm-n1", vms)
    stats = FakeStats(vms=[domain.key for domain in vms])
    told = read(stats, plan, NOW - 600, NOW, 120)
    graph = sheet_of(plan, told).graphs[0]
    assert graph.stacked
    assert [curve.number for curve in graph.curves] == [0, 1, 2, 3, 4, GREY]
    assert graph.curves[-1].name == "4 others"
    every = sum(part.mean for part in told.stacks["cpu"].values())
    assert sum(curve.mean for curve in graph.curves).tolist() == pytest.approx(every.tolist())
    largest = sorted(vms, key=lambda domain: -told.stacks["cpu"][domain.key].mean.sum())[:2]
    assert {domain.name for domain in largest} <= {curve.name for curve in graph.curves[:-1]}
    six = stacked_plan("n1", "kvm-n1", vms[:6])
    assert len(sheet_of(six, read(FakeStats(vms=six.marked), six, NOW - 600, NOW, 120)).graphs[0].curves) == 6


def test_a_vm_has_one_colour_in_all_graphs() -> None:
    vms = [vm(f"vm-{n}") for n in range(3)]
    plan = stacked_plan("n1", "kvm-n1", vms)
    told = read(FakeStats(vms=plan.marked), plan, NOW - 600, NOW, 120)
    told.stacks["cpu"][vms[2].key].mean[:] *= 9  # the largest in one
    told.stacks["net"][vms[1].key].mean[:] *= 99  # and larger still in another
    del told.stacks["disk"][vms[1].key]  # type: ignore[attr-defined]
    colors = [{curve.name: curve.number for curve in graph.curves} for graph in sheet_of(plan, told).graphs]
    assert colors[0] == {"vm-1": 0, "vm-2": 1, "vm-0": 2}
    assert all(each.items() <= colors[0].items() for each in colors)
    assert colors[2] == {"vm-2": 1, "vm-0": 2}


def test_others_are_a_gap_only_where_all_of_them_are() -> None:
    vms = [vm(f"vm-{n}") for n in range(8)]
    plan = stacked_plan("n1", "kvm-n1", vms)
    told = read(FakeStats(vms=plan.marked), plan, NOW - 600, NOW, 120)
    for part in told.stacks["cpu"].values():
        part.mean[:10] = math.nan
    rest = sheet_of(plan, told).graphs[0].curves[-1]
    assert np.isnan(rest.mean[:10]).all()
    assert not np.isnan(rest.mean[10:]).any()


def test_what_is_newer_is_added_to_what_was_read() -> None:
    stats, plan = FakeStats(), vm_plan(WEB)
    told = read(stats, plan, NOW - 3600, NOW, 720)
    tail = read(stats, plan, end_of(told) - 5, NOW + 10, 6, marks=False)
    both = continued(told, tail)
    whole = read(stats, plan, NOW - 3590, NOW + 10, 720)
    for pair, series in whole.series.items():
        assert both.series[pair].times.tolist() == series.times.tolist()
        assert both.series[pair].mean.tolist() == series.mean.tolist()
    assert (both.start, both.end) == (NOW - 3590, NOW + 10)


def test_a_stack_goes_on_too() -> None:
    vms = [vm("web-01"), vm("web-02")]
    plan = stacked_plan("n1", "kvm-n1", vms)
    stats = FakeStats(vms=plan.marked)
    told = read(stats, plan, NOW - 600, NOW, 120)
    stats.vms = (*stats.vms, key("new"))  # shown when all is read anew
    both = continued(told, read(stats, plan, NOW - 10, NOW + 10, 6))
    assert set(both.stacks["cpu"]) == set(plan.marked)
    assert both.stacks["cpu"][key("web-01")].times[-1] == NOW + 5


def test_events_have_signs_names_and_a_limit() -> None:
    plan = compare_plan((WEB, vm("web-02")))
    marks = [Mark(NOW, MarkKind.CRASH, WEB.key), Mark(NOW + 1, MarkKind.CONFIG, key("web-02"), "memory_kib")]
    shown = plot_marks(plan, marks)
    assert [(mark.text, mark.icon) for mark in shown] == [
        ("web-01: Crashed", "error"),
        ("web-02: Memory changed", "sliders"),
    ]
    assert plot_marks(vm_plan(WEB), marks[:1])[0].text == "Crashed"
    many = [Mark(NOW + n, MarkKind.START, WEB.key) for n in range(MOST_MARKS)]
    assert [mark.text for mark in plot_marks(vm_plan(WEB), [marks[0], *many])] == ["Crashed"]


@pytest.mark.parametrize(
    ("kinds", "name"),
    [
        ((MarkKind.STOP,), "off"),
        ((MarkKind.STOP, MarkKind.START), "off"),
        ((MarkKind.CRASH, MarkKind.START), "crashed"),
        ((MarkKind.CONFIG,), "no figures"),
        ((), "no figures"),
    ],
)
def test_a_gap_says_why_as_far_as_that_is_known(kinds: tuple[MarkKind, ...], name: str) -> None:
    marks = [Mark(NOW + 100 * number, kind, WEB.key) for number, kind in enumerate(kinds)]
    assert gap_name(marks, NOW, NOW + 100) == name


def test_a_gap_of_the_vm_alone_is_no_gap_of_the_recording() -> None:
    plan = vm_plan(WEB)
    told = read(FakeStats(), plan, NOW - 3600, NOW, 720)
    for (subject, _measure), series in told.series.items():
        if subject == WEB.key:
            series.mean[200:300] = math.nan
    assert [gap.name for gap in sheet_of(plan, told).gaps] == ["off"]
    told.series["n1", Measure.CPU].mean[200:300] = math.nan
    assert [gap.name for gap in sheet_of(plan, told).gaps] == ["not recorded"]


def test_gaps_and_the_demo_are_said() -> None:
    stats = FakeStats()
    stats.hole = (NOW - 1800, NOW - 1500)
    stats.replayed = True
    told = read(stats, vm_plan(WEB), NOW - 3600, NOW, 720)
    sheet = sheet_of(vm_plan(WEB), told, True)
    assert [(gap.start, gap.end, gap.name) for gap in sheet.gaps] == [(NOW - 1800, NOW - 1500, "not recorded")]
    assert sheet.pale
    assert replayed(told)
    nothing = type(told)(NOW - 5, NOW, {}, {})
    assert (step_of(nothing), end_of(nothing), replayed(nothing)) == (0.0, 0.0, False)
