"""Snapshots and clones on a lab host, ours and others' in turn: from the same workstation, on the same guest, the median."""

from __future__ import annotations

import contextlib
import re
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from console.fleet.acts import Act
from console.fleet.bulk import Deed
from console.fleet.clones.values import CloneKind, CloneOrder
from console.fleet.domains import State, VmKey
from console.fleet.snapshots.plans import SnapshotPlan, TakeOrder
from console.jobs.job import JobState
from console.jobs.runner import JobHandle
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import IMAGES, Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, spec_of

Told = dict[str, Any]
Note = Callable[[str, float], None]
LIMIT = 120.0  # seconds of one act
HISTORY = 40  # snapshots of the VM that the window shows
MIB = 1 << 20


@contextlib.contextmanager
def console(lab: Lab, folder: Path) -> Iterator[Bench]:
    """The program without a face, on the workstation, in this process."""
    host = lab.hosts["alpha"]
    opened = Console(folder)
    try:
        opened.add(spec_of(lab, host))
        yield Bench(opened, host)
    finally:
        opened.close()


def with_history(host: Host) -> Guest:
    """A guest that runs and has snapshots, disks only, one in the other's image."""
    guest = Guest(host, "history", disk_mib=64).define()
    for number in range(HISTORY):
        host.virsh("snapshot-create-as", guest.uuid, f"s{number:03}", "--description", f"Number {number}")
    guest.start().ready()
    return guest


class Idle(Guest):
    """A guest with a disk and a network card, and nothing on it to boot."""

    def xml(self) -> str:
        return re.sub(r"<(kernel|initrd|cmdline)>.*?</\1>", "", super().xml())


