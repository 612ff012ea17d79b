"""A VM brought up from the memory that a snapshot keeps in a file, on real hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libvirt
import pytest

from console.fleet.errors import Conflict, Denied, NotFound
from console.gateway import images, restoring, snapshots
from console.gateway.connection import Link
from console.libvirtxml.sources import chains
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import Lab
from tests.lab.hosting import external, linked, path, point, shell


@pytest.fixture
def link(lab: Lab, beta: Host) -> Iterator[Link]:
    with linked(lab, beta) as mine:
        yield mine
    shell(beta, "rm -f r.*")
    beta.virsh("pool-refresh", "default")


def test_memory_and_disk_are_back_as_they_were(lab: Lab, link: Link, beta: Host, spare: Callable[..., Guest]) -> None:
    guest = spare("r").start().ready()
    assert guest.file("then") == "then"
    snapshots.take(link, guest.uuid, external(guest, "a", memory=True), disk_only=False)
    count = guest.count()
    assert guest.file("since") == "since"
    with pytest.raises(Conflict):
        restoring.restore(link, guest.uuid, path("r.a.mem"), {})
    beta.virsh("managedsave", guest.uuid)
    (now,) = snapshots.listed(link, guest.uuid)
    assert (now.memory_file, now.disks[0].frozen) == (path("r.a.mem"), guest.disk)

    for back in ("b", "c"):  # the snapshot can be gone back to as often as one likes
        images.make_overlay(link, path(f"r.{back}"), guest.disk, "qcow2")
        point(link, guest, f"r.{back}")
        restoring.restore(link, guest.uuid, path("r.a.mem"), {"vda": path(f"r.{back}")})
        domain = link.domain(guest.uuid)
        assert domain.state()[0] == libvirt.VIR_DOMAIN_RUNNING
        assert not domain.hasManagedSaveImage(0)
        for text in (domain.XMLDesc(0), domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)):
            assert chains(text)["vda"][0] == path(f"r.{back}")
        guest.ready()
        assert guest.count() < count + 40, "it counts on from then"
        assert guest.file() == "then"
        guest.file("other")
        beta.virsh("destroy", guest.uuid)

    restoring.restore(link, guest.uuid, path("r.a.mem"), {"vda": path("r.c")}, paused=True)
    assert link.domain(guest.uuid).state()[0] == libvirt.VIR_DOMAIN_PAUSED
    assert link.domain(guest.uuid).isPersistent()
    beta.virsh("destroy", guest.uuid)
    with pytest.raises(NotFound):
        restoring.restore(link, guest.uuid, path("r.none.mem"), {})
    with linked(lab, beta, read_only=True) as looking, pytest.raises(Denied):
        restoring.saved_xml(looking, path("r.a.mem"))
