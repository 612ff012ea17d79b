"""What another name or description of a snapshot would do."""

from __future__ import annotations

from console.fleet.snapshots.plans import SnapshotPlan
from console.fleet.snapshots.values import SnapshotFacts


def plan_rename(facts: SnapshotFacts, name: str, new: str) -> SnapshotPlan:
    """The plan of another name; its `values` have it as "name"."""
    raise NotImplementedError


def plan_describe(facts: SnapshotFacts, name: str, description: str) -> SnapshotPlan:
    """The plan of another description; its `values` have it as "description"."""
    raise NotImplementedError
