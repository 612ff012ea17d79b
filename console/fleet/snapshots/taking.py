"""What taking a snapshot would do."""

from __future__ import annotations

from console.fleet.snapshots.plans import SnapshotPlan, TakeOrder
from console.fleet.snapshots.values import SnapshotFacts


def plan_take(facts: SnapshotFacts, order: TakeOrder) -> SnapshotPlan:
    """The plan of a new snapshot; its `order` has "auto" made out, and the disks that are kept."""
    raise NotImplementedError
