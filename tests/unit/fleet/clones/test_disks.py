from __future__ import annotations

from console.fleet.clones.disks import Wanted, chain_bytes, inside, on_the_way
from console.fleet.clones.facts import Notes, Place
from console.fleet.domains import State, VmKey
from console.fleet.hosts import Pool
from console.fleet.snapshots.values import DiskNow, How, ImageFile, Snapshot, SnapshotDisk, SnapshotFacts

TOP, BASE = ImageFile("/t", allocation=3, backing="/b"), ImageFile("/b", allocation=5)
OFF = SnapshotFacts(VmKey("h", "u"), "vm", State.OFF, 1.0, (DiskNow("vda", "/t"),), files={"/t": TOP, "/b": BASE})
UP = SnapshotFacts(VmKey("h", "u"), "vm", State.RUNNING, 1.0, (DiskNow("vda", "/t"),), files={"/t": TOP, "/b": BASE})


def test_a_whole_copy_holds_what_the_chain_holds() -> None:
    assert chain_bytes(OFF, "/t", 0) == 8
    assert chain_bytes(OFF, "/t", 6) == 6
    assert chain_bytes(OFF, "/b", 0) == 5
    assert chain_bytes(OFF, "/unknown", 0) == 0


def test_what_must_be_made_one_file_before_it_is_sent() -> None:
    inner = Snapshot("s", disks=(SnapshotDisk("vda", How.INTERNAL, "/b"),))
    assert inside(inner)
    assert on_the_way(OFF, TOP, None), "it has a base"
    assert not on_the_way(OFF, BASE, None)
    assert not on_the_way(UP, BASE, None), "nobody writes it"
    assert on_the_way(UP, ImageFile("/t"), None), "it is written"
    assert not on_the_way(OFF, TOP, inner), "its snapshots would be lost"


def test_a_pool_that_is_there_is_found_in_its_order() -> None:
    free = [Pool("big", active=True, path="/1", available=9), Pool("default", active=True, path="/2", available=1)]
    off = Pool("off", path="/3")
    notes = Notes()
    wanted = Wanted(Place("h", frozenset(), (*free, off)), notes)
    assert wanted.pool("big", "") is free[0]
    assert wanted.pool("", "big") is free[0]
    assert wanted.pool("", "unknown") is free[1], "the usual one"
    assert wanted.pool("", "off") is free[1]
    assert not notes.says
    assert wanted.pool("off", "") is off
    assert wanted.pool("unknown", "") is None
    assert [say.code for say in notes.says.values()] == ["pool-is-inactive", "no-pool"]


def test_room_is_counted_pool_by_pool() -> None:
    notes = Notes()
    pools = (Pool("a", active=True, path="/a/", available=10), Pool("b", active=True, available=10))
    wanted = Wanted(Place("h", frozenset(), pools), notes)
    assert wanted.take(pools[0], "x", 8, 9) == "/a/x"
    assert wanted.take(pools[1], "x", 8, 9) == "b/x"
    wanted.room()
    assert (wanted.free, not notes.says) == (20, True)
    wanted.take(pools[0], "y", 1, 9)
    wanted.room()
    assert [say.code for say in notes.says.values()] == ["not-whole"]
    wanted.take(pools[0], "z", 9, 9)
    wanted.room()
    assert "no-room" in {say.code for say in notes.says.values()}
