"""How what was read becomes curves, events and gaps. Needs numpy: imported with the first plot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from console.fleet.domains import VmKey
from console.fleet.history import Mark, MarkKind, Measure, Series
from console.ui.models.graph_plans import COLORS, Draft, Line, Plan, Told, added
from console.ui.widgets.plot_data import GREY, Curve, Graph, PlotGap, PlotMark, Sheet, curve_of, extended, gaps_of
from console.words import _, ngettext
from console.words import graphs as words

MOST_MARKS = 60  # events in one plot; of more only the grave ones

SCALES: dict[str, tuple[float, str]] = {  # factor to the unit shown
    "share": (100.0, "%"),
    "memory": (1 / 1024**2, "GiB"),
    "little-memory": (1 / 1024, "MiB"),
    "bytes": (1 / 1024**2, "MiB/s"),
    "bits": (8 / 1e6, "Mbit/s"),
    "ops": (1.0, "/s"),
    "latency": (1000.0, "ms"),
    "cpus": (1.0, ""),
}

_ICONS: dict[MarkKind, tuple[str, str]] = {
    MarkKind.START: ("play", "good"),
    MarkKind.STOP: ("power", "text2"),
    MarkKind.CRASH: ("error", "error"),
    MarkKind.PAUSE: ("pause", "warning-glyph"),
    MarkKind.RESUME: ("play", "good"),
    MarkKind.REVERT: ("undo", "text2"),
    MarkKind.MIGRATION: ("migrate", "accent"),
    MarkKind.CONFIG: ("sliders", "text2"),
    MarkKind.ADDED: ("plus", "text2"),
    MarkKind.REMOVED: ("trash", "text2"),
}
_GRAVE = (MarkKind.CRASH, MarkKind.MIGRATION, MarkKind.REVERT)


def sheet_of(plan: Plan, told: Told, pale: bool = False) -> Sheet:
    """What was read, as curves."""
    order = _largest(plan, told)
    graphs = tuple(_graph(plan, draft, told, order) for draft in plan.drafts)
    marks = told.marks
    host = told.series.get((plan.beside, Measure.CPU))
    gaps = tuple(PlotGap(start, end, gap_name(marks, start, end, host)) for start, end in gaps_of(graphs))
    return Sheet(graphs, plot_marks(plan, marks), gaps, pale)


def _graph(plan: Plan, draft: Draft, told: Told, order: Sequence[VmKey]) -> Graph:
    scale = _scale(draft, told)
    factor, unit = SCALES[scale]
    curves: list[Curve] = []
    if draft.by_vm is not None:
        text = words.gib if scale == "memory" else words.axis_number
        curves = _stack(plan, told.stacks.get(draft.id, {}), order, factor, text)
        unit = unit or _("whole CPUs")
    for line in draft.lines:
        parts = [part for m in line.measures if (part := told.series.get((line.subject, m))) is not None]
        if len(parts) == len(line.measures):
            curves.append(_curve(line, added(parts), scale))
    binary = draft.scale == "memory"
    return Graph(draft.id, draft.title, unit, tuple(curves), draft.top, draft.least, binary, draft.by_vm is not None)


def _scale(draft: Draft, told: Told) -> str:
    """The scale of a graph: memory of which all is below one GiB is told in MiB."""
    if draft.scale != "memory":
        return draft.scale
    parts = [*told.stacks.get(draft.id, {}).values()]
    parts += [part for line in draft.lines for m in line.measures if (part := told.series.get((line.subject, m)))]
    most = max((float(np.nanmax(part.high)) for part in parts if not np.isnan(part.high).all()), default=np.inf)
    return "little-memory" if most * (len(parts) if draft.by_vm else 1) < 1024**2 else draft.scale


def _curve(line: Line, series: Series, scale: str) -> Curve:
    factor = SCALES[scale][0]
    number = line.number
    if line.measures == (Measure.DISK_LATENCY,) and not line.drawn:  # another unit than its graph
        return curve_of(series, line.name, 1.0, drawn=False, text=words.milliseconds)
    text = words.gib if scale == "memory" else words.axis_number
    return curve_of(
        series,
        line.name,
        factor,
        number=number,
        filled=line.filled,
        dashed=line.dashed,
        drawn=line.drawn,
        text=text,
    )


def _largest(plan: Plan, told: Told) -> list[VmKey]:
    """The VMs of stacked graphs, those first that have the largest share in any: so that each has one colour in all."""
    shares: dict[VmKey, float] = {}
    for parts in told.stacks.values():
        sizes = {key: float(np.nan_to_num(part.mean).sum()) for key, part in parts.items()}
        total = sum(sizes.values()) or 1.0
        for key, size in sizes.items():
            shares[key] = max(shares.get(key, 0.0), size / total)
    return sorted(shares, key=lambda key: (-shares[key], plan.names.get(key, key.uuid)))


def _stack(
    plan: Plan, parts: Mapping[VmKey, Series], order: Sequence[VmKey], factor: float, text: Callable[[float], str]
) -> list[Curve]:
    """The largest VMs, each in its colour; the rest as one, in grey."""
    colored = order if len(order) <= COLORS else order[: COLORS - 1]
    curves = [
        curve_of(parts[key], plan.names.get(key, key.uuid), factor, number=number, text=text)
        for number, key in enumerate(colored)
        if key in parts
    ]
    rest = [key for key in order if key in parts and key not in colored]
    if rest:
        first = parts[rest[0]]
        total = np.nansum([parts[key].mean for key in rest if len(parts[key].mean) == len(first.mean)], axis=0)
        known = np.any([~np.isnan(parts[key].mean) for key in rest if len(parts[key].mean) == len(first.mean)], axis=0)
        total = np.where(known, total, np.nan)
        name = ngettext("{n} other", "{n} others", len(rest)).format(n=len(rest))
        others = Series(first.measure, first.step, first.times, total, total, total)
        curves.append(curve_of(others, name, factor, number=GREY, text=text))
    return curves


def plot_marks(plan: Plan, marks: Sequence[Mark]) -> tuple[PlotMark, ...]:
    """Events as signs; with the VM's name where there are several."""
    if len(marks) > MOST_MARKS:
        marks = [mark for mark in marks if mark.kind in _GRAVE][-MOST_MARKS:]
    found = []
    for mark in marks:
        icon, role = _ICONS[mark.kind]
        name = plan.names.get(mark.key, "")
        text = f"{name}: {words.mark(mark)}" if name else words.mark(mark)
        found.append(PlotMark(mark.at, text, icon, role))
    return tuple(found)


