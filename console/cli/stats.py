"""`splendid stats`: the load of VMs and hosts over time, from what the window recorded, or sampled now."""

from __future__ import annotations

import csv
import math
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

import click
import msgspec

from console.cli import completing, output, sampling, spans
from console.cli.base import Command, Exit, option, with_session
from console.cli.output import Cell, Head
from console.cli.session import Session, Tried, trying
from console.cli.where import find, keys_where, parsed, where_option
from console.fleet.domains import VmKey
from console.fleet.errors import NotFound, Reason
from console.fleet.history import HOST_MEASURES, VM_MEASURES, Mark, Measure, Series, Subject
from console.words import N_, _, graphs, stats, units

POINTS = 1000  # of CSV and JSON, unless said otherwise
BARS = 40  # of a curve on the terminal
_LEVELS = " ▁▂▃▄▅▆▇█"
_USUAL = (
    Measure.CPU,
    Measure.MEMORY,
    Measure.MEMORY_ALLOCATED,
    Measure.DISK_READ,
    Measure.DISK_WRITE,
    Measure.DISK_READ_OPS,
    Measure.DISK_WRITE_OPS,
    Measure.DISK_LATENCY,
    Measure.NET_IN,
    Measure.NET_OUT,
)

HELP = N_(
    "Show the load of VMs or hosts over time. NAME: a VM or a host; with --host alone, that host.\n\n"
    "The window records while it is open: 5 seconds apart for an hour, a minute for two days, an hour for a year. "
    "--live measures now instead, without a window."
)


class Shown(msgspec.Struct, frozen=True):
    """A VM or host with its series and what happened to it. label: as it is headed."""

    key: Subject
    name: str
    label: str
    series: dict[Measure, Series]
    marks: list[Mark]

    @property
    def replayed(self) -> bool:
        return any(one.replayed for one in self.series.values())

    @property
    def known(self) -> bool:
        return any(not math.isnan(value) for one in self.series.values() for value in one.mean)


@click.command("stats", cls=Command, help=HELP)
@click.argument("name", nargs=-1, shell_complete=completing.vms)
@option("--host", metavar="HOST", shell_complete=completing.hosts, help=N_("The host itself, or where the VMs are."))
@option("--by-vm", is_flag=True, help=N_("Of a host: each of its VMs that has any figures."))
@where_option
@spans.span_options("1h")
@option(
    "--measure",
    "-m",
    "measures",
    metavar="NAMES",
    callback=spans.chosen,
    shell_complete=spans.complete_measures,
    help=N_("Measures, apart by commas: {names}."),
    fill={"names": ", ".join(spans.MEASURES)},
)
@option("--points", type=click.IntRange(1, 10_000), metavar="N", help=N_("At most about so many points of a series."))
@option("--csv", "as_csv", is_flag=True, help=N_("Print CSV: one line a point and measure."))
@option("--live", is_flag=True, help=N_("Measure now, line by line, until Ctrl-C."))
@option("--count", type=click.IntRange(1), metavar="N", help=N_("With --live: so many rounds."))
@with_session
def command(
    session: Session,
    name: Sequence[str],
    host: str | None,
    by_vm: bool,
    where: str | None,
    since: float,
    until: float,
    measures: tuple[Measure, ...],
    points: int | None,
    as_csv: bool,
    live: bool,
    count: int | None,
) -> int:
    if as_csv and session.json:
        raise click.UsageError(_("Say one of {options}.").format(options="--csv, --json"))
    if by_vm and (host is None or name or where):
        raise click.UsageError(_("--by-vm goes with --host alone."))
    if count is not None and not live:
        raise click.UsageError(_("--count goes with --live."))
    spans.checked(since, until)
    keys = _subjects(session, name, host, by_vm, where, live=live)
    if live:
        return sampling.show(session, keys, measures, count, as_csv=as_csv)
    bare = as_csv or session.json
    with trying("stats.read"):
        shown = [_shown(session, key, measures, since, until, points or (POINTS if bare else BARS)) for key in keys]
    if as_csv:
        _print_csv(session, shown)
    elif session.json:
        output.document({"subjects": [_record(session, one) for one in shown]})
    else:
        _print(shown, since, until)
    return Exit.DONE


def _subjects(
    session: Session, names: Sequence[str], host: str | None, by_vm: bool, where: str | None, *, live: bool
) -> list[Subject]:
    service = session.services.stats
    if where is not None:
        if names:
            raise click.UsageError(_("Say names or --where, not both."))
        query = parsed(session, where)
        keys = keys_where(session, where) if query.measures else find(session, query)
        found: list[Subject] = [key for key in keys if host is None or key.host == session.host(host).id]
        if not found:
            raise click.UsageError(_("No VM matches {text}").format(text=query.text))
        return found
    if not names and host is None:
        raise click.UsageError(_("Say which VM or host."))
    if not names:
        spec = session.host(host or "")
        if not by_vm:
            return [spec.id]
        with trying("stats.read"):
            return [key for key in service.subjects() if isinstance(key, VmKey) and key.host == spec.id]
    return list(dict.fromkeys(_subject(session, word, host, live=live) for word in names))


