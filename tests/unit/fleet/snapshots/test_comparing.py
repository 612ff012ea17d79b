from __future__ import annotations

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.comparing import Grown, grown
from console.fleet.snapshots.values import DiskNow, How, ImageFile, Snapshot, SnapshotDisk, SnapshotFacts


def external(name: str, frozen: str, parent: str = "") -> Snapshot:
    return Snapshot(name, parent, disks=(SnapshotDisk("vda", How.EXTERNAL, frozen, f"{frozen}+"),))


FILES = {
    "/a": ImageFile("/a", allocation=100),
    "/b": ImageFile("/b", allocation=10, backing="/a"),
    "/c": ImageFile("/c", allocation=5, backing="/b"),
    "/side": ImageFile("/side", allocation=7, backing="/a"),
}
FACTS = SnapshotFacts(
    VmKey("h", "u"),
    "web",
    State.RUNNING,
    0.0,
    disks=(DiskNow("vda", "/c"), DiskNow("sda", "/iso", device="cdrom", read_only=True)),
    snapshots=(external("one", "/a"), external("two", "/b", "one"), external("other", "/side", "one")),
    files=FILES,
)


def test_what_a_disk_grew_by_since_an_earlier_moment() -> None:
    assert grown(FACTS, "one", "two") == (Grown("vda", 0, 10),)
    assert grown(FACTS, "one") == (Grown("vda", 0, 15),)
    assert grown(FACTS, "two") == (Grown("vda", 0, 5),)


def test_moments_on_two_branches_have_something_each() -> None:
    assert grown(FACTS, "other", "two") == (Grown("vda", 7, 10),)


def test_what_lies_inside_one_image_does_not_tell() -> None:
    inside = Snapshot("in", disks=(SnapshotDisk("vda", How.INTERNAL, "/c"),))
    facts = SnapshotFacts(FACTS.key, "web", State.OFF, 0.0, disks=FACTS.disks, snapshots=(inside,), files=FILES)
    assert grown(facts, "in") == (Grown("vda", None, None),)


def test_a_disk_that_came_later_and_a_circle_of_backing_files() -> None:
    files = {
        **FILES,
        "/x": ImageFile("/x", allocation=3, backing="/y"),
        "/y": ImageFile("/y", allocation=4, backing="/x"),
    }
    facts = SnapshotFacts(
        FACTS.key,
        "web",
        State.OFF,
        0.0,
        disks=(DiskNow("vda", "/c"), DiskNow("vdb", "/x")),
        snapshots=FACTS.snapshots,
        files=files,
    )
    assert grown(facts, "two") == (Grown("vda", 0, 5), Grown("vdb", 0, 7))
