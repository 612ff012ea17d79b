"""A snapshot taken by libvirt, also where an earlier try was cut off in the middle, by a console or a daemon that died.

A daemon that dies may leave: a file that was just begun; the VM on its new file without a record of the snapshot; and, in the
worst case, a QEMU that writes to its new file while libvirt takes it to write to the old one.
"""

from __future__ import annotations

import time

from console.fleet.errors import Conflict, Failed, FleetError, Reason
from console.fleet.snapshots.plans import Op, SnapshotPlan, TakeOrder
from console.fleet.snapshots.standing import needed_by
from console.fleet.snapshots.values import ImageFile, SnapshotFacts
from console.gateway import defining, images, monitor, snapshots
from console.gateway.connection import Link
from console.libvirtxml.snapshot_writing import new_snapshot, recorded
from console.libvirtxml.sources import with_files

TRIES = 5
_STALE = "Duplicate nodes"  # libvirt 9 after a daemon that died: it counts from where it knew, and QEMU is further


class Taking:
    """One new snapshot of a plan: the one that is taken, or the branch that keeps the state of now."""

    def __init__(self, link: Link, plan: SnapshotPlan, name: str, parent: str) -> None:
        self._link = link
        self._uuid = plan.key.uuid
        self._name = name
        self._parent = parent
        self.order = plan.order or TakeOrder(name)
        steps = [step for step in plan.steps if step.op is Op.CREATE and step.names == (name,)]
        self._external = self.order.kind == "external"
        self._new = {step.target: (step.file, step.onto) for step in steps if step.target} if self._external else {}
        wanted = self._external and self.order.memory
        self._memory = next((step.file for step in steps if not step.target and step.file), "") if wanted else ""

    def take(self, facts: SnapshotFacts) -> None:
        """Takes it, or completes what was cut off. Errors: Conflict (WRONG_STATE) where a person must shut the guest down
        first."""
        if self._tidied(facts):
            self._record(facts)
            return
        how = "external" if self._external else "internal"
        text = new_snapshot(
            self._name,
            self.order.description,
            memory=how if self.order.memory else "no",
            memory_file=self._memory,
            overlays={target: path for target, (path, _onto) in self._new.items()},
            inside=() if self._external else self.order.targets,
            out=[disk.target for disk in facts.disks if disk.target not in self.order.targets],
        )
        disk_only = self._external and not self.order.memory
        for left in reversed(range(TRIES)):
            try:
                snapshots.take(self._link, self._uuid, text, disk_only=disk_only, freeze=self.order.freeze)
            except Failed as error:
                if not left or _STALE not in error.problem.text:
                    raise
            else:
                return

    def clear(self, facts: SnapshotFacts) -> None:
        """For one that is taken back: what an earlier try left goes, or is recorded, so that it can be deleted as any other."""
        if self._tidied(facts):
            self._record(facts)

    def _tidied(self, facts: SnapshotFacts) -> bool:
        """What an earlier try left is out of the way; True where it came so far that only the record is missing."""
        found = {target: facts.files.get(path) for target, (path, _onto) in self._new.items()}
        there = {target: file for target, file in found.items() if file is not None and file.exists}
        now = {disk.target: disk.path for disk in facts.disks}
        if self._new and all(now.get(target) == path for target, (path, _onto) in self._new.items()):
            return True
        begun = {target: file for target, file in there.items() if not needed_by(file.path, facts)}
        if facts.state.active and any(_whole(file) for file in begun.values()):
            self._ask_qemu(begun)
        elif any(_whole(file) and images.holds(file) for file in begun.values()) and begun.keys() == self._new.keys():
            self._switch()  # the VM wrote there until it went off: that is its newest state
            return True
        for file in begun.values():
            images.remove(self._link, file.path)
        memory = facts.files.get(self._memory) if self._memory else None
        if memory is not None and memory.exists and not needed_by(self._memory, facts):
            images.remove(self._link, self._memory)
        return False

    def _ask_qemu(self, begun: dict[str, ImageFile]) -> None:
        """Errors: Conflict where QEMU writes to one of them, or would not say."""
        paths = {file.path for file in begun.values()}
        try:
            seen = paths & monitor.written(self._link, self._uuid)
        except FleetError:
            seen = paths
        if seen:
            raise Conflict(Reason.WRONG_STATE, self._name, detail=f"snapshot-unseen:{min(seen)}")

    def _switch(self) -> None:
        stored = defining.stored(self._link, self._uuid)
        text = with_files(stored, {target: (path, "qcow2") for target, (path, _onto) in self._new.items()})
        defining.define(self._link, self._uuid, stored, text, validate=False)

    def _record(self, facts: SnapshotFacts) -> None:
        """Libvirt is told of a snapshot that was taken."""
        stored = defining.stored(self._link, self._uuid)
        formats = {
            target: (onto, facts.files[onto].format if onto in facts.files else "qcow2")
            for target, (_path, onto) in self._new.items()
        }
        text = recorded(
            self._name,
            self.order.description,
            with_files(stored, formats),
            created=int(time.time()),
            parent=self._parent,
            memory_file=self._memory,
            overlays={target: path for target, (path, _onto) in self._new.items()},
            out=[disk.target for disk in facts.disks if disk.target not in self._new],
        )
        snapshots.redefine(self._link, self._uuid, text, current=True)


def _whole(file: ImageFile) -> bool:
    """It is an image on another, and no file that was just begun."""
    return bool(file.backing)
