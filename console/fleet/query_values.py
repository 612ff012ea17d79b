"""What stands behind an operator: percents, sizes, rates, times, patterns."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

KIB, MIB, GIB = 1024.0, 1024.0**2, 1024.0**3
MBIT = 1e6 / 8  # bytes
DAY = 86400.0
LONGEST_PATTERN = 200
MOST_OPEN = 3  # repetitions without an end in one pattern
FEW = 10  # up to here a repetition counts as short
MOST_WAYS = 5000  # in which all short ones together can be tried
HAY = 4000  # characters of a text that a pattern looks at
COLUMN = 150  # and of a line, where it has several repetitions without an end


class Measure(StrEnum):
    """What a figure is of, and so which units it takes. Bare numbers are in the unit of the table's column."""

    PERCENT = "percent"  # 0 to 100
    MEMORY = "memory"  # bytes; bare: GiB
    SIZE = "size"  # bytes; bare: GiB
    DISK_RATE = "disk-rate"  # bytes/s; bare: MiB/s
    NET_RATE = "net-rate"  # bytes/s; bare: Mbit/s
    COUNT = "count"
    TIME = "time"  # seconds; never bare


UNITS = {
    Measure.PERCENT: ("%",),
    Measure.MEMORY: ("M", "G", "T"),
    Measure.SIZE: ("M", "G", "T"),
    Measure.DISK_RATE: ("K/s", "M/s", "G/s"),
    Measure.NET_RATE: ("K/s", "M/s", "kbit", "Mbit", "Gbit"),
    Measure.COUNT: (),
    Measure.TIME: ("s", "min", "h", "d", "w", "y"),
}
"""Units to name to a person; more are understood."""

_BARE = {
    Measure.PERCENT: 1.0,
    Measure.COUNT: 1.0,
    Measure.MEMORY: GIB,
    Measure.SIZE: GIB,
    Measure.DISK_RATE: MIB,
    Measure.NET_RATE: MBIT,
}
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?|[.,]\d+)")
_BYTES = re.compile(r"([kmgtp]?)(i?)(b|byte|bytes)?(/s|ps)?", re.IGNORECASE)
_BITS = re.compile(r"([kmg]?)(?:bit|bits)(/s|ps)?", re.IGNORECASE)
_POWER = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_TIMES = {
    "s": 1.0,
    "sec": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
    "d": DAY,
    "w": 7 * DAY,
    "mo": 30 * DAY,
    "y": 365 * DAY,
}


class NotANumber(ValueError):
    """What should begin with a digit does not."""


class NotAUnit(ValueError):
    """The number is followed by what is none of its units, or by none where one is needed."""


def number(text: str, measure: Measure) -> float:
    """The value of `text` in the base unit of `measure`. Errors: NotANumber, NotAUnit."""
    if measure is Measure.TIME:
        return _time(text)
    found = _NUMBER.match(text)
    if found is None:
        raise NotANumber(text)
    value, unit = float(found[1].replace(",", ".")), text[found.end() :].strip()
    if not unit:
        return value * _BARE[measure]
    if measure is Measure.PERCENT and unit == "%":
        return value
    if measure is Measure.COUNT or measure is Measure.PERCENT:
        raise NotAUnit(unit)
    return value * _scale(unit, measure)


def _scale(unit: str, measure: Measure) -> float:
    rate = measure in (Measure.DISK_RATE, Measure.NET_RATE)
    bits = _BITS.fullmatch(unit)
    if bits is not None and rate:
        return float(1000 ** _POWER[bits[1].lower()]) / 8
    plain = _BYTES.fullmatch(unit)
    if plain is None or (plain[4] and not rate):
        raise NotAUnit(unit)
    base = 1000 if plain[3] and not plain[2] and plain[1] else 1024  # MB is a million, M and MiB are not
    return float(base ** _POWER[plain[1].lower()])


def _time(text: str) -> float:
    """Seconds of "30d", "1h30min"; several parts add up."""
    total, at = 0.0, 0
    if _NUMBER.match(text) is None:
        raise NotANumber(text)
    while at < len(text):
        found = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([a-z]*)", re.IGNORECASE).match(text, at)
        if found is None or found[2].casefold() not in _TIMES:
            raise NotAUnit(text[at:])
        total += float(found[1].replace(",", ".")) * _TIMES[found[2].casefold()]
        at = found.end()
    return total


# patterns


class BadPattern(ValueError):
    """Not a regular expression. at: where in it, -1 = not known."""

    def __init__(self, text: str, at: int) -> None:
        super().__init__(text)
        self.at = at


