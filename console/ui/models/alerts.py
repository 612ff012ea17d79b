"""What fires, and what is watched for, as tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

import msgspec
from PySide6.QtCore import QObject

from console.fleet.alerts import Alert, AlertRule
from console.inventory.inventory import Inventory
from console.ui.models.rows import Column, RowTable
from console.words import N_, _, alerts, units


class Firing(msgspec.Struct, frozen=True):
    """One alert as it is shown. silent: nobody is told of it."""

    alert: Alert
    subject: str
    condition: str
    silent: bool


class Ruling(msgspec.Struct, frozen=True):
    """One rule as it is shown. firing: for how many it fires now."""

    rule: AlertRule
    firing: int
    now: float

    @property
    def silent(self) -> bool:
        return self.rule.silent(self.now)


def firings(inventory: Inventory, found: Collection[Alert], rules: Sequence[AlertRule], now: float) -> list[Firing]:
    """Alerts of rules that are still there."""
    by_name = {rule.name: rule for rule in rules}
    return [
        Firing(alert, alerts.subject(inventory, alert.subject), alerts.condition(rule), rule.silent(now))
        for alert in found
        if (rule := by_name.get(alert.rule)) is not None
    ]


def rulings(found: Collection[Alert], rules: Sequence[AlertRule], now: float) -> list[Ruling]:
    counts: dict[str, int] = {}
    for alert in found:
        counts[alert.rule] = counts.get(alert.rule, 0) + 1
    return [Ruling(rule, counts.get(rule.name, 0), now) for rule in rules]


FIRING: tuple[Column[Firing], ...] = (
    Column(
        "alert",
        N_("Alert"),
        lambda row, _now: row.alert.rule,
        lambda row: row.alert.rule.casefold(),
        width=180,
        name=True,
        glyph=lambda row: ("disc-minus", "text3") if row.silent else ("triangle-bang", "warning-glyph"),
    ),
    Column("subject", N_("What"), lambda row, _now: row.subject, lambda row: row.subject.casefold(), width=280),
    Column(
        "since",
        N_("For"),
        lambda row, now: units.age(max(0.0, now - row.alert.since)),
        lambda row: -row.alert.since,
        width=80,
        right=True,
        ages=True,
    ),
    Column(
        "condition",
        N_("Because"),
        lambda row, _now: row.condition,
        lambda row: row.condition.casefold(),
        width=320,
        mono=True,
    ),
)

RULES: tuple[Column[Ruling], ...] = (
    Column(
        "name",
        N_("Rule"),
        lambda row, _now: row.rule.name,
        lambda row: row.rule.name.casefold(),
        width=180,
        name=True,
        glyph=lambda row: ("disc-minus", "text3") if row.silent else ("dot", "warning-glyph" if row.firing else "good"),
    ),
    Column(
        "condition",
        N_("Fires when"),
        lambda row, _now: alerts.condition(row.rule),
        lambda row: alerts.condition(row.rule).casefold(),
        width=360,
        mono=True,
        tip=lambda row: alerts.kind(row.rule.kind),
    ),
    Column(
        "firing", N_("Firing"), lambda row, _now: units.count(row.firing), lambda row: row.firing, width=80, right=True
    ),
    Column(
        "tells",
        N_("Tells"),
        lambda row, now: alerts.silence(row.rule, now) or _("yes"),
        lambda row: row.rule.silent_until,
        width=160,
        ages=True,
        tone=lambda row: "text3" if row.silent else "",
    ),
)


class FiringTable(RowTable[Firing]):
    """The newest first."""

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.time) -> None:
        super().__init__(FIRING, lambda row: (row.alert.rule, row.alert.subject), parent, clock, lambda row: row.silent)


class RuleTable(RowTable[Ruling]):
    """By name."""

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.time) -> None:
        super().__init__(RULES, lambda row: row.rule.name, parent, clock, lambda row: row.silent)
