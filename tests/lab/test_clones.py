"""Clones of VMs on real hosts: linked ones by the score, whole ones of running VMs, and nothing left where they are cut off."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from console.fleet.acts import Act
from console.fleet.clones.naming import names as made_out
from console.fleet.clones.values import CloneKind, CloneOrder, ClonePlan, DiskDeed, Macs, Reset
from console.fleet.domains import State, VmKey
from console.fleet.errors import Reason
from console.fleet.hosts import Phase
from console.fleet.snapshots.plans import TakeOrder
from console.fleet.storage import VolumeKey
from console.jobs.job import JobState
from tests.lab.dying import Dying
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import IMAGES, Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, Desk, done, spec_of, until

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
    bench: Callable[..., Bench], console: Console, lab: Lab, beta: Host, desk: Desk
) -> None:
    mine = bench(memory_mib=24)
    blank(mine.guest)
    beta.exec("qemu-io", "-c", "write -q -P 7 1M 1M", mine.guest.disk)
    snapshots = console.services.snapshots
    done(snapshots.run(snapshots.plan_take(mine.key, TakeOrder("clean", kind="internal"))))
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
    for plan in (
        snapshots.plan_revert(mine.key, "clean"),
        snapshots.plan_delete(mine.key, "clean"),
        snapshots.plan_take(mine.key, TakeOrder("new", kind="internal")),
    ):
        assert "c-01" in str([say.values for say in plan.refused]), (plan.deed, plan.says)
    desk.fleet(spec_of(lab, beta))
    said = desk("vm", "start", mine.guest.name)
    assert (said.code, "c-01" in said.err) == (1, True), "the command line keeps it too"
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
    beta.virsh("suspend", guest.uuid)
    (copy,) = mine.make("c-copy")
    assert same(guest, copy), "qemu-img reads alike"
    beta.virsh("resume", guest.uuid)
    before = guest.count()
    (link,) = mine.make("c-link", kind=CloneKind.LINKED)
    assert guest.count() >= before, "it went on"
    assert guest.file("since") == "since"
    link.start().ready()
    assert link.file() == "then", "the moment it was cloned at"
    assert link.count() < guest.count(), "and a boot of its own"
    assert link.address() != guest.address()
    assert link.mac != guest.mac
    assert not same(guest, copy)
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
    assert base.disks[0].frozen not in snapshots.facts(mine.key).users
    until(lambda: console.services.clones.family(key) is None, "it stands alone")
    now = console.inventory.domain(key)
    assert now is not None
    assert now.provenance is not None
    assert (now.provenance.linked, now.provenance.cloned_from) == (False, "s")


def write(guest: Guest, pattern: int, place: str = "1M") -> None:
    """Into the disk of a VM that is off."""
    guest.host.exec("qemu-io", "-c", f"write -q -P {pattern} {place} 2M", disk(guest))


def digest(guest: Guest) -> str:
    """Of what one reads of its disk, through all it is built on."""
    script = f"qemu-img convert -U -O raw {disk(guest)} /run/read && sha256sum </run/read && rm /run/read"
    return guest.host.exec("sh", "-c", script).split()[0]


def test_from_snapshots_and_to_another_host_all_is_what_it_was(
    bench: Callable[..., Bench], console: Console, lab: Lab
) -> None:
    mine = bench(disk_mib=32)
    snapshots = console.services.snapshots
    write(mine.guest, 1)
    inside = digest(mine.guest)
    done(snapshots.run(snapshots.plan_take(mine.key, TakeOrder("inside", kind="internal"))))
    write(mine.guest, 2, "3M")
    outside = digest(mine.guest)
    # an image with a snapshot inside is sent as it is, here and to another host, and goes back there
    for host in ("", "alpha"):
        (clone,) = mine.make(f"c-inside{host}", snapshot="inside", host=host)
        assert digest(clone) == inside
        assert clone.host.virsh("snapshot-list", clone.uuid, "--name") == ""
        info = clone.host.exec("qemu-img", "info", disk(clone))
        assert "Snapshot list" not in info
    assert digest(mine.guest) == outside
    done(snapshots.run(snapshots.plan_delete(mine.key, "inside")))
    done(snapshots.run(snapshots.plan_take(mine.key, TakeOrder("outside", memory=False, kind="external"))))
    write(mine.guest, 3, "5M")
    now = digest(mine.guest)
    # from the frozen file of an external one: whole, linked, and a stream of one file without a base
    whole, linked = (
        mine.make("c-o1", snapshot="outside")[0],
        mine.make("c-o2", snapshot="outside", kind=CloneKind.LINKED)[0],
    )
    (far,) = mine.make("c-o3", snapshot="outside", host="alpha")
    assert {digest(clone) for clone in (whole, linked, far)} == {outside}
    # what is built on others is made one file before it is sent, and that one goes again
    (far_now,) = mine.make("c-now", host="alpha")
    assert digest(far_now) == now
    assert "backing file" not in far_now.host.exec("qemu-img", "info", disk(far_now))
    assert not [name for name in files(mine.host) if "on-the-way" in name]
    # given disks of its own while it is off
    done(console.services.clones.run_flatten(VmKey("beta", linked.uuid)), 60)
    assert digest(linked) == outside
    assert "backing file" not in mine.host.exec("qemu-img", "info", disk(linked))
    assert console.app.history.unfinished() == []


UEFI = """<os><type arch='x86_64' machine='q35'>hvm</type>
<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>
<nvram template='/usr/share/OVMF/OVMF_VARS_4M.fd'>{nvram}</nvram><smbios mode='sysinfo'/></os>
<sysinfo type='smbios'><system><entry name='uuid'>{uuid}</entry></system></sysinfo>"""


def test_what_must_not_be_there_twice_is_the_clones_own(
    bench: Callable[..., Bench], console: Console, beta: Host, lab: Lab
) -> None:
    mine = bench(disk_mib=8)
    nvram = "/var/lib/libvirt/qemu/nvram/s_VARS.fd"
    text = mine.guest.xml()
    start, end = text.index("<os>"), text.index("</os>") + len("</os>")
    text = text[:start] + UEFI.format(nvram=nvram, uuid=mine.guest.uuid) + text[end:]
    serial = "<serial type='file'><source path='/var/log/s-serial.log'/><target port='1'/></serial></devices>"
    beta.exec("virsh", "-q", "define", "/dev/stdin", stdin=text.replace("</devices>", serial))
    mark = f"printf mine | dd of={nvram} bs=1 seek=500000 conv=notrunc status=none"
    beta.exec("sh", "-c", f"mkdir -p {Path(nvram).parent}; cp /usr/share/OVMF/OVMF_VARS_4M.fd {nvram}; {mark}")
    plan = mine.plan("c-uefi", host="alpha")
    assert "through-here" in {say.code for say in plan.says}
    for host in ("", "alpha"):
        (clone,) = mine.make(f"c-uefi{host}", host=host, start=not host)
        xml = clone.host.virsh("dumpxml", clone.uuid)
        own = nvram.replace("s_VARS", f"c-uefi{host}_VARS")
        assert own in xml
        assert "c-uefi" in xml[xml.index("/var/log/") :][:40]
        assert f"<entry name='uuid'>{clone.uuid}</entry>" in xml
        assert clone.host.exec("dd", f"if={own}", "bs=1", "skip=500000", "count=4", "status=none") == "mine"
        assert "splendid" not in clone.host.virsh("pool-list", "--all", "--name"), "no pool is left"
    assert beta.virsh("domstate", "c-uefi") == "running"
    alpha = lab.hosts["alpha"]
    alpha.exec("rm", "-f", nvram.replace("s_VARS", "c-uefialpha_VARS"))
    beta.exec("rm", "-f", nvram)


SYSPREP = """#!/bin/sh
echo "$@" >/run/sysprep-was
case "$*" in *c-slow*) sleep 60 & wait;; *c-bad*) echo "no operating system was found"; exit 1;; esac
"""


def test_a_guest_is_reset_at_its_host(bench: Callable[..., Bench], console: Console, beta: Host, lab: Lab) -> None:
    """By what is called virt-sysprep there, over the way by which the host is reached; or by a seed."""
    mine = bench(disk_mib=8)
    refused = mine.plan("c-far", reset=Reset.SYSPREP)
    assert [say.code for say in refused.refused] == ["reset-far"], "libvirt's own port runs no programs"
    console.services.hosts.edit("beta", spec_of(lab, beta, "ssh"))
    until(lambda: console.app.gateway.status("beta").phase.value == "live", "beta by ssh")
    assert [say.code for say in mine.plan("c-none", reset=Reset.SYSPREP).refused] == ["reset-missing"]
    beta.exec("mount", "-t", "tmpfs", "tmpfs", "/usr/local/bin")
    try:
        beta.exec("sh", "-c", "cat >/usr/local/bin/virt-sysprep; chmod +x /usr/local/bin/virt-sysprep", stdin=SYSPREP)
        (clone,) = mine.make("c-Good.1", reset=Reset.SYSPREP)
        said = beta.exec("cat", "/run/sysprep-was").split()
        assert said[:4] == ["--connect", "qemu:///system", "-d", clone.uuid]
        assert said[-2:] == ["--hostname", "c-good-1"]
        bad = mine.clones.run(mine.plan("c-bad", reset=Reset.SYSPREP)).wait(30)
        assert bad.problem is not None
        assert "no operating system" in bad.problem.text
        slow = mine.clones.run(mine.plan("c-slow", reset=Reset.SYSPREP))
        until(lambda: slow.view.step == "resetting", "it is under way", 20)
        slow.cancel()
        assert slow.wait(30).state is JobState.CANCELLED
        assert vms(beta) & {"c-bad", "c-slow"} == set()
        assert {name for name in files(beta) if name.startswith("c-")} == {"c-Good.1-vda.qcow2"}
    finally:
        beta.exec("umount", "/usr/local/bin")
    (seeded,) = mine.make("c-seed", reset=Reset.SEED, kind=CloneKind.LINKED)
    assert "c-seed-seed.iso" in beta.virsh("domblklist", seeded.uuid)
    listed = beta.exec("xorriso", "-indev", f"{IMAGES}/c-seed-seed.iso", "-lsl", "/", check=False)
    assert "user-data" in listed
    assert "meta-data" in listed


def test_a_console_killed_at_any_step_leaves_nothing_half_made(
    bench: Callable[..., Bench], console: Console, lab: Lab, beta: Host, home: Path
) -> None:
    """Of two clones of a running VM: its snapshot, the files, the definitions. The next console takes them back."""
    mine = bench(disk_mib=16)
    blank(mine.guest)
    mine.guest.start()
    console.sees(mine.guest, State.RUNNING)
    before = files(beta)
    dying = Dying.start(lab)
    profile = str(home / "console0")
    orders = (
        # creating, backing-up, creating, defining, defining
        ({"names": ["c-1", "c-2"]}, ((0, "before"), (1, "before"), (1, "after"), (2, "after"), (3, "before"))),
        # snapshot, creating, creating, defining, defining
        ({"names": ["c-1", "c-2"], "kind": "linked"}, ((0, "after"), (2, "after"), (4, "before"))),
    )
    try:
        for more, deaths in orders:
            for at, when in deaths:
                ended = dying(profile=profile, key=mine.key, deed="clone", more=more, at=at, when=when)
                assert ended == signal.SIGKILL, (more, at, when)
                console.services.half_made.clean(frozenset({"beta"}))
                until(lambda: not console.app.history.unfinished(), f"{more} {at} {when} is taken back", 40)
                beta.virsh("pool-refresh", "default")
                assert vms(beta) & {"c-1", "c-2"} == set()
                assert files(beta) == before, (more, at, when)
                assert beta.virsh("snapshot-list", mine.guest.uuid, "--name") == ""
                assert disk(mine.guest) == mine.guest.disk
                assert mine.guest.state() == "running"
    finally:
        dying.end()


def taken_back(console: Console, host: Host, wanted: set[str]) -> None:
    """What was left half-made is gone, a while after the host is there again."""
    end = time.monotonic() + 40
    while files(host) != wanted:
        cleaned = [(view.state, view.problem) for view in console.app.jobs.views() if view.kind == "volume.clean"]
        assert time.monotonic() < end, (host.name, files(host) ^ wanted, cleaned, console.inventory.status(host.name))
        time.sleep(0.1)


def test_a_full_pool_and_a_host_that_is_lost_leave_nothing(
    bench: Callable[..., Bench], console: Console, lab: Lab, beta: Host
) -> None:
    mine = bench(disk_mib=200)
    beta.exec("qemu-io", "-c", "write -q -P 5 0 120M", mine.guest.disk)
    beta.virsh("pool-refresh", "default")
    plan = mine.plan("c-a")
    before = files(beta)
    full = mine.plan(*made_out("c-{n}", 8))
    assert [say.code for say in full.refused] == ["no-room"], "known before"
    beta.fill(20 << 10)  # by somebody else, after the plan
    view = mine.clones.run(plan).wait(60)
    assert view.problem is not None
    assert view.problem.reason is Reason.NO_SPACE
    beta.unfill()
    assert files(beta) == before
    # its own libvirtd is killed while it copies
    handle = mine.clones.run(mine.plan("c-a"))
    until(lambda: handle.view.step == "copying", "it is under way", 20)
    beta.crash()
    assert handle.wait(60).state is JobState.FAILED
    beta.daemon()
    taken_back(console, beta, before)
    console.awaits("beta", Phase.LIVE)
    # the host it goes to falls silent in the middle
    alpha = lab.hosts["alpha"]
    there = files(alpha)
    handle = mine.clones.run(mine.plan("c-far", host="alpha"))
    until(lambda: handle.view.step == "sending", "it is under way", 20)
    alpha.crash()
    assert handle.wait(60).state is JobState.FAILED
    assert "c-far-vda.qcow2" in files(alpha), "nobody could take it back yet"
    alpha.daemon()
    taken_back(console, alpha, there)
    assert files(beta) == before
    until(lambda: not console.app.history.unfinished(), "and the journal is empty")


def test_a_throw_away_clone_goes_with_all_its_files(bench: Callable[..., Bench], console: Console, beta: Host) -> None:
    """Those of its snapshots and its seed too; what it is built on stays."""
    mine = bench(disk_mib=8)
    blank(mine.guest)
    before = files(beta)
    said = {say.code for say in mine.plan("c-away", throw_away=True).warnings}
    assert "throw-away" in said, "the plan says so"
    more: dict[str, Any] = {"kind": CloneKind.LINKED, "throw_away": True, "reset": Reset.SEED, "start": True}
    (clone,) = mine.make("c-away", **more)
    key = VmKey("beta", clone.uuid)
    snapshots = console.services.snapshots
    done(snapshots.run(snapshots.plan_take(key, TakeOrder("one", memory=False, kind="external"))))
    assert len(files(beta) - before) == 3
    done(snapshots.run(snapshots.plan_revert(key, "one", start=False)))
    time.sleep(1)
    assert clone.state() == "shut off", "going back to a snapshot is no end"
    done(console.services.clones.run_keep(key, throw_away=True, expires=time.time() + 1.5))
    until(lambda: console.inventory.domain(key) is None, "it goes at its date", 20)
    jobs = [view for view in console.app.jobs.views() if view.kind == "vm.delete"]
    assert jobs[-1].problem is None, jobs[-1]
    until(lambda: files(beta) == before, f"with its files: {files(beta) - before}", 20)
    assert mine.guest.state() == "shut off"


def test_a_mac_that_is_kept_runs_once(bench: Callable[..., Bench], console: Console, beta: Host) -> None:
    mine = bench(disk_mib=8)
    blank(mine.guest)
    (clone,) = mine.make("c-twin", macs=Macs.KEPT)
    assert clone.mac == mine.guest.mac
    key = VmKey("beta", clone.uuid)
    power = console.services.power
    done(power.act(Act.START, [key]))
    refused = power.act(Act.START, [mine.key]).wait(10)
    assert refused.problem is not None
    assert (refused.problem.detail, "c-twin" in refused.problem.text) == ("mac-runs", True)
    beta.virsh("destroy", clone.uuid)
    console.inventory.wait_for(key, lambda now: now is not None and now.state is State.OFF, 5)
    done(power.act(Act.START, [mine.key]))


def test_who_cancels_a_copy_need_not_wait_for_the_host(
    bench: Callable[..., Bench], console: Console, beta: Host
) -> None:
    """It cannot be told to end; what it made goes when it is done with it."""
    mine = bench(disk_mib=200)
    beta.exec("qemu-io", "-c", "write -q -P 5 0 160M", mine.guest.disk)
    beta.virsh("pool-refresh", "default")
    before = files(beta)
    handle = mine.clones.run(mine.plan("c-a"))
    copying = until(lambda: beta.exec("pidof", "qemu-img", check=False).strip(), "the host copies", 20)
    beta.exec("kill", "-STOP", copying)
    handle.cancel()
    assert handle.wait(15).state is JobState.CANCELLED
    assert "c-a-vda.qcow2" in files(beta)
    assert [item.entry.kind for item in console.app.history.unfinished()] == ["vm.clone"]
    beta.exec("kill", "-CONT", copying)
    until(lambda: files(beta) == before, "it is taken back", 40)
    until(lambda: not console.app.history.unfinished(), "and the journal is empty")
