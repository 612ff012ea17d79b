from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import libvirt
import pytest

from console.fleet.domains import State, VmKey
from console.fleet.errors import NotFound
from console.fleet.hosts import HostSpec, Phase
from console.fleet.snapshots.values import ImageFile, PoolRoom
from console.fleet.storage import VolumeKey
from console.fleet.storing import NewPool, NewVolume
from console.gateway import domains, snapshots, storage, volumes
from console.gateway.connection import Link
from console.gateway.snapshot_facts import read_facts
from console.libvirtxml.snapshot_writing import new_snapshot
from tests.contract.console_like import OFF, RUNNING, console, node, uuid_of

UP, DOWN = VmKey("h", uuid_of(0)), VmKey("h", uuid_of(1))


@pytest.fixture
def link(tmp_path: Path) -> Iterator[Link]:
    """vm0 runs, vm1 is off; each has a disk in the pool "images"."""
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING, OFF)}")) as mine:
        assert mine.settled() is Phase.LIVE
        made = mine.gateway.link("h")
        for name in ("vm0.img", "vm1.img"):
            volumes.create(made, "images", NewVolume(name, 8192, format="qcow2"))
        yield made


def overlay(link: Link, name: str, onto: str, pool: str = "images") -> str:
    new = NewVolume(name, 8192, format="qcow2", backing=onto, backing_format="qcow2")
    return volumes.create(link, pool, new).volume.path


def point(link: Link, key: VmKey, path: str) -> None:
    domain = link.conn.lookupByUUIDString(key.uuid)
    xml = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
    link.conn.defineXML(xml.replace(f"/images/{domain.name()}.img", path))


def test_what_there_is_of_a_vm(link: Link) -> None:
    snapshots.take(link, UP.uuid, new_snapshot("a", "about a", memory="internal"), disk_only=False)
    facts = read_facts(link, UP)
    assert (facts.key, facts.name, facts.state, facts.persistent) == (UP, "vm0", State.RUNNING, True)
    assert [(disk.target, disk.path, disk.bus) for disk in facts.disks] == [("vda", "/images/vm0.img", "virtio")]
    assert [(one.name, one.current) for one in facts.snapshots] == [("a", True)]
    assert facts.pools == (PoolRoom("images", "/images", facts.pools[0].available, "dir"),)
    assert facts.pools[0].available > 0
    assert facts.files["/images/vm0.img"].volume == "vm0.img"
    assert facts.files["/images/base.img"].exists, "nobody needs it: the doctor may ask"
    assert facts.users == {"/images/vm1.img": ("vm1",)}
    assert (facts.hypervisor, facts.can, facts.job, facts.busy_disks) == ("TEST", frozenset(), "", ())
    assert facts.libvirt >= 6000000
    assert facts.memory == 2 << 30
    assert not any((facts.has_agent, facts.freezes, facts.managed_save, facts.template, facts.read_only))
    assert facts.asked > 1.7e9
    domains.save(link, UP.uuid)
    saved = read_facts(link, UP)
    assert (saved.state, saved.managed_save) == (State.SAVED, True)
    with pytest.raises(NotFound):
        read_facts(link, VmKey("h", uuid_of(9)))


def test_what_the_vm_has_at_its_next_start_only_is_needed_too(link: Link) -> None:
    later = overlay(link, "later", "/images/vm0.img")
    point(link, UP, later)
    facts = read_facts(link, UP)
    assert facts.disks[0].path == "/images/vm0.img"
    assert facts.users == {later: ("vm0",), "/images/vm0.img": ("vm0",), "/images/vm1.img": ("vm1",)}
    domains.destroy(link, UP.uuid)
    off = read_facts(link, UP)
    assert off.disks[0].path == later
    assert off.users == {"/images/vm1.img": ("vm1",)}


def test_who_else_needs_a_file_wherever_and_through_whatever(link: Link) -> None:
    storage.define_pool(link, NewPool("fast", path="/fast"))
    storage.start_pool(link, "fast")
    middle = overlay(link, "middle", "/images/vm1.img", "fast")
    top = overlay(link, "top", middle, "fast")
    point(link, UP, top)
    snapshots.take(link, UP.uuid, new_snapshot("a", memory="internal"), disk_only=False)
    facts = read_facts(link, DOWN)
    assert facts.users["/images/vm1.img"] == ("vm0",), "through two files of another pool"
    assert facts.users[middle] == facts.users[top] == ("vm0",)
    assert facts.files[top] == ImageFile(
        top, "fast", "top", "qcow2", 8192, facts.files[top].allocation, middle, "qcow2"
    )
    assert [room.name for room in facts.pools] == ["images"], "those that hold files of the VM itself"

    clones = read_facts(link, UP)
    assert {"/fast/top", "/fast/middle", "/images/vm1.img"} <= set(clones.files)
    assert clones.users == {"/images/vm1.img": ("vm1", "vm0"), middle: ("vm0",), top: ("vm0",)}, (
        "from its next start on"
    )
    assert {room.name for room in clones.pools} == {"images", "fast"}


