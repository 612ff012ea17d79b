"""--since, --until and --measure of the commands that look back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from console.cli import completing
from console.cli.base import option
from console.fleet import query_values
from console.fleet.history import KEPT, Measure
from console.words import N_, _

NOW = "now"


def _moment(ctx: click.Context, param: click.Parameter, value: str) -> float:
    """Epoch seconds of "2h" (ago), "now", "13:40", "2026-11-20" or "2026-11-20 13:40"."""
    now = time.time()
    text = value.strip()
    if text == NOW:
        return now
    try:
        return now - query_values.number(text.removesuffix(" ago").removesuffix(_(" ago")), query_values.Measure.TIME)
    except (query_values.NotANumber, query_values.NotAUnit):
        pass
    try:
        if len(text) <= 8 and ":" in text:
            text = f"{time.strftime('%Y-%m-%d', time.localtime(now))} {text}"
        return datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        said = _(
            'It is no time: "{text}". Give how long ago (30min, 2h, 7d), or a moment (13:40, 2026-11-20, "2026-11-20 13:40").'
        )
        raise click.BadParameter(said.format(text=value), ctx, param) from None


def span_options(since: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds --since and --until; the command is given `since` and `until` as epoch seconds."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        function = option(
            "--until", metavar="TIME", default=NOW, callback=_moment, help=N_("The end; now unless said otherwise.")
        )(function)
        return option(
            "--since",
            metavar="TIME",
            default=since,
            show_default=True,
            callback=_moment,
            help=N_('How long ago it begins (30min, 2h, 7d), or a moment (13:40, 2026-11-20, "2026-11-20 13:40").'),
        )(function)

    return add


def checked(since: float, until: float) -> None:
    """Errors: UsageError of click where a span ends before it begins, or begins before anything is kept."""
    if until <= since:
        raise click.UsageError(_("--since is not before --until."))
    if until < time.time() - KEPT[-1]:
        raise click.UsageError(_("That is longer ago than load is kept: a year."))


GROUPS: dict[str, tuple[Measure, ...]] = {
    "disk": (Measure.DISK_READ, Measure.DISK_WRITE),
    "ops": (Measure.DISK_READ_OPS, Measure.DISK_WRITE_OPS),
    "latency": (Measure.DISK_LATENCY,),
    "net": (Measure.NET_IN, Measure.NET_OUT),
    "pressure": (Measure.PRESSURE_CPU, Measure.PRESSURE_MEMORY, Measure.PRESSURE_IO),
}
"""Short names of several measures."""

MEASURES: dict[str, tuple[Measure, ...]] = {**{measure.value: (measure,) for measure in Measure}, **GROUPS}
complete_measures = completing.parts_of(MEASURES)


def chosen(_ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[Measure, ...]:
    """The measures of "cpu,disk", each once; none given: none."""
    found: dict[Measure, None] = {}
    for word in (value or "").split(","):
        name = word.strip()
        if not name:
            continue
        if name not in MEASURES:
            said = _("There is no measure {name}; there are {names}.")
            raise click.BadParameter(said.format(name=name, names=", ".join(MEASURES)), param=param)
        found.update(dict.fromkeys(MEASURES[name]))
    return tuple(found)
