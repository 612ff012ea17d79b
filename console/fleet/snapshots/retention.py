"""Which snapshots a rule of retention lets go."""

from __future__ import annotations

from console.fleet.snapshots.values import SnapshotFacts

DAY = 86400.0


def retention(facts: SnapshotFacts, keep: int | None, days: float | None, now: float) -> tuple[str, ...]:
    """Names of those that go, parents first: not among the last `keep`, and older than `days`. None or 0: no such rule;
    with neither nothing goes. now: epoch; one from the future is not old."""
    if not keep and not days:
        return ()
    newest = sorted(enumerate(facts.snapshots), key=lambda item: (item[1].created, item[0]), reverse=True)
    last = {one.name for _place, one in newest[: keep or 0]}
    return tuple(
        one.name for one in facts.snapshots if one.name not in last and (not days or now - one.created > days * DAY)
    )
