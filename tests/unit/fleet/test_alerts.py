from __future__ import annotations

import random

import pytest

from console.fleet.alerts import (
    GRACE,
    LEAST_CALM,
    LONGEST_STEP,
    MOST_CALM,
    MOST_RULES,
    AlertRule,
    Kind,
    Pace,
    PoolKey,
    Watch,
    calm,
    checked,
    host_of,
    read_rule,
    read_wait,
    rule_named,
    rule_query,
    with_rule,
)
from console.fleet.domains import VmKey
from console.fleet.errors import NotFound, UsageError
from console.fleet.search import QueryError

A, B = VmKey("n1", "a"), VmKey("n1", "b")
HOT = AlertRule("Hot", "cpu>95", wait=60.0)


def look(
    watch: Watch, *holding: VmKey, seconds: float = 5.0, blind: bool = False, gone: bool = False
) -> tuple[list[str], list[str]]:
    told = watch.step(seconds, 100.0, holding, lambda _subject: not blind, lambda _subject: not gone)
    names = [subject.uuid for alert in told.began if isinstance(subject := alert.subject, VmKey)]
    ended = [subject.uuid for alert in told.ended if isinstance(subject := alert.subject, VmKey)]
    return names, ended


def test_it_fires_once_it_has_held_long_enough() -> None:
    watch = Watch(HOT)
    told = [look(watch, A)[0] for _look in range(20)]
    assert told.index(["a"]) == 12  # the first look begins the time, 12 more make a minute
    assert sum(bool(names) for names in told) == 1
    assert [alert.subject for alert in watch.alerts()] == [A]


def test_a_moment_without_begins_the_time_anew() -> None:
    watch = Watch(HOT)
    for _look in range(11):
        look(watch, A)
    look(watch)
    assert not any(look(watch, A)[0] for _look in range(12))
    assert look(watch, A) == (["a"], [])


def test_without_a_time_it_fires_at_once() -> None:
    assert look(Watch(AlertRule("Off", "state:off")), A, B) == (["a", "b"], [])


def test_a_figure_that_wavers_tells_once() -> None:
    watch = Watch(AlertRule("Hot", "cpu>95"))
    luck = random.Random(4)
    told = [look(watch, *((A,) if luck.random() < 0.6 else ()), seconds=3.0) for _look in range(500)]
    began = sum(bool(names) for names, _ended in told)
    assert began < 12  # 500 looks, some 240 changes
    assert look(watch, A)[0] in ([], ["a"])


def test_it_ends_after_it_was_gone_for_a_while() -> None:
    watch = Watch(AlertRule("Hot", "cpu>95"))
    look(watch, A)
    assert [look(watch)[1] for _look in range(3)] == [[], [], ["a"]]
    assert watch.alerts() == ()
    assert (calm(HOT), calm(AlertRule("x")), calm(AlertRule("x", wait=9999))) == (30.0, LEAST_CALM, MOST_CALM)


def test_of_what_cannot_be_seen_nothing_is_concluded() -> None:
    watch = Watch(AlertRule("Hot", "cpu>95"))
    look(watch, A)
    assert not any(look(watch, blind=True)[1] for _look in range(100))
    assert look(watch, A) == ([], [])  # back, and still so: nobody is told again
    about = Watch(HOT)
    for _look in range(11):
        look(about, A)
    look(about, blind=True)  # its host was lost: it is not among those that hold
    assert not any(look(about, A)[0] for _look in range(12))


def test_what_is_gone_ends_at_once() -> None:
    watch = Watch(AlertRule("Hot", "cpu>95"))
    look(watch, A)
    assert look(watch, gone=True) == ([], ["a"])


def test_after_a_break_the_time_begins_anew() -> None:
    watch = Watch(HOT)
    for _look in range(12):
        look(watch, A)
    watch.broken()
    assert not any(look(watch, A)[0] for _look in range(12))


def test_the_pace_of_a_day() -> None:
    pace = Pace()
    assert pace.step(10.0, 1000.0) is None
    assert pace.settling
    steady, wall = 10.0, 1000.0
    for _look in range(int(GRACE / 5) + 1):
        steady, wall = steady + 5, wall + 5
        assert pace.step(steady, wall) == 5
    assert not pace.settling


