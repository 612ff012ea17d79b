"""What a stack of plots shows, as values. Needs numpy: imported when the first plot is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from console.fleet.history import Series
from console.ui.widgets.plot_axis import nice_top
from console.words import graphs as words

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

HEAD_ROOM = 1.04  # of the highest value, so that a curve doesn't touch the frame
GREY = -1  # number of the colour of "others"


class Curve(msgspec.Struct, frozen=True, eq=False):
    """One line. Values are in the unit of its graph; NaN = a gap; all arrays are of one length.

    number: of its colour, GREY past the sixth. drawn: False: only its value is said at the left. band: low and high are worth
    drawing. text: a value for the left.
    """

    name: str
    step: float
    times: Floats
    low: Floats
    mean: Floats
    high: Floats
    number: int = 0
    filled: bool = False
    dashed: bool = False
    drawn: bool = True
    text: Callable[[float], str] = words.axis_number

    @property
    def band(self) -> bool:
        return self.step >= 60.0

    def index_at(self, at: float) -> int:
        """The bin that holds a moment; -1 where there is none."""
        found = int(np.searchsorted(self.times, at, "right")) - 1
        return found if found >= 0 and at < self.times[found] + self.step else -1

    def text_at(self, index: int) -> str:
        """The value of a bin as text, a dash for a gap."""
        value = self.mean[index] if 0 <= index < len(self.mean) else np.nan
        return "–" if np.isnan(value) else self.text(float(value))

    def spread_at(self, index: int) -> str:
        """Least and most within a bin, as 12–88; "" where there is no band."""
        if not self.band or not 0 <= index < len(self.mean) or np.isnan(self.mean[index]):
            return ""
        return f"{self.text(float(self.low[index]))}–{self.text(float(self.high[index]))}"

    def last(self) -> int:
        """The newest bin with a value; -1: none."""
        if len(self.mean) and self.mean[-1] == self.mean[-1]:  # no NaN, as mostly
            return len(self.mean) - 1
        known = np.flatnonzero(~np.isnan(self.mean))
        return int(known[-1]) if len(known) else -1

    def within(self, start: float, end: float) -> slice:
        """The bins that a span shows, with one more at each side so that lines reach its edges."""
        first = int(np.searchsorted(self.times, start - self.step, "right")) - 1
        last = int(np.searchsorted(self.times, end, "right")) + 1
        return slice(max(0, first), min(len(self.times), last))


class Graph(msgspec.Struct, frozen=True, eq=False):
    """Curves over one axis. top: where the axis ends; None: what fits, at least `least`. stacked: curves stand on each other."""

    id: str
    title: str
    unit: str
    curves: tuple[Curve, ...] = ()
    top: float | None = None
    least: float = 0.0
    binary: bool = False
    stacked: bool = False

    def top_of(self, start: float, end: float) -> float:
        """Where the axis ends while this span is shown."""
        if self.top is not None:
            return self.top
        most = 0.0
        total: Floats | None = None
        for curve in self.curves:
            if not curve.drawn:
                continue
            part = curve.within(start, end)
            if self.stacked:
                values = np.nan_to_num(curve.mean[part])
                total = values if total is None or len(total) != len(values) else total + values
                continue
            values = curve.high[part] if curve.band else curve.mean[part]
            most = float(np.fmax.reduce(values, initial=most))  # fmax knows no gaps
        if total is not None and len(total):
            most = float(total.max())
        return nice_top(most * HEAD_ROOM, self.least, binary=self.binary)


class PlotMark(msgspec.Struct, frozen=True):
    """Something that happened. icon: of `icons`; role: a colour."""

    at: float
    text: str
    icon: str = "info"
    role: str = "text2"


class PlotGap(msgspec.Struct, frozen=True):
    """A span without values, and why: "asleep"."""

    start: float
    end: float
    name: str = ""


class Sheet(msgspec.Struct, frozen=True, eq=False):
    """All that a stack of plots shows."""

    graphs: tuple[Graph, ...] = ()
    marks: tuple[PlotMark, ...] = ()
    gaps: tuple[PlotGap, ...] = ()
    pale: bool = msgspec.field(default=False)  # last known only: curves are grey

    @property
    def step(self) -> float:
        """Seconds a bin stands for; 0: nothing is there."""
        return max((curve.step for graph in self.graphs for curve in graph.curves if len(curve.times)), default=0.0)

    @property
    def empty(self) -> bool:
        """No curve has any value."""
        return all(curve.last() < 0 for graph in self.graphs for curve in graph.curves)

    def first_known(self) -> float | None:
        """When the oldest value begins."""
        found = [
            float(curve.times[np.argmax(known)])
            for graph in self.graphs
            for curve in graph.curves
            if (known := ~np.isnan(curve.mean)).any()
        ]
        return min(found, default=None)


Bins = TypeVar("Bins", Curve, Series)


def curve_of(series: Series, name: str, factor: float = 1.0, **looks: object) -> Curve:
    """A series as a curve in a graph's unit."""
    low, mean, high = (values * factor for values in (series.low, series.mean, series.high))
    return Curve(name, series.step, series.times, low, mean, high, **looks)  # type: ignore[arg-type]


