"""Curves as a table for other programs: comma-separated, RFC 4180, a row for each bin. Needs numpy, as the curves do."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import numpy as np

from console.ui.widgets.plot_data import Curve, Sheet


def csv_text(sheet: Sheet, start: float, end: float) -> str:
    """All curves of a span. Times are local, ISO 8601 with their offset; a gap is an empty field; a decimal point always.

    Where bins join many samples, each curve has its least, mean and most.
    """
    curves = [(f"{graph.title} {graph.unit}: {curve.name}", curve) for graph in sheet.graphs for curve in graph.curves]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    head = ["time"]
    for name, curve in curves:
        head += [f"{name}, {part}" for part in ("min", "mean", "max")] if curve.band else [name]
    writer.writerow(head)
    every = [curve.times for _name, curve in curves if len(curve.times)]
    times = np.unique(np.concatenate(every)) if every else np.array([])
    times = times[(times >= start - sheet.step) & (times <= end)]
    columns = [column for _name, curve in curves for column in _columns(curve, times)]
    for number, at in enumerate(times.tolist()):
        when = datetime.fromtimestamp(at).astimezone().isoformat(timespec="seconds")
        writer.writerow([when, *(column[number] for column in columns)])
    return out.getvalue()


def _columns(curve: Curve, times: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[list[str]]:
    """A curve's values at these times as text, "" where it has none."""
    where = np.searchsorted(curve.times, times)
    inside = where < len(curve.times)
    there = np.zeros(len(times), bool)
    there[inside] = curve.times[where[inside]] == times[inside]
    found = []
    for values in (curve.low, curve.mean, curve.high) if curve.band else (curve.mean,):
        column = np.full(len(times), np.nan)
        column[there] = values[where[there]]
        found.append(["" if np.isnan(value) else f"{value:.6g}" for value in column])
    return found
