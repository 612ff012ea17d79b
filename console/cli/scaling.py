"""`splendid vm scale`: vCPUs and memory, while a VM runs where that can be."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from console.cli import bulk
from console.cli.base import option, with_session
from console.cli.bulk import Many, many
from console.cli.session import Session, trying
from console.cli.vms import group
from console.fleet.acts import Act
from console.fleet.bulk import Deed
from console.fleet.scaling import Sizing, When, checked_sizing
from console.words import N_, _

_UNITS = {"": 1 << 10, "k": 1, "m": 1 << 10, "g": 1 << 20, "t": 1 << 30}  # KiB
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)


def size(_ctx: click.Context | None, _param: click.Parameter | None, value: str | None) -> int | None:
    """A size such as "4G", "512M", "1.5GiB" (a bare number is MiB), in KiB. Errors: BadParameter of click."""
    if value is None:
        return None
    found = _SIZE.fullmatch(value.strip())
    kib = float(found[1]) * _UNITS[found[2].lower()] if found is not None else 0.0
    if found is None or kib > 1 << 53:
        raise click.BadParameter(_("{value} is no size: write it as 4G or 512M.").format(value=value))
    return int(kib)


@group.command(
    "scale",
    help=N_("Give VMs other numbers of vCPUs and other memory, now where that can be, and from the next start on."),
)
@many
@option("--vcpus", type=int, metavar="N", help=N_("How many vCPUs."))
@option("--memory", metavar="SIZE", callback=size, help=N_("How much memory: 4G, 512M."))
@option("--max-vcpus", type=int, metavar="N", help=N_("The ceiling of vCPUs, from the next start on."))
@option("--max-memory", metavar="SIZE", callback=size, help=N_("The ceiling of memory, from the next start on."))
@option("--live-only", is_flag=True, help=N_("Only now: the next start is as before."))
@option("--next-boot", is_flag=True, help=N_("Only from the next start on."))
@with_session
def scale(
    session: Session,
    vm: Sequence[str],
    vcpus: int | None,
    memory: int | None,
    max_vcpus: int | None,
    max_memory: int | None,
    live_only: bool,
    next_boot: bool,
    many: Many,
) -> int:
    if live_only and next_boot:
        raise click.UsageError(_("Say --live-only or --next-boot, not both."))
    if vcpus is memory is max_vcpus is max_memory is None:
        raise click.UsageError(
            _("Say at least one of {options}.").format(options="--vcpus, --memory, --max-vcpus, --max-memory")
        )
    when = When.LIVE if live_only else When.NEXT if next_boot else When.BOTH
    with trying("vm.bulk"):
        sizing = checked_sizing(Sizing(vcpus, memory, max_vcpus, max_memory, when))
    return bulk.carry_out(session, Deed((Act.SCALE,), sizing=sizing), bulk.chosen(session, vm, many), many)
