"""The tree of snapshots as lines of text, as "git log --graph" draws one: the line that leads to now is straight."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from console.fleet.snapshots.lanes import in_order
from console.fleet.snapshots.values import Snapshot

DOT, NOW = "●", "○"
SIDE, LINE = "├─", "│ "


class Twig(msgspec.Struct, frozen=True):
    """One line. drawn: what stands before the name. snapshot: None for now."""

    drawn: str
    snapshot: Snapshot | None


def twigs(snapshots: Sequence[Snapshot]) -> list[Twig]:
    """All snapshots and now, each below the one it goes on from; side branches first."""
    snapshots = in_order(snapshots)
    below: dict[str, list[Snapshot | None]] = {"": []}
    for snapshot in snapshots:
        below[snapshot.parent if snapshot.parent in below else ""].append(snapshot)
        below[snapshot.name] = []
    current = next((snapshot for snapshot in snapshots if snapshot.current), None)
    below[current.name if current is not None else ""].append(None)
    straight = _way_to_now(snapshots, current)
    found: list[Twig] = []
    roots = sorted(below[""], key=lambda one: _last(one, straight))
    waiting = [(one, 0, False) for one in reversed(roots)]
    while waiting:
        one, depth, side = waiting.pop()
        before = LINE * (depth - 1) + SIDE if side else LINE * depth
        found.append(Twig(f"{before}{DOT if one is not None else NOW}", one))
        if one is None:
            continue
        children = sorted(below[one.name], key=lambda child: _last(child, straight))
        if children:
            waiting.append((children[-1], depth, False))
            waiting += [(child, depth + 1, True) for child in reversed(children[:-1])]
    return found


def _way_to_now(snapshots: Sequence[Snapshot], current: Snapshot | None) -> frozenset[str]:
    by_name = {one.name: one for one in snapshots}
    way: set[str] = set()
    while current is not None and current.name not in way:
        way.add(current.name)
        current = by_name.get(current.parent)
    return frozenset(way)


def _last(one: Snapshot | None, straight: frozenset[str]) -> bool:
    """It goes straight on, so it comes after its side branches."""
    return one is None or one.name in straight
