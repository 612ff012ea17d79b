"""The forest of files: what is asked of it often is asked once."""

from __future__ import annotations

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.files import Forest
from console.fleet.snapshots.values import DiskNow, ImageFile, SnapshotFacts


def forest(**backing: str) -> Forest:
    files = {f"/{name}": ImageFile(f"/{name}", format="qcow2", backing=below) for name, below in backing.items()}
    return Forest(SnapshotFacts(VmKey("h", "u"), "vm", State.OFF, 0.0, (DiskNow("vda", "/a"),), files=files))


def test_all_files_of_some_chains_each_once_and_a_circle_ends() -> None:
    trees = forest(a="/b", b="/c", c="", d="/b", e="/gone", x="/y", y="/x")
    assert trees.all_of(["/a", "/d", "/e", "/x", "/nothing"]) == ["/a", "/b", "/c", "/d", "/e", "/x", "/y"]


def test_a_chain_that_was_found_whole_is_not_walked_again() -> None:
    trees = forest(a="/b", b="", d="/b", e="/gone", x="/y", y="/x")
    sound: set[str] = set()
    assert trees.flaw("/d", sound) == ("", "")
    assert sound == {"/d", "/b"}
    assert trees.flaw("/a", sound) == ("", "")
    assert trees.flaw("/e", sound) == ("missing-file", "/gone")
    assert trees.flaw("/x", sound) == ("loop", "/x")
    assert sound == {"/a", "/b", "/d"}
