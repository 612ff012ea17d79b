"""Snapshots of real guests: what comes back is what was there, whoever is killed in the middle."""

from __future__ import annotations

import json
import re
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from console.fleet.domains import State, VmKey
from console.fleet.errors import Reason
from console.fleet.hosts import Phase
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step, TakeOrder
from console.jobs.job import JobState, JobView
from console.jobs.journal import Unfinished
from console.services.snapshot import SnapshotService
from console.services.snapshot_steps import Steps
from tests.lab.dying import Dying
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import IMAGES, Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, done, spec_of, until


class Bench:
    """One guest on beta, the service, and what its disk holds."""

    def __init__(self, console: Console, guest: Guest) -> None:
        self.console = console
        self.guest = guest
        self.host = guest.host
        self.service: SnapshotService = console.services.snapshots
        self.written = 0

    @property
    def key(self) -> VmKey:
        return self.console.key(self.guest)

    def run(self, plan: SnapshotPlan, state: JobState = JobState.SUCCEEDED) -> JobView:
        assert plan.refused == (), plan.refused
        view = self.service.run(plan).wait(60)
        assert view.state is state, f"{plan.deed} {plan.snapshot}: {view.state} {view.problem}"
        return view

    def take(self, name: str, **more: Any) -> JobView:
        return self.run(self.service.plan_take(self.key, TakeOrder(name, **more)))

    def revert(self, name: str, **more: Any) -> JobView:
        return self.run(self.service.plan_revert(self.key, name, **more))

    def delete(self, name: str, **more: Any) -> JobView:
        return self.run(self.service.plan_delete(self.key, name, **more))

    @property
    def top(self) -> str:
        """The file the VM has now."""
        return self.host.virsh("domblklist", self.guest.uuid).split()[-1]

    def write(self) -> None:
        """Something new into the disk of the VM, which is off."""
        self.written += 1
        self.host.exec("qemu-io", "-c", f"write -q -P {self.written} {self.written * 64 % 4096}k 64k", self.top)

    def read(self, *paths: str) -> list[str]:
        """What one reads of images through all they are built on, as digests."""
        script = 'for path; do qemu-img convert -U -O raw "$path" /run/read && sha256sum </run/read; rm /run/read; done'
        return [line.split()[0] for line in self.host.exec("sh", "-c", script, "-", *paths).splitlines()]

    def held(self, *names: str) -> dict[str, str]:
        """What snapshots keep of the disk, by name (none: all of them); "" now."""
        facts = self.service.facts(self.key)
        paths = {one.name: disk.frozen for one in facts.snapshots for disk in one.disks if disk.frozen}
        paths = {name: path for name, path in paths.items() if not names or name in names}
        paths[""] = facts.disks[0].path
        return dict(zip(paths, self.read(*paths.values()), strict=True))

    def images(self) -> set[str]:
        """Files of the pool that are this VM's."""
        return {line for line in self.host.exec("ls", IMAGES).split() if line.startswith(self.guest.name)}

    def unfinished(self) -> list[Unfinished]:
        return self.console.services.unfinished.found()

    def finished(self, back: bool = False) -> JobView:
        """What was left half-way is brought to its end."""
        (item,) = self.unfinished()
        view = done((self.service.take_back if back else self.service.finish)(item), 60)
        assert self.unfinished() == []
        return view


class Bare(Guest):
    """A guest with nothing to start from: it is up at once, and does nothing to its disk but what a test does."""

    def xml(self) -> str:
        return re.sub("<(kernel|initrd|cmdline)>.*?</(kernel|initrd|cmdline)>", "", super().xml(), flags=re.DOTALL)


@pytest.fixture
def bench(lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console) -> Iterator[Callable[..., Bench]]:
    console.add(spec_of(lab, beta))
    bare: list[Guest] = []

    def make(name: str, boots: bool = False, **more: Any) -> Bench:
        if boots:
            return Bench(console, spare(name, **more))
        bare.append(Bare(beta, name, disk_mib=8, memory_mib=32, **more).define())
        return Bench(console, bare[-1])

    yield make
    beta.whole()
    beta.unfill()
    for guest in bare:
        guest.remove()
    beta.exec(
        "sh",
        "-c",
        f"for vm in $(virsh list --name | grep splendid-merge); do virsh destroy $vm; done; rm -f {IMAGES}/s-*",
    )
    beta.virsh("pool-refresh", "default")


