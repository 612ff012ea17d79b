from __future__ import annotations

import pytest

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.values import How, Snapshot, SnapshotDisk, SnapshotFacts


def inside(target: str) -> SnapshotDisk:
    return SnapshotDisk(target, How.INTERNAL, f"/p/{target}.qcow2")


def outside(target: str) -> SnapshotDisk:
    return SnapshotDisk(target, How.EXTERNAL, f"/p/{target}.qcow2", f"/p/{target}.s")


@pytest.mark.parametrize(
    ("snapshot", "external", "mixed"),
    [
        (Snapshot("s"), False, False),
        (Snapshot("s", disks=(SnapshotDisk("vda", How.NONE),)), False, False),
        (Snapshot("s", disks=(inside("vda"),), memory=How.INTERNAL), False, False),
        (Snapshot("s", disks=(inside("vda"),), memory=How.EXTERNAL), True, True),
        (Snapshot("s", disks=(outside("vda"), SnapshotDisk("vdb", How.NONE))), True, False),
        (Snapshot("s", disks=(outside("vda"), inside("vdb"))), True, True),
    ],
)
def test_kinds(snapshot: Snapshot, external: bool, mixed: bool) -> None:
    assert (snapshot.external, snapshot.mixed) == (external, mixed)


def test_the_tree() -> None:
    names = [("a", ""), ("b", "a"), ("c", "b"), ("d", "a"), ("e", ""), ("f", "c")]
    snapshots = tuple(Snapshot(name, parent, current=name == "d") for name, parent in names)
    facts = SnapshotFacts(VmKey("h", "u"), "vm", State.OFF, 1.0, snapshots=snapshots)
    assert [one.name for one in facts.children("")] == ["a", "e"]
    assert [one.name for one in facts.children("a")] == ["b", "d"]
    assert [one.name for one in facts.below("a")] == ["b", "c", "d", "f"]
    assert facts.below("f") == ()
    assert facts.current is facts.snapshot("d")
    assert facts.snapshot("nobody") is None
    assert SnapshotFacts(VmKey("h", "u"), "vm", State.OFF, 1.0).current is None
