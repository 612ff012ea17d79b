"""What an act on snapshots left that was cut short, in words."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from console.fleet.snapshots.plans import Op, SnapshotPlan, Step
from console.words import jobs, snapshots
from console.words.translation import _, ngettext


def left_of(plans: Iterable[tuple[SnapshotPlan, tuple[Step, ...]]], back: bool) -> list[str]:
    """A sentence for each VM and a line for each step that is left of it; last, whether it can be taken back."""
    said = []
    for plan, steps in plans:
        if not steps:
            said.append(_("{vm}: nothing is left to do.").format(vm=plan.vm))
            continue
        count = len(steps)
        said.append(
            ngettext(
                "{vm}: {what} stopped with {n} step left.", "{vm}: {what} stopped with {n} steps left.", count
            ).format(vm=plan.vm, what=f"{snapshots.deed(plan.deed)} {plan.snapshot}".strip(), n=count)
        )
        said += [f"  {_line(step, plan)}" for step in steps]
    if back:
        said.append(_("It can also be taken back: nothing is lost yet."))
    return said


def _line(step: Step, plan: SnapshotPlan) -> str:
    said = jobs.step_words(f"snapshot.{step.op}", {"file": posixpath.basename(step.file)})
    files = snapshots.step_files(step, plan) if step.op is not Op.REMOVE else ""
    return f"{said}: {files}" if files else said
