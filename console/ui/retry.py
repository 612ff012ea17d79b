"""Trying a failed job again: the same act on those VMs for which it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.fleet.acts import Act
from console.fleet.domains import VmKey
from console.jobs.job import JobState, JobView

if TYPE_CHECKING:
    from console.jobs.runner import JobRunner
    from console.ui.actions import Acting

_ACTS = {f"vm.{act}": act for act in Act}


def act_of(view: JobView) -> Act | None:
    """The act a job carries out, None for a job of another kind."""
    return _ACTS.get(view.kind)


def can_retry(view: JobView) -> bool:
    """It failed, or was cut off, and is an act on VMs."""
    return (view.state is JobState.FAILED or view.interrupted) and bool(view.vms) and act_of(view) is not None


def failed_vms(jobs: JobRunner, view: JobView) -> tuple[VmKey, ...]:
    """The VMs for which it did not come about: of a group only those whose member failed."""
    members = [jobs.view(child) for child in view.children]
    failed = [member for member in members if member is not None and member.state is JobState.FAILED]
    return tuple(key for member in failed for key in member.vms) if failed else view.vms


def try_again(acting: Acting, jobs: JobRunner, view: JobView) -> str:
    """Does it again, or has its dialog opened. Returns why not, "" where it is under way or asked for."""
    act = act_of(view)
    if act is None:
        return ""
    verdict = acting.verdict([act], acting.kinds(failed_vms(jobs, view)))
    if not verdict.able:
        return verdict.reason
    for able, keys in verdict.able:
        acting.do([able], keys)
    return ""