def test_memory_and_disk_are_back_whatever_kind_it_is(bench: Callable[..., Bench]) -> None:
    """A counter tells the memory, a file the disk. External ones are reverted on a libvirt that cannot."""
    mine = bench("s-back", boots=True, agent=True)
    guest = mine.guest.start().ready()
    guest.file("one")
    mine.take("inside")
    facts = mine.service.facts(mine.key)
    assert mine.service.thumbnail(mine.key, facts.snapshots[0]), "the screen of that moment is kept"
    before = guest.count()
    guest.file("two")
    mine.revert("inside")
    guest.ready()
    assert guest.file() == "one"
    assert guest.count() < before + 10, "its memory is of then"
    mine.delete("inside")
    mine.take("outside", kind="external")
    guest.file("three")
    mine.take("disk", memory=False)
    before = guest.count()
    guest.file("four")
    plan = mine.service.plan_revert(mine.key, "outside", branch="kept")
    assert facts.libvirt >= 9009000 or "own-revert" in {say.code for say in plan.says}
    mine.run(plan)
    guest.ready()
    assert guest.file() == "one"
    assert guest.count() < before + 10
    mine.revert("disk", start=False)
    held = mine.held()
    assert held[""] == held["disk"] != held["outside"], "its disk is of then; it would have to start anew"
    mine.revert("kept")
    guest.ready()
    assert guest.file() == "four", "what was there before going back was kept"
    order = TakeOrder("quiet", memory=False, freeze=True)
    until(lambda: mine.service.facts(mine.key).freezes, "its agent answers")
    mine.run(mine.service.plan_take(mine.key, order))
    guest.to_agent("STOP")
    assert [say.code for say in mine.service.plan_take(mine.key, replace(order, name="silent")).refused] == ["agent"]
    guest.to_agent("CONT")
    assert guest.file("five") == "five", "it is not frozen"
    assert mine.unfinished() == []


def chain(mine: Bench, *names: str) -> dict[str, str]:
    """External snapshots one on the other, of the disk alone, while the VM is off; what each keeps, and "" now."""
    for name in names:
        mine.write()
        mine.take(name, memory=False, kind="external")
    mine.write()
    return mine.held()


@pytest.fixture
def dies(lab: Lab, console: Console, home: Path) -> Iterator[Callable[..., None]]:
    """Kills a console in the middle of an act; the test's own, on the same profile, is the one that starts next."""
    dying = Dying.start(lab)

    def kill(mine: Bench, deed: str, at: int, when: str, **more: Any) -> None:
        order = {"profile": str(home / "console0"), "key": mine.key, "deed": deed, "more": more, "at": at, "when": when}
        assert dying(**order) == signal.SIGKILL, "it was killed there"

    yield kill
    dying.end()


def steps(plan: SnapshotPlan) -> list[Op]:
    return [step.op for step in plan.steps if step.op is not Op.CHECK]


def test_a_console_killed_at_any_step_of_taking_and_deleting_loses_nothing(
    bench: Callable[..., Bench], dies: Callable[..., None]
) -> None:
    """Each time the next one finds it and brings it to its end; qemu-img reads what was there."""
    mine = bench("s-kill")
    chain(mine, "base")
    for when in ("before", "after"):
        held = mine.held()
        name = f"taken-{when}"
        dies(mine, "take", 0, when, order={"name": name, "memory": False, "kind": "external"})
        mine.finished()
        assert mine.held() == {**held, name: held[""]}
    files = len(mine.images())
    for at, when in [*((at, "before") for at in range(4)), (1, "within")]:
        gone, stays = f"gone-{at}-{when}", f"stays-{at}-{when}"
        held = chain(mine, gone, stays)
        assert steps(mine.service.plan_delete(mine.key, gone)) == [Op.FORGET, Op.COMMIT, Op.REDEFINE, Op.REMOVE]
        dies(mine, "delete", at, when, name=gone)
        mine.finished()
        del held[gone]
        assert mine.held("base", gone, stays) == {name: held[name] for name in ("base", stays, "")}, f"{at} {when}"
        files += 1
        assert len(mine.images()) == files, "no file is left behind"


def test_a_console_killed_at_any_step_of_going_back_loses_nothing(
    bench: Callable[..., Bench], console: Console, dies: Callable[..., None]
) -> None:
    mine = bench("s-went")
    held = chain(mine, "base", "top")
    mine.guest.start()
    console.sees(mine.guest, State.RUNNING)
    wanted = [Op.OVERLAY, Op.STOP, Op.SWITCH, Op.CURRENT, Op.START, Op.REMOVE]
    for at in range(6):
        assert steps(mine.service.plan_revert(mine.key, "base", start=True)) == wanted
        dies(mine, "revert", at, "before", name="base", start=True)
        mine.finished()
        assert mine.held() == {**held, "": held["base"]}, str(at)
        assert mine.guest.state() == "running"
        assert len(mine.images()) == 3
    dies(mine, "revert", 2, "after", name="top", branch="kept", start=False)
    mine.finished(back=True)
    assert mine.held() == {**held, "": held["base"]}, "taken back: it is as it was"
    assert mine.guest.state() == "running"