def _subject(session: Session, word: str, host: str | None, *, live: bool) -> Subject:
    """A VM or host of that name; of those that are no more too, as long as there are figures of them."""
    full = word if host is None or "/" in word else f"{session.host(host).name}/{word}"
    try:
        return session.find([full])[0]
    except Tried as missing:
        if not isinstance(missing.error, NotFound):
            raise
        if host is None:
            try:
                return session.host(word).id
            except Tried:
                pass
        if live:
            return session.vm(full)  # asks all hosts
        with trying("stats.read"):
            gone = session.services.stats.find(word, session.host(host).id if host is not None else None)
        if len(gone) == 1:
            return gone[0]
        if not gone:
            raise
        known = ", ".join(f"{key.host}/{key.uuid}" for key in gone if isinstance(key, VmKey))
        with trying("vm.find"):
            raise NotFound(Reason.GONE, word, detail=known) from None


def _shown(
    session: Session, key: Subject, measures: Sequence[Measure], since: float, until: float, points: int
) -> Shown:
    service = session.services.stats
    of_all = VM_MEASURES if isinstance(key, VmKey) else HOST_MEASURES
    wanted = [measure for measure in measures or (of_all if points > BARS else _usual(key)) if measure in of_all]
    series = service.series(key, wanted, since, until, points)
    name = service.name(key)
    marks = service.marks([key], since, until) if isinstance(key, VmKey) else []
    label = f"{service.name(key.host)}/{name}" if isinstance(key, VmKey) else name
    return Shown(key, name, label, series, marks)


def _usual(key: Subject) -> Sequence[Measure]:
    return _USUAL if isinstance(key, VmKey) else (*_USUAL, *HOST_MEASURES[len(VM_MEASURES) :])


# what is printed


def _print(shown: Sequence[Shown], since: float, until: float) -> None:
    now = time.time()
    for index, one in enumerate(shown):
        if index:
            output.line("")
        step = next((series.step for series in one.series.values()), 0.0)
        output.line(f"{one.label}: {graphs.span(since, until, step, now)}")
        if not one.known:
            output.note(_(stats.NOTHING).format(name=one.label))
        else:
            heads = [Head(_("Measure"))]
            heads += [Head(text, right=True) for text in (_("Last"), _("Mean"), _("Least"), _("Most"))]
            output.table(
                [*heads, Head(_("Over time"))], [_row(series) for series in one.series.values() if _any(series)]
            )
        for mark in one.marks:
            output.line(f"{units.moment(mark.at, now)}  {graphs.mark(mark)}")
    if any(one.replayed for one in shown):
        output.note(_(stats.REPLAYED))


def _any(series: Series) -> bool:
    return any(not math.isnan(value) for value in series.mean)


def _row(series: Series) -> list[Cell | str]:
    means = [float(value) for value in series.mean]
    known = [value for value in means if not math.isnan(value)]
    figures = (
        next((value for value in reversed(means) if not math.isnan(value)), math.nan),
        sum(known) / len(known),
        min(float(value) for value in series.low if not math.isnan(value)),
        max(float(value) for value in series.high if not math.isnan(value)),
    )
    return [stats.name(series.measure), *(stats.value(series.measure, figure) for figure in figures), _curve(means)]


def _curve(values: Iterable[float]) -> str:
    """The values as bars; a gap is empty, and nothing at all the lowest bar."""
    values = list(values)
    most = max((value for value in values if not math.isnan(value)), default=0.0)
    return "".join(
        _LEVELS[0] if math.isnan(value) else _LEVELS[1 + round(value / most * 7)] if most > 0 else _LEVELS[1]
        for value in values
    )


def _place(session: Session, key: Subject) -> dict[str, Any]:
    """Where a subject stands, as JSON and CSV name it."""
    name = session.services.stats.name
    if isinstance(key, VmKey):
        return {"host": name(key.host), "vm": name(key), "uuid": key.uuid}
    return {"host": name(key), "vm": "", "uuid": ""}


def _record(session: Session, one: Shown) -> dict[str, Any]:
    return {
        **_place(session, one.key),
        "replayed": one.replayed,
        "series": [
            {
                "measure": series.measure.value,
                "unit": stats.plain_unit(series.measure),
                "step": series.step,
                "points": [
                    {"time": output.iso(at), "low": low, "mean": mean, "high": high}
                    for at, low, mean, high in _points(series)
                ],
            }
            for series in one.series.values()
        ],
        "marks": [{"time": output.iso(mark.at), "kind": mark.kind.value, "text": mark.text} for mark in one.marks],
    }


def _points(series: Series) -> list[tuple[float, float | None, float | None, float | None]]:
    """Time, low, mean and high of each bin, plain numbers; None for a gap."""
    rows = zip(series.times.tolist(), series.low.tolist(), series.mean.tolist(), series.high.tolist(), strict=True)
    return [(at, *(None if math.isnan(value) else value for value in values)) for at, *values in rows]


def _print_csv(session: Session, shown: Sequence[Shown]) -> None:
    """One line a point and measure, times in UTC; gaps are left out."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["time", "host", "vm", "measure", "unit", "low", "mean", "high"])
    for one in shown:
        place = _place(session, one.key)
        for series in one.series.values():
            fixed = [place["host"], place["vm"], series.measure.value, stats.plain_unit(series.measure)]
            for at, *values in _points(series):
                if values[1] is not None:
                    writer.writerow(
                        [output.iso(at), *fixed, *(f"{value:.6g}" for value in values if value is not None)]
                    )