def gap_name(marks: Sequence[Mark], start: float, end: float, host: Series | None = None) -> str:
    """Why nothing is known of a span, as far as events tell, and the figures of the VM's host in it."""
    near = [mark.kind for mark in marks if start - 120 <= mark.at <= end + 120]
    if MarkKind.CRASH in near:
        return _("crashed")
    if MarkKind.STOP in near or (near[-1:] == [MarkKind.START]):
        return _("off")
    if host is None:
        return _("no figures")
    inside = (host.times >= start) & (host.times < end)
    recorded = np.count_nonzero(~np.isnan(host.mean[inside])) * 2 > np.count_nonzero(inside)
    return _("off") if recorded else _("not recorded")


def continued(old: Told, tail: Told) -> Told:
    """`old` with what is newer in `tail`, over as many bins as before."""
    series = {key: extended(old.series[key], new) if key in old.series else new for key, new in tail.series.items()}
    stacks = {
        id: {key: extended(old.stacks[id][key], new) for key, new in parts.items() if key in old.stacks.get(id, {})}
        for id, parts in tail.stacks.items()
    }
    marks = tuple(sorted({*old.marks, *tail.marks}, key=lambda mark: mark.at))
    return Told(tail.end - (old.end - old.start), tail.end, {**old.series, **series}, stacks, marks)


def step_of(told: Told) -> float:
    """Seconds a bin stands for; 0: nothing was read."""
    every = (*told.series.values(), *(part for parts in told.stacks.values() for part in parts.values()))
    return max((part.step for part in every), default=0.0)


def end_of(told: Told) -> float:
    """Where the last bin begins; 0: nothing was read."""
    every = (*told.series.values(), *(part for parts in told.stacks.values() for part in parts.values()))
    return min((float(part.times[-1]) for part in every if len(part.times)), default=0.0)


def replayed(told: Told) -> bool:
    """Some of it is a recorded trace of the demo."""
    every = (*told.series.values(), *(part for parts in told.stacks.values() for part in parts.values()))
    return any(part.replayed for part in every)
