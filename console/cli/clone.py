"""`splendid clone …`: copies of a VM, full or linked, one or many; who is built on whom; and making a clone stand alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import click

from console.cli import clone_show, completing, output
from console.cli.base import Exit, Group, option, with_session
from console.cli.following import waiting
from console.cli.planned import Dry, go, plan_option, yes_option
from console.cli.session import Session, trying
from console.cli.storage import CLEAN_LIMIT
from console.fleet import query_values
from console.fleet.clones.naming import MOST, numbered
from console.fleet.clones.naming import names as made_out
from console.fleet.clones.values import CloneKind, CloneOrder, Macs, Reset
from console.fleet.storing import Plan
from console.jobs.runner import JobHandle
from console.services import clone_lines
from console.words import N_, _, clones

DEFAULT = "make"


class CloneGroup(Group):
    """`splendid clone VM NAME…` needs no word for what it does; the other commands have one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args.insert(0, DEFAULT)
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        return super().shell_complete(ctx, incomplete) + completing.vms(
            ctx, self.commands[DEFAULT].params[0], incomplete
        )


group = CloneGroup(
    "clone",
    help=N_(
        "Clone a VM: splendid clone VM NAME…, with the options of splendid clone make. "
        "A VM that is called like a command is named host/name."
    ),
)


def _until(ctx: click.Context, param: click.Parameter, value: str | None) -> float:
    """Epoch seconds of "2026-12-01", "2026-12-01 18:00", "18:00" or "3d" (from now); 0 = not given."""
    if value is None:
        return 0.0
    now, text = time.time(), value.strip()
    try:
        at = now + query_values.number(text, query_values.Measure.TIME)
    except (query_values.NotANumber, query_values.NotAUnit):
        if len(text) <= 8 and ":" in text:
            text = f"{time.strftime('%Y-%m-%d', time.localtime(now))} {text}"
        try:
            at = datetime.fromisoformat(text).astimezone().timestamp()
        except (ValueError, OverflowError, OSError):
            said = _(
                'It is no time: "{text}". Give how long from now (8h, 3d), or a moment (18:00, 2026-12-01, "2026-12-01 18:00").'
            )
            raise click.BadParameter(said.format(text=value), ctx, param) from None
    if at > output.LAST:
        raise click.BadParameter(_("No calendar goes that far: {text}.").format(text=value), ctx, param)
    if at <= now:
        raise click.BadParameter(_("That is over already: {text}.").format(text=value), ctx, param)
    return at


until_option = option(
    "--until",
    metavar="TIME",
    callback=_until,
    help=N_('They go with their disks then: how long from now (8h, 3d), or a moment (2026-12-01, "2026-12-01 18:00").'),
)
throw_away_option = option(
    "--throw-away", is_flag=True, help=N_("They go with their disks once they are shut down and a window sees it.")
)


@group.command(DEFAULT, help=N_("Clone a VM, once or many times: all or none. Prints what it takes with --plan."))
@click.argument("vm", shell_complete=completing.vms)
@click.argument("name", nargs=-1)
@option(
    "--linked", is_flag=True, help=N_("At once and small: built on the source's disks, which must not change then.")
)
@option(
    "--from",
    "snapshot",
    default="",
    metavar="SNAPSHOT",
    shell_complete=completing.snapshots,
    help=N_("As it was then."),
)
@option("--count", "-n", type=click.IntRange(1, MOST), default=None, help=N_("How many, with one NAME or a pattern."))
@option(
    "--pattern",
    default="",
    help=N_('Their names with a number: "qa-{{n}}", "qa-{{n:02}}"; those that are taken are passed over.'),
)
@option("--host", metavar="HOST", shell_complete=completing.hosts, help=N_("On this host; the source's otherwise."))
@option(
    "--pool",
    default="",
    metavar="NAME",
    shell_complete=completing.pools,
    help=N_("Into this pool; each disk's own otherwise."),
)
@option("--file", "files", default="", metavar="PATTERN", help=N_('Names of the volumes: "{{name}}-{{target}}.qcow2".'))
@option("--keep-mac", is_flag=True, help=N_("With the source's MAC addresses, for licences bound to them."))
@option(
    "--reset",
    type=click.Choice([str(each) for each in Reset]),
    default=str(Reset.NONE),
    show_default=True,
    help=N_("How the guest forgets whose copy it is: keys, machine ID, host name."),
)
@option("--keep-hostname", is_flag=True, help=N_("With --reset: the guest keeps its host name."))
@throw_away_option
@until_option
@option("--build", default="", help=N_("The build that is installed, to search by."))
@option("--note", default="", help=N_("What they are for."))
@option("--tag", "tags", multiple=True, shell_complete=completing.tags, help=N_("A tag; more than once for several."))
@option("--start", is_flag=True, help=N_("Start them."))
@plan_option
@yes_option
@with_session
def make(
    session: Session,
    vm: str,
    name: Sequence[str],
    linked: bool,
    snapshot: str,
    count: int | None,
    pattern: str,
    host: str | None,
    pool: str,
    files: str,
    keep_mac: bool,
    reset: str,
    keep_hostname: bool,
    throw_away: bool,
    until: float,
    build: str,
    note: str,
    tags: Sequence[str],
    start: bool,
    only_plan: bool,
    yes: bool,
) -> int:
    if keep_hostname and reset == Reset.NONE:
        raise click.UsageError(_("--keep-hostname only says something together with --reset."))
    _can_be_named(name, count, pattern)
    source = session.vm(vm)
    spec = session.host(host) if host else None
    if spec is not None:
        session.must_reach(spec)
    where = spec.id if spec is not None and spec.id != source.host else ""
    service = session.services.clones
    _take_back(session, frozenset({source.host, where or source.host}))
    with trying("clone.plan"):
        order = CloneOrder(
            source,
            _names(session, where or source.host, name, count, pattern),
            CloneKind.LINKED if linked else CloneKind.FULL,
            snapshot,
            where,
            pool,
            files,
            Macs.KEPT if keep_mac else Macs.NEW,
            Reset(reset),
            not keep_hostname,
            build,
            note,
            tuple(dict.fromkeys(tags)),
            start,
            throw_away,
            until,
        )
        with waiting(_("Asking what it would take")):
            plan = service.plan(order)
    command = None if plan.refused else service.line(order)
    dry = Dry(
        clone_show.lines(session, plan),
        clone_show.record(session, plan, command),
        "vm.clone",
        lambda: service.run(plan),
        refused=bool(plan.refused),
        done=lambda source: _("{name} is cloned: {names}").format(name=source, names=clones.names(order.names, MOST)),
    )
    return go(session, dry, only_plan=only_plan, yes=yes or not plan.warnings)


