"""Trees of snapshots grown at random on a real host and taken down again: `qemu-img` reads the same, whatever the plans do."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from console.fleet.domains import VmKey
from console.fleet.snapshots.plans import Op, SnapshotPlan, TakeOrder
from console.fleet.snapshots.values import How, SnapshotFacts
from console.jobs.job import JobState
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import IMAGES, Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, spec_of

NAME = "walk"


class Walk:
    """One VM on a real host, what its snapshots held when they were taken, and which steps were carried out."""

    def __init__(self, console: Console, guest: Guest) -> None:
        self.service = console.services.snapshots
        self.guest = guest
        self.host = guest.host
        self.key: VmKey = console.key(guest)
        self.held: dict[str, str] = {}
        self.done: set[Op] = set()
        self.count = 0

    def facts(self) -> SnapshotFacts:
        return self.service.facts(self.key)

    @property
    def up(self) -> bool:
        return self.guest.state() == "running"

    @property
    def top(self) -> str:
        return self.host.virsh("domblklist", self.guest.uuid).split()[-1]

    def read(self, path: str, inside: str = "") -> str:
        """A digest of what one reads of an image, or of a snapshot inside it."""
        part = f"-l snapshot.name={inside}" if inside else ""
        file = f"/run/{NAME}.raw"
        script = f"qemu-img convert -U -O raw {part} '{path}' {file} && sha256sum <{file}; rm -f {file}"
        return self.host.exec("sh", "-c", script).split()[0]

    def kept(self) -> dict[str, str]:
        found = {}
        for one in self.facts().snapshots:
            for disk in one.disks:
                if disk.how is not How.NONE:
                    found[one.name] = self.read(disk.frozen, one.name if disk.how is How.INTERNAL else "")
        return found

    def write(self) -> None:
        """Something new, on the disk of a VM that is off."""
        if not self.up:
            self.count += 1
            self.host.exec("qemu-io", "-c", f"write -q -P {self.count % 255 + 1} {self.count * 3 % 14}M 1M", self.top)

    def run(self, plan: SnapshotPlan) -> None:
        view = self.service.run(plan).wait(60)
        assert view.state is JobState.SUCCEEDED, f"{plan.deed} {plan.snapshot}: {view.problem}"
        self.done |= {step.op for step in plan.steps}

    def step(self, act: str, number: int) -> str:
        """What was done, "" where a plan was refused."""
        facts, names = self.facts(), sorted(self.held)
        name = names[number % len(names)] if names else ""
        if act == "power":
            self.host.virsh("destroy" if self.up else "start", self.guest.uuid)
        elif act in ("external", "internal"):
            new = f"s{self.count}-{number}"
            plan = self.service.plan_take(self.key, TakeOrder(new, kind=act, memory=act == "internal"), facts=facts)
            if plan.refused:
                return ""
            self.run(plan)
            (kept,) = {disk.how: disk for disk in self.facts().snapshot(new).disks if disk.frozen}.values()  # type: ignore[union-attr]
            self.held[new] = self.read(kept.frozen, new if kept.how is How.INTERNAL else "")
        elif not name:
            return ""
        elif act == "revert":
            plan = self.service.plan_revert(self.key, name, facts=facts)
            if plan.refused:
                return ""
            self.run(plan)
            assert self.up or self.read(self.top) == self.held[name], f"back at {name}"
            assert self.facts().current == self.facts().snapshot(name)
        else:
            now = "" if self.up else self.read(self.top)
            plan = self.service.plan_delete(self.key, name, below=act == "below", facts=facts)
            if plan.refused:
                return ""
            self.run(plan)
            for gone in plan.lost:
                del self.held[gone]
            assert self.up or self.read(self.top) == now
        self.write()
        return f"{act} {name}"

    def whole(self) -> None:
        """All that it keeps reads as it did, the chain is sound, and no file is nobody's."""
        assert self.kept() == self.held
        found = [one for one in self.service.findings(self.key) if one.code not in ("blocks-migration", "mixed")]
        assert {one.code for one in found} <= {"needless-base"}, found

    def mend(self) -> None:
        """What the doctor can merge is merged."""
        for _round in range(20):
            found = [one.repair for one in self.service.findings(self.key) if one.code == "needless-base"]
            if not found or found[0] is None or found[0].refused:
                return
            self.run(found[0])


@pytest.fixture
def walk(lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console) -> Iterator[Walk]:
    console.add(spec_of(lab, beta))
    yield Walk(console, spare(NAME, disk_mib=16))
    beta.exec("sh", "-c", f"rm -f {IMAGES}/{NAME}.*")
    beta.virsh("pool-refresh", "default")


ACTS = ["external", "external", "external", "internal", "revert", "revert", "delete", "below", "power"]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.timeout(400)
def test_whatever_is_taken_reverted_and_deleted_the_rest_reads_as_it_did(walk: Walk, seed: int) -> None:
    chance = random.Random(seed)
    acts = []
    for _turn in range(12):
        acts.append(walk.step(chance.choice(ACTS), chance.randrange(100)))
        walk.whole()
    if walk.up:
        walk.host.virsh("destroy", walk.guest.uuid)
    walk.mend()
    walk.whole()
    for name in sorted(walk.held):
        if name in walk.held:
            walk.step("delete", sorted(walk.held).index(name))
            walk.whole()
    assert walk.held == {}, acts
    walk.mend()
    left = {line for line in walk.host.exec("ls", IMAGES).split() if line.startswith(f"{NAME}.")}
    assert left <= {f"{NAME}.qcow2", walk.top.rpartition("/")[2]}, f"{acts}: every overlay is gone"


def test_each_way_a_file_can_go(walk: Walk) -> None:
    """Merged below a fork, into what nothing stands on, under a VM that runs, and out of the way of what others need."""
    for name in ("a", "b", "c"):
        walk.run(walk.service.plan_take(walk.key, TakeOrder(name, kind="external")))
        walk.write()
    walk.held = walk.kept()
    walk.run(walk.service.plan_revert(walk.key, "b"))
    walk.write()
    now = walk.read(walk.top)

    def deleted(name: str) -> list[Op]:
        plan = walk.service.plan_delete(walk.key, name)
        walk.run(plan)
        del walk.held[name]
        walk.whole()
        return [step.op for step in plan.steps if step.op in (Op.COMMIT, Op.PULL)]

    assert deleted("a") == [Op.PULL], "two files stand on the one above it"
    assert walk.read(walk.top) == now
    walk.host.virsh("start", walk.guest.uuid)
    assert deleted("b") == [], "two files stand on it, and the VM runs: it stays as their base"
    assert deleted("c") == [], "its branch goes"
    assert walk.held == {}
    walk.host.virsh("destroy", walk.guest.uuid)
    now = walk.read(walk.top)
    walk.mend()
    assert walk.read(walk.top) == now
    assert len(walk.facts().files) == 1 or not walk.facts().files[walk.top].backing
