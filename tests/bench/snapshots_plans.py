"""How long planning takes on a VM with a thousand snapshots. Pure: no host is asked. `measure()` gives plan1000_ms."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.deleting import plan_delete
from console.fleet.snapshots.doctor import findings
from console.fleet.snapshots.plans import TakeOrder
from console.fleet.snapshots.reverting import plan_revert
from console.fleet.snapshots.taking import plan_take
from console.fleet.snapshots.values import (
    DiskNow,
    How,
    ImageFile,
    PoolRoom,
    Snapshot,
    SnapshotDisk,
    SnapshotFacts,
)

COUNT, BRANCH = 1000, 25  # every so many-th snapshot leaves the way to now
FOLDER = "/srv/images"
ROUNDS = 5
MIB = 1 << 20


def facts(count: int = COUNT) -> SnapshotFacts:
    """External snapshots of two disks, most in a row, some that were gone back from, a tenth with memory; now is on the last."""
    snapshots: list[Snapshot] = []
    files: dict[str, ImageFile] = {}
    tops: dict[str, str] = {}
    parent: Snapshot | None = None

    def image(path: str, backing: str, size: int) -> str:
        files[path] = ImageFile(
            path, "default", path.rpartition("/")[2], "qcow2", 1 << 35, size, backing, "qcow2" if backing else ""
        )
        return path

    for target in ("vda", "vdb"):
        tops[target] = image(f"{FOLDER}/vm-{target}.qcow2", "", 8 << 30)
    for number in range(count):
        name = f"s{number:04}"
        straight = parent is None or number % BRANCH > 0
        memory = f"{FOLDER}/vm.{name}.mem" if number % 10 == 0 else ""
        if memory:
            files[memory] = ImageFile(memory, "default", memory.rpartition("/")[2], "raw", 128 * MIB, 90 * MIB)
        disks = tuple(
            SnapshotDisk(target, How.EXTERNAL, top, f"{FOLDER}/vm-{target}.{name}") for target, top in tops.items()
        )
        one = Snapshot(
            name,
            parent.name if parent is not None else "",
            1.7e9 + number,
            State.RUNNING if memory else State.OFF,
            How.EXTERNAL if memory else How.NONE,
            memory,
            disks,
        )
        snapshots.append(one)
        parent = one if straight or parent is None else parent
        for disk in parent.disks:  # one that was gone back from keeps its file, and now goes on from its parent's
            tops[disk.target] = image(f"{FOLDER}/vm-{disk.target}.{name}", disk.frozen, 3 * MIB)
    assert parent is not None
    snapshots[snapshots.index(parent)] = replace(parent, current=True)
    return SnapshotFacts(
        VmKey("h", "u"),
        "vm",
        State.OFF,
        1.7e9 + count,
        disks=tuple(DiskNow(target, top, format="qcow2", bus="virtio") for target, top in tops.items()),
        snapshots=tuple(snapshots),
        files=files,
        pools=(PoolRoom("default", FOLDER, 1 << 42),),
        memory=128 * MIB,
        libvirt=9_000_000,
    )


def measure() -> dict[str, Any]:
    """Milliseconds of the slowest plan over a thousand snapshots, and of each."""
    known = facts()
    middle = known.snapshots[COUNT // 2 + 1].name
    work: dict[str, Callable[[], object]] = {
        "take": lambda: plan_take(known, TakeOrder("new", memory=False)),
        "revert": lambda: plan_revert(known, middle),
        "delete": lambda: plan_delete(known, middle),
        "delete_below": lambda: plan_delete(known, middle, True),
        "doctor": lambda: findings(known),
    }
    took = {name: round(_median_ms(one), 1) for name, one in work.items()}
    return {"plan1000_ms": max(took.values()), "plans_ms": took}


def _median_ms(work: Callable[[], object]) -> float:
    took = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        work()
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(), indent=2) + "\n")
