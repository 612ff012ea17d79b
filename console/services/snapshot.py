"""Snapshots: every act is planned first and shown, then carried out step by step with a journal, and taken up again after a kill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.fleet.domains import VmKey
from console.fleet.snapshots.many import ManyPlan
from console.fleet.snapshots.plans import Deed, SnapshotPlan, TakeOrder
from console.fleet.snapshots.values import Snapshot, SnapshotFacts
from console.jobs.journal import Unfinished
from console.jobs.runner import JobHandle

if TYPE_CHECKING:
    from console.fleet.snapshots.doctor import Finding


class SnapshotService:
    """Plans block, on the host; what runs is a job. Errors: FleetError; of a plan that no longer holds Conflict (CHANGED) with
    what changed as its detail, in the job."""

    # looking

    def facts(self, key: VmKey) -> SnapshotFacts:
        """All that there is of a VM's snapshots and the files behind its disks, asked now. Blocks."""
        raise NotImplementedError

    def xml(self, key: VmKey, name: str) -> str:
        """The XML of a snapshot, with the VM's as it was then. Blocks."""
        raise NotImplementedError

    def thumbnail(self, key: VmKey, snapshot: Snapshot) -> bytes | None:
        """A small PNG of the screen as it was when the snapshot was taken from this workstation; None = there is none.
        Blocks on the disk."""
        raise NotImplementedError

    def findings(self, key: VmKey, facts: SnapshotFacts | None = None) -> tuple[Finding, ...]:
        """What is wrong already; the repair of a finding is a plan for `run`. Blocks without facts."""
        raise NotImplementedError

    # planning. facts: those that were read a moment ago, None = asked now (blocks)

    def plan_take(self, key: VmKey, order: TakeOrder, facts: SnapshotFacts | None = None) -> SnapshotPlan:
        raise NotImplementedError

    def plan_revert(
        self, key: VmKey, name: str, *, branch: str = "", start: bool | None = None, facts: SnapshotFacts | None = None
    ) -> SnapshotPlan:
        """branch: name of the snapshot that keeps the present state first. start: None = as the snapshot has it."""
        raise NotImplementedError

    def plan_delete(
        self, key: VmKey, name: str, *, below: bool = False, facts: SnapshotFacts | None = None
    ) -> SnapshotPlan:
        """below: with all that go on from it."""
        raise NotImplementedError

    def plan_rename(self, key: VmKey, name: str, new: str, *, facts: SnapshotFacts | None = None) -> SnapshotPlan:
        raise NotImplementedError

    def plan_describe(self, key: VmKey, name: str, text: str, *, facts: SnapshotFacts | None = None) -> SnapshotPlan:
        raise NotImplementedError

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
        raise NotImplementedError

    def plan_retention(self, keys: Sequence[VmKey], keep: int = 0, days: float = 0.0) -> ManyPlan:
        """What goes where at least `keep` of each VM stay and none grows older than `days`. Blocks."""
        raise NotImplementedError

    # doing

    def run(self, plan: SnapshotPlan) -> JobHandle:
        """Carries out a plan (of the doctor, too). Conflict at once where something stands in its way."""
        raise NotImplementedError

    def run_many(self, many: ManyPlan) -> JobHandle:
        """A job with one member for each VM. Where one fails all are taken back, as far as their deed can be."""
        raise NotImplementedError

    def command(self, plan: SnapshotPlan) -> str:
        """The line that does the same."""
        raise NotImplementedError

    def command_many(self, many: ManyPlan) -> str:
        raise NotImplementedError

    # after a kill

    def finish(self, unfinished: Unfinished) -> JobHandle:
        """Goes on where a killed console stopped, to the end that was wanted."""
        raise NotImplementedError

    def take_back(self, unfinished: Unfinished) -> JobHandle:
        """Takes back what a killed console had begun. Conflict where there is no way back."""
        raise NotImplementedError

    def can_take_back(self, unfinished: Unfinished) -> bool:
        """There is a way back: nothing is lost yet."""
        raise NotImplementedError
