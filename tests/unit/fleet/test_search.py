from __future__ import annotations

import itertools
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.fleet.query_fields import FIELDS
from console.fleet.search import DEEPEST, Fault, Query, QueryError, parse
from tests.unit.fleet.query_fleet import FLEET, KNOWN, NORTH, SOUTH, found, seen


def refused(text: str) -> QueryError | None:
    """The error of a query that is not understood; its place is in the text."""
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


def placed(error: QueryError, text: str) -> bool:
    return 0 <= error.start < error.end <= len(text) and error.unfinished(len(text)) in (True, False)


EVERYONE = [subject.domain.name for subject in FLEET]


def test_nothing_asked_finds_everything() -> None:
    assert found("") == found("  \t ") == EVERYONE
    assert not parse("")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("shop", ["shop-db-01", "shop-web-01"]),
        ("SHOP 01", ["shop-db-01", "shop-web-01"]),
        ("shop and db", ["shop-db-01"]),
        ("10.20.1.31", ["shop-db-01"]),
        ("fe80::5054", ["shop-db-01"]),
        ("52:54:00:01:02:04", ["shop-web-01"]),
        ('"env:prod"', ["ldap-01"]),
        ('"the primary"', ["shop-db-01"]),
        ('"primary the"', []),
        ("“the primary”", ["shop-db-01"]),
        ("95", ["shop-db-01"]),  # a shown figure of load
        ('"95 %"', ["shop-db-01"]),
        ("db or qa", ["shop-db-01", "qa-4698-b"]),
        ("shop db or qa", ["shop-db-01", "qa-4698-b"]),
        ("shop (db OR qa)", ["shop-db-01"]),
        ("!shop !01", ["qa-4698-b", "win2022-base", "crashed-02"]),
        ("!(shop or qa)", ["win2022-base", "ldap-01", "crashed-02"]),
        ("!!shop", ["shop-db-01", "shop-web-01"]),
        ("zone:north (cpu>60 or snapshots>4) !tag:qa", ["shop-db-01"]),
        ("(((shop)))", ["shop-db-01", "shop-web-01"]),
    ],
)
def test_words_and_how_they_join(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "fault", "place"),
    [
        ("(web", Fault.OPEN_BRACKET, "("),
        ("(a (b)", Fault.OPEN_BRACKET, "("),
        ("web)", Fault.CLOSE_BRACKET, ")"),
        (")", Fault.CLOSE_BRACKET, ")"),
        ("()", Fault.EMPTY_BRACKETS, "()"),
        ("or web", Fault.NO_TERM, "or"),
        ("web or", Fault.NO_TERM, "or"),
        ("a or or b", Fault.NO_TERM, "or"),
        ("a and", Fault.NO_TERM, "and"),
        ("(a or)", Fault.NO_TERM, "or"),
        ("!", Fault.NO_TERM, "!"),
        ("web !", Fault.NO_TERM, "!"),
        ("(!)", Fault.NO_TERM, "!"),
        ('"web', Fault.OPEN_QUOTE, '"web'),
        ('name:"web', Fault.OPEN_QUOTE, '"web'),
        ("cpu>", Fault.NO_VALUE, "cpu>"),
        ("web tag:", Fault.NO_VALUE, "tag:"),
        ("cpu>much", Fault.BAD_NUMBER, "much"),
        ("mem>4parsec", Fault.BAD_UNIT, "parsec"),
        ("idle>30", Fault.BAD_UNIT, "30"),
        ("snapshots>3G", Fault.BAD_UNIT, "G"),
        ("tag>3", Fault.NO_ORDER, ">"),
        ("state>=off", Fault.NO_ORDER, ">="),
        ("autostart<1", Fault.NO_ORDER, "<"),
        ("state:bored", Fault.BAD_STATE, "bored"),
        ("autostart:perhaps", Fault.BAD_FLAG, "perhaps"),
        ("stat:off", Fault.NO_FIELD, "stat"),
        ("speed>3", Fault.NO_FIELD, "speed"),
        ("shop foo:bar", Fault.NO_FIELD, "foo"),
        ("env:prod", Fault.NO_FIELD, "env"),
        ("cafe:latte", Fault.NO_FIELD, "cafe"),
        ("!(db or foo:)", Fault.NO_FIELD, "foo"),
        ("ip:10.0.0.0/99", Fault.BAD_NETWORK, "10.0.0.0/99"),
        ("re:a(b", Fault.BAD_PATTERN, "(b"),
        ("re:", Fault.NO_VALUE, "re:"),
        ("name:re:*x", Fault.BAD_PATTERN, "*x"),
        ("re:(a+)+b", Fault.SLOW_PATTERN, "+"),
        ('re:"(a|a)*b"', Fault.SLOW_PATTERN, "*"),
        ("cpu:re:9", Fault.NO_PATTERN, "re:9"),
        ("x" * 2001, Fault.TOO_LONG, "x"),
        ("(" * 50 + "a" + ")" * 50, Fault.TOO_DEEP, "("),
        ("!" * 50 + "a", Fault.TOO_DEEP, "!"),
    ],
)
def test_what_cannot_be_meant_is_said_with_its_place(text: str, fault: Fault, place: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    error = caught.value
    assert (error.fault, error.text[error.start : error.end]) == (fault, place)


@pytest.mark.parametrize(
    "text",
    [
        "10:22",
        "de:ad:be:ef:00:01",
        "de:",
        "DE:AD",
        "fe::1%br0",
        "abcd::/64",
        "http://debian.org/debian/12",
        "qemu:///system",
    ],
)
def test_addresses_times_and_urls_are_words(text: str) -> None:
    assert parse(text).worded
    assert parse(f"!{text}").worded


def test_as_deep_as_allowed() -> None:
    assert found("!" * DEEPEST + "shop") == ["shop-db-01", "shop-web-01"]


PIECES = [
    "(", ")", "!", "or", "and", '"', ":", ">", "<", "=", ">=", "!=", "re:", "*", "|", "\\", "%", "web", "cpu", "cpu>",
    "cpu>80", "mem>4G", "disk>100M/s", "tag:", "tag:lab", "state:", "state:off", "idle>", "idle>30d", "off>7d", "ip:10.",
    "snapshots>3", "re:[a-", "re:a{", "(?P<", "name:re:^a", '"a b"', "net>", "net:lan", "uptime<", " ", "  ", "ß", "\n", "0",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14), st.sampled_from(["", " "]))