def test_a_daemon_killed_at_any_step_loses_nothing(
    beta: Host, bench: Callable[..., Bench], console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = bench("s-daemon")
    chain(mine, "base", "middle", "top")
    mine.guest.start()
    console.sees(mine.guest, State.RUNNING)
    do = Steps.do

    def dies_in(op: Op, when: str, plan: SnapshotPlan) -> None:
        """The daemon is killed at a step of that kind: "before" it, "after" it, or "within", as it happens to be."""

        def doing(self: Steps, step: Step) -> None:
            if step.op is not op:
                do(self, step)
                return
            monkeypatch.setattr(Steps, "do", do)
            killer = threading.Thread(target=beta.crash, daemon=True)
            if when == "before":
                beta.crash()
            if when == "within":
                killer.start()
            try:
                do(self, step)
            finally:
                if when == "within":
                    killer.join()
            if when == "after":
                beta.crash()

        monkeypatch.setattr(Steps, "do", doing)
        view = mine.service.run(plan).wait(60)
        assert view.state is JobState.FAILED or when != "before", f"{op}: {view.state}"
        assert not beta.daemon_pid()
        beta.daemon()
        console.services.hosts.try_now("beta")
        console.awaits("beta", Phase.LIVE, seconds=30)
        for item in mine.unfinished():
            done(mine.service.finish(item), 60)
        assert mine.unfinished() == []

    held = mine.held()
    dies_in(Op.COMMIT, "within", mine.service.plan_delete(mine.key, "middle"))
    del held["middle"]
    assert mine.held() == held
    dies_in(Op.CREATE, "within", mine.service.plan_take(mine.key, TakeOrder("new", memory=False)))
    assert mine.service.facts(mine.key).state is State.RUNNING
    assert mine.held() in (held, {**held, "new": held[""]}), "taken, or not at all"
    dies_in(Op.SWITCH, "before", mine.service.plan_revert(mine.key, "base", start=True))
    assert mine.held()[""] in (held["base"], held[""]), "there, or as it was"
    dies_in(Op.START, "after", mine.service.plan_revert(mine.key, "base", start=True))
    assert mine.held()[""] == held["base"]
    assert mine.guest.state() == "running"


def test_a_guest_that_stood_still_for_its_snapshot_goes_on(
    bench: Callable[..., Bench], console: Console, dies: Callable[..., None]
) -> None:
    """As a daemon leaves it that dies while memory is written."""
    mine = bench("s-still")
    mine.write()
    console.sees(mine.guest.start(), State.RUNNING)
    dies(mine, "take", 0, "before", order={"name": "inner", "kind": "internal"})
    mine.host.virsh("suspend", mine.guest.uuid)
    mine.finished()
    assert mine.guest.state() == "running"
    assert [(one.name, one.state) for one in mine.service.facts(mine.key).snapshots] == [("inner", State.RUNNING)]


def test_what_a_dead_daemon_left_of_a_snapshot_is_completed(
    bench: Callable[..., Bench], console: Console, dies: Callable[..., None]
) -> None:
    """Its three kinds, made by hand: a file just begun, a snapshot without a record, and a file of which only QEMU knows."""
    mine = bench("s-left")
    mine.write()
    guest, host = mine.guest.start(), mine.host
    console.sees(guest, State.RUNNING)

    def cut_off(name: str) -> str:
        """The file that the snapshot would have made."""
        order: dict[str, Any] = {"name": name, "memory": False, "kind": "external"}
        (path,) = [step.file for step in mine.service.plan_take(mine.key, TakeOrder(**order)).steps if step.file]
        dies(mine, "take", 0, "before", order=order)
        return path

    held = mine.held()
    host.exec("touch", cut_off("begun"))
    host.virsh("pool-refresh", "default")
    mine.finished()
    path = cut_off("unrecorded")
    host.virsh("snapshot-create-as", guest.uuid, "x", "--disk-only", "--no-metadata", "--diskspec", f"vda,file={path}")
    mine.finished()
    assert mine.held() == {"begun": held[""], "unrecorded": held[""], "": held[""]}
    path = cut_off("unseen")
    say = ("qemu-monitor-command", guest.uuid)
    (disk,) = json.loads(host.virsh(*say, '{"execute": "query-block"}'))["return"]
    new = {"node-name": disk["inserted"]["node-name"], "snapshot-file": path, "snapshot-node-name": "new-format"}
    host.virsh(*say, json.dumps({"execute": "blockdev-snapshot-sync", "arguments": {**new, "format": "qcow2"}}))
    host.virsh("pool-refresh", "default")
    (item,) = mine.unfinished()
    view = mine.service.finish(item).wait(60)
    assert view.problem is not None
    assert (view.state, view.problem.detail) == (JobState.FAILED, f"snapshot-unseen:{path}")
    host.virsh("destroy", guest.uuid)
    console.sees(guest, State.OFF)
    host.exec("qemu-io", "-c", "write -q -P 77 0 2M", path)
    host.virsh("pool-refresh", "default")
    mine.finished()
    assert mine.top == path, "what the guest wrote last is what it starts from"
    assert mine.held()["unseen"] == held[""]
    assert mine.held()[""] not in held.values()


def test_three_vms_go_back_in_one_act_or_none(bench: Callable[..., Bench], console: Console, beta: Host) -> None:
    three = [bench(f"s-{name}") for name in ("db", "app", "web")]
    service, keys = three[0].service, [one.key for one in three]
    for one in three:
        one.write()
        one.guest.start()
        console.sees(one.guest, State.RUNNING)
    order = TakeOrder("clean", memory=False, kind="external")
    many = service.plan_many(Deed.TAKE, keys, "clean", order=order, together=True)
    assert {step.op for plan in many.plans for step in plan.steps} >= {Op.PAUSE, Op.CREATE, Op.RESUME}
    done(service.run_many(many), 60)
    assert [one.guest.state() for one in three] == ["running"] * 3
    held = [one.held() for one in three]
    moments = [service.facts(key).snapshots[0].created for key in keys]
    assert max(moments) - min(moments) <= 1
    for one in three:
        one.host.virsh("destroy", one.guest.uuid)
        console.sees(one.guest, State.OFF)
        one.write()
    before = [one.held() for one in three]
    many = service.plan_many(Deed.REVERT, keys, "clean")
    beta.exec("touch", f"{IMAGES}/s-web.clean-2")  # somebody takes the name of the last one's new file meanwhile
    view = service.run_many(many).wait(60)
    assert view.state is JobState.FAILED
    beta.exec("rm", f"{IMAGES}/s-web.clean-2")
    beta.virsh("pool-refresh", "default")
    assert [one.held() for one in three] == before, "none of them"
    assert three[0].unfinished() == []
    done(service.run_many(service.plan_many(Deed.REVERT, keys, "clean")), 60)
    assert [one.held() for one in three] == [{"clean": one["clean"], "": one["clean"]} for one in held], "all of them"
    assert [len(one.images()) for one in three] == [2, 2, 2], "what kept the state before is gone"


def test_what_cannot_be_is_said_and_nothing_is_half_done(
    lab: Lab, beta: Host, bench: Callable[..., Bench], console: Console
) -> None:
    mine = bench("s-bad")
    chain(mine, "a", "b")
    mine.guest.start()
    console.sees(mine.guest, State.RUNNING)
    held, files = mine.held(), mine.images()
    assert [say.code for say in mine.service.plan_take(mine.key, TakeOrder("a")).refused] == ["name-taken"]
    plan = mine.service.plan_delete(mine.key, "b")
    beta.virsh("snapshot-delete", mine.guest.uuid, "b", "--metadata")
    view = mine.run(plan, JobState.FAILED)
    assert view.problem is not None
    assert (view.problem.reason, view.problem.detail) == (Reason.CHANGED, "snapshot-snapshot-gone:b")
    # no room: known before, or found out on the way
    plan = mine.service.plan_revert(mine.key, "a", start=True)
    taking = mine.service.plan_take(mine.key, TakeOrder("c", kind="external"))
    beta.fill(16)
    for full in (plan, taking):
        view = mine.run(full, JobState.FAILED)
        assert view.problem is not None
        assert view.problem.reason is Reason.NO_SPACE, view.problem
    assert [say.code for say in mine.service.plan_take(mine.key, TakeOrder("c", kind="external")).refused] == [
        "no-room"
    ]
    beta.unfill()
    assert mine.guest.state() == "running", "it goes on"
    assert (mine.images(), mine.unfinished()) == (files, [])
    assert mine.held() == {"a": held["a"], "": held[""]}
    console.add(spec_of(lab, beta, id="look", name="look", read_only=True))
    key = VmKey("look", mine.guest.uuid)
    assert [say.code for say in mine.service.plan_delete(key, "a").refused] == ["read-only"]
