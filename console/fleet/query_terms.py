"""One term of a query as a function: words, names, texts, figures, states, patterns."""

from __future__ import annotations

import difflib
import ipaddress
import operator
import re
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from console.fleet.hosts import HostSpec
from console.fleet.query_fields import FIELDS, FLAGS, STATES, Field, Kind, field_of
from console.fleet.query_tokens import Fault, QueryError, Token
from console.fleet.query_values import (
    UNITS,
    BadPattern,
    Measure,
    NotANumber,
    NotAUnit,
    Pattern,
    SlowPattern,
    number,
    pattern,
)
from console.fleet.subjects import Known, Subject

Test = Callable[[Subject], bool]
Compare = Callable[[Any, Any], bool]

PATTERN = "re"
PATTERN_SECONDS = 1.0  # that one pattern may take over all subjects of one search
_COMPARES: dict[str, Compare] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}
_LIKE_A_FIGURE = re.compile(r"[\d.,]+ ?%?|%|[\d.,]* \w+ [\d.,]*")  # "97", "97 %", "7.5 of 8"
_LONGEST_FIGURE = 14
_HEX = re.compile(r"[0-9a-f]{1,4}", re.IGNORECASE)
_MORE_HEX = re.compile(r"[0-9a-f:.]*(%\w*)?(/\d*)?", re.IGNORECASE)


def term_test(text: str, token: Token) -> Callable[[Known], Test]:
    """What a term of the query `text` means. Errors: QueryError."""
    if not token.operator:
        return _word(token.value)
    if token.name == PATTERN and token.operator == ":":
        found = _pattern(text, token, token.value, token.value_start)
        return lambda _known: _searching(text, token, found, lambda s: (s.hay,))
    field = field_of(token.name)
    if field is None:
        return _no_field(text, token)
    compare = token.operator.lstrip(":")
    if not token.value and not token.quoted:
        raise QueryError(Fault.NO_VALUE, text, token.start, token.end, field.name)
    if field.kind is Kind.STATE:
        return _state(text, token, compare)
    if field.kind is Kind.FLAG:
        return _flag(text, token, field, compare)
    if field.figure is not None and (field.texts is None or compare in (">", "<", ">=", "<=")):
        return _figure(text, token, field, compare)
    return _texts(text, token, field, compare)


def host_test(token: Token) -> Callable[[HostSpec], bool] | None:
    """What a term that has been understood means for hosts; None where they have no such thing."""
    if not token.operator or (field_of(token.name) is None and token.name != PATTERN):
        word = _whole(token)
        return lambda spec: word in spec.name.casefold()
    field = field_of(token.name)
    if field is None or field.hosts is None or token.operator not in (":", "=", "!="):
        return None
    if token.value.casefold().startswith(f"{PATTERN}:"):
        return None
    read, fits = field.hosts, _fits(field, token.value, token.operator)
    wrong = token.operator == "!="
    return lambda spec: any(map(fits, read(spec))) is not wrong


def _whole(token: Token) -> str:
    return (f"{token.name}{token.operator}{token.value}" if token.operator else token.value).casefold()


# words


def _word(value: str) -> Callable[[Known], Test]:
    word = value.casefold()
    if like_a_figure(word):
        return lambda known: _in_hay_or_figures(word, known)
    return lambda _known: lambda s: word in s.hay


def _in_hay_or_figures(word: str, known: Known) -> Test:
    shown = known.shows(word)
    return lambda s: word in s.hay or shown(s.domain, s.load)


def like_a_figure(word: str) -> bool:
    """A shown figure of load may hold it; an IP address has too many dots."""
    if len(word) > _LONGEST_FIGURE or _LIKE_A_FIGURE.fullmatch(word) is None:
        return False
    return all(part.count(".") + part.count(",") < 2 for part in word.split())


def _no_field(text: str, token: Token) -> Callable[[Known], Test]:
    """A MAC, an IPv6 address and a URL are words with a colon; any other name before one should have been a field's."""
    if token.operator == ":" and (token.value.startswith("//") or _is_address(token)):
        return _word(f"{token.name}:{token.value}")
    near = difflib.get_close_matches(token.name, [*FIELDS, PATTERN], n=2, cutoff=0.75)
    raise QueryError(Fault.NO_FIELD, text, token.start, token.start + len(token.name), ", ".join(near))


def _is_address(token: Token) -> bool:
    """The beginning, at least, of a MAC or an IPv6 address: "de:ad:be", "fe::1", "de:"."""
    return _HEX.fullmatch(token.name) is not None and _MORE_HEX.fullmatch(token.value) is not None


# names and texts


def _texts(text: str, token: Token, field: Field, compare: str) -> Callable[[Known], Test]:
    read = field.texts
    assert read is not None
    if compare in (">", "<", ">=", "<="):
        start = token.start + len(token.name)
        raise QueryError(Fault.NO_ORDER, text, start, start + len(token.operator), field.name)
    value = token.value
    if not token.quoted and value.casefold().startswith(f"{PATTERN}:"):
        after = len(PATTERN) + 1
        found = _pattern(text, token, value[after:], token.value_start + after)
        return lambda known: _searching(text, token, found, lambda s: map(str.casefold, read(s, known)))
    network = field.kind is Kind.ADDRESS and "/" in value
    fits = _in_network(text, token) if network else _fits(field, value, token.operator)
    if compare == "!=":
        return lambda known: lambda s: not any(map(fits, read(s, known)))
    return lambda known: lambda s: any(map(fits, read(s, known)))


