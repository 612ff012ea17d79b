"""What is printed of snapshots and of plans: every file by its whole path."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from console.cli import snapshot_show
from console.fleet.domains import Domain, State, VmKey
from console.fleet.hosts import HostSpec
from console.fleet.snapshots.many import ManyPlan
from console.fleet.snapshots.plans import Chain, Deed, Fate, FileBox, IfStops, Op, SnapshotPlan, Step
from console.fleet.snapshots.values import DiskNow, How, ImageFile, Snapshot, SnapshotDisk, SnapshotFacts
from console.fleet.storing import Say, Weight
from console.fleet.updates import DomainsRead
from console.inventory.inventory import Inventory

KEY, DB = VmKey("a", "1"), VmKey("a", "2")
P = "/srv/img"
MIB = 1 << 20
CLEAN = Snapshot("clean", created=1e9, disks=(SnapshotDisk("vda", How.EXTERNAL, f"{P}/web.qcow2", f"{P}/web.clean"),))
WIZARD = Snapshot(
    *("wizard", "clean", 1.1e9, State.RUNNING, How.EXTERNAL, f"{P}/web.mem"),
    disks=(SnapshotDisk("vda", How.EXTERNAL, f"{P}/web.clean", f"{P}/web.wizard"),),
    description="Not opened yet.\nReally.", current=True, by="t.okafor", build="4711",
)  # fmt: skip
FACTS = SnapshotFacts(
    KEY,
    "web",
    State.RUNNING,
    1.2e9,
    disks=(DiskNow("vda", f"{P}/web.wizard", format="qcow2"),),
    snapshots=(CLEAN, WIZARD),
    files={
        f"{P}/web.qcow2": ImageFile(f"{P}/web.qcow2", "default", format="qcow2", capacity=1 << 30, allocation=11 * MIB),
        f"{P}/web.clean": ImageFile(f"{P}/web.clean", "default", allocation=2 * MIB, backing=f"{P}/web.qcow2"),
        f"{P}/web.wizard": ImageFile(f"{P}/web.wizard", "default", allocation=3 * MIB, backing=f"{P}/web.clean"),
        f"{P}/web.mem": ImageFile(f"{P}/web.mem", allocation=4 * MIB),
    },
    users={f"{P}/web.qcow2": ("dev-mira",)},
)
PLAN = SnapshotPlan(
    *(KEY, "web", Deed.DELETE, "wizard", 0.0),
    frees=4 * MIB, needs=MIB, pool="default", free=100 * MIB, seconds=25.0,
    before=(Chain("vda", (FileBox(f"{P}/web.clean", ".clean", 2 * MIB, Fate.GROWS),
                          FileBox(f"{P}/web.wizard", ".wizard", 3 * MIB, Fate.GOES, f"{P}/web.clean"))),),
    after=(Chain("vda", (FileBox(f"{P}/web.clean", ".clean", 5 * MIB, Fate.WRITTEN),)),),
    steps=(
        Step(Op.CHECK, if_stops=IfStops.NOTHING),
        Step(Op.FORGET, names=("wizard",), loses=True, if_stops=IfStops.FINISH),
        Step(Op.COMMIT, "vda", f"{P}/web.wizard", f"{P}/web.clean", before=2 * MIB, after=5 * MIB,
             if_stops=IfStops.RESUMES),
        Step(Op.REMOVE, file=f"{P}/web.wizard", gain=3 * MIB, if_stops=IfStops.FILE_STAYS),
        Step(Op.REMOVE, file=f"{P}/web.mem", gain=4 * MIB, if_stops=IfStops.FILE_STAYS),
    ),
    says=(Say("lost", {"when": 1_100_000_000}, Weight.WARNING),), lost=("wizard",),
)  # fmt: skip
REFUSED = SnapshotPlan(
    *(DB, "db", Deed.REVERT, "clean", 0.0),
    steps=(Step(Op.STOP),),
    says=(Say("block-job", {"target": "vda"}, Weight.STOP), Say("lost-now-all", {}, Weight.WARNING)),
)


@pytest.fixture
def session() -> Any:
    inventory = Inventory()
    inventory.set_hosts([HostSpec("a", "kvm-a", "test:///a")])
    inventory.apply(DomainsRead("a", (Domain(KEY, "web", State.RUNNING), Domain(DB, "db", State.OFF))))
    return SimpleNamespace(services=SimpleNamespace(inventory=inventory))


def said(lines: list[str]) -> list[str]:
    return [line.replace("\u00a0", " ") for line in lines]


def test_the_tree_tells_kind_size_and_where_now_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    snapshot_show.tree(FACTS)
    lines = said(capsys.readouterr().out.splitlines())
    assert lines[0].split() == ["Snapshot", "Kind", "Taken", "State", "On", "disk", "Description"]
    assert lines[1].startswith("● clean   external, 1 linked clone ")
    assert "11 MiB" in lines[1]
    assert lines[2].startswith("● wizard  external, with memory ")
    assert "2 + 4 MiB  Not opened yet." in lines[2]
    assert "Really" not in lines[2]
    assert lines[3].startswith("○ now")
    assert "3 MiB  changed since" in lines[3]


def test_one_snapshot_with_its_files(session: Any, capsys: pytest.CaptureFixture[str]) -> None:
    snapshot_show.one(session, FACTS, WIZARD)
    out = capsys.readouterr().out.replace("\u00a0", " ")
    for text in (
        "kvm-a/web",
        "by t.okafor",
        "4711",
        "clean",
        "Then",
        "now",
        f"{P}/web.clean, 2 MiB",
        f"{P}/web.mem, 4 MiB",
    ):
        assert text in out
    gone = SnapshotFacts(KEY, "web", State.OFF, 0.0, snapshots=(CLEAN,))
    snapshot_show.one(session, gone, CLEAN)
    assert f"{P}/web.qcow2, which is not there" in capsys.readouterr().out


def test_a_plan_names_each_step_and_each_file_that_goes(session: Any) -> None:
    lines = said(snapshot_show.plan(session, PLAN, FACTS))
    assert (
        lines[0]
        == "Delete wizard, kvm-a/web: VM keeps running, frees 4 MiB, about 25 s, needs 1 of 100 MiB free in default."
    )
    assert lines[1].startswith("  9 Nov 2004 is lost: you can’t go back to that moment")
    assert lines[2].startswith("  1  Check chain, write journal")
    assert lines[3] == "  -- No way back to 9 Nov 2004 from here on --"
    assert lines[4].startswith("  2  Take it off the list")
    assert ".wizard into .clean" in lines[5]
    assert "2 → 5 MiB" in lines[5]
    assert lines[-2:] == [f"  goes: {P}/web.wizard", f"  goes: {P}/web.mem"]


def test_of_a_plan_that_is_refused_only_why(session: Any) -> None:
    assert snapshot_show.plan(session, REFUSED) == [
        "Revert clean, kvm-a/db:",
        "  A block job runs on disk vda. Wait for it, or cancel it in Tasks.",
    ]


def test_one_that_is_refused_holds_all(session: Any) -> None:
    many = ManyPlan(Deed.REVERT, "clean", (PLAN, REFUSED), 0.0)
    lines = snapshot_show.many(session, many)
    assert lines[0] == "Nothing is done: all or none."
    assert not any("wizard" in line for line in lines)


def test_many_say_what_holds_for_all(session: Any) -> None:
    other = SnapshotPlan(DB, "db", Deed.REVERT, "clean", 0.0)
    lines = snapshot_show.many(session, ManyPlan(Deed.REVERT, "clean", (PLAN, other), 0.0, True, "before-clean"))
    assert "Together: all or none, all at one moment, frees 4 MiB, needs 1 MiB, 2 files go." in said(lines)
    assert "Each is kept as it is now, as “before-clean”, until all are there; then that goes." in lines
    kept = snapshot_show.many(session, ManyPlan(Deed.REVERT, "clean", (PLAN,), 0.0, safety="mine", keeps=True))
    assert kept[-1] == "Each is kept as it is now, as “mine”."
    assert snapshot_show.many(session, ManyPlan(Deed.DELETE, "", (), 0.0)) == ["There is nothing to do."]


def test_the_record_of_a_plan_names_each_file(session: Any) -> None:
    record = snapshot_show.many_record(session, ManyPlan(Deed.DELETE, "wizard", (PLAN,), 1e9), "splendid …")
    json.dumps(record)
    assert (record["act"], record["snapshot"], record["refused"], record["command"]) == (
        *("delete", "wizard", False, "splendid …"),
    )
    vm = record["vms"][0]
    assert (vm["name"], vm["host"], vm["vm_stops"], vm["lost"]) == ("web", "kvm-a", "no", ["wizard"])
    assert vm["files"] == {
        "made": [],
        "merged": [f"{P}/web.wizard"],
        "merged_into": [f"{P}/web.clean"],
        "read": [],
        "going": [f"{P}/web.wizard", f"{P}/web.mem"],
    }
    assert [step["no_way_back"] for step in vm["steps"]] == [False, True, False, False, False]
    assert vm["before"][0]["files"][1]["goes_into"] == f"{P}/web.clean"
    assert vm["says"][0]["weight"] == "warning"
    assert "is lost" in vm["says"][0]["text"]


def test_the_record_of_a_vm_s_snapshots(session: Any) -> None:
    record = snapshot_show.facts_record(session, FACTS)
    json.dumps(record)
    clean, wizard = record["snapshots"]
    assert (clean["parent"], clean["clones"], clean["disk_bytes"]) == (None, ["dev-mira"], 11 * MIB)
    assert (wizard["parent"], wizard["current"], wizard["memory_bytes"]) == ("clean", True, 4 * MIB)
    assert wizard["created"] == "2004-11-09T11:33:20.000Z"
    assert record["now_bytes"] == 3 * MIB
    assert {file["path"]: file["users"] for file in record["files"]}[f"{P}/web.qcow2"] == ["dev-mira"]
