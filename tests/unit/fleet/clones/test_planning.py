from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from console.fleet.clones.facts import CODES, CloneFacts, Place
from console.fleet.clones.planning import RESETS, plan_clones
from console.fleet.clones.values import CloneKind, CloneOrder, ClonePlan, DiskDeed, Macs, Reset
from console.fleet.domains import Domain, Nic, State, VmKey
from console.fleet.errors import UsageError
from console.fleet.hosts import Pool, Volume
from console.fleet.snapshots.values import DiskNow, How, ImageFile, PoolRoom, Snapshot, SnapshotDisk, SnapshotFacts
from console.fleet.storing import Say, Weight

GIB = 1 << 30
KEY = VmKey("a", "u-1")
TOP = ImageFile("/p/web.qcow2", "default", "web.qcow2", "qcow2", 20 * GIB, 3 * GIB, "/p/base.qcow2", "qcow2")
BASE = ImageFile("/p/base.qcow2", "default", "base.qcow2", "qcow2", 20 * GIB, 2 * GIB)
DATA = ImageFile("/d/data.img", "data", "data.img", "raw", 10 * GIB, GIB)
ISO = ImageFile("/p/cd.iso", "default", "cd.iso", "raw", GIB, GIB)
DISKS = (
    DiskNow("vda", "/p/web.qcow2", format="qcow2"),
    DiskNow("vdb", "/d/data.img", format="raw"),
    DiskNow("sda", "/p/cd.iso", format="raw", device="cdrom", read_only=True),
    DiskNow("sdb", "", device="cdrom"),
)
POOLS = (
    Pool(
        "default",
        active=True,
        path="/p",
        capacity=100 * GIB,
        available=50 * GIB,
        volumes=(Volume("web.qcow2", "/p/web.qcow2"),),
    ),
    Pool("data", active=True, path="/d", capacity=100 * GIB, available=50 * GIB),
    Pool("lvm", kind="logical", active=True, path="/dev/vg", capacity=100 * GIB, available=50 * GIB),
    Pool("off", path="/off"),
)
VM = SnapshotFacts(
    KEY,
    "web",
    State.OFF,
    1.0,
    DISKS,
    files={image.path: image for image in (TOP, BASE, DATA, ISO)},
    pools=(PoolRoom("default", "/p", 50 * GIB), PoolRoom("data", "/d", 50 * GIB)),
)
DOMAIN = Domain(KEY, "web", nics=(Nic("52:54:00:00:00:01", source="lan"), Nic("52:54:00:00:00:02", source="dmz")))
NEAR = Place("a", frozenset({"web", "db"}), POOLS, frozenset({"lan", "dmz"}))
FAR = Place(
    "b",
    frozenset(),
    (Pool("default", active=True, path="/q", capacity=100 * GIB, available=90 * GIB),),
    frozenset({"lan"}),
    False,
)
FACTS = CloneFacts(VM, DOMAIN, NEAR)


def plan(facts: CloneFacts = FACTS, names: tuple[str, ...] = ("qa",), **more: Any) -> ClonePlan:
    uuids, macs = itertools.count(1), itertools.count(1)
    made = plan_clones(
        CloneOrder(KEY, names, **more), facts, 5.0, lambda: f"uuid-{next(uuids)}", lambda: f"new-{next(macs)}"
    )
    assert {say.code for say in made.says} <= CODES
    return made


def codes(made: ClonePlan, weight: Weight = Weight.STOP) -> list[str]:
    return [say.code for say in made.says if say.weight is weight]


def vm(**more: Any) -> CloneFacts:
    return replace(FACTS, vm=replace(VM, **more))


RUNS: dict[str, Any] = {"state": State.RUNNING, "can": frozenset({"backup"})}


@pytest.mark.parametrize("place", [replace(NEAR, nvrams=frozenset({"/p/qa_VARS.fd"})), NEAR])
def test_uefi_variables_that_are_anothers_are_not_written_over(place: Place) -> None:
    if not place.nvrams:
        there = replace(POOLS[0], volumes=(Volume("qa_VARS.fd", "/p/qa_VARS.fd"),))
        place = replace(place, pools=(there, *POOLS[1:]))
    facts = replace(FACTS, vm=replace(VM, nvram="/p/web_VARS.fd"), place=place)
    refused = plan(facts).refused
    assert [(say.code, say.values) for say in refused] == [("file-taken", {"path": "/p/qa_VARS.fd"})]
    assert not plan(facts, ("other",)).refused


