from itertools import pairwise

from console.fleet.domains import VmKey
from console.inventory.traces import POINTS, STEP, Traces

KEY = VmKey("n1", "u1")


def test_a_point_each_ten_seconds_for_ten_minutes() -> None:
    traces = Traces()
    for second in range(0, 1000, 3):
        traces.note(KEY, float(second), 0.5)
    found = traces.of(KEY)
    assert len(found) == POINTS
    assert all(later[0] - earlier[0] >= STEP for earlier, later in pairwise(found))
    traces.forget(KEY)
    assert traces.of(KEY) == ()


def test_the_past_goes_before_what_is_there() -> None:
    traces = Traces()
    traces.note(KEY, 1000.0, 0.9)
    traces.recall({KEY: [(970.0, 0.1), (985.0, 0.2), (995.0, 0.3), (1010.0, 0.4)]})
    assert traces.of(KEY) == ((970.0, 0.1), (985.0, 0.2), (1000.0, 0.9))
    traces.recall({KEY: [(999.0, 0.1)]})
    assert len(traces.of(KEY)) == 3
    traces.note(KEY, 1010.0, 0.8)
    assert traces.of(KEY)[-1] == (1010.0, 0.8)


def test_no_more_than_ten_minutes_and_nothing_of_nothing() -> None:
    traces = Traces()
    traces.recall({KEY: [(STEP * number, 0.5) for number in range(500)]})
    assert len(traces.of(KEY)) == POINTS
    traces.recall({VmKey("n1", "u2"): []})
    assert traces.of(VmKey("n1", "u2")) == ()
