"""Images merged on real hosts, in a VM that runs and in one that is off, to the end, stopped, killed in the middle, on a full disk.

Every one is held against what was in it before, by `qemu-img compare`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import libvirt
import pytest

from console.fleet.errors import Busy, Conflict, Failed, FleetError, NotFound, Reason, Unreachable
from console.gateway import blockjobs, images, snapshots
from console.gateway.connection import Link
from console.libvirtxml.sources import chains
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import ROOT, Lab
from tests.lab.hosting import chain, external, linked, path, point, same, shell, written
from tests.lab.support import until

MIB = 1 << 20


@pytest.fixture
def link(lab: Lab, beta: Host) -> Iterator[Link]:
    with linked(lab, beta) as mine:
        yield mine
    shell(beta, "rm -f m-* m.*")
    beta.virsh("pool-refresh", "default")


@pytest.fixture
def off(spare: Callable[..., Guest]) -> Guest:
    """A VM that is off."""
    return spare("m")


def quiet(_done: int, _total: int) -> None:
    """Somebody who only waits."""


class Stopped(Exception):
    """Somebody does not want it any more."""


def stop(_done: int, _total: int) -> None:
    raise Stopped


def four(host: Host) -> None:
    """m-1 (base) to m-4 (top), each with 2 MiB of its own and 2 MiB over the last one's; m-N.was: what is read of each."""
    shell(host, "qemu-img create -q -f qcow2 m-1 64M")
    for number in range(1, 5):
        if number > 1:
            shell(host, f"qemu-img create -q -f qcow2 -b {path(f'm-{number - 1}')} -F qcow2 m-{number}")
        written(host, f"m-{number}", number, 2 * number, 4)
        shell(host, f"qemu-img convert -O raw m-{number} m-{number}.was")


def big(host: Host, mib: int) -> None:
    """m-1, and m-2 on it with MiB of its own."""
    shell(host, f"qemu-img create -q -f qcow2 m-1 256M; qemu-img create -q -f qcow2 -b {path('m-1')} -F qcow2 m-2")
    written(host, "m-2", 7, 0, mib)
    shell(host, "qemu-img convert -O qcow2 -c m-2 m-2.was")


