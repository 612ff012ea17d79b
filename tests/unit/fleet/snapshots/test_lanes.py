from __future__ import annotations

import itertools
import time

from console.fleet.snapshots.lanes import LANES, NOW, Graph, graph, in_order
from console.fleet.snapshots.values import Snapshot


def made(*pairs: tuple[str, str], current: str = "") -> list[Snapshot]:
    return [
        Snapshot(name, parent, created=float(number), current=name == current)
        for number, (name, parent) in enumerate(pairs)
    ]


TREE = made(
    ("clean", ""),
    ("agent", "clean"),
    ("german", "agent"),
    ("4698", "agent"),
    ("4698 crash", "4698"),
    ("4711", "agent"),
    ("by line", "4711"),
    ("wizard", "4711"),
    ("crash", "wizard"),
    current="crash",
)


def lanes(found: Graph) -> dict[str, int]:
    return {row.name: row.lane for row in found.rows}


def test_the_way_to_now_has_the_first_lane_and_branches_the_next_free_one() -> None:
    found = graph(TREE)
    assert lanes(found) == {
        "clean": 0,
        "agent": 0,
        "german": 1,
        "4698": 2,
        "4698 crash": 2,
        "4711": 0,
        "by line": 1,
        "wizard": 0,
        "crash": 0,
        NOW: 0,
    }
    assert (found.lanes, found.shared, found.current) == (3, False, 8)
    assert found.rows[-1].depth == 5


def test_lines_meet_between_the_rows() -> None:
    rows = graph(TREE).rows
    assert rows[1].out == (1, 2)
    assert rows[1].below == (0,)
    assert rows[2].into == ((0, 1), (0, 2))
    assert rows[2].below == (2,)
    assert rows[3].above == (2,)
    for upper, lower in itertools.pairwise(rows):
        down = set(upper.through) | set(upper.below) | set(upper.out)
        up = set(lower.through) | set(lower.above) | {to for _from, to in lower.into}
        assert down == up, (upper, lower)
    assert not rows[-1].below
    assert not rows[0].above


def test_without_a_current_one_now_stands_by_itself() -> None:
    found = graph(made(("a", ""), ("b", "a")))
    assert found.rows[-1].above == ()
    assert found.current == -1
    assert lanes(found) == {"a": 0, "b": 0, NOW: 0}
    alone = graph([])
    assert [row.name for row in alone.rows] == [NOW]


def test_parents_come_first_whatever_the_clock_said() -> None:
    late = [Snapshot("child", "parent", created=1.0), Snapshot("parent", created=2.0), Snapshot("old", created=0.0)]
    assert [one.name for one in in_order(late)] == ["old", "parent", "child"]


def test_a_circle_or_a_lost_parent_is_shown_all_the_same() -> None:
    circle = [Snapshot("a", "b", created=1.0), Snapshot("b", "a", created=2.0), Snapshot("c", "gone", created=3.0)]
    assert {row.name for row in graph(circle).rows} == {"a", "b", "c", NOW}


def test_more_branches_than_lanes_share_the_last() -> None:
    many = made(("base", ""), *((f"try {n}", "base") for n in range(LANES + 20)))
    found = graph(many)
    assert found.lanes == LANES
    assert found.shared
    assert max(row.lane for row in found.rows) == LANES - 1


def test_a_thousand_are_laid_out_at_once() -> None:
    many = [
        Snapshot(f"s{n}", f"s{n - 1 - (n * 7) % 5}" if n > 5 else "", created=float(n), current=n == 999)
        for n in range(1000)
    ]
    began = time.perf_counter()
    found = graph(many)
    assert time.perf_counter() - began < 0.2
    assert len(found.rows) == 1001