def test_whatever_is_typed_is_understood_or_refused_at_a_place(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    error = refused(text)
    if error is not None:
        assert placed(error, text)
        return
    query = parse(text)
    test = query.matcher(KNOWN)
    assert all(test(subject) in (True, False) for subject in FLEET)
    assert all(text[start:end].strip() for start, end in query.spans)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_at_all(text: str) -> None:
    error = refused(text)
    assert placed(error, text) if error else parse(text).matcher(KNOWN)(FLEET[0]) in (True, False)


def test_every_operator_wrong_on_every_field() -> None:
    values = ("", "x", "-1", "()", ">", "%", "1e9", "1q", '""', "*", "re:[", "re:", "/", "99999999999999999999999")
    operators = (":", "=", "!=", ">", "<", ">=", "<=", ":>", "::", ">>", "=>", "=<", "<>")
    for name, op, value in itertools.product(FIELDS, operators, values):
        text = f"web {name}{op}{value}"
        error = refused(text)
        if error is not None:
            assert placed(error, text), text
            continue
        test = parse(text).matcher(KNOWN)
        for subject in FLEET:
            assert test(subject) in (True, False), text


def test_and_or_not_are_those_of_logic() -> None:
    rng = random.Random(3)
    leaves = ["shop", "01", "qa", "tag:prod", "cpu>60", "snapshots>4", "state:off", "zone:south", 'owner:""', "off>10d"]

    def build(depth: int) -> tuple[str, set[str]]:
        kind = rng.choice(["leaf", "and", "or", "not"] if depth else ["leaf"])
        if kind == "leaf":
            leaf = rng.choice(leaves)
            return leaf, set(found(leaf))
        one, names = build(depth - 1)
        if kind == "not":
            return f"!({one})", set(EVERYONE) - names
        other, more = build(depth - 1)
        return (f"({one}) ({other})", names & more) if kind == "and" else (f"({one}) or ({other})", names | more)

    for _round in range(300):
        text, names = build(4)
        assert set(found(text)) == names, text


def test_the_part_that_excludes_all_is_named() -> None:
    assert parse("shop tag:nowhere cpu>1").excluding(FLEET, KNOWN) == "tag:nowhere"
    assert parse("shop !(a or !a) db").excluding(FLEET, KNOWN) == "!(a or !a)"
    assert parse("shop qa").excluding(FLEET, KNOWN) == ""  # each is there, no VM has both
    assert parse("nowhere or nothing").excluding(FLEET, KNOWN) == "nowhere or nothing"


def test_what_takes_too_long_excludes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.fleet.query_terms.PATTERN_SECONDS", 0.0)
    assert parse("re:nothing tag:nowhere").excluding(FLEET, KNOWN) == ""


def test_hosts_are_found_by_what_hosts_have() -> None:
    def hosts(text: str) -> list[str]:
        return [spec.id for spec in (NORTH, SOUTH) if parse(text).finds_host(spec)]

    assert hosts("kvm") == ["n11", "s1"]
    assert hosts("kvm-n11") == hosts("host:kvm-n11") == hosts("zone:north") == hosts("!zone:south") == ["n11"]
    assert hosts("tag:prod") == ["n11"]
    assert hosts("cpu>80") == hosts("!cpu>80") == hosts("kvm cpu>80") == hosts("") == []
    assert hosts("cpu>80 or zone:south") == ["s1"]


def test_plain_words_are_told_apart() -> None:
    assert parse('web "a b"').words == ("web", "a b")
    assert parse("web tag:x").words is None
    assert parse("!web").words is None


def test_what_it_asks_for() -> None:
    assert parse("cpu>80 tag:x").loaded
    assert not parse("tag:x").loaded
    assert parse("off>7d").ages
    assert not parse("cpu>7").ages


def test_one_subject_by_the_clock_of_now() -> None:
    assert parse("uptime>1h").matches(seen("a", started=time.time() - 7200))
    assert isinstance(parse("a"), Query)


def test_hosts_that_can_have_it() -> None:
    def hosts(text: str) -> list[str]:
        return [spec.id for spec in (NORTH, SOUTH) if parse(text).may_be_on(spec)]

    assert hosts("zone:north web") == hosts("web !zone:south") == hosts("host:kvm-n11 cpu>3") == ["n11"]
    assert hosts("zone:north or web") == hosts("tag:prod") == hosts("") == hosts("name:kvm-n11") == ["n11", "s1"]


def test_what_must_be_read_for_it() -> None:
    assert parse("cpu>80").measures
    assert parse("net>3").measures
    assert not parse("net:lan 97").measures
    assert parse("97").worded
    assert not parse("tag:x").worded
