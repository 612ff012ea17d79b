from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.fleet.domains import VmKey
from console.fleet.updates import ChangeSet, HostView

KEYS = [VmKey("a", str(number)) for number in range(4)]
Rows = dict[VmKey, int]
Acts = list[tuple[str, VmKey]]


def make(rows: Rows, acts: Acts) -> ChangeSet:
    """Does the acts to `rows`, one after the other, and returns them as the one change set an inventory would tell."""
    before = dict(rows)
    loads = set()
    for act, key in acts:
        if act == "put":
            rows[key] = max(rows.values(), default=0) + 100
        elif act == "drop":
            rows.pop(key, None)
        elif key in rows:
            loads.add(key)
    return ChangeSet(
        added=frozenset(rows.keys() - before.keys()),
        changed=frozenset(key for key in rows.keys() & before.keys() if rows[key] != before[key]),
        removed=frozenset(before.keys() - rows.keys()),
        loads=frozenset(loads & rows.keys()),
    )


acts = st.lists(st.tuples(st.sampled_from(["put", "drop", "load"]), st.sampled_from(KEYS)), max_size=6)


@given(st.sets(st.sampled_from(KEYS)), st.lists(acts, max_size=5))
def test_changes_joined_are_what_a_late_reader_missed(present: set[VmKey], batches: list[Acts]) -> None:
    start = dict.fromkeys(present, 1)
    now = dict(start)
    joined, loads = ChangeSet(), set[VmKey]()
    for batch in batches:
        change = make(now, batch)
        joined = joined.merged(change)
        loads = (loads - change.removed) | change.loads
    assert joined.added == now.keys() - start.keys()
    assert joined.removed == start.keys() - now.keys()
    assert joined.changed >= {key for key in now.keys() & start.keys() if now[key] != start[key]}
    assert joined.changed <= now.keys() & start.keys()
    assert joined.loads == loads


@given(st.lists(acts, min_size=3, max_size=3))
def test_it_does_not_matter_which_are_joined_first(batches: list[Acts]) -> None:
    now: Rows = {KEYS[0]: 1, KEYS[1]: 1}
    a, b, c = (make(now, batch) for batch in batches)
    left, right = a.merged(b).merged(c), a.merged(b.merged(c))
    assert (left.added, left.removed, left.changed) == (right.added, right.removed, right.changed)


def test_hosts_and_the_fleet_are_joined_too() -> None:
    one = ChangeSet(hosts=frozenset("a"), host_loads=frozenset("b"))
    two = ChangeSet(hosts=frozenset("c"), fleet=True)
    assert one.merged(two) == ChangeSet(hosts=frozenset("ac"), host_loads=frozenset("b"), fleet=True)


def test_nothing_is_false() -> None:
    assert not ChangeSet()
    assert not ChangeSet().merged(ChangeSet())
    assert ChangeSet(fleet=True)
    assert ChangeSet(loads=frozenset(KEYS))


def test_a_host_view_begins_with_nothing_known() -> None:
    view = HostView("a")
    assert (view.facts, view.load, view.networks, view.pools, view.cached) == (None, None, (), (), False)
