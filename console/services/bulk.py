"""One act on many VMs: the plan of what becomes of each, a group of jobs that does it, and the failed ones once more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec.structs import replace

from console.fleet import bulk
from console.fleet.acts import Act, why_not
from console.fleet.bulk import STARTING, BulkPlan, Deed, Item, Order, Subject
from console.fleet.deletion import DeletePlan, FileKind, VmDeletion, plan_deletion
from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Busy, NotFound, Problem, Reason, UsageError
from console.fleet.hosts import Phase
from console.fleet.scaling import Scaling, SizeFacts, Sizing, checked_sizing
from console.gateway.deleting import HostFiles
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.job import Job, JobSpec, JobState, JobView
from console.jobs.journal import JobStore
from console.jobs.runner import JobHandle, JobRunner
from console.services.commands import vm_line
from console.services.delete import DeleteService
from console.services.describe import DescribeService, checked_tags, description_words, tag_words
from console.services.polling import ask_hosts
from console.services.power import CALLS, LONG, PowerService, option, verb
from console.services.running import run
from console.services.scale import ScaleService, scaled, sizing_words

LONG_AT_ONCE = 32  # saves and restores at once in all: each has a thread, and writes or reads gigabytes
LOOK_EVERY = 0.2  # seconds
OWN = (FileKind.NVRAM, FileKind.SAVED)  # no use without the VM: they go with it


class _Kept(msgspec.Struct, frozen=True):
    """What a group's view keeps of its plan."""

    deed: Deed
    order: Order


_decode = msgspec.json.Decoder(_Kept)