def test_a_snapshot_of_another_vm_needs_its_files_too(link: Link) -> None:
    before = overlay(link, "before", "/images/vm0.img")
    point(link, DOWN, before)
    snapshots.take(link, DOWN.uuid, new_snapshot("a"), disk_only=False)
    domain = link.conn.lookupByUUIDString(DOWN.uuid)
    link.conn.defineXML(domain.XMLDesc(0).replace(before, "/images/vm1.img"))
    assert read_facts(link, UP).users["/images/vm0.img"] == ("vm1",)


def test_files_that_are_not_there_and_files_of_no_pool(link: Link) -> None:
    gone = overlay(link, "gone", "/images/vm1.img")
    top = overlay(link, "top", gone)
    point(link, DOWN, top)
    volumes.delete(link, VolumeKey("h", "images", "gone"))
    facts = read_facts(link, DOWN)
    assert facts.files[gone] == ImageFile(gone, exists=False)
    assert facts.files[top].backing == gone
    point(link, UP, "/elsewhere/x.img")
    assert read_facts(link, UP).files["/elsewhere/x.img"].exists, "nobody knows"


def test_volumes_by_name_and_chains_that_loop(link: Link) -> None:
    domain = link.conn.lookupByUUIDString(DOWN.uuid)
    xml = domain.XMLDesc(0).replace("type='file' device='disk'", "type='volume' device='disk'", 1)
    link.conn.defineXML(xml.replace("file='/images/vm1.img'", "pool='images' volume='vm1.img'"))
    facts = read_facts(link, DOWN)
    assert (facts.disks[0].kind, facts.disks[0].path) == ("volume", "/images/vm1.img")
    assert read_facts(link, UP).users["/images/vm1.img"] == ("vm1",)
    one = overlay(link, "one", "/images/two")
    two = overlay(link, "two", one)
    point(link, UP, two)
    looped = read_facts(link, UP)
    assert (looped.files[one].backing, looped.files[two].backing) == (two, one)
    assert read_facts(link, DOWN).users[one] == ("vm0",)


def test_pools_that_are_known_are_not_asked_again_unless_they_hold_files_of_the_vm(link: Link) -> None:
    storage.define_pool(link, NewPool("fast", path="/fast"))
    storage.start_pool(link, "fast")
    overlay(link, "old", "/images/vm0.img", "fast")
    known = volumes.pools(link)
    calls: list[str] = []
    conn = link.conn

    class Told:
        """Counts which pools are listed."""

        def __getattr__(self, name: str) -> object:
            return getattr(conn, name)

        def listAllStoragePools(self, flags: int) -> list[object]:
            return [Counted(pool) for pool in conn.listAllStoragePools(flags)]

    class Counted:
        def __init__(self, pool: object) -> None:
            self._pool = pool

        def __getattr__(self, name: str) -> object:
            if name == "listAllVolumes":
                calls.append(self._pool.name())  # type: ignore[attr-defined]
            return getattr(self._pool, name)

    told = Link(link.spec, Told())
    facts = read_facts(told, UP, known)
    assert calls == ["images"]
    assert facts.files["/fast/old"].backing == "/images/vm0.img"
    overlay(link, "new", "/images/vm0.img", "fast")
    assert "/fast/new" in read_facts(told, UP, known).files
    assert calls == ["images", "images", "fast"]


def test_a_file_of_another_vm_that_its_pool_does_not_know_yet(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a snapshot, of which libvirt does not tell its own pool."""
    storage.define_pool(link, NewPool("fast", path="/fast"))
    storage.start_pool(link, "fast")
    point(link, UP, overlay(link, "top", "/images/vm1.img", "fast"))
    listed, fresh = libvirt.virStoragePool.listAllVolumes, libvirt.virStoragePool.refresh
    seen: list[str] = []

    def listing(pool: libvirt.virStoragePool, flags: int = 0) -> list[libvirt.virStorageVol]:
        return list(listed(pool, flags)) if pool.name() != "fast" or seen else []

    def looking(pool: libvirt.virStoragePool, flags: int = 0) -> int:
        seen.extend([pool.name()] if pool.name() == "fast" else [])
        return int(fresh(pool, flags))

    monkeypatch.setattr(libvirt.virStoragePool, "listAllVolumes", listing)
    monkeypatch.setattr(libvirt.virStoragePool, "refresh", looking)
    facts = read_facts(link, DOWN)
    assert facts.users["/images/vm1.img"] == ("vm0",)
    assert [room.name for room in facts.pools] == ["images"]


def test_of_a_pool_that_is_busy_nobody_says_that_a_new_file_is_missing(
    link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    point(link, DOWN, "/images/new.qcow2")
    assert not read_facts(link, DOWN).files["/images/new.qcow2"].exists

    def busy(_pool: object, _flags: int) -> None:
        raise libvirt.libvirtError("pool has asynchronous jobs running")

    monkeypatch.setattr(libvirt.virStoragePool, "refresh", busy)
    assert read_facts(link, DOWN).files["/images/new.qcow2"].exists
