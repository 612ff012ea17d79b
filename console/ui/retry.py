"""Trying a failed job again: the same act on the VMs for which it did not come about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.fleet.acts import Act
from console.jobs.job import JobState, JobView

if TYPE_CHECKING:
    from console.ui.actions import Acting

_ACTS = {f"vm.{act}": act for act in Act}


def act_of(view: JobView) -> Act | None:
    """The act a job carries out, None for a job of another kind."""
    return _ACTS.get(view.kind)


def can_retry(view: JobView) -> bool:
    """It failed, or was cut off, and is an act on VMs."""
    return (view.state is JobState.FAILED or view.interrupted) and bool(view.vms) and act_of(view) is not None


def try_again(acting: Acting, view: JobView) -> str:
    """Does it again, or has its dialog opened, or of a group the plan for those that were not done. Returns why not, "" where it
    is under way or asked for."""
    act = act_of(view)
    if act is None:
        return ""
    if view.children:
        acting.repeated.emit(view.id)
        return ""
    verdict = acting.verdict([act], acting.kinds(view.vms))
    if not verdict.able:
        return verdict.reason
    for able, keys in verdict.able:
        acting.do([able], keys)
    return ""
