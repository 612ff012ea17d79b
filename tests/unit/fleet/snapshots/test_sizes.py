from __future__ import annotations

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.sizes import Size, chain_depth, sizes
from console.fleet.snapshots.values import DiskNow, How, ImageFile, Snapshot, SnapshotDisk, SnapshotFacts

FILES = {
    "/v/a": ImageFile("/v/a", allocation=11),
    "/v/a.1": ImageFile("/v/a.1", allocation=2, backing="/v/a"),
    "/v/a.2": ImageFile("/v/a.2", allocation=3, backing="/v/a.1"),
    "/v/a.mem": ImageFile("/v/a.mem", allocation=7),
}


def facts(*snapshots: Snapshot, top: str = "/v/a.2") -> SnapshotFacts:
    disks = (DiskNow("vda", top), DiskNow("sda", "/v/iso", read_only=True))
    return SnapshotFacts(VmKey("h", "u"), "a", State.OFF, 0.0, disks, snapshots, FILES)


def external(name: str, parent: str, frozen: str, memory: str = "") -> Snapshot:
    return Snapshot(name, parent, memory_file=memory, disks=(SnapshotDisk("vda", How.EXTERNAL, frozen, "/v/o"),))


def test_each_file_counts_once_and_now_has_the_rest() -> None:
    found = sizes(facts(external("one", "", "/v/a"), external("two", "one", "/v/a.1", "/v/a.mem")))
    assert found.each == {"one": Size(11), "two": Size(2, 7, "one")}
    assert (found.now, found.total) == (3, 20)
    again = sizes(facts(external("one", "", "/v/a"), external("same", "one", "/v/a")))
    assert again.each["same"].disk == 0


def test_what_lies_inside_an_image_tells_no_size() -> None:
    inside = Snapshot("one", memory=How.INTERNAL, disks=(SnapshotDisk("vda", How.INTERNAL, "/v/a"),))
    found = sizes(facts(inside, top="/v/a"))
    assert found.each == {"one": Size(None)}
    assert found.now == 11


def test_a_chain_is_counted_and_a_circle_ends() -> None:
    assert chain_depth(facts(), "/v/a.2") == 3
    circle = {"/x": ImageFile("/x", backing="/y"), "/y": ImageFile("/y", backing="/x")}
    assert chain_depth(SnapshotFacts(VmKey("h", "u"), "a", State.OFF, 0.0, files=circle), "/x") == 2
