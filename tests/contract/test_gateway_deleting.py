"""What VMs that are to go have, and who else needs it, as libvirt's test driver tells it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.fleet.deletion import FileUser, Hold, plan_deletion
from console.fleet.domains import State, VmKey
from console.fleet.hosts import HostSpec, Phase
from console.fleet.snapshots.values import How, Snapshot, SnapshotDisk
from console.gateway import deleting, domains, reader, storage, volumes
from console.gateway.connection import Link
from console.gateway.deleting import HostFiles
from console.gateway.volumes import named_by
from console.libvirtxml.storage import read_volume
from tests.contract.console_like import DOWN, OFF, RUNNING, UP, Console, console, node, uuid_of

DISK = "<disk type='file' device='disk'><source file='{path}'/><target dev='vdb' bus='virtio'/></disk></devices>"


def make(link: Link, *names: str, more: str = "") -> None:
    pool = link.conn.storagePoolLookupByName("images")
    for name in names:
        pool.createXML(f"<volume><name>{name}</name><capacity>4096</capacity>{more}</volume>", 0)


def test_the_facts_for_deleting(at: Console, link: Link) -> None:
    make(link, "vm1.img")
    make(link, "clone.img", more="<backingStore><path>/images/vm1.img</path></backingStore>")
    link.domain(uuid_of(DOWN)).snapshotCreateXML("<domainsnapshot><name>s1</name></domainsnapshot>", 0)
    facts = HostFiles().facts(link, uuid_of(DOWN))
    assert (facts.name, facts.state, facts.snapshots, facts.persistent) == ("vm1", State.OFF, ("s1",), True)
    (disk,) = facts.disks
    assert (disk.path, disk.pool, disk.volume, disk.capacity) == ("/images/vm1.img", "images", "vm1.img", 4096)
    assert {volume.name for volume in facts.volumes} >= {"vm1.img", "clone.img", "base.img"}
    assert facts.users == (), "its own snapshot does not hold it"
    domains.undefine(link, uuid_of(DOWN))
    at.until(DOWN, lambda vm: vm is None)
    storage.delete_volume(link, "/images/vm1.img")
    assert not storage.volume_exists(link, "/images/vm1.img")


def test_a_clone_in_another_pool_is_seen_while_it_is_off(link: Link) -> None:
    """Its XML does not tell what its disk is built on."""
    link.conn.storagePoolCreateXML("<pool type='dir'><name>other</name><target><path>/other</path></target></pool>", 0)
    make(link, "vm1.img")
    other = link.conn.storagePoolLookupByName("other")
    backing = "<backingStore><path>/images/vm1.img</path><format type='qcow2'/></backingStore>"
    other.createXML(f"<volume><name>clone</name><capacity>4096</capacity>{backing}</volume>", 0)
    up = link.domain(uuid_of(UP))
    up.destroy()
    link.conn.defineXML(up.XMLDesc(0).replace("/images/vm0.img", "/other/clone"))
    known = volumes.pools(link)
    for files in (HostFiles(), HostFiles(known=known), HostFiles(known=[])):
        plan = plan_deletion([files.facts(link, uuid_of(DOWN))], reader.read_all(link.conn, "h"), 1.0)
        (vm,) = plan.vms
        assert (vm.needed_by, vm.files[0].hold, vm.files[0].ticked) == (("vm0",), Hold.BASE, False)
        left = files.leftover(link, VmKey("h", "gone"), "gone", ["/images/vm1.img"])
        assert "/other/clone" in {volume.path for volume in left.volumes}
    other.createXML(f"<volume><name>more</name><capacity>4096</capacity>{backing}</volume>", 0)
    assert "more" in {volume.name for volume in HostFiles(known=known).facts(link, uuid_of(DOWN)).volumes}


def test_a_disk_that_no_pool_holds_is_said_to_have_no_volume(link: Link) -> None:
    (disk,) = HostFiles().facts(link, uuid_of(UP)).disks
    assert (disk.path, disk.volume, disk.exists) == ("/images/vm0.img", "", True)


def test_who_names_a_disk_now_at_its_next_start_or_in_a_snapshot(link: Link) -> None:
    make(link, "vm1.img")

    def users() -> tuple[FileUser, ...]:
        return HostFiles().facts(link, uuid_of(DOWN)).users

    up = link.domain(uuid_of(UP))
    plain = up.XMLDesc(0)
    more = plain.replace("</devices>", DISK.format(path="/images/vm1.img"))
    link.conn.defineXML(more)
    assert users() == (FileUser("/images/vm1.img", uuid_of(UP), "vm0", later=True),), (
        "it runs without, and starts with it"
    )
    up.destroy()
    assert users() == (FileUser("/images/vm1.img", uuid_of(UP), "vm0"),)
    up.snapshotCreateXML("<domainsnapshot><name>then</name></domainsnapshot>", 0)
    link.conn.defineXML(plain)
    assert users() == (FileUser("/images/vm1.img", uuid_of(UP), "vm0", later=True),), "going back would need it"
    left = HostFiles().leftover(link, VmKey("h", "gone"), "gone", ["/images/vm1.img", "/images/none.img"])
    assert [disk.path for disk in left.disks] == ["/images/vm1.img"]
    assert {user.name for user in left.users} == {"vm0", "vm1"}


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Link]:
    """A host with twenty VMs, each with a volume."""
    with console(HostSpec("h", "h", f"test://{node(tmp_path, *[RUNNING, OFF] * 10)}")) as mine:
        assert mine.settled() is Phase.LIVE
        link = mine.gateway.link("h")
        make(link, *(f"vm{number}.img" for number in range(20)))
        yield link


def test_many_are_read_with_one_look_at_the_host(many: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []

    def counted_names(link: Link) -> Any:
        looks.append("names")
        return named_by(link)

    def counted_volume(xml: str) -> Any:
        looks.append("volume")
        return read_volume(xml)

    monkeypatch.setattr("console.gateway.deleting.named_by", counted_names)
    monkeypatch.setattr("console.gateway.deleting.read_volume", counted_volume)
    files = HostFiles()
    facts = [files.facts(many, uuid_of(number)) for number in range(20)]
    assert looks.count("names") == 1
    assert looks.count("volume") == 21 + 20, "all of the pool once, and each disk"
    assert all(fact.users == () and len(fact.volumes) == 21 for fact in facts)


def test_what_was_read_is_read_anew_after_a_while_and_what_went_is_forgotten(many: Link) -> None:
    now = [100.0]
    files = HostFiles(1.0, lambda: now[0])
    down = many.domain(uuid_of(1))
    many.conn.defineXML(down.XMLDesc(0).replace("</devices>", DISK.format(path="/images/vm3.img")))

    def users() -> list[str]:
        return [user.name for user in files.facts(many, uuid_of(3)).users]

    assert users() == ["vm1"]
    down.undefine()
    assert users() == ["vm1"], "known for a moment"
    now[0] = 101.5
    assert users() == []
    files.gone(uuid_of(5), {"/images/vm5.img"})
    assert "/images/vm5.img" not in {volume.path for volume in files.facts(many, uuid_of(3)).volumes}
    many.conn.defineXML(many.domain(uuid_of(7)).XMLDesc(0).replace("</devices>", DISK.format(path="/images/vm3.img")))
    now[0] = 103.0
    assert users() == ["vm7"]
    files.gone(uuid_of(7))
    assert users() == []


def test_the_files_of_its_snapshots_are_its_own(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two external snapshots, one on the other, and the memory of one: the newest files first."""
    outside = How.EXTERNAL
    one = Snapshot("one", disks=(SnapshotDisk("vda", outside, "/images/a.img", "/images/b.img"),))
    two = Snapshot(
        "two",
        "one",
        disks=(SnapshotDisk("vda", outside, "/images/b.img", "/images/vm1.img"),),
        memory=outside,
        memory_file="/images/two.mem",
    )
    inner = Snapshot("in", "two", disks=(SnapshotDisk("vda", How.INTERNAL, "/images/vm1.img"),))
    make(link, "vm1.img", "b.img", "a.img")
    link.domain(uuid_of(DOWN)).snapshotCreateXML("<domainsnapshot><name>one</name></domainsnapshot>", 0)
    monkeypatch.setattr(deleting.snapshots, "listed", lambda *_: (one, two, inner))
    facts = HostFiles().facts(link, uuid_of(DOWN))
    assert facts.snapshots == ("one", "two", "in")
    assert [(disk.path, bool(disk.volume)) for disk in facts.disks] == [
        ("/images/vm1.img", True),
        ("/images/b.img", True),
        ("/images/two.mem", False),
        ("/images/a.img", True),
    ]
