"""Snapshots and what a plan needs to know of them, on real hosts: memory and disk are back, records are told anew, who needs
what."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import libvirt
import pytest

from console.fleet.domains import State
from console.fleet.errors import Conflict, Denied, FleetError, Reason
from console.fleet.snapshots.values import How, ImageFile
from console.gateway import blockjobs, freezing, images, snapshots
from console.gateway.connection import Link
from console.gateway.snapshot_facts import read_facts
from console.libvirtxml.snapshot_writing import new_snapshot, told_anew
from console.libvirtxml.sources import with_files
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import Lab
from tests.lab.hosting import external, key, linked, path, point, shell
from tests.lab.support import until


@pytest.fixture
def link(lab: Lab, beta: Host) -> Iterator[Link]:
    with linked(lab, beta) as mine:
        yield mine
    shell(beta, "rm -f s.* s-*")
    beta.virsh("pool-refresh", "default")


def tree(link: Link, guest: Guest) -> dict[str, str]:
    return {one.name: one.parent + "*" * one.current for one in snapshots.listed(link, guest.uuid)}


def test_memory_and_disk_are_back_from_inside_the_image(link: Link, beta: Host, spare: Callable[..., Guest]) -> None:
    guest = spare("s").start().ready()
    guest.file("then")
    snapshots.take(link, guest.uuid, new_snapshot("up", memory="internal", inside=["vda"]), disk_only=False)
    count = guest.count()
    guest.file("since")
    snapshots.revert(link, guest.uuid, "up")
    guest.ready()
    assert guest.count() < count + 40
    assert guest.file() == "then"
    beta.virsh("managedsave", guest.uuid)
    snapshots.revert(link, guest.uuid, "up", paused=True)
    domain = link.domain(guest.uuid)
    assert domain.state()[0] == libvirt.VIR_DOMAIN_PAUSED
    assert not domain.hasManagedSaveImage(0)
    snapshots.revert(link, guest.uuid, "up", start=False)
    assert not domain.isActive()
    snapshots.take(link, guest.uuid, new_snapshot("down", inside=["vda"]), disk_only=False)
    assert tree(link, guest) == {"up": "", "down": "up*"}
    snapshots.revert(link, guest.uuid, "down", start=True)
    guest.ready()
    assert guest.file() == "then"
    snapshots.revert(link, guest.uuid, "down")
    assert not domain.isActive()
    for _twice in range(2):
        snapshots.erase(link, guest.uuid, "up")
    assert tree(link, guest) == {"down": "*"}
    assert shell(beta, "qemu-img snapshot -l s.qcow2 | grep -c down") == "1"
    assert shell(beta, "qemu-img snapshot -l s.qcow2 | grep -c up || true") == "0"
    shell(beta, "qemu-img check -q s.qcow2")


def test_records_of_external_ones(link: Link, beta: Host, spare: Callable[..., Guest]) -> None:
    guest = spare("s")
    for name in ("a", "b", "c"):
        snapshots.take(link, guest.uuid, external(guest, name), disk_only=True)
    with pytest.raises(Conflict) as taken:
        snapshots.take(link, guest.uuid, external(guest, "a"), disk_only=True)
    assert taken.value.problem.reason is Reason.EXISTS
    before = {one.name: one.disks for one in snapshots.listed(link, guest.uuid)}
    assert before["b"][0].frozen == path("s.a")
    assert before["b"][0].overlay == path("s.b")
    for act in (snapshots.revert, snapshots.erase):
        with pytest.raises(Conflict):
            act(link, guest.uuid, "b")
    text = told_anew(snapshots.xml(link, guest.uuid, "b", secrets=True), files={path("s.a"): path("s.qcow2")})
    snapshots.redefine(link, guest.uuid, text)
    assert {one.name: one.disks[0].frozen for one in snapshots.listed(link, guest.uuid)} == {
        "a": path("s.qcow2"),
        "b": path("s.qcow2"),
        "c": path("s.b"),
    }
    snapshots.set_current(link, guest.uuid, "a")
    assert tree(link, guest) == {"a": "*", "b": "a", "c": "b"}
    snapshots.forget(link, guest.uuid, "b")
    assert tree(link, guest) == {"a": "*", "c": "a"}
    assert snapshots.listed(link, guest.uuid)[1].disks == before["c"], "its files are its own, as before"
    snapshots.forget(link, guest.uuid, "a")
    snapshots.forget(link, guest.uuid, "c")
    assert shell(beta, "ls s.*").split() == ["s.a", "s.b", "s.c", "s.qcow2"], "no file went"


def test_all_disks_or_none(link: Link, beta: Host, spare: Callable[..., Guest]) -> None:
    guest = spare("s").start()
    broken = external(guest, "a").replace("s.a", "none/s.a")
    with pytest.raises(FleetError):
        snapshots.take(link, guest.uuid, broken, disk_only=True)
    assert tree(link, guest) == {}
    beta.fill(1024)
    with pytest.raises(FleetError) as full:
        snapshots.take(link, guest.uuid, external(guest, "a", memory=True), disk_only=False, live=True)
    assert full.value.problem.reason is Reason.NO_SPACE
    with pytest.raises(FleetError) as within:
        inside = new_snapshot("in", memory="internal", inside=["vda"])
        snapshots.take(link, guest.uuid, inside, disk_only=False)
    assert (within.value.problem.reason, within.value.problem.detail) == (Reason.NO_SPACE, "default")
    beta.unfill()
    assert tree(link, guest) == {}
    assert guest.state() == "running"
    snapshots.take(link, guest.uuid, external(guest, "b", memory=True), disk_only=False, live=True)
    (one,) = snapshots.listed(link, guest.uuid)
    assert (one.memory, one.memory_file, one.state) == (How.EXTERNAL, path("s.b.mem"), State.RUNNING)


def test_what_a_plan_needs_to_know(lab: Lab, link: Link, beta: Host, spare: Callable[..., Guest]) -> None:
    guest = spare("s", agent=True).start().ready()
    until(lambda: freezing.answers(link.domain(guest.uuid)), "the agent answers", 20)
    snapshots.take(link, guest.uuid, external(guest, "a", memory=True), disk_only=False)
    snapshots.take(link, guest.uuid, external(guest, "b"), disk_only=True, freeze=True)
    images.make_overlay(link, path("s-clone"), path("s.a"))
    clone = spare("s-linked")
    shell(beta, "rm s-linked.qcow2")
    point(link, clone, "s-clone")
    shell(beta, f"qemu-img create -q -f qcow2 -b {path('s.b')} -F qcow2 s-orphan")
    begun = time.monotonic()
    facts = read_facts(link, key(guest))
    assert time.monotonic() - begun < 2
    assert facts.state is State.RUNNING
    assert facts.disks[0].path == path("s.b")
    assert [(one.name, one.parent) for one in facts.snapshots] == [("a", ""), ("b", "a")]
    assert {file.path: file.backing for file in facts.files.values() if file.path.startswith(path("s"))} == {
        path("s.qcow2"): "",
        path("s.a"): path("s.qcow2"),
        path("s.b"): path("s.a"),
        path("s.a.mem"): "",
        path("s-clone"): path("s.a"),
        path("s-orphan"): path("s.b"),
    }
    assert all(file.exists and file.pool == "default" for file in facts.files.values())
    assert facts.users == {path(name): ("s-linked",) for name in ("s-clone", "s.a", "s.qcow2")}
    assert (facts.has_agent, facts.freezes, facts.job, facts.busy_disks) == (True, True, "", ())
    assert (facts.hypervisor, facts.libvirt // 1000000 >= 6, facts.memory) == ("QEMU", True, 128 << 20)
    assert ("external-revert" in facts.can) is (facts.libvirt >= 9009000)
    clones = read_facts(link, key(clone))
    assert clones.users[path("s.a")] == clones.users[path("s.qcow2")] == ("s",)

    guest.to_agent("STOP")
    assert not read_facts(link, key(guest)).freezes
    guest.to_agent("CONT")
    with linked(lab, beta, read_only=True) as looking:
        seen = read_facts(looking, key(guest))
        assert seen.read_only
        assert not seen.freezes
        assert seen.files.keys() == facts.files.keys()

    shell(beta, "mv s.a s-away")  # somebody does what one does not do
    try:
        missing = read_facts(link, key(guest))
        assert not missing.files[path("s.a")].exists
        assert missing.files[path("s.b")].backing == path("s.a")
    finally:
        shell(beta, "mv s-away s.a")
    beta.virsh("destroy", guest.uuid)
    shell(beta, f"qemu-img rebase -u -b {path('s.qcow2')} -F qcow2 s.b")
    assert read_facts(link, key(guest)).files[path("s.b")].backing == path("s.qcow2"), "changed behind us"


def test_files_that_no_pool_holds(link: Link, beta: Host, spare: Callable[..., Guest]) -> None:
    guest = spare("s")
    domain = link.conn.lookupByUUIDString(guest.uuid)
    away = "/var/lib/libvirt/s-away.qcow2"
    link.conn.defineXML(with_files(domain.XMLDesc(0), {"vda": (away, "qcow2")}))
    assert read_facts(link, key(guest)).files[away] == ImageFile(away, format="qcow2", exists=False)
    beta.exec("qemu-img", "create", "-q", "-f", "qcow2", "-b", guest.disk, "-F", "qcow2", away)
    try:
        facts = read_facts(link, key(guest))
        assert facts.files[away].exists
        assert facts.files[away].capacity == 64 << 20
        assert 0 < facts.files[away].allocation < 1 << 20
        assert facts.pools == ()
        guest.start()
        running = read_facts(link, key(guest))
        assert running.files[away].backing == guest.disk, "one that runs tells what it is built on"
        assert running.files[guest.disk].pool == "default"
        other = spare("s-other")
        shell(beta, "rm s-other.qcow2")
        point(link, other, "s.qcow2")
        assert read_facts(link, key(other)).users == {guest.disk: ("s",)}
        beta.virsh("destroy", guest.uuid)
    finally:
        beta.exec("rm", "-f", away)


def test_what_runs_on_a_vm_now(link: Link, beta: Host, spare: Callable[..., Guest], lab: Lab) -> None:
    guest = spare("s").start().ready()
    snapshots.take(link, guest.uuid, external(guest, "a"), disk_only=True)
    domain = link.domain(guest.uuid)
    domain.blockCommit("vda", path("s.qcow2"), path("s.a"), 0, libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE)
    facts = read_facts(link, key(guest))
    assert (facts.job, facts.busy_disks) == ("commit", ("vda",))
    blockjobs.abort(link, guest.uuid, "vda")
    text = (
        "<domainbackup mode='pull'><server transport='tcp' name='127.0.0.1' port='10809'/>"
        f"<disks><disk name='vda' backup='yes' type='file'><scratch file='{path('s-scratch')}'/></disk></disks></domainbackup>"
    )
    domain.backupBegin(text, None, 0)
    assert read_facts(link, key(guest)).job == "backup"
    domain.abortJob()
    snapshots.forget(link, guest.uuid, "a")  # libvirt moves no VM that has one
    beta.slow(64)
    try:
        other = threading.Thread(target=_moved, args=(lab, beta, guest))
        other.start()
        until(lambda: read_facts(link, key(guest)).job == "migration", "it moves", 10)
        domain.abortJob()
        other.join()
    finally:
        beta.fast()
    assert read_facts(link, key(guest)).job == ""
    beta.virsh("destroy", guest.uuid)
    with blockjobs._held(link, link.domain(guest.uuid), "vda", path("s.a")):
        left = read_facts(link, key(guest))
        assert left.helpers == (f"splendid-merge-{guest.uuid[:8]}-vda",)
        assert left.users == {}
        assert left.job == ""


def _moved(lab: Lab, beta: Host, guest: Guest) -> None:
    """Tries to move a guest; it is ended by somebody else."""
    target = f"qemu+tcp://{lab.hosts['alpha'].address}/system"
    words = ("--live", "--p2p", "--copy-storage-all", "--migrateuri", f"tcp://{lab.hosts['alpha'].address}")
    beta.virsh("migrate", guest.uuid, target, *words, check=False, timeout=60)


def test_many_snapshots_are_asked_quickly(lab: Lab, link: Link, beta: Host, spare: Callable[..., Guest]) -> None:
    guest = spare("s")
    snapshots.take(link, guest.uuid, new_snapshot("n0", inside=["vda"]), disk_only=False)
    text = snapshots.xml(link, guest.uuid, "n0")
    for number in range(1, 300):
        parent = f"n{number - 1}"
        snapshots.redefine(link, guest.uuid, told_anew(text, name=f"n{number}", parent=parent))
    begun = time.monotonic()
    facts = read_facts(link, key(guest))
    took = time.monotonic() - begun
    assert len(facts.snapshots) == 300
    assert facts.snapshots[-1].parent == "n298"
    assert took < 3, f"{took:.2f} s"
    with pytest.raises(Denied), linked(lab, beta, read_only=True) as looking:
        snapshots.forget(looking, guest.uuid, "n0")
    for number in range(299, -1, -1):
        link.domain(guest.uuid).snapshotLookupByName(f"n{number}").delete(
            libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY
        )