def test_a_full_clone_of_a_vm_that_is_off() -> None:
    made = plan()
    assert codes(made) == []
    (one,) = made.clones
    assert (one.name, one.uuid) == ("qa", "uuid-1")
    assert [(disk.target, disk.deed, disk.pool, disk.path, disk.format) for disk in one.disks] == [
        ("vda", DiskDeed.COPY, "default", "/p/qa-vda.qcow2", "qcow2"),
        ("vdb", DiskDeed.COPY, "data", "/d/qa-vdb.img", "raw"),
        ("sda", DiskDeed.SHARE, "", "/p/cd.iso", "raw"),
        ("sdb", DiskDeed.EMPTY, "", "", ""),
    ]
    assert one.macs == {"52:54:00:00:00:01": "new-1", "52:54:00:00:00:02": "new-2"}
    assert made.needs == 3 * GIB + 2 * GIB + GIB, "the whole chain"
    assert made.free == 100 * GIB
    assert made.overlay == ""


def test_a_copy_never_takes_more_than_the_disk_holds() -> None:
    assert plan(vm(files={**VM.files, TOP.path: replace(TOP, capacity=4 * GIB)})).clones[0].disks[0].size == 4 * GIB


def test_many_linked_clones() -> None:
    made = plan(names=("qa-01", "qa-02"), kind=CloneKind.LINKED, pool="data")
    assert codes(made) == []
    assert [[disk.path for disk in one.disks if disk.deed is DiskDeed.LINK] for one in made.clones] == [
        ["/d/qa-01-vda.qcow2", "/d/qa-01-vdb.qcow2"],
        ["/d/qa-02-vda.qcow2", "/d/qa-02-vdb.qcow2"],
    ]
    assert {disk.source for disk in made.clones[1].disks} == {"/p/web.qcow2", "/d/data.img", "/p/cd.iso", ""}
    assert made.needs < 1 << 20
    assert "base-frozen" in codes(made, Weight.WARNING)
    assert "base-frozen" in codes(plan(replace(FACTS, linked_already=("x",)), kind=CloneKind.LINKED), Weight.FACT)
    template = plan(replace(FACTS, template=True), kind=CloneKind.LINKED)
    assert "base-frozen" not in codes(template, Weight.WARNING)
    assert "template-base" in codes(template, Weight.FACT)


def test_a_running_source_is_copied_at_one_moment_once() -> None:
    made = plan(vm(**RUNS), names=("a", "b"))
    assert [disk.deed for disk in made.clones[0].disks[:2]] == [DiskDeed.BACKUP] * 2
    assert [(disk.deed, disk.source) for disk in made.clones[1].disks[:2]] == [
        (DiskDeed.COPY, "/p/a-vda.qcow2"),
        (DiskDeed.COPY, "/d/a-vdb.img"),
    ]
    assert "as-power-cut" in codes(made, Weight.FACT)
    assert "frozen-moment" in codes(plan(vm(**RUNS, freezes=True)), Weight.FACT)


def test_a_running_source_gets_a_snapshot_before_it_is_linked_to() -> None:
    facts = vm(**RUNS, snapshots=(Snapshot("base of qa"),))
    made = plan(facts, kind=CloneKind.LINKED)
    assert made.overlay == "base of qa 2"
    assert made.clones[0].disks[0].source == "/p/web.qcow2", "what is left behind by the snapshot"
    assert "base-frozen" not in codes(made, Weight.WARNING)
    assert codes(plan(vm(state=State.RUNNING, hypervisor="TEST"), kind=CloneKind.LINKED)) == ["source-runs"]


def test_a_host_that_cannot_copy_at_one_moment() -> None:
    """Libvirt before 7.2, and its test driver."""
    old = {**RUNS, "can": frozenset()}
    assert codes(plan(vm(**old))) == ["source-runs"]
    assert codes(plan(replace(vm(**old), place=FAR), host="b")) == ["source-runs"]
    assert codes(plan(vm(**old, snapshots=(SNAP,)), snapshot="clean")) == ["source-runs"], "vdb is copied as it is now"
    both = replace(SNAP, disks=(*SNAP.disks, SnapshotDisk("vdb", How.EXTERNAL, "/p/base.qcow2", "/d/data.img")))
    assert codes(plan(vm(**old, snapshots=(both,)), snapshot="clean")) == []
    assert codes(plan(vm(**old, disks=DISKS[2:]))) == []


SNAP = Snapshot(
    "clean",
    state=State.RUNNING,
    memory=How.EXTERNAL,
    disks=(SnapshotDisk("vda", How.EXTERNAL, "/p/base.qcow2", "/p/web.qcow2"),),
)
INSIDE = Snapshot("in", disks=(SnapshotDisk("vda", How.INTERNAL, "/p/web.qcow2"),))


