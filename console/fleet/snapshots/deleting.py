"""What deleting snapshots would do."""

from __future__ import annotations

from collections.abc import Iterable

from console.fleet.snapshots.plans import SnapshotPlan
from console.fleet.snapshots.values import SnapshotFacts


def plan_delete(facts: SnapshotFacts, name: str, below: bool = False) -> SnapshotPlan:
    """The plan of deleting `name`, and with `below` all that go on from it."""
    raise NotImplementedError


def plan_delete_all(facts: SnapshotFacts, names: Iterable[str]) -> SnapshotPlan:
    """The plan of deleting these, as one (retention)."""
    raise NotImplementedError
