import math

import numpy as np
import pytest

from console.ui.widgets.plot_data import Graph, Sheet, accessible, extended, gaps_of, runs
from tests.ui.widgets.curves import END, curve, sheet

NAN = math.nan


def test_a_moment_has_the_value_of_its_bin_and_no_other() -> None:
    line = curve([1.0, 2.0, NAN, 4.0])
    assert [line.index_at(END - ago) for ago in (20, 16, 15, 0.1)] == [0, 0, 1, 3]
    assert line.index_at(END) == -1
    assert line.index_at(END - 21) == -1
    assert line.text_at(2) == "–"
    assert line.text_at(-1) == "–"
    assert line.text_at(3) == "4.0"
    assert line.last() == 3
    assert curve([NAN]).last() == -1


def test_least_and_most_are_said_where_bins_join_many_samples() -> None:
    assert curve([50.0], step=60, spread=20).spread_at(0) == "30–70"
    assert curve([50.0], step=5, spread=20).spread_at(0) == ""
    assert curve([NAN], step=60).spread_at(0) == ""


def test_axes_fit_what_is_seen_only() -> None:
    graph = Graph("x", "X", "", (curve([900.0] * 10 + [40.0] * 10),))
    assert graph.top_of(END - 100, END) == 1000
    assert graph.top_of(END - 30, END) == 50
    band = Graph("x", "X", "", (curve([40.0] * 10, step=60, spread=30),))
    assert band.top_of(END - 600, END) == 80
    assert Graph("x", "X", "", (curve([NAN] * 3),), least=4).top_of(END - 100, END) == 4
    stacked = Graph("x", "X", "", (curve([30.0] * 4), curve([50.0, NAN, 50.0, 50.0])), stacked=True)
    assert stacked.top_of(END - 100, END) == 100


def test_new_bins_are_added_and_the_oldest_go() -> None:
    old = curve([1.0, 2.0, 3.0, 4.0])
    new = curve([40.0, 5.0], end=END + 5)
    joined = extended(old, new)
    assert joined.mean.tolist() == [2.0, 3.0, 40.0, 5.0]
    assert joined.times[-1] == END
    late = extended(old, curve([NAN, 5.0], end=END + 5))
    assert late.mean.tolist() == [2.0, 3.0, 4.0, 5.0]
    assert extended(old, curve([9.0], step=60)).step == 60
    assert extended(old, curve([])) is old
    assert extended(curve([]), new) is new


def test_a_gap_is_between_values_and_in_all_curves() -> None:
    one = curve([1.0, NAN, NAN, NAN, NAN, 2.0, NAN])
    two = curve([1.0, 1.0, NAN, NAN, NAN, 2.0, NAN])
    graph = Graph("x", "X", "", (one, two))
    assert gaps_of((graph,)) == [(END - 25, END - 10)]
    assert gaps_of((graph,), least=4) == []
    assert gaps_of(()) == []
    other = Graph("y", "Y", "", (curve([7.0] * 3, end=END - 10),))  # fills the hole, in fewer bins
    assert gaps_of((graph, other)) == []


def test_runs() -> None:
    assert runs(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert runs(np.array([False])) == []


def test_a_sheet_knows_whether_there_is_anything_and_since_when() -> None:
    full = sheet(gap=(0, 120))
    assert not full.empty
    assert full.step == 5
    assert full.first_known() == pytest.approx(END - 3600)  # what was given is known from the first bin on
    nothing = Sheet((Graph("x", "X", "", (curve([NAN, NAN]),)),))
    assert nothing.empty
    assert nothing.first_known() is None
    assert Sheet().step == 0


def test_values_are_read_out() -> None:
    said = accessible(Sheet((Graph("cpu", "CPU", "%", (curve([60.0]),)),)), lambda line: line.last())
    assert said == "CPU %: used 60"
