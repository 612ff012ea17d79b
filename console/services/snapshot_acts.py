"""One plan carried out on its VM: checked against the host first, journalled step by step, taken back or taken up again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from console.fleet.domains import State, VmKey
from console.fleet.errors import Busy, Conflict, Failed, FleetError, Problem, Reason
from console.fleet.snapshots.checking import basis, changed
from console.fleet.snapshots.deleting import plan_delete
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step
from console.fleet.snapshots.reverting import plan_revert
from console.fleet.snapshots.standing import can_go_back, is_done
from console.fleet.snapshots.values import SnapshotFacts
from console.gateway import defining, domains, snapshots
from console.gateway.connection import Link
from console.gateway.gateway import Gateway
from console.gateway.snapshot_facts import read_facts
from console.inventory.inventory import Inventory
from console.inventory.thumbnails import Thumbnails
from console.jobs.job import Job
from console.jobs.journal import JobStore
from console.libvirtxml.snapshot import read_snapshot
from console.services.keeping import Keeping
from console.services.picturing import Shot
from console.services.running import SETTLE_LIMIT
from console.services.snapshot_record import BACK, OVER, Before, Kept, Record, entry_of, steps_begun, weighty
from console.services.snapshot_steps import Steps
from console.services.snapshot_taking import Taking

_CONFIGURES = frozenset({Op.SWITCH, Op.REVERT, Op.COMMIT})
"""These may change the VM's stored configuration."""

FRESH = 2.0  # seconds in which a snapshot is taken as planned, without another look
REMEMBERED = 50  # VMs whose last facts are at hand for that


