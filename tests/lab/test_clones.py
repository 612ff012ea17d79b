"""Clones of VMs on real hosts: linked ones by the score, whole ones of running VMs, and nothing left where they are cut off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from console.fleet.acts import Act
from console.fleet.clones.naming import names as made_out
from console.fleet.clones.values import CloneKind, CloneOrder, ClonePlan, DiskDeed
from console.fleet.domains import State, VmKey
from console.fleet.errors import Reason
from console.fleet.storage import VolumeKey
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import IMAGES, Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, done, spec_of, until

MADE, STARTED = 5.0, 15.0  # seconds that twenty linked clones may take
SLACK = 4.0  # others are at work on the machine, too; make bench-snapshots measures without them


class Bench:
    """A VM on beta that is cloned, and what becomes of it."""

    def __init__(self, console: Console, guest: Guest) -> None:
        self.console = console
        self.guest = guest
        self.host = guest.host
        self.clones = console.services.clones
        console.sees(guest, State.OFF)

    @property
    def key(self) -> VmKey:
        return self.console.key(self.guest)

    def plan(self, *names: str, **more: Any) -> ClonePlan:
        return self.clones.plan(CloneOrder(self.key, names, **more))

    def make(self, *names: str, **more: Any) -> list[Guest]:
        """The clones, as guests."""
        plan = self.plan(*names, **more)
        assert plan.refused == (), plan.refused
        handle = self.clones.run(plan)
        done(handle, 60)
        host = self.host if not more.get("host") else next(h for h in self.all_hosts if h.name == more["host"])
        made = []
        for key, one in zip(handle.result, plan.clones, strict=True):
            mac = next(iter(one.macs.values()), "")
            made.append(Guest(host, one.name, uuid=key.uuid, mac=mac))
        return made

    all_hosts: tuple[Host, ...] = ()


def disk(guest: Guest) -> str:
    return guest.host.virsh("domblklist", guest.uuid).splitlines()[0].split()[-1]


def same(one: Guest, other: Guest) -> bool:
    """Both disks read alike, on one host."""
    words = ("compare", "-U", disk(one), disk(other))
    return "identical" in one.host.exec("qemu-img", *words, check=False)


def files(host: Host) -> set[str]:
    return set(host.exec("ls", IMAGES).split())


def vms(host: Host) -> set[str]:
    return set(host.virsh("list", "--all", "--name").split())


SWEEP = """for vm in $(virsh -q list --all --name | grep '^c-'); do virsh -q "destroy $vm" 2>/dev/null
virsh -q "undefine $vm --managed-save --snapshots-metadata --nvram"; done; rm -f {images}/c-* {images}/s.*"""


def sweep(host: Host) -> None:
    host.exec("sh", "-c", SWEEP.format(images=IMAGES), check=False)
    host.virsh("pool-refresh", "default")


@pytest.fixture
def bench(lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console) -> Iterator[Callable[..., Bench]]:
    """Makes VMs to clone; what was made of them (names that begin with "c-") goes afterwards."""
    console.add(*(spec_of(lab, host) for host in lab.hosts.values()))
    Bench.all_hosts = tuple(lab.hosts.values())
    yield lambda name="s", **more: Bench(console, spare(name, **more))
    for host in lab.hosts.values():
        host.whole()
        sweep(host)


def blank(guest: Guest) -> None:
    """It has nothing to boot: its firmware looks for a disk and rests."""
    lines = guest.host.virsh("dumpxml", "--inactive", guest.uuid).splitlines()
    kept = [line for line in lines if not any(f"<{tag}>" in line for tag in ("kernel", "initrd", "cmdline"))]
    guest.host.exec("virsh", "-q", "define", "/dev/stdin", stdin="\n".join(kept))


def test_twenty_linked_clones_are_made_and_started_and_their_base_is_kept(
    bench: Callable[..., Bench], console: Console, beta: Host
) -> None:
    mine = bench(memory_mib=24)
    blank(mine.guest)
    beta.exec("qemu-io", "-c", "write -q -P 7 1M 1M", mine.guest.disk)
    names = made_out("c-{n:02}", 20)
    plan = mine.plan(*names, kind=CloneKind.LINKED, start=True)
    start, steps = time.monotonic(), []
    handle = mine.clones.run(plan)
    until(lambda: handle.view.step == "starting-clones" or handle.view.state.ended, "all are made", 30)
    steps.append(time.monotonic() - start)
    done(handle, 90)
    steps.append(time.monotonic() - start)
    print("\ntwenty linked clones: made in {:.2f} s, made and started in {:.2f} s".format(*steps))
    assert steps[0] <= SLACK * MADE
    assert steps[1] <= SLACK * STARTED
    assert vms(beta) >= set(names)
    assert {beta.virsh("domstate", name) for name in names} == {"running"}
    # the base
    family = console.services.clones.family(mine.key)
    assert family is not None
    assert [kin.name for kin in family.clones] == list(names)
    refused = console.services.power.act(Act.START, [mine.key]).wait(10)
    assert refused.problem is not None
    assert (refused.problem.reason, "c-01" in refused.problem.detail) == (Reason.IN_USE, True)
    going = console.services.delete.plan([mine.key])
    assert going.vms[0].needed_by == names
    volume = VolumeKey("beta", "default", Path(mine.guest.disk).name)
    assert console.services.storage.plan_delete([volume]).refused
    assert mine.guest.state() == "shut off"


def test_a_running_vm_is_copied_at_one_moment_and_linked_to(
    bench: Callable[..., Bench], console: Console, beta: Host
) -> None:
    mine = bench()
    guest = mine.guest.start().ready()
    console.sees(guest, State.RUNNING)
    guest.file("then")
    plan = mine.plan("c-copy")
    assert [disk.deed for disk in plan.clones[0].disks] == [DiskDeed.BACKUP]
    assert "as-power-cut" in {say.code for say in plan.says}
    before = guest.count()
    (copy,) = mine.make("c-copy")
    (link,) = mine.make("c-link", kind=CloneKind.LINKED)
    assert guest.count() >= before, "it went on"
    assert guest.file() == "then"
    guest.file("since")
    for clone in (copy, link):
        clone.start()
    for clone in (copy, link):
        clone.ready()
        assert clone.file() == "then", "the moment it was cloned at"
        assert clone.count() < guest.count(), "and a boot of its own"
        assert clone.address() != guest.address()
        assert clone.mac != guest.mac
    link.file("own")
    assert guest.file() == "since"
    # the snapshot that the running VM got is what the linked clone needs; so it stays
    snapshots = console.services.snapshots
    facts = snapshots.facts(mine.key)
    (base,) = facts.snapshots
    assert facts.users[base.disks[0].frozen] == ("c-link",)
    plan_delete = snapshots.plan_delete(mine.key, base.name)
    assert base.disks[0].frozen not in plan_delete.files_going
    # and the clone, given disks of its own while it runs, needs nothing any more
    key = VmKey("beta", link.uuid)
    done(console.services.clones.run_flatten(key), 60)
    assert link.file() == "own"
    assert snapshots.facts(mine.key).users == {}
    until(lambda: console.services.clones.family(key) is None, "it stands alone")
    now = console.inventory.domain(key)
    assert now is not None
    assert now.provenance is not None
    assert (now.provenance.linked, now.provenance.cloned_from) == (False, "s")
