"""Which snapshots a rule of retention lets go."""

from __future__ import annotations

from console.fleet.snapshots.values import SnapshotFacts


def retention(facts: SnapshotFacts, keep: int | None, days: float | None, now: float) -> tuple[str, ...]:
    """Names of those that go, parents first: not among the last `keep`, and older than `days`; None = that rule is not asked."""
    raise NotImplementedError