def extended(old: Bins, new: Bins) -> Bins:
    """`old` with what is newer in `new` (same step), which counts where both have a bin; as long as before."""
    if not len(new.times) or not len(old.times) or old.step != new.step:
        return old if not len(new.times) else new
    keep = int(np.searchsorted(old.times, new.times[0]))
    size = len(old.times)
    fresh = np.isnan(new.mean)
    there = old.mean[keep : keep + len(new.mean)]
    if len(there) and (missing := fresh[: len(there)] & ~np.isnan(there)).any():  # what is known stays known
        parts = []
        for was, now in ((old.low, new.low), (old.mean, new.mean), (old.high, new.high)):
            mixed = now.copy()
            mixed[: len(there)][missing] = was[keep : keep + len(there)][missing]
            parts.append(mixed)
        new = replace(new, low=parts[0], mean=parts[1], high=parts[2])
    joined = (
        np.concatenate((was[:keep], now))[-size:]
        for was, now in ((old.times, new.times), (old.low, new.low), (old.mean, new.mean), (old.high, new.high))
    )
    times, low, mean, high = joined
    return replace(old, times=times, low=low, mean=mean, high=high)


def runs(known: Mask) -> list[tuple[int, int]]:
    """Where a mask is true: (first, behind the last) of each piece."""
    if known.all():
        return [(0, len(known))] if len(known) else []
    edges = np.flatnonzero(known[1:] != known[:-1]) + 1
    cuts = [0, *edges.tolist(), len(known)]
    first = 0 if known[0] else 1
    return [(cuts[number], cuts[number + 1]) for number in range(first, len(cuts) - 1, 2)]


def gaps_of(graphs: Sequence[Graph], least: float = 3.0) -> list[tuple[float, float]]:
    """Spans between known values in which no curve has any, of at least `least` bins."""
    curves = [curve for graph in graphs for curve in graph.curves if curve.drawn and len(curve.times)]
    if not curves:
        return []
    base = max(curves, key=lambda curve: len(curve.times))
    known = np.zeros(len(base.times), bool)
    for curve in curves:
        if len(curve.times) == len(known) and curve.times[0] == base.times[0]:
            known |= ~np.isnan(curve.mean)
        else:
            at = np.searchsorted(base.times, curve.times[~np.isnan(curve.mean)], "right") - 1
            known[np.clip(at, 0, len(known) - 1)] = True
    pieces = runs(known)
    return [
        (float(base.times[end - 1]) + base.step, float(base.times[first]))
        for (_start, end), (first, _end) in pairwise(pieces)
        if first - end >= least
    ]


def accessible(sheet: Sheet, index_of: Callable[[Curve], int]) -> str:
    """Values read out: "CPU %: of its vCPUs 60; Memory GiB: guest uses 20.1, allocated 24"."""

    def said(curves: Iterable[Curve]) -> str:
        return ", ".join(f"{curve.name} {curve.text_at(index_of(curve))}" for curve in curves)

    return "; ".join(f"{graph.title} {graph.unit}: {said(graph.curves)}" for graph in sheet.graphs)
