"""Alerts: what is watched for, since when it holds, and when a person is told. Pure: time is handed in.

A condition must hold for as long as its rule says, observed without a break, before it fires; and must be gone for a while
before it ends, so that a figure that wavers round its limit tells once. Of what cannot be seen (a host that does not answer,
a computer that slept) nothing is concluded: what fired stays, what was about to fire begins anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from console.fleet.domains import VmKey
from console.fleet.errors import NotFound, Reason, UsageError
from console.fleet.query_values import Measure, NotANumber, NotAUnit, number
from console.fleet.search import Query, parse

LEAST_CALM, MOST_CALM = 15.0, 300.0  # seconds for which a condition is gone before its alert ends
LONGEST_STEP = 30.0  # seconds between two looks; after more nobody knows what was between
GRACE = 60.0  # seconds after a break, or the start, in which nothing new fires: hosts come back, figures settle
MOST_RULES = 200
FULL = 90.0  # percent of a pool, where a rule doesn't say


class Kind(StrEnum):
    """What a rule watches."""

    VMS = "vms"  # VMs that its query finds
    HOST_LOST = "host-lost"  # hosts that were there and don't answer any more
    POOL_FULL = "pool-full"  # pools of which more than `limit` percent are taken


class AlertRule(msgspec.Struct, frozen=True):
    """A rule under a name, unique whatever its case. query: which VMs; for the other kinds, which hosts ("" = all).

    wait: seconds for which it must hold. limit: percent, of POOL_FULL. silent_until: epoch up to which it tells nobody,
    0 = it tells, -1 = for good.
    """

    name: str
    query: str = ""
    kind: Kind = Kind.VMS
    wait: float = 0.0
    limit: float = FULL
    silent_until: float = 0.0

    def silent(self, now: float) -> bool:
        return self.silent_until < 0 or now < self.silent_until


Rules = tuple[AlertRule, ...]


class PoolKey(msgspec.Struct, frozen=True):
    """One pool of one host."""

    host: str
    name: str


Subject = VmKey | PoolKey | str  # a VM, a pool, or a host by its id


def host_of(subject: Subject) -> str:
    return subject if isinstance(subject, str) else subject.host


class Alert(msgspec.Struct, frozen=True):
    """A rule that fires for one subject. since: epoch of the moment it fired."""

    rule: str
    subject: Subject
    since: float


class Told(msgspec.Struct, frozen=True):
    """What a look at a rule changed: alerts that began and alerts that ended."""

    rule: AlertRule
    began: tuple[Alert, ...] = ()
    ended: tuple[Alert, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.began or self.ended)


def calm(rule: AlertRule) -> float:
    """Seconds for which the condition must be gone before the alert ends."""
    return min(max(LEAST_CALM, rule.wait / 2), MOST_CALM)


class Watch:
    """One rule over time."""

    def __init__(self, rule: AlertRule) -> None:
        self.rule = rule
        self._held: dict[Subject, float] = {}  # seconds observed, of what is about to fire
        self._gone: dict[Subject, float] = {}  # seconds observed without it, of what fires
        self._alerts: dict[Subject, Alert] = {}

    def alerts(self) -> tuple[Alert, ...]:
        """What fires, in the order in which it began."""
        return tuple(self._alerts.values())

    def step(
        self,
        seconds: float,
        now: float,
        holding: Collection[Subject],
        seen: Callable[[Subject], bool],
        there: Callable[[Subject], bool],
    ) -> Told:
        """One look. seconds: observed since the last one without a break. holding: for what the condition holds; seen: what
        can be judged now; there: what still exists."""
        began, ended = [], []
        held = {}
        for subject in holding:
            if subject in self._alerts:
                self._gone.pop(subject, None)
                continue
            before = self._held.get(subject)
            held[subject] = 0.0 if before is None else before + seconds
            if held[subject] >= self.rule.wait:
                del held[subject]
                self._alerts[subject] = alert = Alert(self.rule.name, subject, now)
                began.append(alert)
        self._held = held
        still = set(holding)
        for subject in tuple(self._alerts):
            if subject in still:
                continue
            if there(subject):
                if not seen(subject):
                    continue
                self._gone[subject] = self._gone.get(subject, 0.0) + seconds
                if self._gone[subject] < calm(self.rule):
                    continue
            self._gone.pop(subject, None)
            ended.append(self._alerts.pop(subject))
        return Told(self.rule, tuple(began), tuple(ended))

    def broken(self) -> None:
        """Nobody looked for a while: what was about to fire begins anew."""
        self._held.clear()
        self._gone.clear()


class Pace:
    """How much of the time that went by was really looked at.

    A computer that sleeps stops its steady clock and not that of the wall; a program that hung shows in both. Where the
    wall's clock was only set, a break is noticed though there was none, which costs no more than GRACE.
    """

    def __init__(self) -> None:
        self._steady = self._wall = 0.0
        self._begun = False
        self._grace = self._quiet = GRACE

    def begin(self, grace: float) -> None:
        """Another grace at the start than GRACE: the world has settled already."""
        self._grace = self._quiet = grace

    def step(self, steady: float, wall: float) -> float | None:
        """Seconds to reckon with, None after a break: then nothing is known of what was before."""
        took, by_wall = steady - self._steady, wall - self._wall
        first, self._begun = not self._begun, True
        self._steady, self._wall = steady, wall
        if first or took > LONGEST_STEP or took < 0 or by_wall - took > LONGEST_STEP:
            self._quiet = self._grace if first else GRACE
            return None
        self._quiet = max(0.0, self._quiet - took)
        return took

    @property
    def settling(self) -> bool:
        """Nothing new fires yet."""
        return self._quiet > 0


# rules a person writes

_WAIT = r'\d[^\s"“”)]*(?:\s+[^\s"“”)]+)?|[^\s"“”)]+'  # "10m", "10 min"; what is no time is refused, not searched for
_FOR = re.compile(rf"(?P<query>.*?)\s+for\s+(?P<wait>{_WAIT})\s*", re.DOTALL | re.IGNORECASE)


def read_rule(text: str) -> tuple[str, float]:
    """Query and seconds of "state:running cpu>95 for 10m". Errors: QueryError, UsageError for a time that is none."""
    found = _FOR.fullmatch(text)
    query, wait = (found["query"], found["wait"]) if found else (text, "0s")
    parse(query)
    return query.strip(), read_wait(wait)


def read_wait(text: str) -> float:
    """Seconds of "10m". Errors: UsageError."""
    try:
        return number(text, Measure.TIME)
    except (NotANumber, NotAUnit) as error:
        raise UsageError(Reason.OTHER, text, f"{text} is no time") from error


def rule_query(rule: AlertRule) -> Query:
    """Errors: QueryError for a rule that was written by hand, or by a newer console."""
    return parse(rule.query)


def checked(rule: AlertRule) -> AlertRule:
    """The rule as it can be kept. Errors: QueryError; UsageError without a name, without a query of VMs, or with a limit or time
    that is none."""
    name = " ".join(rule.name.split())
    if not name:
        raise UsageError(Reason.OTHER, text="an alert wants a name")
    query = parse(rule.query)
    if rule.kind is Kind.VMS and not query:
        raise UsageError(Reason.OTHER, name, "an alert on VMs wants a query")
    if not (0 < rule.limit <= 100 and 0 <= rule.wait <= 30 * 86400):
        raise UsageError(Reason.OTHER, name, "limit or time out of range")
    return replace(rule, name=name, query=rule.query.strip())


def rule_named(rules: Rules, name: str) -> AlertRule:
    """Errors: NotFound; its detail has the names there are."""
    low = " ".join(name.split()).casefold()
    for rule in rules:
        if rule.name.casefold() == low:
            return rule
    raise NotFound(Reason.GONE, name, detail=", ".join(rule.name for rule in rules[:5]))


def with_rule(rules: Rules, rule: AlertRule) -> Rules:
    """With this one, in the place of the one of that name. Errors: as of `checked`, UsageError for too many."""
    rule = checked(rule)
    low = rule.name.casefold()
    if any(each.name.casefold() == low for each in rules):
        return tuple(rule if each.name.casefold() == low else each for each in rules)
    if len(rules) >= MOST_RULES:
        raise UsageError(Reason.OTHER, rule.name, "too many alerts")
    return (*rules, rule)
