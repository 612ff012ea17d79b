"""One act on snapshots of many VMs: all or none. They are checked together, go in step where that is wanted, and are taken back
together where one of them fails."""

from __future__ import annotations

import contextlib
import queue
from collections import Counter, deque
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from console.fleet.errors import FleetError
from console.fleet.snapshots.many import ManyPlan
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step
from console.jobs.job import Cancelled, Job, JobState
from console.jobs.runner import LIMIT_PER_HOST, JobHandle, JobRunner
from console.services.parallel import in_parallel
from console.services.snapshot_acts import Carrier
from console.services.snapshot_record import Before, Kept, Record

Act = Callable[[Job, int], object]

UNDONE = frozenset({Deed.TAKE, Deed.REVERT})
"""All of these are taken back where one fails; what is deleted is deleted."""


class Many:
    """Coordinates the members of one act. Each VM has a job of its own below the one that is told."""

    def __init__(self, carrier: Carrier, jobs: JobRunner) -> None:
        self._carrier = carrier
        self._jobs = jobs

    def kept(self, many: ManyPlan) -> Kept:
        """All plans checked against their hosts, and how it was before. Errors: of the first that does not hold; nothing is
        changed then."""

        def look(plan: SnapshotPlan) -> Before:
            return self._carrier.before(plan, self._carrier.checked(plan))

        before = in_parallel(many.plans, look)
        return Kept(many.plans, tuple(before), many.deed, True, many.together, many.safety, many.keeps)

    def carry(self, job: Job, record: Record) -> None:
        """To the end of all, or back. Errors: of the first that failed. What could be neither stays in the journal."""
        kept = record.kept
        every = range(len(kept.plans))
        stages = _stages(kept)
        if any(record.standing(vm).back for vm in every):
            self.back(job, record)
            return
        errors: dict[int, BaseException] = {}
        for until in stages:
            errors = self._each(job, record, every, self._carry(record, until), f"snapshot.{kept.deed}")
            if errors:
                break
        if errors:
            raise self._failed(job, record, errors)
        if kept.safety and not kept.keeps:
            self._clean(job, record)

    def back(self, job: Job, record: Record) -> None:
        """Takes back all that can be. Errors: of the first that could not."""
        every = [vm for vm in range(len(record.kept.plans)) if record.standing(vm).at is not None]
        errors = self._each(
            job, record, every, lambda child, vm: self._carrier.back(child, record, vm), "snapshot.undo"
        )
        record.left_over = bool(errors)
        if errors:
            raise next(iter(errors.values()))

    # inside

    def _carry(self, record: Record, until: Op | None) -> Act:
        hold = record.kept.together
        return lambda child, vm: self._carrier.carry(child, record, vm, until=until, hold=hold)

    def _failed(self, job: Job, record: Record, errors: dict[int, BaseException]) -> BaseException:
        """Takes back what the deed allows; which error is told."""
        kept = record.kept
        every = [vm for vm in range(len(kept.plans)) if record.standing(vm).at is not None]
        if kept.deed not in UNDONE:
            every = [vm for vm in every if vm in errors]
        left = self._each(job, record, every, self._undo(record), "snapshot.undo")
        record.left_over = bool(left)
        weighty = [error for error in errors.values() if not isinstance(error, Cancelled)]
        return weighty[0] if weighty and not job.cancelled else next(iter(errors.values()))

    def _undo(self, record: Record) -> Act:
        return lambda child, vm: self._carrier.back(child, record, vm)

    def _clean(self, job: Job, record: Record) -> None:
        """What kept the state before is not needed any more; what is left of a deletion that fails is in a journal of its own."""
        kept = record.kept

        def delete(child: Job, vm: int) -> None:
            self._carrier.delete(child, kept.plans[vm], kept.safety)

        errors = self._each(job, record, range(len(kept.plans)), delete, "snapshot.delete")
        if errors:
            raise next(iter(errors.values()))

    def _each(self, job: Job, record: Record, which: Iterable[int], act: Act, kind: str) -> dict[int, BaseException]:
        """Does it to each, at most LIMIT_PER_HOST at a time on one host; who failed, and why. Blocks."""
        plans = record.kept.plans
        waiting = deque(which)
        live: dict[int, JobHandle] = {}
        busy: Counter[str] = Counter()
        failed: dict[int, BaseException] = {}
        total, moved = len(waiting), queue.SimpleQueue[int]()
        undoing = kind == "snapshot.undo"

        def body(vm: int) -> Callable[[Job], None]:
            def run(child: Job) -> None:
                try:
                    act(child, vm)
                except (FleetError, Cancelled) as error:
                    failed[vm] = error
                    raise
                finally:
                    moved.put(vm)

            return run

        while waiting or live:
            for _ in range(len(waiting)):
                vm = waiting.popleft()
                host = plans[vm].key.host
                if failed and not undoing:
                    continue  # all or none: no further one begins
                if busy[host] >= LIMIT_PER_HOST:
                    waiting.append(vm)
                    continue
                busy[host] += 1
                live[vm] = self._jobs.submit(
                    kind, plans[vm].vm, body(vm), vms=(plans[vm].key,), hosts=(host,), parent=job.id
                )
            with contextlib.suppress(queue.Empty):
                moved.get(timeout=0.1)
            for vm, handle in list(live.items()):
                view = handle.view
                if view.state.ended:
                    del live[vm]
                    busy[plans[vm].key.host] -= 1
                    if view.state is not JobState.SUCCEEDED and vm not in failed:
                        failed[vm] = Cancelled()
            job.step("snapshot.many", total=total, succeeded=total - len(waiting) - len(live) - len(failed))
        return failed


def _stages(kept: Kept) -> tuple[Op | None, ...]:
    """The operations before which all wait for each other; None = the end."""
    if not kept.together:
        return (None,)
    ops = {step.op for plan in kept.plans for step in plan.steps}
    first = (Op.CREATE,) if Op.PAUSE in ops else ()
    last = (Op.RESUME,) if Op.RESUME in ops else ()
    return (*first, *last, None)


def in_step(plan: SnapshotPlan, running: bool) -> SnapshotPlan:
    """A plan with the VM standing still: from the beginning for what is taken, until all are there for what they go back to.

    running: it runs now (TAKE), or will (REVERT).
    """
    if not running or not plan.steps:
        return plan
    check = [step for step in plan.steps if step.op is Op.CHECK]
    rest = [step for step in plan.steps if step.op is not Op.CHECK]
    if plan.deed is Deed.TAKE:
        told = [Step(Op.REDEFINE, names=(plan.snapshot,))] if plan.order is not None and plan.order.memory else []
        steps = [*check, Step(Op.PAUSE), *rest, *told, Step(Op.RESUME)]
        return replace(plan, steps=tuple(steps), values=(*plan.values, ("state", "running")))
    return replace(plan, steps=(*check, *rest, Step(Op.RESUME)))
