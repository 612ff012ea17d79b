"""The forest of files: names, who needs what, and what steps change."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.files import Forest, label, slug, stem
from console.fleet.snapshots.values import DiskNow, ImageFile, Snapshot, SnapshotFacts
from tests.unit.fleet.snapshots.host import LINE, image, line


def forest(**backing: str) -> Forest:
    files = {f"/{name}": ImageFile(f"/{name}", format="qcow2", backing=below) for name, below in backing.items()}
    return Forest(SnapshotFacts(VmKey("h", "u"), "vm", State.OFF, 0.0, (DiskNow("vda", "/a"),), files=files))


def test_all_files_of_some_chains_each_once_and_a_circle_ends() -> None:
    trees = forest(a="/b", b="/c", c="", d="/b", e="/gone", x="/y", y="/x")
    assert trees.chain("/a", "/d", "/e", "/x", "/nothing") == ["/a", "/b", "/c", "/d", "/e", "/x", "/y"]


def test_a_chain_that_was_found_whole_is_not_walked_again() -> None:
    trees = forest(a="/b", b="", d="/b", e="/gone", x="/y", y="/x")
    sound: set[str] = set()
    assert trees.flaw("/d", sound) == ("", "")
    assert sound == {"/d", "/b"}
    assert trees.flaw("/a", sound) == ("", "")
    assert trees.flaw("/e", sound) == ("missing-file", "/gone")
    assert trees.flaw("/x", sound) == ("loop", "/x")
    assert sound == {"/a", "/b", "/d"}


# names


@pytest.mark.parametrize(
    ("path", "family", "short"),
    [
        ("/p/qa-4711-a.wizard", "/p/qa-4711-a", ".wizard"),
        ("/p/qa-4711-a.qcow2", "/p/qa-4711-a", ".qcow2"),
        ("/p/win11-blank.qcow2", "/p/win11-blank", "win11-blank.qcow2"),
        ("/q/qa-4711-a.qcow2", "/q/qa-4711-a", "qa-4711-a.qcow2"),
        ("/dev/vg/qa", "/dev/vg/qa", "qa"),
    ],
)
def test_short_names(path: str, family: str, short: str) -> None:
    assert stem(path) == family
    assert label(path, "/p/qa-4711-a") == short


def test_a_name_in_a_files_name() -> None:
    assert slug("crash: index out of range, 2.4") == "crash-index-out-of-range-2-4"
    assert (slug("..."), slug("ä/ö"), slug("x" * 99)) == ("snapshot", "ä-ö", "x" * 60)


def test_new_files_lie_beside_the_old() -> None:
    trees = Forest(line())
    assert trees.overlay_path("/p/qa.half", "now!") == "/p/qa.now"
    assert trees.overlay_path("/p/qa.half", "wizard") == "/p/qa.wizard-2"
    assert trees.memory_path("/p/qa.half", "wizard") == "/p/qa.wizard-2.mem"
    assert trees.memory_path("/p/qa.half", "now") == "/p/qa.now.mem"
    assert trees.is_memory("/p/qa.now.mem")
    assert not trees.is_memory("/p/other.now.mem")
    assert trees.overlay_path("/dev/vg/qa", "s") == "/p/qa.s"
    assert Forest(replace(line(), pools=())).overlay_path("/dev/vg/qa", "s") == ""


# who needs what


def test_who_needs_a_file() -> None:
    users = {"/p/clone": ("dev",), "/p/qa.clean": ("dev",)}
    clone = image("/p/clone", 1, "/p/qa.clean")
    facts = line(users=users)
    trees = Forest(replace(facts, files={**facts.files, clone.path: clone}))
    assert trees.pinned("/p/qa.qcow2")
    assert not trees.pinned("/p/qa.4711")
    assert trees.users("/p/qa.qcow2") == ("dev",)
    assert trees.users("/p/qa.4711") == ()
    assert trees.above["/p/qa.clean"] == {"/p/clone", "/p/qa.4711"}
    assert all(trees.needed(path) for path in trees.files)
    assert trees.live == {file.path for file in LINE}
    assert trees.tip("/p/qa.clean") == "/p/qa.half"
    assert trees.known("/p/clone")


def test_the_family_is_what_the_vm_writes_and_its_snapshots_keep() -> None:
    disks = (
        *line().disks,
        DiskNow("vdb", "/p/shared.qcow2", shareable=True),
        DiskNow("sda", "/p/a.iso", read_only=True),
    )
    assert Forest(line(disks=disks)).families == {"/p/qa"}


def test_what_stands_below_a_file_of_which_nobody_knows_whose_it_is() -> None:
    strange = image("/p/strange", 1, "/p/qa.4711")
    facts = line()
    trees = Forest(replace(facts, files={**facts.files, strange.path: strange}))
    assert trees.shadowed("/p/qa.4711")
    assert trees.shadowed("/p/qa.qcow2")
    assert not trees.shadowed("/p/qa.wizard")
    assert not trees.known("/p/strange")
    assert trees.tip("/p/strange") == "/p/strange"


def test_what_steps_change() -> None:
    trees = Forest(line())
    trees.forget("wizard")
    assert trees.snapshots["half"].parent == "4711"
    assert trees.memories == set()
    assert trees.keepers["/p/qa.4711"] == set()
    assert trees.rename("/p/qa.wizard", "/p/qa.4711") == ("half",)
    assert trees.snapshots["half"].disks[0].frozen == "/p/qa.4711"
    assert trees.keepers["/p/qa.4711"] == {"half"}
    trees.rebase("/p/qa.half", "/p/qa.4711")
    trees.remove("/p/qa.wizard")
    assert trees.chain("/p/qa.half") == ["/p/qa.half", "/p/qa.4711", "/p/qa.clean", "/p/qa.qcow2"]
    trees.add("/p/qa.new", "/p/qa.clean")
    assert trees.files["/p/qa.new"].pool == "fast"
    trees.switch("vda", "/p/qa.new")
    assert trees.live == {"/p/qa.new", "/p/qa.clean", "/p/qa.qcow2"}
    assert trees.needed("/p/qa.4711")
    assert not trees.needed("/p/qa.half")


def test_what_the_files_of_a_disk_have_in_common() -> None:
    assert [stem(path) for path in ("/p/qa.qcow2", "/p/qa.wizard", "/p.d/qa", "/p/.x", "qa.mem")] == [
        *("/p/qa", "/p/qa", "/p.d/qa", "/p/.x", "qa")
    ]


def test_what_goes_on_from_a_snapshot_that_goes_goes_on_from_its_parent() -> None:
    snapshots = (Snapshot("a"), Snapshot("b", "a"), Snapshot("c", "b"), Snapshot("d", "b"), Snapshot("e", "d"))
    trees = Forest(SnapshotFacts(VmKey("h", "u"), "vm", State.OFF, 0.0, snapshots=snapshots))
    trees.forget("d")
    trees.forget("b")
    trees.add_snapshot(Snapshot("f", "a"))
    trees.forget("a")
    assert {one.name: one.parent for one in trees.snapshots.values()} == {"c": "", "e": "", "f": ""}
