"""The steps of a plan carried out, each in a way that it can be done again where it was cut off, and taken back where that can
be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from console.fleet.domains import State
from console.fleet.errors import Conflict, FleetError, Reason
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step
from console.fleet.snapshots.standing import needed_by
from console.fleet.snapshots.values import SnapshotFacts
from console.gateway import blockjobs, cloning, defining, domains, images, restoring, snapshots
from console.gateway.connection import Link
from console.gateway.snapshot_facts import read_facts
from console.jobs.job import Job, who
from console.libvirtxml.cloning import domain_in, ours_in
from console.libvirtxml.snapshot import signed, with_only
from console.libvirtxml.snapshot_writing import as_now, told_anew
from console.libvirtxml.sources import with_files
from console.services.snapshot_record import Before
from console.services.snapshot_taking import Taking


class Steps:
    """Of one plan on its host. hold: what comes up stands still, for others to come up with it.

    heeds: a merge ends where the job is to end. again: a plan that was cut off is taken up.

    facts: as they were asked last; a step that is done makes them stale, and who needs them asks anew.
    """

    def __init__(
        self,
        link: Link,
        job: Job,
        plan: SnapshotPlan,
        before: Before,
        facts: SnapshotFacts | None,
        *,
        hold: bool = False,
        heeds: bool = True,
        again: bool = False,
    ) -> None:
        self._link = link
        self._job = job
        self._plan = plan
        self._before = before
        self._hold = hold
        self._heeds = heeds
        self._again = again
        self._known = facts
        self._made: set[str] = set()
        self._switched = False
        self._uuid = plan.key.uuid
        self._does: Mapping[Op, Callable[[Step], None]] = {
            Op.CHECK: lambda _step: None,
            Op.CREATE: self._create,
            Op.REVERT: self._revert,
            Op.ERASE: lambda step: self._each(step, snapshots.erase),
            Op.STOP: lambda _step: self._stop(),
            Op.OVERLAY: lambda step: images.make_overlay(link, step.file, step.onto, step.format),
            Op.SWITCH: self._switch,
            Op.RESTORE: self._restore,
            Op.START: lambda _step: self._start(),
            Op.PAUSE: lambda _step: self._pause(),
            Op.RESUME: lambda _step: self._resume(),
            Op.COMMIT: self._commit,
            Op.PULL: self._pull,
            Op.REDEFINE: self._redefine,
            Op.CURRENT: lambda step: snapshots.set_current(link, self._uuid, step.names[0]),
            Op.FORGET: lambda step: self._each(step, snapshots.forget),
            Op.REMOVE: self._remove,
            Op.RELEASE: lambda step: self._release(step.names),
        }

    def facts(self) -> SnapshotFacts:
        """As they are now."""
        if self._known is None:
            self._known = read_facts(self._link, self._plan.key)
        return self._known

    def do(self, step: Step) -> None:
        """Blocks until it is done. Errors: FleetError; Cancelled while files are merged."""
        self._does[step.op](step)
        if step.op is not Op.REMOVE:  # files that go one after the other need no new look each
            self._known = None

    def undo(self, step: Step) -> None:
        """Takes it back, where it was done or begun. What cannot be taken back is left (see standing.can_go_back)."""
        match step.op:
            case Op.OVERLAY:
                self._unmake(step)
            case Op.SWITCH:
                self._switch_back()
            case Op.CURRENT if self._before.current:
                if self.facts().snapshot(self._before.current) is not None:
                    snapshots.set_current(self._link, self._uuid, self._before.current)
            case Op.STOP if self._before.active:
                self._start()
            case Op.START | Op.RESTORE if not self._before.active:
                self._stop()
            case Op.PAUSE if not self._before.paused:
                self._resume()
            case _:
                return
        self._known = None

    # snapshots

    def _each(self, step: Step, act: Callable[[Link, str, str], None]) -> None:
        for name in step.names:
            act(self._link, self._uuid, name)

    def _create(self, step: Step) -> None:
        """All files of one snapshot are made at once, with the first of its steps."""
        name = step.names[0]
        if name in self._made:
            return
        taking = Taking(self._link, self._plan, name, self._before.current)
        taking.take(self.facts())
        self._made.add(name)
        self._sign(name, taking.order.build)

    def _sign(self, name: str, build: str) -> None:
        """Who took it, and of which build, is written into it. It is there, whatever becomes of that."""
        try:
            text = signed(snapshots.xml(self._link, self._uuid, name, secrets=True), who(), build)
            snapshots.redefine(self._link, self._uuid, text)
        except FleetError as error:
            self._job.log(f"{name}: not noted who took it: {error}")

    def _revert(self, step: Step) -> None:
        snapshots.revert(self._link, self._uuid, step.names[0], start=_wanted(self._plan), paused=self._hold)
        if self._before.xml:  # libvirt brings back what was ours then: its tags, and that it is to be thrown away
            cloning.set_ours(self._link, self._uuid, ours_in(self._before.xml))

    def _redefine(self, step: Step) -> None:
        """The snapshots of this step are told anew; those that were already are told the same once more."""
        values = dict(self._plan.values)
        if self._plan.deed is Deed.RENAME:
            self._rename(step.names[0], values["name"], step.names[1:])
            return
        description = values.get("description") if self._plan.deed is Deed.DESCRIBE else None
        files = {step.file: step.onto} if step.file else {}
        for name in step.names:
            old = snapshots.xml(self._link, self._uuid, name, secrets=True)
            text = told_anew(old, files=files, description=description, state=values.get("state", ""), form=step.format)
            if text != told_anew(old):
                snapshots.redefine(self._link, self._uuid, text)

    def _rename(self, name: str, new: str, below: Sequence[str]) -> None:
        """One of the new name is made beside the old, what goes on from that goes on from the new, and the old is forgotten."""
        link, uuid = self._link, self._uuid
        if snapshots.exists(link, uuid, name):
            was = self.facts().current
            text = told_anew(snapshots.xml(link, uuid, name, secrets=True), name=new)
            snapshots.redefine(link, uuid, text, current=was is not None and was.name == name)
            for child in below:
                text = told_anew(snapshots.xml(link, uuid, child, secrets=True), parent=new)
                snapshots.redefine(link, uuid, text)
            snapshots.forget(link, uuid, name)

    # the VM

    def _state(self) -> State:
        return domains.read(self._link, self._uuid).state

    def _stop(self) -> None:
        if self._state().active:
            domains.destroy(self._link, self._uuid)

    def _start(self) -> None:
        if not self._state().active:
            domains.start(self._link, self._uuid)

    def _pause(self) -> None:
        if self._state() is State.RUNNING:
            domains.suspend(self._link, self._uuid)

    def _resume(self) -> None:
        if self._state() is State.PAUSED:
            domains.resume(self._link, self._uuid)

    def _restore(self, step: Step) -> None:
        if self._state().active:
            return  # it came up before this was cut off
        if any(self._written(other.file) for other in self._plan.steps if other.op is Op.OVERLAY):
            raise Conflict(Reason.WRONG_STATE, self._plan.vm, detail="snapshot-written-since")
        disks = {other.target: other.file for other in self._plan.steps if other.op is Op.SWITCH}
        kept = self.facts().snapshot(self._plan.snapshot)
        paused = self._hold or (
            kept.state is State.PAUSED if kept is not None else None
        )  # several at one moment stood still
        restoring.restore(self._link, self._uuid, step.file, disks, paused=paused)

    def _written(self, path: str) -> bool:
        """Somebody wrote to this overlay since it was made: the memory that is kept knows other disks."""
        file = self.facts().files.get(path)
        return file is not None and file.exists and images.holds(file)

    def _switch(self, step: Step) -> None:
        """All disks at once, with the first of these steps; where the plan goes back to a snapshot, the VM is as it was then."""
        steps = [other for other in self._plan.steps if other.op is Op.SWITCH and other.names == step.names]
        if not step.names:
            steps = [step]
        link, uuid = self._link, self._uuid
        stored = defining.stored(link, uuid)
        files = {other.target: (other.file, other.format or "qcow2") for other in steps}
        then = domain_in(snapshots.xml(link, uuid, step.names[0])) if step.names else ""
        text = with_files(with_only(as_now(then, stored), files) if then else stored, files)
        if self._switched:
            return
        defining.define(link, uuid, stored, text, validate=False)
        self._switched = bool(step.names)

    def _switch_back(self) -> None:
        """The configuration as it was before the first step."""
        if not self._before.xml:
            return
        if self._state().active:
            self._stop()
        now = defining.stored(self._link, self._uuid)
        defining.define(self._link, self._uuid, now, self._before.xml, validate=False)

    # files

    def _release(self, names: Sequence[str]) -> None:
        for name in names:
            blockjobs.end_helper(self._link, name)

    def _commit(self, step: Step) -> None:
        above = [file.path for file in self.facts().files.values() if file.exists and file.backing == step.file]
        where = step.target, step.file, step.onto
        blockjobs.commit(self._link, self._uuid, *where, self._watch, above=above, again=self._again)

    def _pull(self, step: Step) -> None:
        where = step.target, step.file, step.onto
        blockjobs.pull(self._link, self._uuid, *where, self._watch, again=self._again)

    def _watch(self, done: int, total: int) -> None:
        if self._heeds:
            self._job.check()
        self._job.progress(done, total)

    def _remove(self, step: Step) -> None:
        """Only what nobody needs now, whatever the plan knew. Conflict (IN_USE) with who does."""
        user = needed_by(step.file, self.facts())
        if user:
            raise Conflict(Reason.IN_USE, step.file, detail=user)
        images.remove(self._link, step.file)
        if self._known is not None:  # what it stood on may go next
            left = {path: file for path, file in self._known.files.items() if path != step.file}
            self._known = replace(self._known, files=left)
        self._job.log(step.file)

    def sweep(self) -> None:
        """Of the files that the plan would have made or deleted those go that nobody needs."""
        for step in self._plan.steps:
            facts = self.facts()
            file = facts.files.get(step.file)
            there = file is not None and file.exists
            if step.op is Op.OVERLAY:
                self._unmake(step)
            elif step.op is Op.REMOVE and there and not needed_by(step.file, facts):
                images.remove(self._link, step.file)
                self._known = None

    def _unmake(self, step: Step) -> None:
        """An overlay of ours goes: it is empty, or holds what was written since, which is what is taken back."""
        facts = self.facts()
        file = facts.files.get(step.file)
        if file is None or not file.exists or file.backing != step.onto or needed_by(step.file, facts):
            return
        images.remove(self._link, step.file)
        self._known = None


def _wanted(plan: SnapshotPlan) -> bool | None:
    """Whether the VM is to run afterwards; None = as the snapshot has it."""
    told = dict(plan.values).get("start", "")
    return {"yes": True, "no": False}.get(told)