class SlowPattern(ValueError):
    """It could take for ever on a text it does not match. at: where in it."""

    def __init__(self, at: int) -> None:
        super().__init__(f"slow at {at}")
        self.at = at


class Pattern(NamedTuple):
    """A regular expression that ends. plain: it has at most one repetition without an end. before: put before each text,
    for a pattern of which "^" became the end of the line before: that is found much sooner."""

    found: re.Pattern[str]
    plain: bool
    before: str = ""

    def fits(self, text: str) -> bool:
        """It is in one of the lines of a text."""
        if self.plain:
            return self.found.search(self.before + text[:HAY]) is not None
        return any(self.found.search(self.before + line[:COLUMN]) is not None for line in text[:HAY].split("\n"))


def pattern(text: str) -> Pattern:
    """`text` compiled, for case-folded texts of which each line is one column. Errors: BadPattern, SlowPattern."""
    if len(text) > LONGEST_PATTERN:
        raise SlowPattern(LONGEST_PATTERN)
    try:
        flags = re.MULTILINE if text == text.casefold() else re.MULTILINE | re.IGNORECASE
        found = re.compile(text, flags)
    except re.error as error:
        raise BadPattern(error.msg, -1 if error.pos is None else error.pos) from error
    except (OverflowError, RecursionError) as error:
        raise BadPattern(str(error), -1) from error
    endless, whole = _read(text)
    if whole and re.match(r"\^[^*+?{]", text):
        return Pattern(re.compile(rf"\n{text[1:]}", flags), endless < 2, "\n")
    return Pattern(found, endless < 2)


class _Group:
    """An open bracket of a pattern: may what is in it match the same text in several ways?"""

    def __init__(self) -> None:
        self.repeats = False
        self.firsts: list[str] = [""]

    @property
    def doubtful(self) -> bool:
        """A repetition of this can try a text in more ways than anyone can wait for."""
        branches = self.firsts
        alike = len(branches) > 1 and (len(set(branches)) < len(branches) or not all(b.isalnum() for b in branches))
        return self.repeats or alike


_PIECE = re.compile(
    r"(?P<escape>\\.)|(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?(?:P<\w+>|[aiLmsux-]*:|<?[=!]|>))?)"
    r"|(?P<close>\))|(?P<or>\|)|(?P<times>[*+?][?+]?|\{\d*,?\d*\}[?+]?)|(?P<other>.)",
    re.DOTALL,
)


def _read(text: str) -> tuple[int, bool]:
    """How many repetitions without an end there are, and that no "|" stands outside of all groups.

    Refuses repetitions in repetitions, references back, and too many of either kind: SlowPattern.
    """
    stack = [_Group()]
    last: _Group | None = None  # the group that has just closed: what a repetition would repeat
    endless, ways = 0, 1
    for piece in _PIECE.finditer(text):
        kind, part, here = piece.lastgroup, piece[0], stack[-1]
        closed, last = last, None
        if kind == "open":
            stack.append(_Group())
            _first(here, "(")
            continue
        if kind == "close" and len(stack) > 1:
            last = stack.pop()
            stack[-1].repeats |= last.doubtful
        elif kind == "or":
            here.firsts.append("")
        elif kind == "times":
            low, high = _limits(part)
            if low != high:
                here.repeats = True
            if high > FEW and low != high:
                endless += 1
            else:
                ways *= high - low + 1
            doubtful = closed is not None and closed.doubtful and high > FEW
            if doubtful or endless > MOST_OPEN or ways > MOST_WAYS:
                raise SlowPattern(piece.start())
        elif kind == "escape" and part[1].isdigit() and part[1] != "0":
            raise SlowPattern(piece.start())
        else:
            _first(here, part)
    if "(?P=" in text or "(?(" in text:
        raise SlowPattern(max(text.find("(?P="), text.find("(?(")))
    return endless, len(stack[0].firsts) == 1


def _first(group: _Group, part: str) -> None:
    group.firsts[-1] = group.firsts[-1] or part.casefold()


_ENDLESS = 1 << 30


def _limits(times: str) -> tuple[int, int]:
    match times[0]:
        case "*":
            return 0, _ENDLESS
        case "+":
            return 1, _ENDLESS
        case "?":
            return 0, 1
    low, comma, high = times[1 : times.index("}")].partition(",")
    least = int(low or 0)
    if not comma:
        return least, least
    return least, int(high) if high else _ENDLESS
