import csv
import io
import math

from console.ui.models.graph_csv import csv_text
from console.ui.widgets.plot_data import Graph, Sheet
from tests.ui.widgets.curves import END, curve


def rows(sheet: Sheet, start: float = END - 100, end: float = END) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_text(sheet, start, end), newline="")))


def test_a_row_a_bin_and_gaps_are_empty() -> None:
    graph = Graph("cpu", "CPU", "%", (curve([1.0, math.nan, 3.25]), curve([7.0, 8.0], "steal, host")))
    assert rows(Sheet((graph,))) == [
        ["time", "CPU %: used", "CPU %: steal, host"],
        ["2026-11-21T11:59:45+00:00", "1", ""],
        ["2026-11-21T11:59:50+00:00", "", "7"],
        ["2026-11-21T11:59:55+00:00", "3.25", "8"],
    ]


def test_bins_of_many_samples_tell_least_mean_and_most() -> None:
    graph = Graph("cpu", "CPU", "%", (curve([50.0], step=60, spread=20),))
    assert rows(Sheet((graph,))) == [
        ["time", "CPU %: used, min", "CPU %: used, mean", "CPU %: used, max"],
        ["2026-11-21T11:59:00+00:00", "30", "50", "70"],
    ]


def test_only_the_span_that_is_shown_and_nothing_of_nothing() -> None:
    graph = Graph("cpu", "CPU", "%", (curve(list(range(100))),))
    assert len(rows(Sheet((graph,)), END - 50, END)) == 1 + 11
    assert rows(Sheet()) == [["time"]]
