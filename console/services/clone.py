"""Clones of VMs: what they would take, as a plan; making them as a job; families, templates, flattening."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from console.fleet.acts import Act
from console.fleet.clones.family import Kinship
from console.fleet.clones.values import CloneOrder, ClonePlan, Family
from console.fleet.domains import VmKey
from console.fleet.errors import Conflict, Denied, Failed, FleetError, NotFound, Reason
from console.fleet.storing import Plan, Say
from console.gateway import cloning, domains
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.job import Cancelled, Job, who
from console.jobs.journal import Entry, JobStore, Journal
from console.jobs.runner import JobHandle, JobRunner
from console.services import clone_lines
from console.services.clone_acts import CloneActs
from console.services.clone_looking import Looker
from console.services.clone_making import Making, same_work
from console.services.guard import Guard
from console.services.half_made import HalfMade
from console.services.keeping import Keeping
from console.services.parallel import in_parallel
from console.services.running import SETTLE_LIMIT
from console.services.snapshot import SnapshotService

AT_ONCE = 3  # clones of one host that are started at the same time


class CloneService:
    """Every `plan…` asks the host and blocks; every `run…` is a job, plans anew right before it acts, and never blocks."""

    def __init__(
        self,
        gateway: Gateway,
        inventory: Inventory,
        jobs: JobRunner,
        store: JobStore,
        keeping: Keeping,
        snapshots: SnapshotService,
        half_made: HalfMade,
        guard: Guard,
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._store = store
        self._snapshots = snapshots
        self._half_made = half_made
        self._guard = guard
        self._looker = Looker(gateway, inventory)
        self._acts = CloneActs(gateway, inventory, jobs, store, keeping)

    # clones

    def plan(self, order: CloneOrder) -> ClonePlan:
        """What these clones would take. Blocks. Errors: UsageError (no name, one twice), NotFound, FleetError."""
        return self._looker.look(order).plan

    def run(self, plan: ClonePlan) -> JobHandle:
        """Makes all of them or none, then starts them where the order says so. Kind: "vm.clone". Its result: their VmKeys.

        Conflict at once for a plan that is refused, in the job (CHANGED) for one that does not hold any more.
        """
        refuse(plan)
        order = plan.order
        return self._jobs.submit(
            "vm.clone",
            plan.source,
            lambda job: self._do(job, plan),
            vms=(order.source,),
            hosts=tuple(dict.fromkeys((order.source.host, order.host or order.source.host))),
            command=self.line(order),
        )

    def line(self, order: CloneOrder) -> str:
        """The line that does the same."""
        return clone_lines.clone(self._inventory, order)

    def _do(self, job: Job, shown: ClonePlan) -> tuple[VmKey, ...]:
        job.step("checking")
        looked = self._looker.look(shown.order, shown)
        refuse(looked.plan)
        if not same_work(shown, looked.plan):
            raise Conflict(Reason.CHANGED, shown.source)
        host = looked.facts.place.host
        self._gateway.link(host).writable()
        order = looked.plan.order
        named = [one.name for one in looked.plan.clones]
        entry = Entry("vm.clone", looked.plan.source, (order.source,), {"names": named}, by=who(), host=host)
        with self._store.journal(job.id, entry) as journal, self._undone(job, journal):
            Making(self._gateway, self._inventory, self._looker, self._snapshots, job, journal, looked, who()).make()
        self._guard.forget(host)
        keys = tuple(VmKey(host, one.uuid) for one in looked.plan.clones)
        for key, name in zip(keys, named, strict=True):
            self._inventory.wait_for(key, lambda now: now is not None, SETTLE_LIMIT)
            job.log(name)
        if order.start:
            job.step("starting-clones", count=len(keys))
            self._start(keys)
        return keys

    def _start(self, keys: tuple[VmKey, ...]) -> None:
        """All at one moment: those that boot already would hold up the making of the others' processes."""
        link = self._gateway.link(keys[0].host)
        for domain in filter(None, map(self._inventory.domain, keys)):
            self._guard.check(Act.START, domain)  # addresses that were kept: another clone may run with them
        if len(keys) == 1:
            domains.start(link, keys[0].uuid)
            return
        begun: list[VmKey] = []

        def begin(key: VmKey) -> None:
            cloning.start_paused(link, key.uuid)
            begun.append(key)

        try:
            in_parallel(keys, begin, AT_ONCE)
        finally:
            for key in begun:
                domains.resume(link, key.uuid)

    @contextlib.contextmanager
    def _undone(self, job: Job, journal: Journal) -> Iterator[None]:
        """Takes back what was begun when it is not brought to its end; what cannot be reached now is left to later."""
        try:
            yield
        except BaseException as error:
            if isinstance(error, FleetError) and error.problem.reason is Reason.EXISTS and journal.begun:
                with contextlib.suppress(Failed):
                    journal.step("taken")  # what was to be made last is another's
            if journal.begun:
                job.step("taking-back")
            self._half_made.undo(job.id, journal.entry)
            if job.cancelled and isinstance(error, FleetError):
                raise Cancelled from error
            raise

    # families

    def family(self, key: VmKey) -> Family | None:
        """The base of a VM with all that need it (it may be the base itself), by what is known; None where nobody does. Quick."""
        return self._kinship(key.host).family(key)

    def _kinship(self, host: str) -> Kinship:
        return Kinship(self._inventory.domains_of(host), self._inventory.view(host).pools)

    # one clone, one template

    def plan_flatten(self, key: VmKey) -> Plan:
        """What giving a clone disks of its own takes; kind "vm.flatten". Blocks."""
        return self._acts.plan_flatten(key)

    def run_flatten(self, key: VmKey) -> JobHandle:
        """While it runs in place, else with the VM off all the time."""
        return self._acts.run_flatten(key)

    def plan_template(self, key: VmKey, on: bool = True) -> Plan:
        """What making a VM a template (or, not `on`, a VM again) changes; kind "vm.template" or "vm.untemplate". Blocks."""
        return self._acts.plan_template(key, on)

    def run_template(self, key: VmKey, on: bool = True) -> JobHandle:
        return self._acts.run_template(key, on)

    def plan_keep(self, key: VmKey, *, throw_away: bool, expires: float = 0.0) -> Plan:
        """What it means that a VM goes by itself, or stays from now on (neither); kind "vm.keep". Blocks."""
        return self._acts.plan_keep(key, throw_away=throw_away, expires=expires)

    def run_keep(self, key: VmKey, *, throw_away: bool, expires: float = 0.0) -> JobHandle:
        return self._acts.run_keep(key, throw_away=throw_away, expires=expires)


_REFUSALS = {
    "name-taken": Reason.EXISTS,
    "file-taken": Reason.EXISTS,
    "no-room": Reason.NO_SPACE,
    "no-snapshot": Reason.GONE,
    "file-missing": Reason.GONE,
    "base-missing": Reason.GONE,
    "read-only-host": Reason.READ_ONLY,
    "migrates": Reason.IN_USE,
    "job-runs": Reason.IN_USE,
}


def refusal(say: Say, what: str) -> FleetError:
    """What stands in the way as an error: the name, file or pool it is about is its detail, else its code."""
    reason = _REFUSALS.get(say.code, Reason.WRONG_STATE)
    detail = next((str(say.values[key]) for key in ("user", "path", "name", "pool", "job") if key in say.values), "")
    kind = {Reason.GONE: NotFound, Reason.READ_ONLY: Denied, Reason.NO_SPACE: Failed}.get(reason, Conflict)
    return kind(reason, what, detail=f"clone-{say.code}" if reason is Reason.WRONG_STATE else detail)


def refuse(plan: ClonePlan) -> None:
    for say in plan.refused:
        raise refusal(say, plan.source)