@pytest.fixture
def slow_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Merges take seconds, as with disks of many gigabytes."""
    whole, onto = libvirt.virDomain.blockCommit, libvirt.virDomain.blockRebase
    monkeypatch.setattr(
        libvirt.virDomain,
        "blockCommit",
        lambda domain, disk, base, top, _speed, flags: whole(domain, disk, base, top, 16, flags),
    )
    monkeypatch.setattr(
        libvirt.virDomain, "blockRebase", lambda domain, disk, base, _speed, flags: onto(domain, disk, base, 16, flags)
    )


def test_the_middle_of_a_chain_goes_into_the_one_below(link: Link, beta: Host, off: Guest) -> None:
    four(beta)
    told: list[tuple[int, int]] = []
    blockjobs.commit(link, off.uuid, "vda", path("m-3"), path("m-2"), lambda *at: told.append(at), above=[path("m-4")])
    assert chain(link, "m-4") == ["m-4", "m-2", "m-1"]
    assert same(beta, "m-4", "m-4.was")
    assert same(beta, "m-2", "m-3.was")
    assert all(done <= total for done, total in told)
    assert blockjobs.helpers(link) == ()
    with pytest.raises(Conflict) as caught:
        blockjobs.commit(link, off.uuid, "vda", path("m-3"), path("m-2"), quiet, above=[path("m-4")])
    assert caught.value.problem.reason is Reason.CHANGED, "somebody else did it, unless we began it"
    blockjobs.commit(link, off.uuid, "vda", path("m-3"), path("m-2"), quiet, above=[path("m-4")], again=True)
    images.remove(link, path("m-3"))
    assert same(beta, "m-4", "m-4.was"), "nothing needed it any more"


def test_all_that_is_built_on_what_goes_is_built_on_the_one_below_then(link: Link, beta: Host, off: Guest) -> None:
    four(beta)
    shell(beta, f"qemu-img create -q -f qcow2 -b {path('m-3')} -F qcow2 m-5")
    written(beta, "m-5", 9, 20, 2)
    shell(beta, "qemu-img convert -O raw m-5 m-5.was")
    above = [path("m-4"), path("m-5")]
    blockjobs.commit(link, off.uuid, "vda", path("m-3"), path("m-2"), quiet, above=above)
    images.remove(link, path("m-3"))
    assert chain(link, "m-5") == ["m-5", "m-2", "m-1"]
    assert same(beta, "m-4", "m-4.was")
    assert same(beta, "m-5", "m-5.was")


def test_what_the_vm_starts_from_goes_into_the_one_below(link: Link, beta: Host, off: Guest) -> None:
    four(beta)
    point(link, off, "m-4")
    blockjobs.commit(link, off.uuid, "vda", path("m-4"), path("m-3"), quiet)
    assert same(beta, "m-3", "m-4.was")
    blockjobs.commit(link, off.uuid, "vda", path("m-4"), path("m-3"), quiet, again=True)
    assert same(beta, "m-3", "m-4.was"), "as often as one likes, while the VM names what it named"
    point(link, off, "m-3")
    written(beta, "m-3", 77, 0, 1)
    shell(beta, "qemu-img convert -O raw m-3 m-3.was")
    blockjobs.commit(link, off.uuid, "vda", path("m-4"), path("m-3"), quiet, again=True)
    assert same(beta, "m-3", "m-3.was"), "what the VM wrote since stays"
    with pytest.raises(Conflict):
        blockjobs.commit(link, off.uuid, "vda", path("m-4"), path("m-3"), quiet)


def test_a_base_of_another_format(link: Link, beta: Host, off: Guest) -> None:
    shell(beta, f"truncate -s 64M m-1; qemu-img create -q -f qcow2 -b {path('m-1')} -F raw m-2")
    written(beta, "m-2", 3, 1, 4)
    shell(beta, "qemu-img convert -O raw m-2 m-2.was")
    blockjobs.commit(link, off.uuid, "vda", path("m-2"), path("m-1"), quiet)
    assert shell(beta, "cmp m-1 m-2.was && head -c 4 m-1 | od -An -tx1") == "00 00 00 00"


def test_pulled_into_the_one_above(link: Link, beta: Host, off: Guest) -> None:
    four(beta)
    blockjobs.pull(link, off.uuid, "vda", path("m-3"), path("m-2"), quiet)
    assert chain(link, "m-4") == ["m-4", "m-3", "m-1"]
    blockjobs.pull(link, off.uuid, "vda", path("m-3"), path("m-1"), quiet)
    assert chain(link, "m-4") == ["m-4", "m-3"]
    for name in ("m-1", "m-2"):
        images.remove(link, path(name))
    assert same(beta, "m-4", "m-4.was")
    assert same(beta, "m-3", "m-3.was")
    blockjobs.pull(link, off.uuid, "vda", path("m-3"), path("m-1"), quiet, again=True)
    with pytest.raises(Conflict):
        blockjobs.pull(link, off.uuid, "vda", path("m-3"), path("m-1"), quiet)


def test_another_backing_file_is_written_down_and_nothing_copied(link: Link, beta: Host, off: Guest) -> None:
    four(beta)
    shell(beta, "cp m-2 m-2b")
    before = int(shell(beta, "stat -c %b m-3"))
    blockjobs.rebase(link, off.uuid, "vda", path("m-3"), path("m-2b"))
    assert chain(link, "m-4") == ["m-4", "m-3", "m-2b", "m-1"]
    assert int(shell(beta, "stat -c %b m-3")) <= before + 128, "at most another cluster: it has 2 MiB over m-2's"
    assert same(beta, "m-4", "m-4.was")
    blockjobs.rebase(link, off.uuid, "vda", path("m-3"), path("m-2b"))
    with pytest.raises(NotFound):
        blockjobs.rebase(link, off.uuid, "vda", path("m-9"), path("m-2b"))
    with pytest.raises(NotFound):
        blockjobs.rebase(link, off.uuid, "vda", path("m-3"), path("m-9"))


@pytest.mark.usefixtures("slow_disks")
def test_stopped_in_the_middle_nothing_is_lost_and_it_goes_on(link: Link, beta: Host, off: Guest) -> None:
    big(beta, 96)
    with pytest.raises(Stopped):
        blockjobs.commit(link, off.uuid, "vda", path("m-2"), path("m-1"), stop)
    assert blockjobs.helpers(link) == ()
    assert same(beta, "m-2", "m-2.was"), "what is on top reads the same all the time"
    written(beta, "m-1", 8, 128, 64)
    shell(beta, "qemu-img convert -O qcow2 -c m-2 m-2.was")
    with pytest.raises(Stopped):
        blockjobs.pull(link, off.uuid, "vda", path("m-2"), path("m-1"), stop)
    assert same(beta, "m-2", "m-2.was")
    blockjobs.commit(link, off.uuid, "vda", path("m-2"), path("m-1"), quiet, again=True)
    assert same(beta, "m-1", "m-2.was")


@pytest.mark.usefixtures("slow_disks")
def test_a_killed_daemon_leaves_a_helper_that_is_taken_over(lab: Lab, link: Link, beta: Host, off: Guest) -> None:
    big(beta, 96)
    link.conn.lookupByUUIDString(off.uuid)  # known before the daemon dies

    def kill(_done: int, _total: int) -> None:
        beta.crash()

    with pytest.raises(Unreachable):
        blockjobs.commit(link, off.uuid, "vda", path("m-2"), path("m-1"), kill)
    beta.daemon()
    with linked(lab, beta) as anew:
        (left,) = blockjobs.helpers(anew)
        assert (left.vm, left.target, left.files[0]) == (off.uuid, "vda", path("m-2"))
        assert same(beta, "m-2", "m-2.was")
        blockjobs.commit(anew, off.uuid, "vda", path("m-2"), path("m-1"), quiet, again=True)
        assert same(beta, "m-1", "m-2.was")
        assert blockjobs.helpers(anew) == ()


CONSOLE = """
import sys, libvirt
from console.fleet.hosts import HostSpec
from console.gateway import blockjobs
from console.gateway.connection import Link
uri, uuid, file, onto = sys.argv[1:]
whole = libvirt.virDomain.blockCommit
libvirt.virDomain.blockCommit = lambda domain, disk, base, top, speed, flags: whole(domain, disk, base, top, 16, flags)
def slowly(done, total):
    print("works", flush=True)
    sys.stdin.read()
