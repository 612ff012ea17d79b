"""The tree of snapshots as a graph of lanes, oldest first and "now" last: what stands in each row, and which lines cross it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

import msgspec

from console.fleet.snapshots.values import Snapshot

LANES = 10  # drawn at most; what does not fit shares the last one
NOW = ""  # the name of the row "now"


class Row(msgspec.Struct):
    """One row. name: of the snapshot, NOW for "now". lane: of its node. depth: how far below a root.

    through: lanes whose line crosses it. above, below: lanes whose line fills only the upper or lower half. out: lanes to which
    a curve begins at this row's node; it ends in the middle of the row below. into: such curves that end here: (from, to).
    """

    name: str
    lane: int = 0
    depth: int = 0
    through: tuple[int, ...] = ()
    above: tuple[int, ...] = ()
    below: tuple[int, ...] = ()
    out: tuple[int, ...] = ()
    into: tuple[tuple[int, int], ...] = ()


class Graph(msgspec.Struct, frozen=True):
    """rows: oldest first, "now" last. lanes: how many are drawn. shared: the last of them stands for several.

    current: the row "now" goes on from, -1 = none; the line from there down is that to "now". places: row by name.
    """

    rows: tuple[Row, ...] = ()
    lanes: int = 0
    shared: bool = False
    current: int = -1
    places: dict[str, int] = msgspec.field(default_factory=dict)


def in_order(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """Oldest first, and none before the one it goes on from, whatever the host's clock did meanwhile."""
    every = list(snapshots)
    names = {one.name for one in every}
    children: dict[str, list[int]] = {}
    ready: list[tuple[float, int]] = []
    for number, one in enumerate(every):
        if one.parent in names and one.parent != one.name:
            children.setdefault(one.parent, []).append(number)
        else:
            ready.append((one.created, number))
    heapq.heapify(ready)
    found = []
    while ready:
        _created, number = heapq.heappop(ready)
        one = every[number]
        found.append(one)
        for child in children.get(one.name, ()):
            heapq.heappush(ready, (every[child].created, child))
    if len(found) < len(every):  # parents in a circle: shown all the same
        seen = {id(one) for one in found}
        found += [one for one in every if id(one) not in seen]
    return found


def graph(snapshots: Iterable[Snapshot]) -> Graph:
    """The graph of these and of "now", which goes on from the current one."""
    ordered = in_order(snapshots)
    current = next((one.name for one in ordered if one.current), "")
    rows = [Row(one.name) for one in ordered] + [Row(NOW)]
    places = {row.name: number for number, row in enumerate(rows)}
    parents = [places.get(one.parent, -1) if one.parent else -1 for one in ordered]
    parents = [parent if parent < number else -1 for number, parent in enumerate(parents)]
    parents.append(places[current] if current else -1)
    for number, parent in enumerate(parents):
        rows[number].depth = rows[parent].depth + 1 if parent >= 0 else 0
    heirs = _heirs(parents)
    lanes = _place(rows, parents, heirs)
    _draw(rows, parents, min(lanes, LANES))
    return Graph(tuple(rows), min(lanes, LANES), lanes > LANES, places[current] if current else -1, places)


def _heirs(parents: list[int]) -> list[int]:
    """Of each row the child that goes on in its lane: the way to "now", else the one that reaches furthest down; -1 = none."""
    count = len(parents)
    reach = list(range(count))
    heirs = [-1] * count
    for number in range(count - 1, -1, -1):
        parent = parents[number]
        if parent >= 0 and (heirs[parent] < 0 or reach[number] > reach[heirs[parent]]):
            heirs[parent] = number
            reach[parent] = reach[number]
    return heirs


def _place(rows: list[Row], parents: list[int], heirs: list[int]) -> int:
    """Gives each line of descent a lane that is free from where it leaves its parent to its end. Returns how many it takes."""
    now = main = len(rows) - 1
    while parents[main] >= 0:
        main = parents[main]
    starts = [parent if parent >= 0 else number for number, parent in enumerate(parents)]
    heads = [number for number, parent in enumerate(parents) if parent < 0 or heirs[parent] != number]
    heads.sort(key=lambda number: (number != main or main == now, starts[number], number))
    ends: list[int] = []  # of each lane, the row where it becomes free
    most = 0
    for head in heads:
        line = [head]
        while heirs[line[-1]] >= 0:
            line.append(heirs[line[-1]])
        free = (lane for lane, end in enumerate(ends[: LANES - 1]) if end < starts[head])
        lane = next(free, min(len(ends), LANES))
        most = max(most, lane + 1)
        lane = min(lane, LANES - 1)
        if lane == len(ends):
            ends.append(0)
        ends[lane] = max(ends[lane], line[-1])
        for number in line:
            rows[number].lane = lane
    return most


def _draw(rows: list[Row], parents: list[int], lanes: int) -> None:
    """Fills in which lines cross each row."""
    above: list[set[int]] = [set() for _row in rows]
    below: list[set[int]] = [set() for _row in rows]
    out: list[set[int]] = [set() for _row in rows]
    into: list[set[tuple[int, int]]] = [set() for _row in rows]
    steps = [[0] * (len(rows) + 1) for _lane in range(lanes)]  # how many lines more or fewer cross from this row on
    for number, parent in enumerate(parents):
        if parent < 0:
            continue
        lane, first = rows[number].lane, parent + 1
        if lane == rows[parent].lane:
            below[parent].add(lane)
        else:
            out[parent].add(lane)
            into[first].add((rows[parent].lane, lane))
            if first == number:
                continue
            below[first].add(lane)
            first += 1
        above[number].add(lane)
        steps[lane][first] += 1
        steps[lane][number] -= 1
    crossing = [0] * lanes
    for number, row in enumerate(rows):
        for lane in range(lanes):
            crossing[lane] += steps[lane][number]
        row.through = tuple(lane for lane in range(lanes) if crossing[lane])
        row.above = tuple(sorted(above[number]))
        row.below = tuple(sorted(below[number]))
        row.out = tuple(sorted(out[number]))
        row.into = tuple(sorted(into[number]))