def test_from_an_external_snapshot_while_it_runs() -> None:
    data = DiskNow("vdb", "/d/data.2", format="qcow2")
    both = replace(SNAP, disks=(*SNAP.disks, SnapshotDisk("vdb", How.EXTERNAL, "/d/data.img", "/d/data.2")))
    facts = vm(**RUNS, snapshots=(both,), disks=(DISKS[0], data, *DISKS[2:]))
    made = plan(facts, kind=CloneKind.LINKED, snapshot="clean")
    assert codes(made) == []
    assert made.overlay == ""
    assert [disk.source for disk in made.clones[0].disks[:2]] == ["/p/base.qcow2", "/d/data.img"]
    assert "memory-left" in codes(made, Weight.WARNING)
    full = plan(vm(**RUNS, snapshots=(SNAP,)), snapshot="clean")
    assert [disk.deed for disk in full.clones[0].disks[:2]] == [DiskDeed.COPY, DiskDeed.BACKUP]
    assert full.clones[0].disks[0].size == 2 * GIB
    assert "disk-as-now" in codes(full, Weight.WARNING)


@pytest.mark.parametrize("more", [{}, RUNS])
@pytest.mark.parametrize(
    "disks",
    [
        SNAP.disks,  # vdb is not in it
        (
            *SNAP.disks,
            SnapshotDisk("vdb", How.EXTERNAL, "/d/data.img", "/d/data.2"),
        ),  # the VM was put back onto that file
    ],
)
def test_nothing_is_linked_to_what_the_source_writes(more: dict[str, Any], disks: tuple[SnapshotDisk, ...]) -> None:
    facts = vm(**more, snapshots=(replace(SNAP, disks=disks),))
    (refused,) = plan(facts, kind=CloneKind.LINKED, snapshot="clean").refused
    assert (refused.code, refused.values["target"]) == ("linked-written", "vdb")
    assert codes(plan(facts, snapshot="clean")) == []


def test_from_an_internal_snapshot() -> None:
    alone = {TOP.path: replace(TOP, backing=""), DATA.path: DATA}
    made = plan(vm(snapshots=(INSIDE,), files=alone), snapshot="in", names=("a", "b"))
    assert codes(made) == []
    assert made.clones[0].disks[0].deed is DiskDeed.STREAM
    assert made.clones[1].disks[0].deed is DiskDeed.COPY
    assert codes(plan(vm(snapshots=(INSIDE,)), snapshot="in")) == ["internal-chain"]
    assert codes(plan(vm(snapshots=(INSIDE,), files=alone, **RUNS), snapshot="in")) == ["internal-runs"]
    assert "linked-internal" in codes(plan(vm(snapshots=(INSIDE,)), snapshot="in", kind=CloneKind.LINKED))
    assert codes(plan(snapshot="never")) == ["no-snapshot"]


def test_to_another_host() -> None:
    made = plan(replace(FACTS, place=FAR), host="b")
    assert codes(made) == []
    assert [(disk.deed, disk.pool) for disk in made.clones[0].disks] == [
        (DiskDeed.STREAM, "default"),
        (DiskDeed.STREAM, "default"),
        (DiskDeed.EMPTY, ""),
        (DiskDeed.EMPTY, ""),
    ]
    assert {"medium-left", "no-network"} <= set(codes(made, Weight.WARNING))
    assert "linked-elsewhere" in codes(plan(replace(FACTS, place=FAR), host="b", kind=CloneKind.LINKED))
    full = replace(FACTS, place=FAR, vm=replace(VM, pools=(PoolRoom("default", "/p", GIB),)))
    assert codes(plan(full, host="b")) == ["no-room"], "it has a base, and is made one file there first"


NO_TOOL = Say("reset-missing", {"tool": "virt-sysprep", "host": "a"}, Weight.STOP)


