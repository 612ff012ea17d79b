"""`splendid alert`: what is watched for, what fires now, and silence."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence

import click

from console.cli import completing, output
from console.cli.base import Exit, Group, option, with_session
from console.cli.output import Cell, Head
from console.cli.session import Session, trying
from console.cli.where import wrong
from console.fleet.alerts import FULL, Alert, AlertRule, Kind, PoolKey, Told, host_of, read_rule, read_wait, rule_named
from console.fleet.domains import VmKey
from console.fleet.errors import UsageError
from console.fleet.search import QueryError
from console.words import N_, _, alerts

group = Group("alert", help=N_("Alerts: what is watched for, and what fires."))


name_argument = click.argument("name", shell_complete=completing.alerts)


@group.command("list", help=N_("List the rules."))
@with_session
def list_rules(session: Session) -> int:
    rules, now = session.services.alerts.rules(), time.time()
    if session.json:
        output.document({"alerts": [_rule(rule, now) for rule in rules]})
    elif not rules:
        output.note(_("Nothing is watched for yet. For example: splendid alert add Hot 'state:running cpu>95 for 10m'"))
    else:
        heads = [Head(_("Name")), Head(_("When")), Head(_("Tells"))]
        rows: list[list[Cell | str]] = [
            [rule.name, alerts.condition(rule), alerts.silence(rule, now) or _("yes")] for rule in rules
        ]
        output.table(heads, rows)
    return Exit.DONE


@group.command(
    "add",
    help=N_(
        "Watch for something, or change the rule of that name. RULE: a query of splendid search, and for how long it must "
        "hold: 'state:running cpu>95 for 10m'. For hosts and pools it says on which hosts; none means all."
    ),
)
@click.argument("name")
@click.argument("rule", nargs=-1, shell_complete=completing.queries)
@option("--host-lost", is_flag=True, help=N_("Fire for hosts that were there and don't answer any more."))
@option("--pool-full", type=click.FloatRange(1, 100), metavar="PERCENT", help=N_("Fire for pools that are so full."))
@with_session
def add(session: Session, name: str, rule: Sequence[str], host_lost: bool, pool_full: float | None) -> int:
    if host_lost and pool_full is not None:
        raise click.UsageError(_("Say one of {options}.").format(options="--host-lost, --pool-full"))
    if not name.strip():
        raise click.UsageError(_("An alert wants a name."))
    text = " ".join(rule)
    kind = Kind.HOST_LOST if host_lost else Kind.POOL_FULL if pool_full is not None else Kind.VMS
    try:
        query, wait = read_rule(_padded(text))
    except QueryError as error:
        raise wrong(error, "RULE") from error
    except UsageError as error:
        raise click.BadParameter(
            _("{time} is no time; one looks like 10m or 1h.").format(time=error.what), param_hint="RULE"
        ) from error
    if kind is Kind.VMS and not query:
        raise click.UsageError(_("Say what to watch for, for example 'state:running cpu>95 for 10m'."))
    old = [each for each in session.services.alerts.rules() if each.name.casefold() == name.strip().casefold()]
    new = AlertRule(name, query, kind, wait, pool_full or FULL, old[0].silent_until if old else 0.0)
    with trying("alert.keep"):
        session.services.alerts.add(new)
        session.services.alerts.written()
    if session.json:
        output.document({"alert": _rule(new, time.time())})
    else:
        said = _("{name} is changed: {rule}") if old else _("{name} is watched for: {rule}")
        output.line(said.format(name=name.strip(), rule=alerts.condition(new)))
    return Exit.DONE


def _padded(text: str) -> str:
    """A time alone, "for 10m", stands behind an empty query."""
    return f" {text}" if re.match(r"for\s+\d", text, re.IGNORECASE) else text


def _rule(rule: AlertRule, now: float) -> dict[str, object]:
    """Times in seconds; silent_until: ISO 8601, null where it tells or is silent for good."""
    return {
        "name": rule.name,
        "kind": rule.kind.value,
        "query": rule.query,
        "for": rule.wait,
        "limit": rule.limit if rule.kind is Kind.POOL_FULL else None,
        "silent": rule.silent(now),
        "silent_until": output.iso(rule.silent_until) if rule.silent(now) and rule.silent_until > 0 else None,
    }


def _alert(session: Session, alert: Alert) -> dict[str, object]:
    subject = alert.subject
    host = host_of(subject)
    spec = session.services.inventory.spec(host)
    domain = session.services.inventory.domain(subject) if isinstance(subject, VmKey) else None
    return {
        "alert": alert.rule,
        "since": output.iso(alert.since),
        "host": spec.name if spec else host,
        "vm": domain.name if domain else None,
        "uuid": subject.uuid if isinstance(subject, VmKey) else None,
        "pool": subject.name if isinstance(subject, PoolKey) else None,
    }


@group.command("remove", help=N_("Watch for it no longer."))
@name_argument
@with_session
def remove(session: Session, name: str) -> int:
    service = session.services.alerts
    with trying("alert.keep"):
        rule = rule_named(service.rules(), name)
        service.remove(name)
        service.written()
    if session.json:
        output.document({"removed": [rule.name]})
    else:
        output.line(_("{name} is no longer watched for.").format(name=rule.name))
    return Exit.DONE


@group.command("silence", help=N_("Tell nobody of an alert: for a time, for good, or let it tell again."))
@name_argument
@option("--for", "time_", metavar="TIME", help=N_("For so long: 30m, 8h, 2d. Without it: for good."))
@option("--off", is_flag=True, help=N_("Let it tell again."))
@with_session
def silence(session: Session, name: str, time_: str | None, off: bool) -> int:
    if off and time_:
        raise click.UsageError(_("Say one of {options}.").format(options="--for, --off"))
    until = -1.0
    if off:
        until = 0.0
    elif time_:
        try:
            until = time.time() + read_wait(time_)
        except UsageError as error:
            said = _("{time} is no time; one looks like 10m or 1h.").format(time=time_)
            raise click.BadParameter(said, param_hint="--for") from error
    service = session.services.alerts
    with trying("alert.keep"):
        service.silence(name, until)
        service.written()
        rule = rule_named(service.rules(), name)
    now = time.time()
    if session.json:
        output.document({"alert": _rule(rule, now)})
    elif silent := alerts.silence(rule, now):
        output.line(_("{name} is {silent}.").format(name=rule.name, silent=silent))
    else:
        output.line(_("{name} tells again.").format(name=rule.name))
    return Exit.DONE


@group.command("watch", help=N_("Watch, and print each alert as it begins and ends, until Ctrl+C."))
@option("--for", "time_", metavar="TIME", help=N_("End after so long: 30m, 8h."))
@with_session
def watch(session: Session, time_: str | None) -> int:
    service = session.services.alerts
    limit = None
    if time_:
        try:
            limit = read_wait(time_)
        except UsageError as error:
            said = _("{time} is no time; one looks like 10m or 1h.").format(time=time_)
            raise click.BadParameter(said, param_hint="--for") from error
    if not service.rules():
        raise click.UsageError(_("Nothing is watched for yet. Add something with splendid alert add."))
    session.reach(session.hosts(()))
    session.say_unreached()
    seen: list[tuple[Told, ...]] = []
    undo = service.subscribe(seen.append)
    service.start(grace=0.0)  # the hosts have just been read
    try:
        session.wait(lambda: _print(session, seen), limit)
    finally:
        undo()
    return Exit.DONE


def _print(session: Session, seen: list[tuple[Told, ...]]) -> bool:
    """Prints what came; goes on."""
    inventory = session.services.inventory
    while seen:
        for told in seen.pop(0):
            if session.json:
                for word, items in (("began", told.began), ("ended", told.ended)):
                    for item in items:
                        click.echo(json.dumps({"event": word, **_alert(session, item)}))
                continue
            if told.began:
                output.line(alerts.began(inventory, told))
            if told.ended:
                output.line(alerts.ended(inventory, told))
    return False