class Bench:
    """What is measured on one host."""

    def __init__(self, opened: Console, host: Host) -> None:
        self.console = opened
        self.host = host
        self.services = opened.services
        self.uri = host.uri("tcp")

    # take, revert and delete against virsh

    def acts(self, rounds: int) -> Told:
        """take_ratio, revert_ratio, delete_ratio: with memory, inside the image, which virsh can do on every libvirt. Beside them
        what libvirt's bare calls take in an open connection, and the same of external snapshots where virsh can."""
        guest = Guest(self.host, "acts").define().start().ready()
        key = VmKey("alpha", guest.uuid)
        self.console.sees(guest, State.RUNNING)
        self._virsh("snapshot-create-as", guest.uuid, "base")
        took: dict[str, list[float]] = {}

        def note(name: str, seconds: float) -> None:
            took.setdefault(name, []).append(seconds)

        service = self.services.snapshots
        for number in range(rounds):
            ours, theirs = f"o{number}", f"v{number}"
            # who begins changes, so that neither always finds the image as the other left it
            acts: dict[str, tuple[Callable[[], SnapshotPlan], tuple[str, str, str]]] = {
                "take": (partial(service.plan_take, key, TakeOrder(ours)), ("snapshot-create-as", guest.uuid, theirs)),
                "revert": (partial(service.plan_revert, key, "base"), ("snapshot-revert", guest.uuid, "base")),
                "delete": (partial(service.plan_delete, key, ours), ("snapshot-delete", guest.uuid, theirs)),
            }
            for name, (plan, words) in acts.items():
                for mine in (True, False) if number % 2 else (False, True):
                    if mine:
                        self._planned(name, plan, note)
                    else:
                        note(f"virsh_{name}", self._virsh(*words))
        self._external(guest, key, rounds, note)
        guest.remove()
        medians = {name: statistics.median(values) for name, values in took.items()}
        return {
            f"{name}_ratio": round(medians[name] / medians[f"virsh_{name}"], 3)
            for name in ("take", "revert", "delete", "external_take", "external_delete")
        } | {"acts_s": {name: round(value, 3) for name, value in medians.items()}, "rounds": rounds}

    def _external(self, guest: Guest, key: VmKey, rounds: int, note: Note) -> None:
        """Disks only, in files of its own: taken and deleted again each time, so that the chain stays as it is."""
        service = self.services.snapshots
        self._virsh("snapshot-delete", guest.uuid, "base")
        order = TakeOrder("ext", memory=False, kind="external")
        for number in range(rounds):
            for mine in (True, False) if number % 2 else (False, True):
                if mine:
                    self._planned("external_take", partial(service.plan_take, key, order), note)
                    self._planned("external_delete", partial(service.plan_delete, key, "ext"), note)
                    continue
                what = ("snapshot-create-as", guest.uuid, "ext", "--disk-only", "--atomic")
                note("virsh_external_take", self._virsh(*what))
                # virsh of libvirt 9.0 deletes an external snapshot's record alone; people merge by blockcommit first
                start = time.perf_counter()
                self._virsh("blockcommit", guest.uuid, "vda", "--active", "--pivot", "--wait")
                self._virsh("snapshot-delete", guest.uuid, "ext", "--metadata")
                self.host.exec("rm", "-f", guest.disk.replace(".qcow2", ".ext"))
                note("virsh_external_delete", time.perf_counter() - start)

    def _planned(self, name: str, plan: Callable[[], SnapshotPlan], note: Note) -> None:
        """The plan is what a person reads before; the act asks the host again by itself."""
        start = time.perf_counter()
        made = plan()
        note(f"plan_{name}", time.perf_counter() - start)
        note(name, self._ours(lambda: self.services.snapshots.run(made)))

    def _ours(self, act: Callable[[], JobHandle]) -> float:
        start = time.perf_counter()
        view = act().wait(LIMIT)
        took = time.perf_counter() - start
        if view.state is not JobState.SUCCEEDED:
            raise SystemExit(f"{view.kind} {view.target}: {view.state} {view.problem}")
        return took

    def _virsh(self, *words: str) -> float:
        """Seconds of a virsh of its own, from this workstation."""
        start = time.perf_counter()
        done = subprocess.run(
            ["virsh", "-q", "-c", self.uri, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"virsh {' '.join(words)}: {done.stderr}")
        return time.perf_counter() - start

    # clones

    def clones(self, count: int) -> Told:
        """clones20_s: so many linked clones are planned and made; clones20_start_s: all are started, as their host tells; beside it
        what `virsh start` takes for them, one after the other.

        Their guest has nothing to boot: without KVM the booting of so many would be measured, and nothing else.
        """
        guest = Idle(self.host, "base", memory_mib=64)
        guest.define()
        source = VmKey("alpha", guest.uuid)
        self.console.sees(guest, State.OFF)
        names = tuple(f"clone-{number:02}" for number in range(count))
        service = self.services.clones
        made = self._ours(lambda: service.run(service.plan(CloneOrder(source, names, CloneKind.LINKED))))
        listed = set(self.host.virsh("list", "--all", "--name").split())
        if not set(names) <= listed:
            raise SystemExit(f"clones are missing: {sorted(set(names) - listed)}")
        keys = [one.key for one in self.console.inventory.domains() if one.name in names]
        bulk = self.services.bulk
        started = self._ours(lambda: bulk.run(bulk.plan(Deed((Act.START,)), keys)))
        running = set(self.host.virsh("list", "--name").split())
        for name in names:
            self.host.virsh("destroy", name, check=False)
        by_virsh = sum(self._virsh("start", name) for name in names)
        for name in names:
            self.host.virsh("destroy", name, check=False)
            self.host.virsh("undefine", name)
            self.host.exec("rm", "-f", f"{IMAGES}/{name}-vda.qcow2")
        guest.remove()
        if not set(names) <= running:
            raise SystemExit(f"clones do not run: {sorted(set(names) - running)}")
        return {
            "clones20_s": round(made, 3),
            "clones20_start_s": round(started, 3),
            "clones20_virsh_start_s": round(by_virsh, 3),
            "clones": count,
        }

    def copy(self, mib: int, rounds: int = 3) -> Told:
        """full_clone_ratio: time of a full clone by that of `cp --sparse=always` of the same image, on the host."""
        guest = Guest(self.host, "whole", disk_mib=mib * 2).define()
        raw = f"{IMAGES}/whole.raw"
        fill = f"head -c {mib}M /dev/urandom >{raw}; truncate -s {mib * 2}M {raw}; qemu-img convert -O qcow2 {raw} {guest.disk}"
        self.host.exec("sh", "-c", f"{fill}; rm {raw}; virsh -q pool-refresh default", timeout=120)
        source = VmKey("alpha", guest.uuid)
        self.console.sees(guest, State.OFF)
        service = self.services.clones
        order = CloneOrder(source, ("copy",))
        took: dict[str, list[float]] = {"clone": [], "cp": []}
        for number in range(rounds):
            for mine in (True, False) if number % 2 else (False, True):
                if mine:
                    took["clone"].append(self._ours(lambda: service.run(service.plan(order))))
                    self.host.virsh("undefine", "copy")
                    self.host.exec("sh", "-c", f"rm -f {IMAGES}/copy-*; virsh -q pool-refresh default")
                else:
                    copy = f"{IMAGES}/cp.qcow2"
                    start = time.perf_counter()
                    self.host.exec("cp", "--sparse=always", guest.disk, copy)
                    took["cp"].append(time.perf_counter() - start)
                    self.host.exec("rm", copy)
        guest.remove()
        medians = {name: statistics.median(values) for name, values in took.items()}
        return {
            "full_clone_ratio": round(medians["clone"] / medians["cp"], 3),
            "copy_s": {name: round(value, 3) for name, value in medians.items()},
            "copy_mib": mib,
        }
