"""Snapshots: every act is planned first and shown, then carried out step by step with a journal, and taken up again after a
kill."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from console.fleet.domains import VmKey
from console.fleet.errors import Conflict, Failed, Reason, UsageError
from console.fleet.snapshots import doctor, renaming, retention
from console.fleet.snapshots.checking import basis
from console.fleet.snapshots.deleting import plan_delete, plan_delete_all
from console.fleet.snapshots.doctor import Finding
from console.fleet.snapshots.many import ManyPlan, with_room
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step, TakeOrder
from console.fleet.snapshots.reverting import plan_revert
from console.fleet.snapshots.standing import can_go_back
from console.fleet.snapshots.taking import plan_take
from console.fleet.snapshots.values import Snapshot, SnapshotFacts
from console.gateway import snapshots
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.inventory.thumbnails import Thumbnails
from console.jobs.job import Job
from console.jobs.journal import Entry, JobStore, Unfinished
from console.jobs.runner import JobHandle, JobRunner
from console.services import snapshot_lines
from console.services.easing import Easing
from console.services.far_files import far_users
from console.services.keeping import Keeping
from console.services.parallel import in_parallel
from console.services.snapshot_acts import Carrier, refuse
from console.services.snapshot_many import UNDONE, Many, in_step
from console.services.snapshot_record import (
    KINDS,
    Kept,
    Record,
    entry_of,
    kept_in,
    standing,
    steps_begun,
    target_of,
    weighty,
)

__all__ = ["KINDS", "SnapshotService"]

Work = Callable[[Job, Record], None]


class SnapshotService:
    """Plans block, on the host; what runs is a job. Errors: FleetError; of a plan that no longer holds Conflict (CHANGED) with
    what changed as its detail, in the job. reverted: is told a VM that went back in our own way."""

    def __init__(
        self,
        gateway: Gateway,
        inventory: Inventory,
        jobs: JobRunner,
        store: JobStore,
        keeping: Keeping,
        thumbnails: Thumbnails,
        reverted: Callable[[VmKey], None] = lambda _key: None,
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._store = store
        self._thumbnails = thumbnails
        self._carrier = Carrier(gateway, inventory, keeping, store, thumbnails, reverted)
        self._many = Many(self._carrier, jobs)
        self.easing = Easing(gateway, inventory, jobs, store)

    # looking

    def facts(self, key: VmKey) -> SnapshotFacts:
        """All that there is of a VM's snapshots and the files behind its disks, asked now. Blocks."""
        return self._carrier.facts(key)

    def xml(self, key: VmKey, name: str) -> str:
        """The XML of a snapshot, with the VM's as it was then. Blocks."""
        return snapshots.xml(self._gateway.link(key.host), key.uuid, name)

    def thumbnail(self, key: VmKey, snapshot: Snapshot) -> bytes | None:
        """A small PNG of the screen as it was when the snapshot was taken from this workstation; None = there is none.
        Blocks on the disk."""
        try:
            return self._thumbnails.get(key.uuid, snapshot.name, snapshot.created)
        except Failed:
            return None

    def findings(self, key: VmKey, facts: SnapshotFacts | None = None) -> tuple[Finding, ...]:
        """What is wrong already; the repair of a finding is a plan for `run`. Blocks without facts."""
        facts = facts or self.facts(key)
        rests_on = basis(facts)
        wrong = doctor.findings(facts)
        lost = [path for found in wrong if found.code in ("orphan", "orphan-memory") for path in found.files]
        if far := far_users(self._inventory, key, facts.name, lost):
            wrong = doctor.findings(replace(facts, users={**facts.users, **far}))
        return tuple(
            replace(found, repair=replace(found.repair, basis=rests_on)) if found.repair is not None else found
            for found in wrong
        )

    # planning. facts: those that were read a moment ago, None = asked now (blocks)

    def plan_take(self, key: VmKey, order: TakeOrder, facts: SnapshotFacts | None = None) -> SnapshotPlan:
        facts = facts or self.facts(key)
        return replace(plan_take(facts, order), basis=basis(facts))

    def plan_revert(
        self, key: VmKey, name: str, *, branch: str = "", start: bool | None = None, facts: SnapshotFacts | None = None
    ) -> SnapshotPlan:
        """branch: name of the snapshot that keeps the present state first. start: None = as the snapshot has it."""
        facts = facts or self.facts(key)
        return replace(plan_revert(facts, name, branch, start), basis=basis(facts))

    def plan_delete(
        self, key: VmKey, name: str, *, below: bool = False, facts: SnapshotFacts | None = None
    ) -> SnapshotPlan:
        """below: with all that go on from it."""
        facts = facts or self.facts(key)
        return replace(plan_delete(facts, name, below), basis=basis(facts))

    def plan_rename(self, key: VmKey, name: str, new: str, *, facts: SnapshotFacts | None = None) -> SnapshotPlan:
        facts = facts or self.facts(key)
        return replace(renaming.plan_rename(facts, name, new), basis=basis(facts))

    def plan_describe(self, key: VmKey, name: str, text: str, *, facts: SnapshotFacts | None = None) -> SnapshotPlan:
        facts = facts or self.facts(key)
        return replace(renaming.plan_describe(facts, name, text), basis=basis(facts))

    def plan_many(
        self,
        deed: Deed,
        keys: Sequence[VmKey],
        name: str,
        *,
        order: TakeOrder | None = None,
        together: bool = False,
        branch: str = "",
        start: bool | None = None,
        below: bool = False,
    ) -> ManyPlan:
        """TAKE (order, its name is used; together: all stand still at one moment), REVERT or DELETE of one name on many VMs: all
        or none. A revert keeps the present state of each until all are there; branch: and after that too. Blocks."""
        if deed is Deed.TAKE and together and order is not None and order.freeze:
            raise UsageError(Reason.WRONG_STATE, name, detail="snapshot-together-frozen")
        keys = tuple(dict.fromkeys(keys))
        found = in_parallel(keys, self.facts)
        safety = ""
        if deed is Deed.REVERT:
            safety = branch or _free_name(f"before-{name}", found)
        plans = []
        for facts in found:
            match deed:
                case Deed.TAKE:
                    plan = self.plan_take(facts.key, replace(order or TakeOrder(name), name=name), facts)
                    up = facts.state.active
                case Deed.REVERT:
                    plan = self.plan_revert(facts.key, name, branch=safety, start=start, facts=facts)
                    one = facts.snapshot(name)
                    up = one is not None and (one.state.active if start is None else start)
                case Deed.DELETE | Deed.DELETE_BELOW:
                    below = below or deed is Deed.DELETE_BELOW
                    plan, up = self.plan_delete(facts.key, name, below=below, facts=facts), False
                case _:
                    raise UsageError(Reason.OTHER, name, detail="snapshot-many")
            plans.append(in_step(plan, up) if together else plan)
        return ManyPlan(
            deed, name, with_room(plans), time.time(), together, safety, bool(branch), order=order, start=start
        )

    def plan_retention(self, keys: Sequence[VmKey], keep: int = 0, days: float = 0.0) -> ManyPlan:
        """What goes where at least `keep` of each VM stay and none grows older than `days`; those of whom nothing goes are left
        out. Blocks."""
        now = time.time()
        plans = []
        for facts in in_parallel(tuple(dict.fromkeys(keys)), self.facts):
            names = retention.retention(facts, keep or None, days or None, now)
            if names:
                plans.append(replace(plan_delete_all(facts, names), basis=basis(facts)))
        return ManyPlan(Deed.DELETE, "", tuple(plans), now, keep=keep, days=days)

    # doing

    def run(self, plan: SnapshotPlan) -> JobHandle:
        """Carries out a plan (of the doctor, too). Conflict at once where something stands in its way."""
        refuse(plan)
        return self._jobs.submit(
            f"snapshot.{plan.deed}",
            plan.vm,
            lambda job: self._one(job, plan),
            vms=(plan.key,),
            hosts=(plan.key.host,),
            command=self.command(plan),
        )

    def run_many(self, many: ManyPlan) -> JobHandle:
        """A job with one member for each VM. Where one fails all are taken back, as far as their deed can be."""
        for plan, _say in many.refused:
            refuse(plan)
        return self._jobs.submit(
            f"snapshot.{many.deed}",
            target_of(many.keys, many.plans),
            lambda job: self._all(job, many),
            vms=many.keys,
            hosts=tuple(dict.fromkeys(key.host for key in many.keys)),
            command=self.command_many(many),
        )

    def command(self, plan: SnapshotPlan) -> str:
        """The line that does the same."""
        values = dict(plan.values)
        keys = [plan.key]
        match plan.deed:
            case Deed.TAKE:
                order = plan.order or TakeOrder(plan.snapshot)
                return snapshot_lines.take(self._inventory, keys, order)
            case Deed.REVERT:
                start = {"yes": True, "no": False}.get(values.get("start", ""))
                return snapshot_lines.revert(self._inventory, keys, plan.snapshot, branch=plan.branch, start=start)
            case Deed.RENAME:
                return snapshot_lines.rename(self._inventory, plan.key, plan.snapshot, values["name"])
            case Deed.DESCRIBE:
                return snapshot_lines.describe(self._inventory, plan.key, plan.snapshot, values["description"])
            case Deed.REPAIR:
                return snapshot_lines.repair(self._inventory, plan.key)
            case _:
                below = plan.deed is Deed.DELETE_BELOW
                return snapshot_lines.delete(self._inventory, keys, plan.snapshot, below=below)

    def command_many(self, many: ManyPlan) -> str:
        if not many.snapshot:
            return snapshot_lines.retention(self._inventory, many.keys, many.keep, many.days)
        if many.deed is Deed.TAKE:
            order = many.order or TakeOrder(many.snapshot)
            return snapshot_lines.take(self._inventory, many.keys, order, together=many.together)
        if many.deed is Deed.REVERT:
            branch = many.safety if many.keeps else ""
            return snapshot_lines.revert(self._inventory, many.keys, many.snapshot, branch=branch, start=many.start)
        below = any(plan.deed is Deed.DELETE_BELOW for plan in many.plans)
        return snapshot_lines.delete(self._inventory, many.keys, many.snapshot, below=below)

    # after a kill

    def finish(self, unfinished: Unfinished) -> JobHandle:
        """Goes on where a killed console stopped, to the end that was wanted (or back, where it was on its way back)."""
        return self._again(unfinished, self._forward)

    def take_back(self, unfinished: Unfinished) -> JobHandle:
        """Takes back what a killed console had begun. Conflict, in the job, where there is no way back."""
        return self._again(unfinished, self._backward)

    def can_take_back(self, unfinished: Unfinished) -> bool:
        """There may be a way back: nothing is lost yet, as far as the journal knows."""
        try:
            kept = kept_in(unfinished.entry)
        except (msgspec.MsgspecError, KeyError):
            return False
        if kept.deed not in UNDONE:
            return False
        for vm, plan in enumerate(kept.plans):
            begun = steps_begun(plan, standing(unfinished.entry, vm))
            taken = any(
                step.op is not Op.CREATE and step.op is not Op.CHECK for step in begun
            )  # the branch was, before
            safe = bool(plan.branch) and taken
            if not can_go_back(plan, begun, safe) or (not safe and any(step.loses for step in begun)):
                return False
        return True

    def left(self, unfinished: Unfinished) -> tuple[tuple[SnapshotPlan, tuple[Step, ...]], ...]:
        """Of each VM its plan and the steps that are left, with the one that was cut off. Errors: Failed: of another version."""
        kept = _kept(unfinished.entry)
        found = []
        for vm, plan in enumerate(kept.plans):
            now = standing(unfinished.entry, vm)
            steps = plan.steps[now.at or 0 :] if not now.over else ()
            found.append((plan, tuple(step for step in steps if weighty(step))))
        return tuple(found)

    # inside

    def _one(self, job: Job, plan: SnapshotPlan) -> None:
        job.step("checking")
        shot = self._carrier.shot(plan)
        facts = self._carrier.checked(plan)
        if plan.deed is Deed.REPAIR:
            files = [step.file for step in plan.steps if step.op is Op.REMOVE]
            for path, users in far_users(self._inventory, plan.key, plan.vm, files).items():
                raise Conflict(Reason.IN_USE, path, detail=", ".join(users))
        kept = Kept((plan,), (self._carrier.before(plan, facts),), plan.deed)
        self._journalled(job, kept, lambda _job, record: self._carrier.carry(job, record, 0, facts, shot=shot))

    def _all(self, job: Job, many: ManyPlan) -> None:
        job.step("checking")
        self._journalled(job, self._many.kept(many), self._many.carry)

    def _journalled(self, job: Job, kept: Kept, work: Work, entry: Entry | None = None, old: int = 0) -> None:
        """`work` with a journal, which stays where something is left that could be neither finished nor taken back.

        entry, old: of an unfinished job that this one takes up.
        """
        entry = entry or entry_of(kept, target_of([plan.key for plan in kept.plans], kept.plans))
        with self._store.journal(job.id, entry) as journal:
            if old:
                self._store.settle(old)
            record = Record(journal, kept)
            try:
                work(job, record)
            except BaseException:
                if not kept.many:
                    record.left_over = bool(old) or not self._carrier.after_failure(job, record, 0)
                if record.left_over:
                    self.easing.expect(record.entry)
                else:
                    self._store.settle(job.id)
                raise

    def _forward(self, job: Job, record: Record) -> None:
        if record.kept.many:
            self._many.carry(job, record)
        elif record.standing(0).back:
            self._carrier.back(job, record, 0)
        else:
            self._carrier.carry(job, record, 0)

    def _backward(self, job: Job, record: Record) -> None:
        if record.kept.many:
            self._many.back(job, record)
        else:
            self._carrier.back(job, record, 0)

    def _again(self, unfinished: Unfinished, work: Work) -> JobHandle:
        entry = unfinished.entry
        kept = _kept(entry)

        def body(job: Job) -> None:
            if not self._store.left(unfinished.job):
                raise Conflict(Reason.GONE, entry.target)  # another console took it up meanwhile
            self._journalled(job, kept, work, entry, unfinished.job)

        return self._jobs.submit(
            entry.kind,
            entry.target,
            body,
            vms=entry.vms,
            hosts=tuple(dict.fromkeys(key.host for key in entry.vms)),
            command=f"splendid job finish {unfinished.job}",
        )


def _kept(entry: Entry) -> Kept:
    try:
        return kept_in(entry)
    except (msgspec.MsgspecError, KeyError) as error:
        raise Failed(Reason.OTHER, entry.target, text=str(error)) from error


def _free_name(wanted: str, all_facts: Sequence[SnapshotFacts]) -> str:
    """A name no snapshot of these VMs has."""
    taken = {one.name for facts in all_facts for one in facts.snapshots}
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted}-{count}"
    return name