def _fits(field: Field, value: str, operator_: str) -> Callable[[str], bool]:
    """Whether one text of a field is what was asked for."""
    wanted = value.casefold()
    if field.name == "mac":
        wanted = wanted.replace("-", ":")
    if "*" in wanted:
        glob = re.compile(".*".join(re.escape(part) for part in _stars(wanted)), re.DOTALL)
        return lambda text: bool(text) and glob.fullmatch(text.casefold()) is not None
    if not wanted or field.kind is Kind.NAME or operator_ in ("=", "!=", ":=", ":!="):
        return lambda text: text.casefold() == wanted
    return lambda text: wanted in text.casefold()


def _stars(wanted: str) -> list[str]:
    return re.sub(r"\*+", "*", wanted).split("*")


def _in_network(text: str, token: Token) -> Callable[[str], bool]:
    try:
        network = ipaddress.ip_network(token.value, strict=False)
    except ValueError as error:
        raise QueryError(Fault.BAD_NETWORK, text, token.value_start, token.end, str(error)) from error

    version, wanted, shift = network.version, int(network.network_address), network.max_prefixlen - network.prefixlen
    wanted >>= shift

    def fits(address: str) -> bool:
        kind, value = _number_of(address)
        return kind == version and value >> shift == wanted

    return fits


@lru_cache(maxsize=65536)
def _number_of(address: str) -> tuple[int, int]:
    """Version and number of an address; version 0 where it is none."""
    try:
        if ":" not in address:  # four numbers are read sooner by hand
            a, b, c, d = map(int, address.split("."))
            return 4, (a << 24) + (b << 16) + (c << 8) + d
        return 6, int(ipaddress.IPv6Address(address.partition("%")[0]))
    except ValueError:
        return 0, 0


# states and flags


def _state(text: str, token: Token, compare: str) -> Callable[[Known], Test]:
    if compare in (">", "<", ">=", "<="):
        start = token.start + len(token.name)
        raise QueryError(Fault.NO_ORDER, text, start, start + len(token.operator), "state")
    wanted = token.value.casefold().replace(" ", "-")
    names = [wanted] if wanted in STATES else [name for name in STATES if wanted and name.startswith(wanted)]
    if not names:
        raise QueryError(Fault.BAD_STATE, text, token.value_start, token.end, ", ".join(STATES))
    tests = [STATES[name] for name in names]
    one = tests[0] if len(tests) == 1 else lambda s: any(test(s) for test in tests)
    if compare == "!=":
        return lambda _known: lambda s: not one(s)
    return lambda _known: one


def _flag(text: str, token: Token, field: Field, compare: str) -> Callable[[Known], Test]:
    read, wanted = field.flag, FLAGS.get(token.value.casefold())
    assert read is not None
    if compare in (">", "<", ">=", "<="):
        start = token.start + len(token.name)
        raise QueryError(Fault.NO_ORDER, text, start, start + len(token.operator), field.name)
    if wanted is None:
        raise QueryError(Fault.BAD_FLAG, text, token.value_start, token.end, field.name)
    if compare == "!=":
        wanted = not wanted
    return lambda _known: lambda s: read(s) is wanted


# figures


def _figure(text: str, token: Token, field: Field, compare: str) -> Callable[[Known], Test]:
    if not token.quoted and token.value.casefold().startswith(f"{PATTERN}:"):
        raise QueryError(Fault.NO_PATTERN, text, token.value_start, token.end, field.name)
    read, measure = field.figure, field.measure
    if field.least is not None and compare in (">", ">="):
        read = field.least
    if field.share is not None and token.value.endswith("%"):
        read, measure = field.share, Measure.PERCENT
    try:
        wanted = number(token.value, measure)
    except NotANumber as error:
        raise QueryError(Fault.BAD_NUMBER, text, token.value_start, token.end, field.name) from error
    except NotAUnit as error:
        start = token.end - len(str(error)) - (1 if token.quoted else 0)
        units = ", ".join(UNITS[measure])
        raise QueryError(Fault.BAD_UNIT, text, max(start, token.value_start), token.end, units) from error
    assert read is not None
    return _comparing(read, _COMPARES[compare or "="], wanted)


def _comparing(
    read: Callable[[Subject, Known], float | None], compare: Compare, wanted: float
) -> Callable[[Known], Test]:
    def bound(known: Known) -> Test:
        def test(s: Subject) -> bool:
            value = read(s, known)
            return value is not None and compare(value, wanted)

        return test

    return bound


# patterns


def _pattern(text: str, token: Token, value: str, start: int) -> Pattern:
    if not value:
        raise QueryError(Fault.NO_VALUE, text, token.start, token.end, PATTERN)
    inner = start + 1 if token.quoted and text[start : start + 1] in '"“”„' else start
    try:
        return pattern(value)
    except BadPattern as error:
        at = inner + error.at if error.at >= 0 else start
        at = min(at, token.end - 1)
        raise QueryError(Fault.BAD_PATTERN, text, at, max(at + 1, token.end), str(error)) from error
    except SlowPattern as error:
        at = min(inner + error.at, token.end - 1)
        raise QueryError(Fault.SLOW_PATTERN, text, at, at + 1) from error


def _searching(text: str, token: Token, found: Pattern, read: Callable[[Subject], Iterable[str]]) -> Test:
    """Gives up, with a QueryError, once the pattern has taken PATTERN_SECONDS in all."""
    fits, clock = found.fits, time.perf_counter
    spent = 0.0

    def test(s: Subject) -> bool:
        nonlocal spent
        begun = clock()
        hit = any(map(fits, read(s)))
        spent += clock() - begun
        if spent > PATTERN_SECONDS:
            raise QueryError(Fault.SLOW_PATTERN, text, token.start, token.end)
        return hit

    return test
