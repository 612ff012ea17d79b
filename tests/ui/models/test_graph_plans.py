from console.fleet.history import Mark, MarkKind, Measure
from console.ui.models.graph_plans import MOST, added, compare_plan, host_plan, longer, read, stacked_plan, vm_plan
from tests.ui.fake_stats import FakeStats
from tests.ui.rooms import key, vm

NOW = 1795262400.0


def test_a_vm_has_four_graphs_and_two_more_where_there_is_room() -> None:
    domain = vm("web-01", vcpus=8)
    plan = vm_plan(domain)
    assert [draft.id for draft in plan.drafts] == ["cpu", "memory", "disk", "net"]
    assert plan.drafts[0].lines[0].name == "of 8 vCPU"
    assert plan.wanted() == {
        domain.key: (
            Measure.CPU,
            Measure.MEMORY,
            Measure.MEMORY_ALLOCATED,
            Measure.DISK_READ,
            Measure.DISK_WRITE,
            Measure.DISK_LATENCY,
            Measure.NET_IN,
            Measure.NET_OUT,
        )
    }
    long = vm_plan(domain, long=True)
    assert [draft.id for draft in long.drafts] == ["cpu", "memory", "disk", "operations", "latency", "net"]
    assert vm_plan(domain) == plan
    assert long != plan


def test_a_host_tells_its_pressure_and_names_its_vms() -> None:
    plan = host_plan("n1", "kvm-n1", (vm("web-01"), vm("web-02")))
    assert "pressure" in [draft.id for draft in plan.drafts]
    assert plan.names == {key("web-01"): "web-01", key("web-02"): "web-02"}
    assert set(plan.marked) == set(plan.names)


def test_what_is_read_and_written_is_added_up() -> None:
    stats = FakeStats()
    told = read(stats, compare_plan((vm("web-01"),)), NOW - 600, NOW, 600)
    disk = added([told.series[key("web-01"), m] for m in (Measure.DISK_READ, Measure.DISK_WRITE)])
    read_, written = (told.series[key("web-01"), m] for m in (Measure.DISK_READ, Measure.DISK_WRITE))
    assert disk.mean.tolist() == (read_.mean + written.mean).tolist()
    assert len(disk.mean) == 120


def test_a_stack_is_read_by_vm_and_events_of_all_of_them() -> None:
    stats = FakeStats(vms=(key("web-01"), key("web-02")))
    stats.found_marks = [Mark(NOW - 60, MarkKind.START, key("web-02")), Mark(NOW - 9000, MarkKind.STOP, key("web-02"))]
    told = read(stats, stacked_plan("n1", "kvm-n1", (vm("web-01"), vm("web-02"))), NOW - 600, NOW, 600)
    assert list(told.stacks) == ["cpu", "memory", "disk", "net"]
    assert all(set(parts) == {key("web-01"), key("web-02")} for parts in told.stacks.values())
    assert [mark.at for mark in told.marks] == [NOW - 60]
    assert not read(stats, host_plan("n1", "kvm-n1"), NOW - 600, NOW, 600, marks=False).marks


def test_past_the_sixth_vm_curves_are_grey_and_past_fifty_left_out() -> None:
    plan = compare_plan([vm(f"vm-{n:02}") for n in range(60)])
    assert [line.number for line in plan.drafts[0].lines][:8] == [0, 1, 2, 3, 4, 5, 6, 6]
    assert len(plan.marked) == len(plan.drafts[0].lines) == MOST


def test_in_small_a_graph_is_its_first_line_and_a_stack_the_host() -> None:
    small = longer(vm_plan(vm("web-01")).drafts[1])
    assert [line.name for line in small.lines] == ["guest uses"]
    cpu, memory, *_ = (longer(draft) for draft in stacked_plan("n1", "kvm-n1", ()).drafts)
    assert (cpu.by_vm, cpu.lines[0].subject, cpu.scale, cpu.top) == (None, "n1", "share", 100.0)
    assert (memory.scale, memory.top) == ("memory", None)
