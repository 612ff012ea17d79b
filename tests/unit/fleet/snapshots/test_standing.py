"""What of a plan is done already, told from the host's own word."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step
from console.fleet.snapshots.standing import can_go_back, is_done, needed_by
from console.fleet.snapshots.values import DiskNow, How, ImageFile, Snapshot, SnapshotDisk, SnapshotFacts


def image(path: str, backing: str = "", exists: bool = True) -> ImageFile:
    return ImageFile(path, "p", path[1:], "qcow2", 9, 1, backing, exists=exists)


FACTS = SnapshotFacts(
    VmKey("h", "u"),
    "web",
    State.RUNNING,
    1.0,
    disks=(DiskNow("vda", "/c"),),
    snapshots=(
        Snapshot("s", disks=(SnapshotDisk("vda", How.EXTERNAL, "/a", "/b"),), memory_file="/m"),
        Snapshot("t", "s", disks=(SnapshotDisk("vda", How.EXTERNAL, "/b", "/c"),), current=True),
    ),
    files={
        file.path: file for file in (image("/a"), image("/b", "/a"), image("/c", "/b"), image("/gone", exists=False))
    },
    users={"/a": ("clone",)},
)
PLAN = SnapshotPlan(FACTS.key, "web", Deed.DELETE, "s", 1.0)
OFF = replace(FACTS, state=State.OFF)


@pytest.mark.parametrize(
    ("step", "facts", "done"),
    [
        (Step(Op.CHECK), FACTS, True),
        (Step(Op.CREATE, names=("t",)), FACTS, True),
        (Step(Op.CREATE, names=("new",)), FACTS, False),
        (Step(Op.FORGET, names=("t",)), FACTS, False),
        (Step(Op.ERASE, names=("gone",)), FACTS, True),
        (Step(Op.STOP), FACTS, False),
        (Step(Op.STOP), OFF, True),
        (Step(Op.START), OFF, False),
        (Step(Op.RESTORE, file="/m"), FACTS, True),
        (Step(Op.PAUSE), FACTS, False),
        (Step(Op.RESUME), replace(FACTS, state=State.PAUSED), False),
        (Step(Op.RESUME), FACTS, True),
        (Step(Op.SWITCH, "vda", "/c", "/b"), FACTS, True),
        (Step(Op.SWITCH, "vda", "/d", "/c"), FACTS, False),
        (Step(Op.CURRENT, names=("t",)), FACTS, True),
        (Step(Op.CURRENT, names=("s",)), FACTS, False),
        (Step(Op.OVERLAY, "vda", "/c", "/b"), FACTS, True),
        (Step(Op.OVERLAY, "vda", "/c", "/a"), FACTS, False),
        (Step(Op.OVERLAY, "vda", "/d", "/a"), FACTS, False),
        (Step(Op.COMMIT, "vda", "/b", "/a"), FACTS, False),
        (Step(Op.COMMIT, "vda", "/c", "/b"), FACTS, False),
        (Step(Op.COMMIT, "vda", "/gone", "/b"), FACTS, True),
        (Step(Op.PULL, "vda", "/c", "/b"), FACTS, False),
        (Step(Op.PULL, "vda", "/c", "/a"), FACTS, False),
        (Step(Op.PULL, "vda", "/c", "/x"), FACTS, True),
        (Step(Op.REMOVE, file="/gone"), FACTS, True),
        (Step(Op.REMOVE, file="/never"), FACTS, True),
        (Step(Op.REMOVE, file="/c"), FACTS, False),
        (Step(Op.REDEFINE, names=("s",)), FACTS, False),
        (Step(Op.REVERT, names=("s",)), FACTS, False),
    ],
)
def test_a_step_is_done_when_the_host_shows_it(step: Step, facts: SnapshotFacts, done: bool) -> None:
    assert is_done(step, PLAN, facts) is done


def test_a_merge_is_done_when_nobody_reads_the_merged_file() -> None:
    merged = replace(
        FACTS, disks=(DiskNow("vda", "/c"),), files={**FACTS.files, "/c": image("/c", "/a"), "/b": image("/b", "/a")}
    )
    assert is_done(Step(Op.COMMIT, "vda", "/b", "/a"), PLAN, merged)


@pytest.mark.parametrize(
    ("path", "who"), [("/c", "vda"), ("/b", "t"), ("/a", "s"), ("/m", "s"), ("/gone", ""), ("/x", "")]
)
def test_who_needs_a_file(path: str, who: str) -> None:
    assert needed_by(path, FACTS) == who


def test_others_count_too() -> None:
    alone = replace(FACTS, snapshots=(), disks=())
    assert needed_by("/b", alone) == "/c"
    assert needed_by("/a", replace(alone, files={})) == "clone"


def test_where_there_is_a_way_back() -> None:
    begun = [Step(Op.CHECK), Step(Op.OVERLAY, "vda", "/d", "/a"), Step(Op.SWITCH, "vda", "/d", "/c")]
    assert can_go_back(PLAN, begun, False)
    assert not can_go_back(PLAN, [*begun, Step(Op.REMOVE, file="/c")], False)
    kept = replace(PLAN, deed=Deed.REVERT, branch="before")
    assert can_go_back(kept, [Step(Op.CREATE, names=("before",)), Step(Op.REVERT, names=("s",))], True)
    assert not can_go_back(kept, [Step(Op.REVERT, names=("s",))], False), "it was not kept after all"
