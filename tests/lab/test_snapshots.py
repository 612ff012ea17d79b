"""Snapshots of real guests: what comes back is what was there, whoever is killed in the middle."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from console.fleet.domains import State, VmKey
from console.fleet.errors import Reason
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, TakeOrder
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
        place = f"{self.written % 50}M"
        self.host.exec("qemu-io", "-c", f"write -q -P {self.written} {place} 1M", self.top)

    def now(self) -> str:
        return self.read(self.top)

    def read(self, path: str) -> str:
        """What one reads of an image through all it is built on, as a digest."""
        script = f"qemu-img convert -U -O raw {shlex.quote(path)} /run/read && sha256sum </run/read && rm /run/read"
        return self.host.exec("sh", "-c", script).split()[0]

    def kept(self) -> dict[str, str]:
        """What each snapshot keeps of the disk."""
        facts = self.service.facts(self.key)
        return {one.name: self.read(disk.frozen) for one in facts.snapshots for disk in one.disks if disk.frozen}

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


@pytest.fixture
def bench(lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console) -> Iterator[Callable[[str], Bench]]:
    console.add(spec_of(lab, beta))

    def make(name: str, **more: Any) -> Bench:
        return Bench(console, spare(name, **more))

    yield make
    beta.whole()
    beta.unfill()
    beta.exec(
        "sh",
        "-c",
        f"for vm in $(virsh list --name | grep splendid-merge); do virsh destroy $vm; done; rm -f {IMAGES}/s-*",
    )
    beta.virsh("pool-refresh", "default")


def test_memory_and_disk_are_back_whatever_kind_it_is(bench: Callable[..., Bench]) -> None:
    """A counter tells the memory, a file the disk. External ones are reverted on a libvirt that cannot."""
    mine = bench("s-back")
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
    mine.revert("disk", start=True)
    guest.ready()
    assert guest.file() == "three"
    mine.revert("kept")
    guest.ready()
    assert guest.file() == "four", "what was there before going back was kept"
    assert mine.unfinished() == []


def chain(mine: Bench, *names: str) -> dict[str, str]:
    """External snapshots one on the other, of the disk alone, while the VM is off; what each keeps, and "" now."""
    for name in names:
        mine.write()
        mine.take(name, memory=False, kind="external")
    mine.write()
    return {**mine.kept(), "": mine.now()}


def test_a_console_killed_at_any_step_loses_nothing(
    lab: Lab, bench: Callable[..., Bench], console: Console, home: Path
) -> None:
    """Each time the next one finds it and brings it to its end."""
    mine = bench("s-kill")
    held = chain(mine, "base")
    dying = Dying.start(lab)
    profile = str(home / "console0")

    def dies(deed: str, at: int, when: str, **more: Any) -> None:
        ended = dying(profile=profile, key=mine.key, deed=deed, more=more, at=at, when=when)
        assert ended == signal.SIGKILL, "it was killed there"

    try:
        for turn, (at, when) in enumerate([*((at, "before") for at in range(4)), (1, "within"), (3, "after")]):
            gone, stays = f"gone{turn}", f"stays{turn}"
            held = chain(mine, gone, stays)
            steps = [step.op for step in mine.service.plan_delete(mine.key, gone).steps if step.op is not Op.CHECK]
            assert steps == [Op.FORGET, Op.COMMIT, Op.REDEFINE, Op.REMOVE]
            dies("delete", at, when, name=gone)
            mine.finished()
            del held[gone]
            assert {**mine.kept(), "": mine.now()} == held, f"{at} {when}: qemu-img reads what was there"
            assert len(mine.images()) == len(held), "no file is left behind"
    finally:
        dying.end()
