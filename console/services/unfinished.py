"""What a killed console left half-way: what there still is of it, and the way to its end."""

from __future__ import annotations

import time

import msgspec

from console.fleet.deletion import DeletePlan, FileItem, plan_deletion
from console.fleet.domains import VmKey
from console.fleet.errors import Conflict, FleetError, NotFound, Problem, Reason
from console.fleet.snapshots.plans import SnapshotPlan
from console.fleet.snapshots.plans import Step as SnapshotStep
from console.fleet.storing import TRANSFERS
from console.gateway import domains, storage
from console.gateway.deleting import HostFiles
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.job import Job, JobSpec, who
from console.jobs.journal import Entry, JobStore, Unfinished
from console.jobs.runner import JobHandle, JobRunner
from console.services.delete import DeleteService
from console.services.half_made import HalfMade
from console.services.running import run
from console.services.snapshot import KINDS as SNAPSHOTS
from console.services.snapshot import SnapshotService


class Leftover(msgspec.Struct, frozen=True):
    """One unfinished job and what its host says now.

    there: the VM still exists. files: of the files that were to go those that are still there. problem: why the host could
    not be asked; then nothing is known but the journal. steps: of an act on snapshots those of each VM that are left; back: that
    can also be taken back.
    """

    unfinished: Unfinished
    there: bool = False
    files: tuple[FileItem, ...] = ()
    problem: Problem | None = None
    steps: tuple[tuple[SnapshotPlan, tuple[SnapshotStep, ...]], ...] = ()
    back: bool = False

    @property
    def key(self) -> VmKey:
        entry = self.unfinished.entry
        return entry.vms[0] if entry.vms else VmKey(entry.on, "")

    @property
    def nothing_left(self) -> bool:
        """The job had in fact reached its end."""
        return self.problem is None and not self.there and not self.files


class UnfinishedService:
    """Looks at what the journal kept, and takes it up again."""

    def __init__(
        self,
        gateway: Gateway,
        inventory: Inventory,
        jobs: JobRunner,
        store: JobStore,
        delete: DeleteService,
        half_made: HalfMade,
        snapshots: SnapshotService,
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._store = store
        self._delete = delete
        self._half_made = half_made
        self._snapshots = snapshots

    def found(self) -> list[Unfinished]:
        """The unfinished jobs of consoles that are no more, oldest first, but for transfers that are taken back by
        themselves. Blocks on the disk."""
        found = self._store.unfinished()
        return [item for item in found if item.entry.kind not in TRANSFERS or self._half_made.hopeless(item)]

    def look(self, unfinished: Unfinished) -> Leftover:
        """Asks the host what is left. Blocks."""
        entry = unfinished.entry
        if entry.kind in TRANSFERS:
            return Leftover(unfinished, files=self._half_made.look(unfinished))
        if entry.kind in SNAPSHOTS:
            return self._look_at_snapshots(unfinished)
        key = entry.vms[0]
        try:
            link = self._gateway.link(key.host)
            try:
                domains.read(link, key.uuid)
            except NotFound:
                facts = HostFiles().leftover(link, key, entry.target, _paths(entry))
                return Leftover(
                    unfinished, files=plan_deletion([facts], self._inventory.domains(), time.time()).files()
                )
            return Leftover(unfinished, there=True, files=self._chosen(self._delete.plan([key]), entry))
        except FleetError as error:
            return Leftover(unfinished, problem=error.problem)

    def _look_at_snapshots(self, unfinished: Unfinished) -> Leftover:
        try:
            for key in unfinished.entry.vms:
                domains.read(self._gateway.link(key.host), key.uuid)
            steps = self._snapshots.left(unfinished)
        except FleetError as error:
            return Leftover(unfinished, problem=error.problem)
        return Leftover(unfinished, there=True, steps=steps, back=self._snapshots.can_take_back(unfinished))

    def take_back(self, leftover: Leftover) -> JobHandle:
        """Takes back an act on snapshots, where `leftover.back`."""
        return self._snapshots.take_back(leftover.unfinished)

    def take_up(self, leftover: Leftover) -> JobHandle:
        """Goes on to the end that was wanted: deletes the VM, where it is still there, and the files that are left.

        Files that something needs by now stay. Blocks on the host where the VM is still there.
        """
        job, entry = leftover.unfinished.job, leftover.unfinished.entry
        if entry.kind in TRANSFERS:
            return self._half_made.take_back(leftover.unfinished)
        if entry.kind in SNAPSHOTS:
            return self._snapshots.finish(leftover.unfinished)
        if leftover.there:
            plan = self._delete.plan([leftover.key])
            chosen = {item.id for item in self._chosen(plan, entry) if not item.hold.final}
            handle = self._delete.run(plan, chosen)
            self._store.settle(job)  # only once the new deletion is accepted
            return handle
        spec = JobSpec(
            kind="vm.delete",
            target=entry.target,
            body=lambda now: self._remove(now, leftover),
            vms=entry.vms,
            hosts=(leftover.key.host,),
            via=self._gateway.run_in_lane(leftover.key.host),
        )
        return run(self._jobs, [spec], "splendid job finish " + str(job))

    def dismiss(self, unfinished: Unfinished) -> None:
        """A person has seen it; what is left stays where it is. Blocks on the disk. Errors: Failed."""
        self._store.settle(unfinished.job)

    def _remove(self, job: Job, leftover: Leftover) -> None:
        """Removes what the host still has and nobody needs; the old journal goes when the new one has it all."""
        entry = leftover.unfinished.entry
        link = self._gateway.link(leftover.key.host)
        facts = HostFiles().leftover(link, leftover.key, entry.target, _paths(entry))
        files = plan_deletion([facts], self._inventory.domains(), time.time()).files()
        held = [item for item in files if item.hold.final]
        free = sorted((item for item in files if item not in held), key=lambda item: len(item.under))
        anew = Entry("vm.delete", entry.target, entry.vms, {"files": [item.path for item in free]}, by=who())
        with self._store.journal(job.id, anew) as journal:
            self._store.settle(leftover.unfinished.job)
            for item in free:
                journal.step("removing", path=item.path)
                job.step("removing", path=item.path)
                storage.delete_volume(link, item.path)
        if held:
            first = held[0]
            raise Conflict(Reason.IN_USE, first.path, detail=", ".join(first.used_by))

    def _chosen(self, plan: DeletePlan, entry: Entry) -> tuple[FileItem, ...]:
        paths = set(_paths(entry))
        return tuple(item for item in plan.files() if item.path in paths)


def _paths(entry: Entry) -> list[str]:
    files = entry.values.get("files", [])
    return files if isinstance(files, list) else []
