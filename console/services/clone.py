"""Clones of VMs: what one would take, as a plan; making them as a job; templates, flattening, and what goes by itself."""

from __future__ import annotations

from console.fleet.clones.values import CloneOrder, ClonePlan, Family
from console.fleet.domains import VmKey
from console.fleet.storing import Plan
from console.jobs.runner import JobHandle


class CloneService:
    """Every `plan…` asks the host and blocks; every `run…` is a job, plans anew right before it acts, and never blocks."""

    def plan(self, order: CloneOrder) -> ClonePlan:
        """What these clones would take. Blocks. Errors: UsageError (no name, one twice), NotFound, FleetError."""
        raise NotImplementedError

    def run(self, plan: ClonePlan) -> JobHandle:
        """Makes all of them or none, then starts them where the order says so. Kind: "vm.clone". Its result: their VmKeys."""
        raise NotImplementedError

    def line(self, order: CloneOrder) -> str:
        """The line that does the same."""
        raise NotImplementedError

    def family(self, key: VmKey) -> Family | None:
        """The base of a VM with all that need it (it may be the base itself), by what is known; None where nobody does. Quick."""
        raise NotImplementedError

    def plan_flatten(self, key: VmKey) -> Plan:
        """What giving a clone disks of its own takes; kind "vm.flatten". Blocks."""
        raise NotImplementedError

    def run_flatten(self, key: VmKey) -> JobHandle:
        raise NotImplementedError

    def plan_template(self, key: VmKey, on: bool = True) -> Plan:
        """What making a VM a template (or, not `on`, a VM again) changes; kind "vm.template" or "vm.untemplate". Blocks."""
        raise NotImplementedError

    def run_template(self, key: VmKey, on: bool = True) -> JobHandle:
        raise NotImplementedError

    def plan_keep(self, key: VmKey, *, throw_away: bool, expires: float = 0.0) -> Plan:
        """What it means that a VM goes by itself, or stays from now on (neither); kind "vm.keep". Blocks."""
        raise NotImplementedError

    def run_keep(self, key: VmKey, *, throw_away: bool, expires: float = 0.0) -> JobHandle:
        raise NotImplementedError
