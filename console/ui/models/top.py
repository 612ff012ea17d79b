"""Who takes most: rows of the top list, as they are shown."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from console.fleet.domains import VmKey
from console.fleet.history import By, Measure, Top
from console.ui.models.rows import Column
from console.words import N_, _, stats, units


class What(msgspec.Struct, frozen=True):
    """A resource that can be asked for. word: on a command line. total: a sum over time has a sense, and this is its text."""

    id: str
    title: str
    measures: tuple[Measure, ...]
    text: Callable[[float], str]
    total: Callable[[float], str] | None = None


def _of(measure: Measure) -> Callable[[float], str]:
    return lambda value: stats.value(measure, value)


def _cpu_time(seconds: float) -> str:
    """How long one CPU would have taken."""
    return units.duration(seconds)


WHAT: tuple[What, ...] = (
    What("cpu", N_("CPU"), (Measure.CPU,), stats.cpus, _cpu_time),
    What("memory", N_("Memory"), (Measure.MEMORY,), _of(Measure.MEMORY)),
    What("disk", N_("Disk"), (Measure.DISK_READ, Measure.DISK_WRITE), _of(Measure.DISK_READ), units.size),
    What(
        "ops",
        N_("Operations"),
        (Measure.DISK_READ_OPS, Measure.DISK_WRITE_OPS),
        _of(Measure.DISK_READ_OPS),
        lambda value: units.count(round(value)),
    ),
    What("net", N_("Network"), (Measure.NET_IN, Measure.NET_OUT), _of(Measure.NET_IN), units.size),
)


class TopLine(msgspec.Struct, frozen=True):
    """One row. host: where a VM is, "" for others. said, most, total: the figures as text. bar: 0..1 of the first
    row's. patchy: measured much less than the first row."""

    top: Top
    label: str
    host: str
    said: str
    most: str
    total: str
    gone: bool = False
    glyph: tuple[str, str] | None = None
    bar: float = 0.0
    patchy: bool = False


def line(
    top: Top, what: What, by: By, host: str, glyph: tuple[str, str] | None, gone: bool, best: Top | None = None
) -> TopLine:
    """A row of `StatsService.top` in words. gone: what it is of is no more. best: the first row, which fills its bar."""
    label = top.label or _("without a tag") if by is By.TAG else top.label
    total = what.total(top.total) if what.total is not None and top.total else units.NONE
    first = best or top
    bar = top.mean / first.mean if first.mean else 0.0
    patchy = top.known < 0.5 * first.known
    return TopLine(top, label, host, what.text(top.mean), what.text(top.high), total, gone, glyph, bar, patchy)


def columns(by: By, what: What) -> tuple[Column[TopLine], ...]:
    """The columns of a list by VM, host or tag."""
    titles = {By.VM: N_("VM"), By.HOST: N_("Host"), By.TAG: N_("Tag")}
    name: Column[TopLine] = Column(
        "name",
        titles[by],
        lambda r, n: r.label,
        lambda r: r.label.casefold(),
        width=300,
        glyph=lambda r: r.glyph,
        tone=lambda r: "text3" if r.gone else "",
        tip=lambda r: _("It is no more.") if r.gone else "",
        name=True,
    )
    host: Column[TopLine] = Column("host", N_("Host"), lambda r, n: r.host, lambda r: r.host.casefold(), width=150)
    vms: Column[TopLine] = Column(
        "vms", N_("VMs"), lambda r, n: units.count(r.top.vms), lambda r: r.top.vms, right=True, width=60
    )
    mean: Column[TopLine] = Column(
        "mean",
        N_("Mean"),
        lambda r, n: r.said,
        lambda r: r.top.mean,
        right=True,
        width=200,
        used=lambda r: r.bar,
        tip=lambda r: _("{share} of what all of them take").format(share=units.percent(r.top.share)),
    )
    most: Column[TopLine] = Column(
        "most", N_("Most"), lambda r, n: r.most, lambda r: r.top.high, right=True, width=120, drop=2
    )
    total: Column[TopLine] = Column(
        "total", N_("In all"), lambda r, n: r.total, lambda r: r.top.total, right=True, width=130, drop=3
    )
    share: Column[TopLine] = Column(
        "share",
        N_("Share"),
        lambda r, n: units.percent(r.top.share),
        lambda r: r.top.share,
        right=True,
        width=90,
        drop=4,
    )
    known: Column[TopLine] = Column(
        "known",
        N_("Measured"),
        lambda r, n: units.percent(r.top.known),
        lambda r: r.top.known,
        right=True,
        width=100,
        tone=lambda r: "warning" if r.patchy else "text2",
        tip=lambda r: _("of the span; the rest is not known"),
        drop=1,
    )
    middle = (host,) if by is By.VM else (vms,)
    totals = (total,) if what.total is not None else ()
    return (name, *middle, mean, most, *totals, share, known)


def id_of(row: TopLine) -> VmKey | str:
    return row.top.subject
