"""Deleting VMs: a dry run that names everything first, then a journalled job that does just that."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from console.fleet.deletion import DeletePlan, DeletionFacts, FileItem, FileKind, Hold, VmDeletion, plan_deletion
from console.fleet.domains import VmKey
from console.fleet.errors import Conflict, Denied, Reason
from console.gateway import domains, storage
from console.gateway.deleting import HostFiles
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.job import Job, JobSpec, who
from console.jobs.journal import Entry, JobStore
from console.jobs.runner import JobHandle, JobRunner
from console.services.commands import vm_line
from console.services.keeping import Keeping
from console.services.running import SETTLE_LIMIT, run

AGE = 1.0  # seconds for which what a host said holds good for the next VM of the same deletion


class DeleteService:
    """Plans (blocking) and runs (never blocking) the deletion of VMs."""

    def __init__(
        self, gateway: Gateway, inventory: Inventory, jobs: JobRunner, store: JobStore, keeping: Keeping
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._store = store
        self._keeping = keeping

    def plan(self, keys: Sequence[VmKey]) -> DeletePlan:
        """Asks the hosts what these VMs have and plans their deletion. Blocks. Errors: FleetError of the first that fails."""
        hosts = {key.host: HostFiles(known=self._inventory.view(key.host).pools) for key in keys}
        for spec in map(self._inventory.spec, hosts):
            if spec is not None and spec.read_only:
                first = next((self._inventory.domain(key) for key in keys if key.host == spec.id), None)
                raise Denied(Reason.READ_ONLY, first.name if first else "", detail=spec.name)
        facts = [hosts[key.host].facts(self._gateway.link(key.host), key.uuid) for key in keys]
        return plan_deletion(facts, self._inventory.domains(), time.time())

    def command(self, plan: DeletePlan, chosen: Collection[str]) -> str:
        """The line that does the same."""
        paths = [
            item.path for item in plan.files() if item.id in chosen and item.kind in (FileKind.DISK, FileKind.CDROM)
        ]
        keys = [vm.key for vm in plan.vms]
        return vm_line(self._inventory, "delete", keys, "--yes", *(word for path in paths for word in ("--disk", path)))

    def run(self, plan: DeletePlan, chosen: Collection[str]) -> JobHandle:
        """Deletes the VMs of `plan` and of their files those in `chosen` (FileItem ids).

        Conflict at once where a chosen file must not go. Each VM is stopped, undefined, and then loses its files, in that
        order: killed in between, every file that remains is named in the job's log and in the unfinished jobs.
        """
        return run(self._jobs, self.members(plan, chosen), self.command(plan, chosen), limit_per_host=1)

    def members(self, plan: DeletePlan, chosen: Collection[str]) -> list[JobSpec]:
        """The same as members of a group, those others are based on last; to be run one at a time on a host."""
        objections = plan.objections(chosen)
        if objections:
            raise Conflict(Reason.IN_USE, objections[0].path, detail=", ".join(objections[0].used_by))
        for vm in plan.held:
            raise Conflict(Reason.IN_USE, vm.name, detail=", ".join(vm.needed_by))
        bases_last = sorted(plan.vms, key=lambda vm: any(item.under for item in vm.files))
        hosts = {vm.key.host: HostFiles(AGE, known=self._inventory.view(vm.key.host).pools) for vm in plan.vms}
        return [self._member(plan, vm, frozenset(chosen), hosts[vm.key.host]) for vm in bases_last]

    def _member(self, plan: DeletePlan, vm: VmDeletion, chosen: frozenset[str], known: HostFiles) -> JobSpec:
        return JobSpec(
            kind="vm.delete",
            target=vm.name,
            body=lambda job: self._do(job, plan, vm, chosen, known),
            vms=(vm.key,),
            hosts=(vm.key.host,),
            via=self._gateway.run_in_lane(vm.key.host),
        )

    def _do(self, job: Job, plan: DeletePlan, vm: VmDeletion, chosen: frozenset[str], known: HostFiles) -> None:
        link = self._gateway.link(vm.key.host)
        facts = known.facts(link, vm.key.uuid)
        if facts.state.active and not vm.stops:  # nobody agreed to stop it
            raise Conflict(Reason.WRONG_STATE, vm.name, detail=facts.state.value)
        others = {other.name for other in plan.vms if other.key.host == vm.key.host and other.key != vm.key}
        files = self._still_free(facts, chosen, others)
        entry = Entry("vm.delete", vm.name, (vm.key,), {"files": [item.path for item in files]}, by=who())
        with self._store.journal(job.id, entry) as journal:
            if facts.state.active:
                journal.step("stopping")
                job.step("stopping")
                domains.destroy(link, vm.key.uuid)
            journal.step("undefining")
            job.step("undefining")
            self._keeping.before(vm.key)
            keep_nvram = any(item.kind is FileKind.NVRAM and item.id not in chosen for item in vm.files)
            domains.undefine(link, vm.key.uuid, keep_nvram=keep_nvram)
            known.gone(vm.key.uuid)
            self._inventory.wait_for(vm.key, lambda now: now is None, SETTLE_LIMIT)
            for number, item in enumerate(files):
                journal.step("removing", path=item.path)
                job.step("removing", path=item.path)
                storage.delete_volume(link, item.path)
                known.gone(vm.key.uuid, {item.path})
                job.log(item.path)
                job.progress(number + 1, len(files), in_bytes=False)

    def _still_free(self, facts: DeletionFacts, chosen: frozenset[str], others: set[str]) -> list[FileItem]:
        """The chosen volumes, overlays before their bases, by what the host says now: somebody may have begun to use one.

        A volume that another VM of the same deletion still has is left to that VM's own turn. NVRAM and the save image go
        with the definition. Conflict where a chosen file is needed now.
        """
        files = []
        now = plan_deletion([facts], self._inventory.domains(), time.time())
        for vm in now.held:
            if left := set(vm.needed_by) - others:
                raise Conflict(Reason.IN_USE, vm.name, detail=", ".join(sorted(left)))
        for item in now.files():
            if item.id not in chosen or item.kind in (FileKind.NVRAM, FileKind.SAVED) or item.hold is Hold.MISSING:
                continue
            if item.hold in (Hold.USED, Hold.LATER) and set(item.used_by) <= others:
                continue
            if item.hold.final:
                raise Conflict(Reason.IN_USE, item.path, detail=", ".join(item.used_by))
            files.append(item)
        return sorted(files, key=lambda item: len(item.under))
