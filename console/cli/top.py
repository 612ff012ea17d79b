"""`splendid top`: who takes most of something, over any span that is recorded."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import Any

import click

from console.cli import completing, output, spans
from console.cli.base import Command, Exit, option, with_session
from console.cli.output import Cell, Head
from console.cli.session import Session, trying
from console.cli.where import find, keys_where, parsed, where_option
from console.fleet.domains import VmKey
from console.fleet.history import By, Measure, Top
from console.words import N_, _, ngettext, stats, units

WHAT: dict[str, tuple[Measure, ...]] = {
    name: measures for name, measures in spans.MEASURES.items() if name != "pressure" and measures[0].of_vms
}
WIDE = ("cpu", "memory", "disk", "net")  # without --measure
FEW, MANY = 5, 20

HELP = N_(
    "List who takes most CPU, memory, disk or network, from what the window recorded.\n\n"
    "CPU is in whole CPUs. VMs that are no more are listed too, as far as they are kept."
)


@click.command("top", cls=Command, help=HELP)
@spans.span_options("1h")
@option("--by", type=click.Choice([each.value for each in By]), default="vm", show_default=True, help=N_("Add up by."))
@option(
    "--measure",
    "-m",
    type=click.Choice(list(WHAT)),
    metavar="NAME",
    help=N_("Only this list: {names}."),
    fill={"names": ", ".join(WHAT)},
)
@where_option
@option("--host", metavar="HOST", shell_complete=completing.hosts, help=N_("Only VMs of this host."))
@option("--count", "-n", type=click.IntRange(1), metavar="N", help=N_("So many of each list."))
@option("--csv", "as_csv", is_flag=True, help=N_("Print CSV."))
@with_session
def command(
    session: Session,
    since: float,
    until: float,
    by: str,
    measure: str | None,
    where: str | None,
    host: str | None,
    count: int | None,
    as_csv: bool,
) -> int:
    if as_csv and session.json:
        raise click.UsageError(_("Say one of {options}.").format(options="--csv, --json"))
    spans.checked(since, until)
    among = _among(session, where, host)
    most = count or (MANY if measure else FEW)
    lists: dict[str, list[Top]] = {}
    with trying("stats.read"):
        for name in (measure,) if measure else WIDE:
            lists[name] = session.services.stats.top(WHAT[name], since, until, By(by), among)
    if session.json:
        lists_of = {name: [_record(session, name, row) for row in rows[:most]] for name, rows in lists.items()}
        output.document({"by": by, "since": output.iso(since), "until": output.iso(until), "top": lists_of})
    elif as_csv:
        _print_csv(session, lists, most)
    else:
        _print(session, lists, most, By(by))
    return Exit.DONE


def _among(session: Session, where: str | None, host: str | None) -> set[VmKey] | None:
    """The VMs that are meant, as last seen; None = all."""
    among = None
    if where is not None:
        query = parsed(session, where)
        among = set(keys_where(session, where) if query.measures else find(session, query))
        if not among:
            raise click.UsageError(_("No VM matches {text}").format(text=query.text))
    if host is not None:
        spec = session.host(host)
        with trying("stats.read"):
            mine = {key for key in session.services.stats.subjects() if isinstance(key, VmKey) and key.host == spec.id}
        among = mine if among is None else among & mine
    return among


def _print(session: Session, lists: dict[str, list[Top]], most: int, by: By) -> None:
    if not any(lists.values()):
        output.note(_("Nothing is recorded of that time. The window records while it is open."))
        return
    for index, (name, rows) in enumerate(lists.items()):
        if index:
            output.line("")
        if not rows:
            output.note(_("Nothing of {measure} is recorded in that time.").format(measure=_title(name)))
            continue
        heads = [Head(_title(name)), Head("" if by is not By.VM else _("Host"))]
        heads += [Head(text, right=True) for text in (_("Mean"), _("Most"), _("Share"), _("Known"))]
        output.table(heads, [_row(session, name, row, by) for row in rows[:most]])
        if len(rows) > most:
            rest = len(rows) - most
            output.line(ngettext("and {count} more", "and {count} more", rest).format(count=rest))


def _title(name: str) -> str:
    return {"disk": _("Disk"), "net": _("Network"), "ops": _("Operations")}.get(name) or stats.name(WHAT[name][0])


def _row(session: Session, name: str, row: Top, by: By) -> Sequence[Cell | str]:
    more = _count(row) if by is not By.VM else ""
    if isinstance(row.subject, VmKey):
        more = session.services.stats.name(row.subject.host)
    return [
        row.label or _("no tag"),
        more,
        _value(name, row.mean),
        _value(name, row.high),
        units.percent(row.share) if name != "latency" else "",
        Cell(units.percent(row.known), dim=True),
    ]


def _count(row: Top) -> str:
    return ngettext("{count} VM", "{count} VMs", row.vms).format(count=row.vms) if row.vms > 1 else ""


def _value(name: str, value: float) -> str:
    return stats.cpus(value) if name == "cpu" else stats.value(WHAT[name][0], value)


def _record(session: Session, name: str, row: Top) -> dict[str, Any]:
    subject = row.subject
    vm = isinstance(subject, VmKey)
    return {
        "name": row.label,
        "host": session.services.stats.name(subject.host) if isinstance(subject, VmKey) else None,
        "uuid": subject.uuid if isinstance(subject, VmKey) else None,
        "unit": "CPU" if name == "cpu" else stats.plain_unit(WHAT[name][0]),
        "mean": row.mean,
        "high": row.high,
        "total": row.total,
        "share": row.share,
        "vms": 1 if vm else row.vms,
        "known": row.known,
    }


def _print_csv(session: Session, lists: dict[str, list[Top]], most: int) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    fields = ("measure", "name", "host", "uuid", "unit", "mean", "high", "total", "share", "vms", "known")
    writer.writerow(fields)
    for name, rows in lists.items():
        for row in rows[:most]:
            record = {"measure": name, **_record(session, name, row)}
            cells = (record[field] for field in fields)
            writer.writerow(
                ["" if cell is None else f"{cell:.6g}" if isinstance(cell, float) else cell for cell in cells]
            )
