"""Facts of a VM as they are put together for tests: "qa" on one host, its images in a pool at /p."""

from __future__ import annotations

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.plans import Op, SnapshotPlan
from console.fleet.snapshots.values import (
    DiskNow,
    How,
    ImageFile,
    PoolRoom,
    Snapshot,
    SnapshotDisk,
    SnapshotFacts,
)
from console.fleet.storing import Weight

GIB = 1 << 30
NOW = 1_700_000_000.0


def image(path: str, size: float = 1, backing: str = "", **more: object) -> ImageFile:
    """size: GiB on disk."""
    values: dict[str, object] = {"pool": "fast", "volume": path, "format": "qcow2", "capacity": 40 * GIB, **more}
    return ImageFile(path, allocation=int(size * GIB), backing=backing, **values)  # type: ignore[arg-type]


def outside(name: str, parent: str, frozen: str, overlay: str = "", **more: object) -> Snapshot:
    """An external one of vda."""
    disk = SnapshotDisk("vda", How.EXTERNAL, frozen, overlay)
    return Snapshot(name, parent, **{"created": NOW, "disks": (disk,), **more})  # type: ignore[arg-type]


def inside(name: str, parent: str, image: str, **more: object) -> Snapshot:
    disk = SnapshotDisk("vda", How.INTERNAL, image)
    return Snapshot(name, parent, **{"created": NOW, "disks": (disk,), **more})  # type: ignore[arg-type]


def vm(*files: ImageFile, top: str = "", **more: object) -> SnapshotFacts:
    """top: what vda has; the last file where it is not said."""
    values: dict[str, object] = {
        "state": State.OFF,
        "asked": NOW,
        "disks": (DiskNow("vda", top or files[-1].path, format="qcow2"),),
        "files": {file.path: file for file in files},
        "pools": (PoolRoom("fast", "/p", 200 * GIB),),
        "memory": 4 * GIB,
        "libvirt": 9_000_000,
        **more,
    }
    return SnapshotFacts(VmKey("h", "u"), "qa", **values)  # type: ignore[arg-type]


LINE = (
    image("/p/qa.qcow2", 11.4),
    image("/p/qa.clean", 1.2, "/p/qa.qcow2"),
    image("/p/qa.4711", 2.4, "/p/qa.clean"),
    image("/p/qa.wizard", 3.1, "/p/qa.4711"),
    image("/p/qa.half", 0.9, "/p/qa.wizard"),
)
MEMORY = image("/p/qa.wizard.mem", 3.9, format="raw", capacity=4 * GIB)


def line(**more: object) -> SnapshotFacts:
    """Four external ones in a row, each with the next file on it; "wizard" has memory. "now" goes on from the last."""
    snapshots = (
        outside("clean install", "", "/p/qa.qcow2", "/p/qa.clean"),
        outside("4711", "clean install", "/p/qa.clean", "/p/qa.4711"),
        outside(
            "wizard",
            "4711",
            "/p/qa.4711",
            "/p/qa.wizard",
            memory=How.EXTERNAL,
            memory_file="/p/qa.wizard.mem",
            state=State.RUNNING,
        ),
        outside("half", "wizard", "/p/qa.wizard", "/p/qa.half", current=True),
    )
    return vm(*LINE, MEMORY, top="/p/qa.half", **{"snapshots": snapshots, **more})


def codes(plan: SnapshotPlan, weight: Weight = Weight.STOP) -> list[str]:
    return [say.code for say in plan.says if say.weight is weight]


def ops(plan: SnapshotPlan) -> list[Op]:
    return [step.op for step in plan.steps]
