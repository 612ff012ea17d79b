from __future__ import annotations

import json

from console.cli import records
from console.fleet.deletion import DeletePlan, FileItem, FileKind, Hold, VmDeletion
from console.fleet.domains import Address, AddressSource, Disk, Domain, Load, Nic, State, VmKey
from console.fleet.errors import NotFound, Problem, Reason
from console.fleet.hosts import HostFacts, HostLoad, HostSpec, HostStatus, Network, Phase, Pool, Volume
from console.fleet.updates import HostView
from console.jobs.job import JobState, JobView

KEY = VmKey("kvm-a", "u")
SPEC = HostSpec("kvm-a", "kvm-a", "qemu:///system", zone="north", tags=("x",))


def test_a_vm() -> None:
    domain = Domain(
        KEY,
        "web-01",
        State.RUNNING,
        since=1_700_000_000,
        memory_kib=2048,
        disks=(Disk("vda", "/a.qcow2", capacity=5, backing=("/b",)),),
        nics=(Nic("52:54:00:00:00:01"),),
        addresses=(Address("10.0.0.1", 24, "52:54:00:00:00:01", AddressSource.AGENT),),
        tags=("prod",),
    )
    status = HostStatus(Phase.STALE, seen=1_700_000_000)
    found = records.vm(domain, SPEC, HostView("kvm-a", status), Load(1_700_000_000, cpu=0.5, net_in=8.0), 1_700_000_001)
    assert found["addresses_told"] == "2023-11-14T22:13:21.000Z"
    assert found["began_before"] is None
    assert (found["name"], found["host"], found["zone"], found["state"]) == ("web-01", "kvm-a", "north", "running")
    assert (found["live"], found["seen"], found["started"]) == (False, "2023-11-14T22:13:20.000Z", None)
    assert found["addresses"] == [{"ip": "10.0.0.1", "prefix": 24, "mac": "52:54:00:00:00:01", "source": "agent"}]
    assert found["disks"][0]["backing"] == ["/b"]
    assert (found["load"]["cpu"], found["load"]["net_in"], found["load"]["disk_read"]) == (0.5, 8.0, None)
    assert records.vm(domain, None, HostView("kvm-a"), None)["load"] is None
    json.dumps(found)


def test_a_host() -> None:
    problem = Problem(Reason.SILENT, "no answer", 38)
    view = HostView(
        "kvm-a",
        HostStatus(Phase.UNREACHABLE, problem=problem),
        HostFacts("kvm-a.lan", libvirt_version=9_000_000, memory_kib=5),
        HostLoad(1_700_000_000, cpu=0.1),
    )
    found = records.host(SPEC, view, 3, 2)
    assert (found["state"], found["vms"], found["running"], found["tags"]) == ("unreachable", 3, 2, ["x"])
    assert found["problem"] == {"what": "kvm-a", "reason": "silent", "text": "no answer", "code": 38, "detail": ""}
    assert (found["facts"]["libvirt_version"], found["facts"]["hypervisor_version"]) == ("9.0.0", None)
    assert found["load"]["replayed"] is False
    empty = records.host(SPEC, HostView("kvm-a"), 0, 0)
    assert empty["facts"] is empty["load"] is empty["problem"] is None
    json.dumps(found)


def test_networks_and_pools() -> None:
    assert records.network(Network("default"))["forward"] == "isolated"
    pool = Pool("images", volumes=(Volume("a.qcow2", "/srv/a.qcow2", backing="/srv/b"),))
    assert "volumes" not in records.pool(pool, volumes=False)
    assert records.pool(pool, volumes=True)["volumes"][0]["backing"] == "/srv/b"


def test_a_job() -> None:
    view = JobView(
        7,
        "vm.start",
        "web-01",
        (KEY,),
        ("kvm-a",),
        JobState.FAILED,
        problem=Problem(Reason.GONE),
        created=1_700_000_000,
    )
    found = records.job(view)
    assert found["problem"]["what"] == "web-01"
    assert found["vms"] == [{"host_id": "kvm-a", "uuid": "u"}]
    assert (found["created"], found["ended"]) == ("2023-11-14T22:13:20.000Z", None)
    json.dumps(found)


def test_a_plan() -> None:
    disk = FileItem("1", "/a", FileKind.DISK, hold=Hold.USED, used_by=("web-02",))
    plan = DeletePlan((VmDeletion(KEY, "web-01", State.OFF, (disk,), ("s",)),), 1_700_000_000)
    (vm,) = records.plan(plan, frozenset({"1"}))["vms"]
    assert vm["files"][0] | {"goes": True, "hold": "used", "used_by": ["web-02"]} == vm["files"][0]
    assert vm["snapshots"] == ["s"]


def test_an_error() -> None:
    found = records.error(NotFound(Reason.GONE, "web-01"))
    assert found["error"]["reason"] == "gone"
    assert found["error"]["what"] == "web-01"