@pytest.mark.parametrize(
    ("steady", "wall"),
    [
        (5.0, 8 * 3600.0),  # the computer slept
        (LONGEST_STEP + 1, LONGEST_STEP + 1),  # the program hung
        (5.0, 86400.0),  # the clock was set forward
    ],
)
def test_a_break_is_noticed(steady: float, wall: float) -> None:
    pace = Pace()
    pace.step(0.0, 0.0)
    for look_at in range(1, 30):
        pace.step(look_at * 5.0, look_at * 5.0)
    assert not pace.settling
    assert pace.step(29 * 5.0 + steady, 29 * 5.0 + wall) is None
    assert pace.settling


def test_a_start_that_has_settled_needs_no_grace() -> None:
    pace = Pace()
    pace.begin(0.0)
    assert pace.step(0.0, 0.0) is None
    assert not pace.settling
    assert pace.step(100.0, 100.0) is None
    assert pace.settling  # a break is another matter


def test_a_clock_set_back_is_no_break() -> None:
    pace = Pace()
    pace.step(0.0, 5000.0)
    assert pace.step(5.0, 100.0) == 5.0


@pytest.mark.parametrize(
    ("text", "query", "wait"),
    [
        ("state:running cpu>95 for 10m", "state:running cpu>95", 600.0),
        ("cpu>95", "cpu>95", 0.0),
        ("cpu>95 FOR 1h30min ", "cpu>95", 5400.0),
        ("cpu>95 for 10 min", "cpu>95", 600.0),
        ("cpu>95 for 1h 30min", "cpu>95", 5400.0),
        ('"runs for 5 times" for 10m', '"runs for 5 times"', 600.0),
        ('note:"waits for 5m"', 'note:"waits for 5m"', 0.0),
    ],
)
def test_a_rule_as_it_is_written(text: str, query: str, wait: float) -> None:
    assert read_rule(text) == (query, wait)


def test_what_is_no_rule() -> None:
    with pytest.raises(QueryError):
        read_rule("cpu> for 10m")
    for text in ("cpu>95 for 10parsecs", "cpu>95 for 10 parsecs", "cpu>95 for ever"):
        with pytest.raises(UsageError):
            read_rule(text)
    with pytest.raises(UsageError):
        read_wait("soon")
    for rule in (
        AlertRule("", "cpu>1"),
        AlertRule("x"),
        AlertRule("x", "", Kind.POOL_FULL, limit=0),
        AlertRule("x", "", Kind.POOL_FULL, limit=101),
        AlertRule("x", "cpu>1", wait=-1),
    ):
        with pytest.raises(UsageError):
            checked(rule)
    with pytest.raises(QueryError):
        checked(AlertRule("x", "cpu>"))


def test_rules_by_name() -> None:
    rules = with_rule((), AlertRule(" Hot  VMs ", "cpu>95"))
    assert rules == (AlertRule("Hot VMs", "cpu>95"),)
    rules = with_rule(with_rule(rules, AlertRule("Lost", kind=Kind.HOST_LOST)), AlertRule("hot vms", "cpu>90"))
    assert [rule.query for rule in rules] == ["cpu>90", ""]
    assert rule_named(rules, "HOT vms").query == "cpu>90"
    assert rule_query(rules[0]).measures
    with pytest.raises(NotFound):
        rule_named(rules, "cold")
    with pytest.raises(UsageError):
        with_rule(tuple(AlertRule(str(n), "a") for n in range(MOST_RULES)), AlertRule("one more", "a"))


def test_silence() -> None:
    assert AlertRule("x", silent_until=-1).silent(5.0)
    assert AlertRule("x", silent_until=10.0).silent(5.0)
    assert not AlertRule("x", silent_until=10.0).silent(10.0)
    assert not AlertRule("x").silent(0.0)


def test_every_subject_has_a_host() -> None:
    assert [host_of(subject) for subject in (A, PoolKey("n2", "fast"), "n3")] == ["n1", "n2", "n3"]
