"""What going back to a snapshot would do."""

from __future__ import annotations

from console.fleet.snapshots.plans import SnapshotPlan
from console.fleet.snapshots.values import SnapshotFacts


def plan_revert(facts: SnapshotFacts, name: str, branch: str = "", start: bool | None = None) -> SnapshotPlan:
    """The plan of going back to `name`. branch: name of a snapshot that keeps the present state first, "" = none.

    start: whether the VM runs afterwards; None = as it did then.
    """
    raise NotImplementedError