class Carrier:
    """What single acts and those on many share. reverted: is told a VM that went back our own way; of others libvirt tells."""

    def __init__(
        self,
        gateway: Gateway,
        inventory: Inventory,
        keeping: Keeping,
        store: JobStore,
        thumbnails: Thumbnails,
        reverted: Callable[[VmKey], None] = lambda _key: None,
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._keeping = keeping
        self._store = store
        self._asked: dict[VmKey, SnapshotFacts] = {}
        self._thumbnails = thumbnails
        self._reverted = reverted

    def link(self, plan: SnapshotPlan) -> Link:
        """An open connection that may change things. Errors: Denied on one that only looks, the host's problem."""
        link = self._gateway.link(plan.key.host)
        link.writable()
        return link

    def facts(self, key: VmKey) -> SnapshotFacts:
        view = self._inventory.view(key.host)
        facts = read_facts(self._gateway.link(key.host), key, view.pools or ())
        if len(self._asked) > REMEMBERED:
            self._asked.clear()
        self._asked[key] = facts
        return facts

    def checked(self, plan: SnapshotPlan) -> SnapshotFacts:
        """Asks the host anew. Errors: Conflict where something stands in the way, or (CHANGED, its detail the change) the plan
        does not hold any more; Failed (NO_SPACE) where its room is taken by now."""
        refuse(plan)
        known = self._asked.get(plan.key)
        if known is not None and plan.deed is Deed.TAKE and known.asked == plan.made > time.time() - FRESH:
            return known  # nothing is lost where something is in the way by now: the host refuses that itself
        facts = self.facts(plan.key)
        if plan.basis and (found := changed(plan.basis, basis(facts))):
            first = found[0]
            kind = Busy if first.what == "job" else Conflict
            fate = "gone" if not first.now else "new" if not first.was else "other"
            raise kind(Reason.CHANGED, plan.vm, detail=f"snapshot-{first.what}-{fate}:{first.which or first.now}")
        pool = next((pool for pool in facts.pools if pool.name == plan.pool), None)
        if pool is not None and pool.available < plan.needs <= plan.free:
            raise Failed(Reason.NO_SPACE, plan.vm, detail=pool.name)
        return facts

    def before(self, plan: SnapshotPlan, facts: SnapshotFacts) -> Before:
        """What is journalled, so that it can be put back."""
        switches = any(step.op in (Op.SWITCH, Op.REVERT) for step in plan.steps)
        return Before(
            xml=defining.stored(self.link(plan), plan.key.uuid) if switches else "",
            current=facts.current.name if facts.current else "",
            active=facts.state.active,
            paused=facts.state is State.PAUSED,
            frozen=plan.order is not None and plan.order.freeze,
        )

    def carry(
        self,
        job: Job,
        record: Record,
        vm: int,
        facts: SnapshotFacts | None = None,
        *,
        until: Op | None = None,
        hold: bool = False,
        heeds: bool = True,
        shot: Shot | None = None,
    ) -> None:
        """From the step that was cut off, or the first, to the last, or to the one before the first `until`.

        facts: as they were asked right before the first step. hold: what comes up stands still. heeds: it ends where the job is
        to end. shot: its screen.
        """
        plan, now = record.kept.plans[vm], record.standing(vm)
        if now.over:
            return
        link, before = self.link(plan), record.kept.before[vm]
        again = vm not in record.done and now.at is not None
        first = record.done[vm] + 1 if vm in record.done else now.at or 0
        while again and first and plan.steps[first].op is Op.SWITCH and not plan.steps[first].names:
            first -= 1  # it may have run, and written to the merged file, since
        last = next((at for at, step in enumerate(plan.steps) if step.op is until), len(plan.steps))
        if again:
            self._ease(link, plan, before, record.kept.together)
        steps = Steps(link, job, plan, before, facts, hold=hold, heeds=heeds, again=again)
        shot = shot or self.shot(plan) if not again else None
        with self._kept(plan):
            for at in range(first, last):
                step = plan.steps[at]
                if weighty(step) and not (again and is_done(step, plan, steps.facts())):
                    if heeds:
                        job.check()
                    record.begin(vm, at, step)
                    _tell(job, step)
                    if shot is not None and step.op is Op.CREATE:
                        shot.wait()
                    try:
                        steps.do(step)
                    except FleetError as error:
                        if error.problem.detail == "thaw":
                            record.frozen.add(vm)
                        if step.op is Op.CREATE and at and error.problem.reason is Reason.EXISTS:
                            record.begin(vm, at - 1, plan.steps[at - 1])  # somebody else's: nothing of it is ours
                        raise
                record.done[vm] = at
        if last == len(plan.steps):
            record.begin(vm, OVER)
            self._settle(link, plan, facts)
            self._remember(link, plan, shot)

    def back(self, job: Job, record: Record, vm: int) -> None:
        """Takes back what was begun of one VM. Conflict (WRONG_STATE) where there is no way back."""
        plan, now = record.kept.plans[vm], record.standing(vm)
        if now.at is None or (now.over and now.back):
            return
        link, before = self.link(plan), record.kept.before[vm]
        self._ease(link, plan, before, record.kept.together)
        facts = self.facts(plan.key)
        begun = steps_begun(plan, now)
        branch = bool(plan.branch) and facts.snapshot(plan.branch) is not None
        deleted = now.back and bool(plan.branch) and not branch  # that is the end of the way back
        if not deleted and not can_go_back(plan, begun, branch):
            raise Conflict(Reason.WRONG_STATE, plan.vm, detail="snapshot-no-way-back")
        if not now.back:
            record.begin(vm, BACK)
        with self._kept(plan):
            ops = {step.op for step in begun}
            if branch and (Op.REVERT in ops or (before.active and Op.STOP in ops)):
                self._run(job, plan_revert(facts, plan.branch), before)
            elif not deleted:
                steps = Steps(link, job, plan, before, facts, heeds=False)
                for step in reversed(begun):
                    _tell(job, step)
                    steps.undo(step)
            Steps(link, job, plan, before, None, heeds=False).sweep()
            for name in dict.fromkeys(name for step in begun if step.op is Op.CREATE for name in step.names):
                facts = self.facts(plan.key)
                if facts.snapshot(name) is None and not deleted:
                    Taking(link, plan, name, before.current).clear(facts)
                self.delete(job, plan, name)
        record.begin(vm, OVER)
        self._settle(link, plan)

    def after_failure(self, job: Job, record: Record, vm: int) -> bool:
        """What was begun is taken back where that can be; whether nothing is left to do. Never raises."""
        now = record.standing(vm)
        if now.at is None or now.over:
            return True
        try:
            plan = record.kept.plans[vm]
            if vm in record.frozen:
                return False
            made = any(step.op is Op.OVERLAY for step in steps_begun(plan, now))  # of new files the basis tells nothing
            if not made and plan.basis and not changed(plan.basis, basis(self.facts(plan.key))):
                return True
            self.back(job, record, vm)
        except FleetError as error:
            job.log(f"{record.kept.plans[vm].vm}: left for later: {error}")
            return False
        return True

    def delete(self, job: Job, plan: SnapshotPlan, name: str) -> None:
        """Deletes a snapshot that was made on the way, to its end whatever is asked of the job, with a journal of its own; one
        that is gone is done already. Errors: Conflict where something stands in its way."""
        facts = self.facts(plan.key)
        if facts.snapshot(name) is None:
            return
        going = plan_delete(facts, name)
        refuse(going)
        kept = Kept((going,), (self.before(going, facts),), going.deed)
        with self._store.journal(self._store.next_id(), entry_of(kept, plan.vm)) as journal:
            self.carry(job, Record(journal, kept), 0, facts, heeds=False)

    def shot(self, plan: SnapshotPlan) -> Shot | None:
        """The screen, from now on, of a VM whose snapshot is taken."""
        domain = self._inventory.domain(plan.key)
        if plan.deed is not Deed.TAKE or domain is None or not domain.state.active:
            return None
        return Shot(self.link(plan), plan.key.uuid)

    # inside

    def _run(self, job: Job, plan: SnapshotPlan, before: Before) -> None:
        """A plan within another's journal, to its end whatever is asked of the job. Errors: Conflict where something stands in its
        way."""
        refuse(plan)
        steps = Steps(self.link(plan), job, plan, before, None, heeds=False)
        for step in plan.steps:
            if step.op is not Op.CHECK:
                _tell(job, step)
                steps.do(step)

    def _ease(self, link: Link, plan: SnapshotPlan, before: Before, together: bool) -> None:
        """A guest that was being frozen when all ended goes on, and one that stands still since its memory was written. Busy
        (AGENT, detail "thaw"): it could not be told. together: others wait for it, which goes on with them."""
        uuid = plan.key.uuid
        paused = plan.deed is Deed.TAKE and before.active and not before.paused and not together
        if paused and domains.read(link, uuid).state is State.PAUSED:
            domains.resume(link, uuid)
        if before.frozen:
            told = True
            with contextlib.suppress(FleetError):
                told = snapshots.thaw(link, uuid, sure=True)
            if not told:
                raise Busy(Problem(Reason.AGENT, detail="thaw"), plan.vm)

    @contextlib.contextmanager
    def _kept(self, plan: SnapshotPlan) -> Iterator[None]:
        """What was configured is kept, before and after, where a step may change that."""
        if any(step.op in _CONFIGURES or (step.op is Op.CREATE and step.target) for step in plan.steps):
            with self._keeping.around(plan.key, f"snapshot.{plan.deed}"):
                yield
        else:
            yield

    def _settle(self, link: Link, plan: SnapshotPlan, facts: SnapshotFacts | None = None) -> None:
        """Has the inventory read the VM, and waits a moment until it shows what there is now. facts: before the first step, where
        they are known."""
        uuid = plan.key.uuid
        link.touched(uuid)
        if plan.deed in (Deed.TAKE, Deed.DELETE, Deed.DELETE_BELOW):
            more = 1 if plan.deed is Deed.TAKE else -len(plan.lost)
            count = len(facts.snapshots) + more if facts is not None else len(snapshots.listed(link, uuid))
            self._inventory.wait_for(plan.key, lambda now: now is None or now.snapshots == count, SETTLE_LIMIT)
        elif plan.deed is Deed.REVERT:
            if not any(step.op is Op.REVERT for step in plan.steps):
                self._reverted(plan.key)
            active = domains.read(link, uuid).state.active
            self._inventory.wait_for(plan.key, lambda now: now is None or now.state.active == active, SETTLE_LIMIT)

    def _remember(self, link: Link, plan: SnapshotPlan, shot: Shot | None) -> None:
        """Pictures follow what became of their snapshots. None of it matters enough to fail."""
        uuid = plan.key.uuid
        with contextlib.suppress(FleetError):
            if shot is not None:
                made = read_snapshot(snapshots.xml(link, uuid, plan.snapshot))
                shot.keep(self._thumbnails, plan.key, made.name, made.created)
            elif plan.deed is Deed.RENAME:
                self._thumbnails.rename(uuid, plan.snapshot, dict(plan.values)["name"])
            elif plan.deed in (Deed.DELETE, Deed.DELETE_BELOW):
                self._thumbnails.drop(uuid, *plan.lost)


def refuse(plan: SnapshotPlan) -> None:
    """Raises Conflict for what stands in the way of a plan; its detail is who needs it, or the code of what is to be said."""
    for say in plan.refused:
        user = str(say.values.get("user", ""))
        reason = _REFUSALS.get(say.code, Reason.IN_USE if user else Reason.WRONG_STATE)
        detail = user or (f"snapshot-{say.code}" if reason is Reason.WRONG_STATE else str(say.values.get("name", "")))
        raise Conflict(reason, plan.vm, detail=detail)


_REFUSALS = {
    "only-look": Reason.READ_ONLY,
    "read-only": Reason.READ_ONLY,
    "name-taken": Reason.EXISTS,
    "no-room": Reason.NO_SPACE,
    "no-snapshot": Reason.GONE,
}


def _tell(job: Job, step: Step) -> None:
    values = {"file": step.file, "onto": step.onto, "target": step.target, "name": ", ".join(step.names)}
    job.step(f"snapshot.{step.op}", **{name: value for name, value in values.items() if value})
