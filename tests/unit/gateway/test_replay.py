from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Reason
from console.fleet.hosts import HostSpec
from console.gateway.replay import DEMO, HOST_SHARE, MOST, TraceReplay

GIB = 1 << 20  # KiB


def guest(name: str = "", cpu: tuple[float, ...] = (0.25, 0.5), **more: Any) -> dict[str, Any]:
    flat = [0.0] * len(cpu)
    lists = dict.fromkeys(("disk_read", "disk_write", "disk_ops", "net_in", "net_out"), flat)
    return {"name": name, "vcpus": 2, "cpu": list(cpu), "memory": [0.5] * len(cpu), **lists, **more}


def trace_file(folder: Path, *guests: dict[str, Any], step: float = 3.0) -> Path:
    path = folder / "trace.json"
    path.write_text(json.dumps({"source": "made for a test", "step": step, "guests": list(guests)}))
    return path


def vm(uuid: str, **more: Any) -> Domain:
    return Domain(VmKey("h", uuid), uuid, **{"state": State.RUNNING, "vcpus": 2, "memory_kib": 4 * GIB, **more})


@pytest.fixture
def host(tmp_path: Path) -> HostSpec:
    node = tmp_path / "a node.xml"
    node.write_text(f"<node><cpu><active>16</active></cpu><memory>{64 * GIB}</memory></node>")
    return HostSpec("h", "h", f"test://{tmp_path}/a%20node.xml", demo=True)


def test_only_running_vms_have_a_load_and_the_host_has_their_sum(tmp_path: Path, host: HostSpec) -> None:
    replay = TraceReplay(trace_file(tmp_path, guest(cpu=(0.5,))))
    vms = [vm("a"), vm("b", vcpus=6), vm("c", state=State.OFF), vm("d", state=State.PAUSED)]
    load, loads = replay.loads(100.0, host, vms)
    assert loads.keys() == {"a", "b"}
    assert load.replayed
    assert load.stamp == 100.0
    assert load.cpu == pytest.approx(8 * 0.5 / 16 + HOST_SHARE)
    assert load.memory_used_kib == pytest.approx(4 * GIB + 64 * GIB * HOST_SHARE, abs=2)


def test_vms_are_as_old_as_their_metadata_says_from_the_first_opening_on(tmp_path: Path) -> None:
    node = tmp_path / "n.xml"
    days = f"<metadata><d:age xmlns:d='{DEMO}' days='%s'/></metadata>"
    node.write_text(
        "<node>"
        + "".join(
            f"<domain><uuid>{uuid}</uuid>{days % text}</domain>" for uuid, text in (("a", 2), ("b", 41.5), ("c", "x"))
        )
        + "<domain><uuid>d</uuid></domain></node>"
    )
    spec = HostSpec("h", "h", f"test://{node}", demo=True)
    replay = TraceReplay(trace_file(tmp_path, guest()))
    vms = [vm("a"), vm("b", state=State.OFF), vm("c"), vm("d"), vm("a", since=7.0, started=5.0)]
    now = 100 * 86400.0
    for later in (0.0, 3600.0):
        times = [(one.since, one.started) for one in replay.aged(now + later, spec, vms)]
        assert times == [(98 * 86400, 98 * 86400), (58.5 * 86400, 0), (0, 0), (0, 0), (7, 5)]


def test_load_is_scaled_to_the_vm(tmp_path: Path, host: HostSpec) -> None:
    busy = guest(cpu=(0.5,), net_in=[1000.0], disk_read=[10.0])
    _, loads = TraceReplay(trace_file(tmp_path, busy)).loads(1.0, host, [vm("a", vcpus=4), vm("b", vcpus=64)])
    assert loads["a"].net_in == 2000.0
    assert loads["a"].disk_read == 20.0
    assert loads["a"].memory_used_kib == 2 * GIB
    assert loads["a"].memory_kib == 4 * GIB
    assert loads["b"].net_in == 1000.0 * MOST


def test_time_goes_on_and_comes_round_and_each_vm_begins_elsewhere(tmp_path: Path, host: HostSpec) -> None:
    ramp = tuple(n / 100 for n in range(100))
    replay = TraceReplay(trace_file(tmp_path, guest(cpu=ramp)))

    def cpu(stamp: float, uuid: str) -> float:
        found = replay.loads(stamp, host, [vm(uuid)])[1][uuid].cpu
        assert found is not None
        return found

    first = cpu(3000.0, "a")
    assert cpu(3002.9, "a") == first
    assert cpu(3003.0, "a") == pytest.approx((first + 0.01) % 1.0)
    assert cpu(3300.0, "a") == first
    assert len({cpu(3000.0, uuid) for uuid in "abcdefgh"}) > 4


def test_a_vm_keeps_its_guest_and_tags_choose_among_them(tmp_path: Path, host: HostSpec) -> None:
    path = trace_file(
        tmp_path, guest("build", (0.9,), suits=["build"]), guest("web", (0.4,), suits=["web"]), guest("idle", (0.01,))
    )
    vms = [vm("a", tags=("linux", "build", "web")), vm("b", tags=("web",)), vm("c"), vm("d", tags=("odd",))]
    first = TraceReplay(path).loads(1.0, host, vms)[1]
    assert [first[uuid].cpu for uuid in "abcd"] == [0.9, 0.4, 0.01, 0.01]
    again = TraceReplay(path).loads(1.0, host, list(reversed(vms)))[1]
    assert again == first


def test_without_a_trace_nothing_is_made_up(tmp_path: Path, host: HostSpec) -> None:
    replay = TraceReplay(tmp_path / "none.json")
    load, loads = replay.loads(5.0, host, [vm("a")])
    assert loads == {}
    assert (load.cpu, load.memory_used_kib, load.replayed) == (None, None, True)
    assert replay.problem is not None
    assert replay.problem.reason is Reason.OTHER
    assert replay.problem.detail.endswith("none.json")


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "{}",
        '{"step": 3, "guests": []}',
        json.dumps({"step": 0, "guests": [guest()]}),
        json.dumps({"step": 3, "guests": [guest(memory=[0.1])]}),
        json.dumps({"step": 3, "guests": [guest(vcpus=0)]}),
        json.dumps({"step": 3, "guests": [guest(colour="red")]}),
    ],
)
def test_a_broken_trace_is_said(tmp_path: Path, host: HostSpec, broken: str) -> None:
    (tmp_path / "trace.json").write_text(broken)
    replay = TraceReplay(tmp_path / "trace.json")
    assert replay.loads(5.0, host, [vm("a")])[1] == {}
    assert replay.problem is not None


def test_a_host_whose_size_is_not_known(tmp_path: Path, host: HostSpec) -> None:
    replay = TraceReplay(trace_file(tmp_path, guest()))
    load, loads = replay.loads(5.0, replace(host, uri="test:///default"), [vm("a")])
    assert (load.cpu, load.memory_used_kib) == (None, None)
    assert loads["a"].cpu is not None
