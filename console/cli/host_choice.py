"""Which hosts a command means: those named, those of zones, or all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from console.cli import completing
from console.cli.base import option
from console.cli.session import Session
from console.fleet.hosts import HostSpec
from console.words import N_, _


def some_hosts(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds HOST…, --zone and --all."""
    for add in (
        option("--all", "everything", is_flag=True, help=N_("All hosts of the fleet.")),
        option("--zone", "-z", multiple=True, shell_complete=completing.zones, help=N_("All hosts of this zone.")),
        click.argument("host", nargs=-1, shell_complete=completing.hosts),
    ):
        function = add(function)
    return function


def meant(
    session: Session, host: Sequence[str], zone: Sequence[str], everything: bool, *, off: bool = False
) -> list[HostSpec]:
    """The hosts that are meant; of zones and the fleet only those that connect by themselves, unless `off` ones are meant too.
    Errors: UsageError of click where none is named."""
    if not host and not zone and not everything:
        raise click.UsageError(_("Name hosts, or say --zone or --all."))
    specs = [session.host(word) for word in host]
    if zone or everything:
        here = session.hosts((), zone)
        if off:
            here = [spec for spec in session.services.inventory.specs() if everything or spec.zone in zone]
        specs += here
    return list(dict.fromkeys(specs))