blockjobs.commit(Link(HostSpec("h", "h", uri), libvirt.open(uri)), uuid, "vda", file, onto, slowly)
"""


def test_a_killed_console_leaves_no_helper(link: Link, beta: Host, off: Guest) -> None:
    big(beta, 96)
    words = [beta.uri("unix"), off.uuid, path("m-2"), path("m-1")]
    other = subprocess.Popen(
        [sys.executable, "-c", CONSOLE, *words], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "works\n"
    (helper,) = blockjobs.helpers(link)
    assert helper.files == (path("m-2"), path("m-1"))
    os.kill(other.pid, signal.SIGKILL)
    other.communicate()
    until(lambda: not blockjobs.helpers(link), "the helper went with its console", 10)
    assert same(beta, "m-2", "m-2.was")
    blockjobs.commit(link, off.uuid, "vda", path("m-2"), path("m-1"), quiet, again=True)
    assert same(beta, "m-1", "m-2.was")


def test_a_helper_is_ended_and_nothing_else_is(link: Link, beta: Host, off: Guest) -> None:
    four(beta)
    with blockjobs._held(link, link.domain(off.uuid), "vda", path("m-4")) as (helper, files):
        assert files == tuple(path(f"m-{number}") for number in (4, 3, 2, 1))
        (seen,) = blockjobs.helpers(link)
        assert not seen.works
        assert helper.state()[0] == libvirt.VIR_DOMAIN_PAUSED
        blockjobs.end_helper(link, seen.name)
        assert blockjobs.helpers(link) == ()
    blockjobs.end_helper(link, seen.name)
    with pytest.raises(Conflict):
        blockjobs.end_helper(link, "m")


def test_a_full_disk_ends_it_and_says_so(link: Link, beta: Host, off: Guest) -> None:
    big(beta, 64)
    beta.fill(8192)
    with pytest.raises(Failed) as caught:
        blockjobs.commit(link, off.uuid, "vda", path("m-2"), path("m-1"), quiet)
    assert caught.value.problem.reason is Reason.NO_SPACE
    assert blockjobs.helpers(link) == ()
    beta.unfill()
    assert same(beta, "m-2", "m-2.was")
    blockjobs.commit(link, off.uuid, "vda", path("m-2"), path("m-1"), quiet, again=True)
    assert same(beta, "m-1", "m-2.was")


def test_what_a_running_vm_reads_is_not_written(link: Link, beta: Host, off: Guest) -> None:
    four(beta)
    point(link, off, "m-2")
    off.start()
    for file, onto, above in (("m-3", "m-2", ["m-4"]), ("m-3", "m-1", ["m-4"])):
        with pytest.raises(FleetError) as caught:
            blockjobs.commit(link, off.uuid, "vda", path(file), path(onto), quiet, above=[path(one) for one in above])
        assert caught.value.problem.reason in (Reason.IN_USE, Reason.CHANGED)
    other = Guest(beta, "m-other")
    beta.exec("virsh", "-q", "define", "/dev/stdin", stdin=other.xml())
    try:
        with pytest.raises(Busy) as busy:
            blockjobs.commit(link, other.uuid, "vda", path("m-3"), path("m-2"), quiet, above=[path("m-4")])
        assert busy.value.problem.reason is Reason.IN_USE
    finally:
        other.remove()
    beta.virsh("destroy", off.uuid)
    assert chain(link, "m-4") == ["m-4", "m-3", "m-2", "m-1"]


# a VM that runs


def test_in_a_running_vm_at_every_place(link: Link, beta: Host, off: Guest) -> None:
    off.start().ready()
    off.file("first")
    for name in ("a", "b", "c", "d"):
        snapshots.take(link, off.uuid, external(off, name), disk_only=True)
        off.file(name)
    count = off.count()

    def now() -> tuple[list[str], list[str]]:
        domain = link.domain(off.uuid)
        texts = (domain.XMLDesc(0), domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
        live, stored = ([one.rpartition(".")[2] for one in chains(text)["vda"]] for text in texts)
        return live, stored

    assert now()[0] == ["d", "c", "b", "a", "qcow2"]
    shell(
        beta,
        f"qemu-img create -q -f qcow2 -b {path('m.b')} -F qcow2 m-side; qemu-img convert -U -O raw m-side m-side.was",
    )
    above = [path("m-side"), path("m.c")]
    blockjobs.commit(link, off.uuid, "vda", path("m.b"), path("m.a"), quiet, above=above)
    assert now()[0] == ["d", "c", "a", "qcow2"]
    assert chain(link, "m-side") == ["m-side", "m.a", "m.qcow2"], "another branch that the VM does not have open"
    assert same(beta, "m-side", "m-side.was")
    images.remove(link, path("m-side"))
    blockjobs.commit(link, off.uuid, "vda", path("m.b"), path("m.a"), quiet, again=True)
    with pytest.raises(Conflict):
        blockjobs.commit(link, off.uuid, "vda", path("m.b"), path("m.a"), quiet)
    blockjobs.commit(link, off.uuid, "vda", path("m.d"), path("m.c"), quiet)
    assert now()[0][0] == now()[1][0] == "c", "what runs and what starts next"
    blockjobs.pull(link, off.uuid, "vda", path("m.c"), path("m.a"), quiet)
    assert now()[0] == ["c", "qcow2"]
    assert off.file() == "d"
    assert off.count() > count, "it went on all the time"
    beta.virsh("destroy", off.uuid)
    for gone in ("a", "b", "d"):
        images.remove(link, path(f"m.{gone}"))
    shell(beta, "qemu-img check -q m.c")
    off.start().ready()
    assert off.file() == "d"


def test_a_merge_of_a_running_vm_that_a_dead_console_left_is_finished(link: Link, beta: Host, off: Guest) -> None:
    off.start().ready()
    off.file("before")
    snapshots.take(link, off.uuid, external(off, "a"), disk_only=True)
    off.file("after")
    domain = link.domain(off.uuid)
    domain.blockCommit("vda", path("m.qcow2"), path("m.a"), 0, libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE)
    time.sleep(0.5)  # it is ready, and waits for a word
    assert domain.blockJobInfo("vda", 0)
    with pytest.raises(Busy):
        blockjobs.pull(link, off.uuid, "vda", path("m.a"), path("m.qcow2"), quiet)
    blockjobs.commit(link, off.uuid, "vda", path("m.a"), path("m.qcow2"), quiet, again=True)
    assert chains(domain.XMLDesc(0))["vda"] == (path("m.qcow2"),)
    assert off.file() == "after"
    snapshots.take(link, off.uuid, external(off, "b"), disk_only=True)
    domain.blockCommit("vda", path("m.qcow2"), path("m.b"), 0, libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE)
    blockjobs.abort(link, off.uuid, "vda")
    blockjobs.abort(link, off.uuid, "vda")
    assert chains(domain.XMLDesc(0))["vda"][0] == path("m.b")
    assert off.file("goes-on") == "goes-on"


def test_a_disk_that_names_a_volume(link: Link, beta: Host, off: Guest) -> None:
    four(beta)
    beta.virsh("pool-refresh", "default")
    domain = link.conn.lookupByUUIDString(off.uuid)
    text = domain.XMLDesc(0).replace("<disk type='file'", "<disk type='volume'")
    link.conn.defineXML(text.replace(f"file='{off.disk}'", "pool='default' volume='m-3'"))
    off.start()
    blockjobs.commit(link, off.uuid, "vda", path("m-2"), path("m-1"), quiet, above=[path("m-3")])
    beta.virsh("destroy", off.uuid)
    assert chain(link, "m-3") == ["m-3", "m-1"]
    blockjobs.commit(link, off.uuid, "vda", path("m-3"), path("m-1"), quiet, above=[path("m-4")])
    assert chain(link, "m-4") == ["m-4", "m-1"]
    assert same(beta, "m-4", "m-4.was")
