"""Snapshots as libvirt is given them come back as they were meant."""

from __future__ import annotations

from console.fleet.domains import State
from console.fleet.snapshots.values import How, SnapshotDisk
from console.libvirtxml import tree
from console.libvirtxml.snapshot import read_snapshot
from console.libvirtxml.snapshot_writing import as_now, new_snapshot, recorded, told_anew

TOLD = """<domainsnapshot><name>s</name><state>disk-snapshot</state><parent><name>r</name></parent>
<creationTime>100</creationTime><memory snapshot='no'/>
<disks><disk name='vda' snapshot='external' type='file'><driver type='qcow2'/><source file='/i/c'/></disk></disks>
<domain type='kvm'><name>web</name><devices><disk type='file'><source file='/i/b'/><target dev='vda'/>
<backingStore type='file'><source file='/i/a'/></backingStore></disk></devices></domain>
<inactiveDomain type='kvm'><name>web</name><devices><disk type='file'><source file='/i/b'/><target dev='vda'/></disk></devices>
</inactiveDomain><cookie>x</cookie></domainsnapshot>"""


def test_a_new_external_one_with_memory() -> None:
    text = new_snapshot(
        "clean <1>", "before & after", memory="external", memory_file="/i/m", overlays={"vda": "/i/b"}, out=["vdc"]
    )
    one = read_snapshot(text)
    assert (one.name, one.description, one.memory, one.memory_file) == (
        "clean <1>",
        "before & after",
        How.EXTERNAL,
        "/i/m",
    )
    assert one.disks == (SnapshotDisk("vda", How.EXTERNAL, "", "/i/b"), SnapshotDisk("vdc", How.NONE))
    root = tree.parse(text)
    assert [(disk.get("name"), disk.get("snapshot")) for disk in root.iter("disk")] == [
        ("vda", "external"),
        ("vdc", "no"),
    ]


def test_a_new_internal_one() -> None:
    one = read_snapshot(new_snapshot("s", memory="internal", inside=["vda", "vdb"]))
    assert [(disk.target, disk.how) for disk in one.disks] == [("vda", How.INTERNAL), ("vdb", How.INTERNAL)]
    assert (one.memory, one.memory_file, one.description) == (How.INTERNAL, "", "")


def test_other_files_are_told_wherever_the_old_one_stood() -> None:
    text = told_anew(TOLD, files={"/i/b": "/i/a2", "/i/a": "/i/a3"})
    assert "/i/b'" not in text.replace('"', "'")
    one = read_snapshot(text)
    assert one.disks == (SnapshotDisk("vda", How.EXTERNAL, "/i/a2", "/i/c"),), "its overlay is where it was"
    root = tree.parse(text)
    assert [source.get("file") for source in root.iterfind("inactiveDomain//source")] == ["/i/a2"]
    assert tree.text(root.find("cookie")) == "x", "what is not known survives"


CHAINED = """<domainsnapshot><name>s</name><disks><disk name='vda' snapshot='internal'/></disks><domain><devices>
<disk type='file'><driver name='qemu' type='qcow2'/><source file='/i/c'/>
<backingStore type='file'><format type='qcow2'/><source file='/i/b'/>
<backingStore type='file'><source file='/i/a'/></backingStore></backingStore><target dev='vda'/></disk>
<disk type='file'><source file='/i/x'/><backingStore type='file'><source file='/i/y'/></backingStore><target dev='vdb'/></disk>
</devices></domain></domainsnapshot>"""


def test_a_chain_that_names_a_file_that_went_is_left_to_be_found_out() -> None:
    root = tree.parse(told_anew(CHAINED, files={"/i/b": "/i/a"}, form="raw"))
    assert [source.get("file") for source in root.iter("source")] == ["/i/c", "/i/x", "/i/y"]
    assert root.find("domain/devices/disk/driver").get("type") == "qcow2", "it is still the upper file"


def test_a_file_of_another_format_or_on_a_block_device() -> None:
    root = tree.parse(told_anew(CHAINED, files={"/i/c": "/dev/vg/a"}, form="raw"))
    disk = root.find("domain/devices/disk")
    assert (disk.get("type"), disk.find("source").get("dev"), disk.find("source").get("file")) == (
        "block",
        "/dev/vg/a",
        None,
    )
    assert (disk.find("driver").get("type"), disk.find("backingStore")) == ("raw", None)


def test_name_parent_description_and_state() -> None:
    one = read_snapshot(told_anew(TOLD, name="t", parent="", description="new", state="running"))
    assert (one.name, one.parent, one.description, one.state, one.created) == ("t", "", "new", State.RUNNING, 100.0)
    two = read_snapshot(told_anew(TOLD, parent="other"))
    assert (two.name, two.parent) == ("s", "other")
    assert read_snapshot(told_anew(TOLD)) == read_snapshot(TOLD)


def test_what_a_domain_is_known_by_is_as_it_is_now() -> None:
    then = "<domain id='7' type='kvm'><name>old</name><uuid>u</uuid><memory>1</memory><vcpu>1</vcpu></domain>"
    now = "<domain type='kvm'><name>new</name><uuid>u</uuid><metadata><a/></metadata><memory>2</memory></domain>"
    root = tree.parse(as_now(then, now))
    assert [child.tag for child in root] == ["name", "uuid", "metadata", "memory", "vcpu"]
    assert (tree.text(root.find("name")), tree.text(root.find("memory")), root.get("id")) == ("new", "1", None)
    assert len(root.find("metadata")) == 1
    back = tree.parse(as_now(now, then))
    assert (tree.text(back.find("name")), back.find("metadata"), tree.text(back.find("memory"))) == ("old", None, "2")


def test_one_that_was_taken_is_recorded() -> None:
    domain = "<domain type='kvm'><name>web</name><devices><disk><source file='/i/a'/><target dev='vda'/></disk></devices></domain>"
    one = read_snapshot(
        recorded("s", "why", domain, created=100, parent="r", memory_file="/i/m", overlays={"vda": "/i/b"}, out=["vdb"])
    )
    assert (one.name, one.description, one.parent, one.created, one.memory_file, one.state) == (
        "s",
        "why",
        "r",
        100.0,
        "/i/m",
        State.RUNNING,
    )
    assert one.disks[0] == SnapshotDisk("vda", How.EXTERNAL, "/i/a", "/i/b")
    assert "disk-snapshot" in recorded("s", "", domain, created=100, overlays={"vda": "/i/b"})