@pytest.mark.parametrize(
    ("facts", "more", "stop"),
    [
        (FACTS, {"names": ("db",)}, "name-taken"),
        (FACTS, {"files": "web.qcow2", "pool": "default"}, "file-taken"),
        (FACTS, {"files": "{name}", "pool": "default"}, "file-taken"),
        (FACTS, {"names": ("a", "b"), "files": "{target}"}, "file-taken"),
        (FACTS, {"pool": "nowhere"}, "no-pool"),
        (FACTS, {"pool": "off"}, "pool-is-inactive"),
        (FACTS, {"pool": "lvm", "kind": CloneKind.LINKED}, "pool-not-files"),
        (vm(**RUNS), {"pool": "lvm"}, "pool-not-files"),
        (FACTS, {"names": tuple(f"n{i}" for i in range(20))}, "no-room"),
        (replace(FACTS, place=replace(NEAR, read_only=True)), {}, "read-only-host"),
        (vm(**{**RUNS, "state": State.MIGRATING}), {}, "migrates"),
        (vm(**RUNS, job="backup"), {}, "job-runs"),
        (vm(**RUNS, busy_disks=("vda",)), {}, "job-runs"),
        (vm(state=State.SAVED), {"kind": CloneKind.LINKED}, "job-runs"),
        (vm(disks=(DiskNow("vda", "rbd:x", "network"),)), {}, "network-disk"),
        (vm(files={TOP.path: replace(TOP, exists=False), DATA.path: DATA}), {}, "file-missing"),
        (vm(files={**VM.files, BASE.path: replace(BASE, exists=False)}), {}, "base-missing"),
        (vm(**RUNS), {"macs": Macs.KEPT, "start": True}, "mac-runs"),
        (FACTS, {"names": ("a", "b"), "macs": Macs.KEPT, "start": True}, "mac-each-other"),
        (replace(FACTS, tool=NO_TOOL), {"reset": Reset.SYSPREP}, "reset-missing"),
    ],
)  # fmt: skip
def test_what_stands_in_the_way(facts: CloneFacts, more: dict[str, Any], stop: str) -> None:
    assert set(codes(plan(facts, **more))) == {stop}


@pytest.mark.parametrize(
    ("facts", "more", "warning"),
    [
        (FACTS, {"macs": Macs.KEPT}, "mac-kept"),
        (vm(disks=(replace(DISKS[0], shareable=True),)), {}, "shared-disk"),
        (vm(managed_save=True, state=State.SAVED), {}, "memory-left"),
        (vm(disks=()), {}, "no-disks"),
        (replace(FACTS, notes=("hostdev",)), {}, "hostdev"),
        (replace(FACTS, autostart=True), {"kind": CloneKind.LINKED}, "autostart-off"),
        (FACTS, {"reset": Reset.SEED}, "seed-needs-cloud-init"),
        (replace(FACTS, windows=True), {"reset": Reset.SEED}, "reset-windows"),
        (FACTS, {"throw_away": True}, "throw-away"),
        (FACTS, {"expires": 9.5}, "expires"),
        (FACTS, {"names": ("a", "b", "c")}, "not-whole"),
    ],
)
def test_what_is_warned_of(facts: CloneFacts, more: dict[str, Any], warning: str) -> None:
    made = plan(facts, **more)
    assert codes(made) == []
    assert warning in codes(made, Weight.WARNING)


def test_a_chain_that_loops_ends() -> None:
    loop = {TOP.path: replace(TOP, backing=BASE.path), BASE.path: replace(BASE, backing=TOP.path), DATA.path: DATA}
    assert plan(vm(files=loop)).clones[0].disks[0].size == 5 * GIB


def test_a_templates_read_only_disk_is_cloned_another_is_shared() -> None:
    read_only = vm(disks=(replace(DISKS[0], read_only=True), replace(DISKS[1], read_only=True)))
    made = plan(replace(read_only, locked=frozenset({"vda"})))
    assert [disk.deed for disk in made.clones[0].disks] == [DiskDeed.COPY, DiskDeed.SHARE]


def test_what_is_reset_and_what_not() -> None:
    made = plan(reset=Reset.SEED)
    assert (made.reset_done, made.reset_left) == RESETS[Reset.SEED]
    seed = made.clones[0].disks[-1]
    assert (seed.target, seed.path, seed.source) == ("", "/p/qa-seed.iso", "")
    kept = plan(reset=Reset.SEED, hostname=False)
    assert "hostname" in kept.reset_left
    assert "hostname" not in kept.reset_done
    for done, left in RESETS.values():
        assert not set(done) & set(left)


@pytest.mark.parametrize("names", [(), ("",), ("a/b",), ("a", "a")])
def test_names_that_cannot_be(names: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        plan(names=names)


def test_nvram_is_a_file_of_the_clones_own() -> None:
    assert plan(vm(nvram="/n/web_VARS.fd")).clones[0].nvram == "/n/qa_VARS.fd"


def test_the_time_it_takes_grows_with_what_is_copied() -> None:
    at: Callable[[CloneKind], float] = lambda kind: plan(kind=kind).seconds or 0.0  # noqa: E731
    assert at(CloneKind.FULL) > 10 > 1 > at(CloneKind.LINKED) > 0
