"""Copies of a running VM's disks as of one moment, on real hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libvirt
import pytest

from console.fleet.errors import Busy, Conflict, Failed, NotFound, Reason
from console.fleet.storing import NewVolume
from console.gateway import backup, freezing, volumes
from console.gateway.backup import Into
from console.gateway.connection import Link
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import Lab
from tests.lab.hosting import linked, path, point, same, shell, written
from tests.lab.support import until

SECOND = """<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{}'/>
<target dev='vdb' bus='virtio'/></disk>"""


class Stopped(Exception):
    """Somebody does not want it any more."""


@pytest.fixture
def link(lab: Lab, beta: Host) -> Iterator[Link]:
    with linked(lab, beta) as mine:
        yield mine
    shell(beta, "rm -f b-* b.*")
    beta.virsh("pool-refresh", "default")


@pytest.fixture
def guest(spare: Callable[..., Guest], link: Link, beta: Host) -> Guest:
    """Two disks: an overlay with data above and below, and a raw one with holes."""
    made = spare("b", agent=True, disk_mib=128)
    shell(beta, f"qemu-img create -q -f qcow2 -b {made.disk} -F qcow2 b.top; truncate -s 32M b-second")
    written(beta, "b.qcow2", 1, 64, 40)
    written(beta, "b.top", 2, 80, 8)
    shell(beta, "printf word | dd of=b-second bs=1M seek=5 conv=notrunc status=none")
    point(link, made, "b.top")
    link.conn.lookupByUUIDString(made.uuid).attachDeviceFlags(
        SECOND.format(path("b-second")), libvirt.VIR_DOMAIN_AFFECT_CONFIG
    )
    return made


def into(link: Link) -> dict[str, Into]:
    """New volumes, as a clone makes them."""
    volumes.create(link, "default", NewVolume("b-copy", 128 << 20, format="qcow2"))
    volumes.create(link, "default", NewVolume("b-copy2", 32 << 20, format="raw"))
    return {"vda": Into(path("b-copy"), "qcow2"), "vdb": Into(path("b-copy2"), "raw")}


def test_all_disks_as_of_one_moment(link: Link, beta: Host, guest: Guest) -> None:
    wanted = into(link)
    with pytest.raises(Conflict) as off:
        backup.copy(link, guest.uuid, wanted, lambda _done, _total: None)
    assert off.value.problem.reason is Reason.WRONG_STATE
    guest.start().ready()
    guest.file("then")
    until(lambda: freezing.answers(link.domain(guest.uuid)), "the agent answers", 20)
    told: list[tuple[int, int]] = []
    backup.copy(link, guest.uuid, wanted, lambda *at: told.append(at), freeze=True)
    assert guest.file("since") == "since", "it goes on, and nothing is frozen"
    assert told[-1][0] == told[-1][1] == 160 << 20
    assert all(done <= total for done, total in told)
    assert backup.progress(link, guest.uuid) is None
    link.domain(guest.uuid).fsFreeze(None, 0)  # as a console leaves it that dies before the copy has begun
    backup.abort(link, guest.uuid)
    assert guest.file("still") == "still"
    beta.virsh("destroy", guest.uuid)
    shell(beta, "cmp b-second b-copy2; qemu-img check -q b-copy")
    assert "backing" not in shell(beta, "qemu-img info b-copy")
    assert int(shell(beta, "stat -c %b b-copy")) * 512 < 56 << 20, "a qcow2 image takes what is in it"
    point(link, guest, "b-copy")
    guest.start().ready()
    assert guest.file() == "then", "as of the beginning of the copy"


def test_ended_on_request_and_not_beside_another(link: Link, beta: Host, guest: Guest) -> None:
    wanted = {"vda": into(link)["vda"]}
    written(beta, "b.top", 3, 8, 112)
    guest.start().ready()
    uuid = guest.uuid

    def stop(done: int, total: int) -> None:
        assert done <= total
        assert backup.progress(link, uuid) is not None
        with pytest.raises(Busy):
            backup.copy(link, uuid, wanted, lambda _done, _total: None)
        raise Stopped

    with pytest.raises(Stopped):
        backup.copy(link, uuid, wanted, stop)
    until(lambda: backup.progress(link, uuid) is None, "it is over")
    assert guest.file("on") == "on"
    with pytest.raises((NotFound, Failed)):
        backup.copy(link, uuid, {"vda": Into(path("b-none"), "qcow2")}, lambda _done, _total: None)
    beta.virsh("suspend", uuid)
    backup.copy(link, uuid, wanted, lambda _done, _total: None)
    beta.virsh("destroy", uuid)
    assert same(beta, "b-copy", "b.top")


def test_a_full_disk_ends_it_and_says_so(link: Link, beta: Host, guest: Guest) -> None:
    wanted = {"vda": into(link)["vda"]}
    guest.start().ready()
    beta.fill(16384)
    with pytest.raises(Failed) as caught:
        backup.copy(link, guest.uuid, wanted, lambda _done, _total: None)
    assert caught.value.problem.reason is Reason.NO_SPACE
    beta.unfill()
    assert guest.file("on") == "on", "the VM has room again, and was not stopped"
