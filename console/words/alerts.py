"""What alerts say."""

from __future__ import annotations

from collections.abc import Sequence

from console.fleet.alerts import Alert, AlertRule, Kind, PoolKey, Subject, Told
from console.fleet.domains import VmKey
from console.inventory.inventory import Inventory
from console.words import units
from console.words.translation import N_, _, ngettext

NAMED = 2  # subjects that are named; where there are more, one is, and the others are counted

_KINDS = {
    Kind.VMS: N_("VMs of a search"),
    Kind.HOST_LOST: N_("Host lost"),
    Kind.POOL_FULL: N_("Pool nearly full"),
}


def kind(value: Kind) -> str:
    return _(_KINDS[value])


def condition(rule: AlertRule) -> str:
    """What a rule watches for, as it is typed: "state:running cpu>95 for 10 min", "pool over 90 %, zone:north"."""
    if rule.kind is Kind.VMS:
        said = rule.query
    elif rule.kind is Kind.HOST_LOST:
        said = _("host lost")
    else:
        said = _("pool over {limit}").format(limit=units.percent(rule.limit / 100))
    if rule.kind is not Kind.VMS and rule.query:
        said = f"{said}, {rule.query}"
    return _("{condition} for {time}").format(condition=said, time=units.duration(rule.wait)) if rule.wait else said


def silence(rule: AlertRule, now: float) -> str:
    """As "silent until 14:30"; "" for a rule that tells."""
    if not rule.silent(now):
        return ""
    if rule.silent_until < 0:
        return _("silent")
    return _("silent until {time}").format(time=units.moment(rule.silent_until, now))


def subject(inventory: Inventory, value: Subject) -> str:
    """What it is about: "web-01 on kvm-n11", "pool fast on kvm-n11", "kvm-n11"."""
    host_id = value if isinstance(value, str) else value.host
    spec = inventory.spec(host_id)
    host = spec.name if spec else host_id
    if isinstance(value, VmKey):
        domain = inventory.domain(value)
        return _("{name} on {host}").format(name=domain.name if domain else value.uuid, host=host)
    if isinstance(value, PoolKey):
        return _("pool {name} on {host}").format(name=value.name, host=host)
    return host


def subjects(inventory: Inventory, alerts: Sequence[Alert]) -> str:
    """As many as can be read at a glance: "a on x, b on y", "a on x and 4 more"."""
    named = alerts if len(alerts) <= NAMED else alerts[:1]
    shown = ", ".join(subject(inventory, alert.subject) for alert in named)
    rest = len(alerts) - len(named)
    if not rest:
        return shown
    return ngettext("{names} and {count} more", "{names} and {count} more", rest).format(
        names=shown, count=units.count(rest)
    )


def began(inventory: Inventory, told: Told) -> str:
    """As "Hot: web-01 on kvm-n11"."""
    return _("{alert}: {subjects}").format(alert=told.rule.name, subjects=subjects(inventory, told.began))


def ended(inventory: Inventory, told: Told) -> str:
    return _("{alert} is over: {subjects}").format(alert=told.rule.name, subjects=subjects(inventory, told.ended))


def now_firing(count: int) -> str:
    """For a tooltip: "3 alerts"."""
    return ngettext("{count} alert", "{count} alerts", count).format(count=units.count(count))