def _take_back(session: Session, hosts: frozenset[str]) -> None:
    """What an earlier run left half-made there: it would stand in the way."""
    handles = session.services.half_made.clean(hosts)
    session.wait(lambda: all(handle.view.state.ended for handle in handles), CLEAN_LIMIT)


def _can_be_named(name: Sequence[str], count: int | None, pattern: str) -> None:
    """Errors: UsageError of click where it is not said how they are called, or said twice."""
    if bool(name) == bool(pattern):
        raise click.UsageError(_("Say how the clones are called: by their names, or by --pattern."))
    if count is not None and len(name) > 1:
        raise click.UsageError(
            _("--count goes with one name or a pattern, not with {count} names.").format(count=len(name))
        )
    if any(not each.strip() for each in (*name, *([pattern] if pattern else []))):
        raise click.BadParameter(_("It is empty."), param_hint="NAME")
    twice = sorted({each for each in name if name.count(each) > 1})
    if twice:
        raise click.UsageError(_("Two clones cannot have one name: {names}.").format(names=", ".join(twice)))


def _names(session: Session, host: str, name: Sequence[str], count: int | None, pattern: str) -> tuple[str, ...]:
    """The clones' names; with a number in them those that are free at the host."""
    word = pattern or name[0]
    if len(name) > 1 or (count is None and not pattern and not numbered(word)):
        return tuple(name)
    taken = {domain.name for domain in session.services.inventory.domains_of(host)}
    return made_out(word, count or 1, taken)


@group.command("flatten", help=N_("Give a linked clone disks of its own: it needs its base no longer."))
@click.argument("vm", shell_complete=completing.vms)
@plan_option
@yes_option
@with_session
def flatten(session: Session, vm: str, only_plan: bool, yes: bool) -> int:
    key, service = session.vm(vm), session.services.clones
    with trying("clone.plan"), waiting(_("Asking what it would take")):
        plan = service.plan_flatten(key)
    command = clone_lines.flatten(session.services.inventory, key)
    return carry_out(session, [plan], [lambda: service.run_flatten(key)], only_plan=only_plan, yes=yes, command=command)


@group.command("keep", help=N_("Let a clone stay, or go by itself: when it is shut down, or at a time."))
@click.argument("vm", shell_complete=completing.vms)
@throw_away_option
@until_option
@plan_option
@yes_option
@with_session
def keep(session: Session, vm: str, throw_away: bool, until: float, only_plan: bool, yes: bool) -> int:
    key, service = session.vm(vm), session.services.clones
    with trying("clone.plan"):
        plan = service.plan_keep(key, throw_away=throw_away, expires=until)
    command = clone_lines.keep(session.services.inventory, key, throw_away=throw_away, expires=until)
    runs = [lambda: service.run_keep(key, throw_away=throw_away, expires=until)]
    return carry_out(session, [plan], runs, only_plan=only_plan, yes=yes, command=command)


def carry_out(
    session: Session,
    plans: Sequence[Plan],
    runs: Sequence[Callable[[], JobHandle]],
    *,
    only_plan: bool,
    yes: bool,
    command: str,
) -> int:
    """Shows them, asks where they warn, does one after the other; where one is refused, none. The exit code."""
    refused = [plan for plan in plans if plan.refused]
    first, *more = runs
    dry = Dry(
        [text for plan in refused or plans for text in clone_show.plan_lines(session, plan)],
        clone_show.plan_record(session, plans, None if refused else command),
        plans[0].kind,
        first,
        refused=bool(refused),
        more=more,
    )
    return go(session, dry, only_plan=only_plan, yes=yes or not any(plan.warnings for plan in plans))


@group.command("family", help=N_("Show what a VM's disks are built on, and who else is built on that."))
@click.argument("vm", shell_complete=completing.vms)
@with_session
def family(session: Session, vm: str) -> int:
    key = session.vm(vm)
    spec = session.services.inventory.spec(key.host)
    session.read_whole([spec] if spec is not None else [])
    value = session.services.clones.family(key)
    if session.json:
        output.document({"family": clone_show.family_record(session, value)})
    elif value is None:
        output.line(_("Nobody is built on it, and it is built on nobody."))
    else:
        clone_show.family(session, value)
    return Exit.DONE