class BulkService:
    """`plan` blocks for acts that must ask the hosts first (SCALE, DELETE); `again` on the disk; `run` on neither.

    limit: acts at once on a host, as the preferences have it now.
    """

    def __init__(
        self,
        gateway: Gateway,
        inventory: Inventory,
        jobs: JobRunner,
        store: JobStore,
        power: PowerService,
        describe: DescribeService,
        delete: DeleteService,
        scale: ScaleService,
        limit: Callable[[], int],
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._store = store
        self._power = power
        self._describe = describe
        self._delete = delete
        self._scale = scale
        self._limit = limit

    # before

    def plan(self, deed: Deed | Act, keys: Iterable[VmKey], order: Order | None = None, where: str = "") -> BulkPlan:
        """What becomes of each of these VMs; those that are gone are left out. Errors: UsageError for a deed that cannot be
        meant."""
        deed = checked_deed(Deed((deed,)) if isinstance(deed, Act) else deed)
        known = [domain for key in dict.fromkeys(keys) if (domain := self._inventory.domain(key))]
        scalings: dict[VmKey, Scaling | Problem] = {}
        deletions: dict[VmKey, VmDeletion | Problem] = {}
        if deed.act is Act.SCALE and deed.sizing is not None:
            sizing = deed.sizing
            facts = self._scale.facts(self._askable(deed.act, known))
            scalings = {key: scaled(sizing, found) for key, found in facts.items()}
        elif deed.act is Act.DELETE:
            deletions = self._deletions(self._askable(deed.act, known))
        subjects = []
        for domain in known:
            spec = self._inventory.spec(domain.key.host)
            if spec is None:
                continue
            scaling, deletion = scalings.get(domain.key), deletions.get(domain.key)
            problem = next((found for found in (scaling, deletion) if isinstance(found, Problem)), None)
            if isinstance(deletion, VmDeletion) and deletion.needed_by:
                problem = Problem(Reason.IN_USE, detail=", ".join(deletion.needed_by))
            subjects.append(
                Subject(
                    domain,
                    spec,
                    self._inventory.status(spec.id),
                    scaling if isinstance(scaling, Scaling) else None,
                    deletion if isinstance(deletion, VmDeletion) else None,
                    problem,
                )
            )
        return bulk.plan(deed, subjects, order, where, time.time())

    def _askable(self, act: Act, known: Sequence[Domain]) -> list[VmKey]:
        inventory = self._inventory
        return [
            domain.key
            for domain in known
            if (spec := inventory.spec(domain.key.host))
            and why_not(act, domain, spec, inventory.status(domain.key.host)) is None
        ]

    def _deletions(self, keys: Sequence[VmKey]) -> dict[VmKey, VmDeletion | Problem]:
        """Planned together, so that what only they use counts as free."""
        hosts = {key.host: HostFiles(known=self._inventory.view(key.host).pools) for key in keys}
        facts = ask_hosts(self._gateway, keys, lambda link, key: hosts[key.host].facts(link, key.uuid))
        found = [fact for fact in facts.values() if not isinstance(fact, Problem)]
        plan = plan_deletion(found, self._inventory.domains(), time.time())
        told: dict[VmKey, VmDeletion | Problem] = {vm.key: vm for vm in plan.vms}
        return {key: told.get(key) or fact for key, fact in facts.items()}  # type: ignore[misc]

    def command(self, plan: BulkPlan) -> str:
        """The line that does the same: by the query where there was one, else by name."""
        where = ["--where", plan.where] if plan.where else []
        keys = [] if where else [item.key for item in plan.items if item.goes]
        verb_, *options = deed_words(plan.deed)
        return vm_line(self._inventory, verb_, keys, *options, *where, *order_words(plan.order))

    def sizes(self, keys: Sequence[VmKey]) -> dict[VmKey, SizeFacts | Problem]:
        """What these VMs have and start with next, or why their hosts could not be asked. Blocks."""
        return self._scale.facts(keys)

    def scale_line(self, keys: Sequence[VmKey], sizing: Sizing) -> str:
        """The line that sizes these VMs so."""
        verb_, *options = deed_words(Deed((Act.SCALE,), sizing=sizing))
        return vm_line(self._inventory, verb_, keys, *options)

    # doing it

    def run(self, plan: BulkPlan) -> JobHandle:
        """Does what the plan says will be done: one job for one VM, else a group. UsageError where there is nothing."""
        going = plan.going
        if not going:
            raise UsageError(Reason.OTHER, plan.deed.act.value, detail="nothing-to-do")
        members = self._members(plan, going)
        command = self.command(plan)
        if len(members) == 1:
            return run(self._jobs, members, command)
        self._store.expect(len(members) + 1)
        limit = 1 if plan.deed.act is Act.DELETE else plan.order.limit or self._limit()
        return self._jobs.group(
            members[0].kind,
            str(len(going)),
            members,
            limit_per_host=limit,
            limit=LONG_AT_ONCE if LONG & set(plan.deed.acts) else 0,
            halts=plan.order.stop,
            command=command,
            deed=msgspec.json.encode(_Kept(plan.deed, plan.order)).decode(),
        )

    def _members(self, plan: BulkPlan, going: Sequence[Item]) -> list[JobSpec]:
        if plan.deed.act is Act.DELETE:  # a file goes before the one it is based on
            going = sorted(
                going, key=lambda item: item.deletion is not None and any(f.under for f in item.deletion.files)
            )
        make = self._maker(plan, going)
        members: list[JobSpec] = []
        for step in range(len(plan.steps)):
            mine = [item for item in going if item.step == step]
            members += [replace(make(item), stage=2 * step) for item in mine]
            if step + 1 < len(plan.steps) and STARTING & {item.act for item in mine}:
                members.append(self._gate(plan, step, [item.key for item in mine]))
        return members

    def _maker(self, plan: BulkPlan, going: Sequence[Item]) -> Callable[[Item], JobSpec]:
        deed = plan.deed
        match deed.act:
            case Act.TAG:
                return lambda item: self._describe.tagging(item.key, deed.add, deed.remove)
            case Act.DESCRIBE:
                return lambda item: self._describe.describing(item.key, deed.title, deed.text)
            case Act.SCALE:
                sizing = deed.sizing
                assert sizing is not None
                return lambda item: self._scale.member(item.key, sizing)
            case Act.DELETE:
                deletion = DeletePlan(tuple(item.deletion for item in going if item.deletion), plan.made)
                members = {spec.vms[0]: spec for spec in self._delete.members(deletion, chosen_files(plan))}
                return lambda item: members[item.key]
            case _:
                return lambda item: self._power.member(item.act, item.key)

    def _gate(self, plan: BulkPlan, step: int, keys: Sequence[VmKey]) -> JobSpec:
        """Between two steps: waits until the guests that were started are up."""

        def body(job: Job) -> None:
            job.step("waiting-for-guests", total=len(keys), seconds=int(plan.order.patience))
            end = time.monotonic() + plan.order.patience
            while True:
                known = [domain for key in keys if (domain := self._inventory.domain(key)) and domain.state.active]
                late = [domain for domain in known if not self._up(domain)]
                job.progress(len(known) - len(late), len(known), in_bytes=False)
                if not late:
                    return
                if time.monotonic() >= end:
                    break
                job.pause(LOOK_EVERY)
            for domain in late:
                job.log(domain.name)
            if plan.order.stop:
                raise Busy(Reason.TIMEOUT, late[0].name, detail=str(int(plan.order.patience)))

        return JobSpec("vm.await", plan.steps[step] or "", body, stage=2 * step + 1, aside=True)

    def _up(self, domain: Domain) -> bool:
        """As far as can be known from outside: it runs and has an address, or could never show one, or its host is lost."""
        if self._inventory.status(domain.key.host).phase not in (Phase.LIVE, Phase.STALE):
            return True
        shows = domain.has_agent or any(nic.kind == "network" for nic in domain.nics)
        return domain.state is State.RUNNING and (bool(domain.addresses) or not shows)

    # after

    def members(self, group: int) -> list[JobView]:
        """A group's members as they are now, or were; those that only waited left out. May block on the disk."""
        view = self._jobs.view(group)
        if view is None:
            return [member for member in self._store.members(group) if member.vms]
        found = (self._jobs.view(child) for child in view.children)
        return [member for member in found if member is not None and member.vms]

    def again(self, group: int) -> BulkPlan:
        """A plan for those of a group that were not done: failed, cancelled or cut off. Blocks.

        Errors: NotFound for no such group, UsageError for a task that cannot be repeated so.
        """
        view = self._jobs.view(group) or self._store.job(group)
        if view is None:
            raise NotFound(Reason.GONE, str(group))
        members = self.members(group) if view.children else [view]
        kept = self._kept(view, members)
        keys = [key for member in members if member.state is not JobState.SUCCEEDED for key in member.vms]
        return self.plan(kept.deed, keys, kept.order)

    def _kept(self, view: JobView, members: Sequence[JobView]) -> _Kept:
        if view.deed:
            try:
                return _decode.decode(view.deed)
            except msgspec.MsgspecError:
                pass  # written by another version
        acts = dict.fromkeys(Act(member.kind.removeprefix("vm.")) for member in members if _known(member.kind))
        if not acts or not set(acts) <= CALLS.keys():
            raise UsageError(Reason.OTHER, str(view.id), detail="not-again")
        return _Kept(Deed(tuple(acts)), Order())


def _known(kind: str) -> bool:
    return kind.removeprefix("vm.") in set(Act)


def checked_deed(deed: Deed) -> Deed:
    """`deed`, where it can be meant. UsageError: no act, a tag that is none, no or impossible sizes."""
    if not deed.acts:
        raise UsageError(Reason.OTHER, detail="nothing-to-do")
    checked_tags(deed.add, deed.remove)
    if deed.act is Act.SCALE:
        if deed.sizing is None:
            raise UsageError(Reason.OTHER, detail="sizing")
        checked_sizing(deed.sizing)
    return deed


def chosen_files(plan: BulkPlan) -> frozenset[str]:
    """Ids of the files that go with the VMs of a plan to delete."""
    files = DeletePlan(tuple(item.deletion for item in plan.items if item.deletion), plan.made)
    own = frozenset(item.id for item in files.files() if item.kind in OWN)
    return own | files.ticked() if plan.deed.files else own


def deed_words(deed: Deed) -> list[str]:
    """The command's word and what belongs to the act, as the command line has it."""
    words = [verb(deed.act), *option(deed.act)]
    match deed.act:
        case Act.TAG:
            words += tag_words(deed.add, deed.remove)
        case Act.DESCRIBE:
            words += description_words(deed.title, deed.text)
        case Act.SCALE if deed.sizing is not None:
            words += sizing_words(deed.sizing)
        case Act.DELETE:
            words += [*(["--all-disks"] if deed.files else []), "--yes"]
    return words


def order_words(order: Order) -> list[str]:
    words = ["--order", ",".join(order.tags)] if order.tags else []
    words += ["--limit", str(order.limit)] if order.limit else []
    return words + (["--stop"] if order.stop else [])
