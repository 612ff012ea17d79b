"""A plan holds as long as nothing it rests on has changed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.checking import Change, basis, changed
from console.fleet.snapshots.values import DiskNow, How, ImageFile, Snapshot, SnapshotDisk, SnapshotFacts

CLEAN = Snapshot("clean", created=100.0, disks=(SnapshotDisk("vda", How.EXTERNAL, "/i/a", "/i/b"),), current=True)
FACTS = SnapshotFacts(
    VmKey("h", "u"),
    "web",
    State.RUNNING,
    1.0,
    disks=(DiskNow("vda", "/i/b"),),
    snapshots=(CLEAN,),
    files={
        "/i/a": ImageFile("/i/a", "p", "a", "qcow2", 1 << 30, 5),
        "/i/b": ImageFile("/i/b", "p", "b", "qcow2", 1 << 30, 5, "/i/a", "qcow2"),
        "/i/other": ImageFile("/i/other", "p", "other", "raw", 7, 7),
    },
)


@pytest.mark.parametrize(
    ("now", "what"),
    [
        (replace(FACTS, state=State.OFF), Change("state", "", "on", "off")),
        (replace(FACTS, job="backup"), Change("job", "", "", "backup")),
        (replace(FACTS, busy_disks=("vda",)), Change("job", "", "", "vda")),
        (replace(FACTS, disks=(DiskNow("vda", "/i/c"),)), Change("disk", "vda", "file:/i/b", "file:/i/c")),
        (replace(FACTS, users={"/i/a": ("db",)}), Change("user", "/i/a", "", "db")),
        (
            replace(FACTS, files={**FACTS.files, "/i/b": replace(FACTS.files["/i/b"], backing="/i/x")}),
            Change("file", "/i/b", "qcow2 1073741824 /i/a", "qcow2 1073741824 /i/x"),
        ),
        (
            replace(FACTS, files={**FACTS.files, "/i/a": replace(FACTS.files["/i/a"], exists=False)}),
            Change("file", "/i/a", "qcow2 1073741824 ", "missing"),
        ),
    ],
)
def test_what_changed_is_said(now: SnapshotFacts, what: Change) -> None:
    assert what in changed(basis(FACTS), basis(now))


def test_a_snapshot_that_somebody_deleted_comes_first() -> None:
    found = changed(basis(FACTS), basis(replace(FACTS, snapshots=())))
    assert (found[0].what, found[0].which, found[0].now) == ("snapshot", "clean", "")
    assert found[-1] == Change("current", "", "clean", "")


def test_what_moves_by_itself_is_no_change() -> None:
    files = {path: replace(file, allocation=file.allocation + 9) for path, file in FACTS.files.items()}
    files["/i/other"] = replace(files["/i/other"], exists=False)
    moved = replace(FACTS, asked=9.0, files=files, freezes=True, state=State.PAUSED)
    assert changed(basis(FACTS), basis(moved)) == ()
    loop = {**FACTS.files, "/i/a": replace(FACTS.files["/i/a"], backing="/i/b")}
    assert changed(basis(FACTS), basis(replace(FACTS, files=loop))), "a chain that bites its tail ends"
