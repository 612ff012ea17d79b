"""What can stand where one types in a query: fields, and values that there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

from console.fleet.query_fields import FIELDS, STATES, Kind, field_of
from console.fleet.query_tokens import QUOTES
from console.fleet.query_values import Measure

MOST = 12

Values = Callable[[str], Iterable[str]]
"""The values there are of a field, the usual ones first."""


class Suggestion(msgspec.Struct, frozen=True):
    """text: what would stand there. whole: nothing need be typed after it; a field's name still wants its value."""

    text: str
    whole: bool = False


class Completion(msgspec.Struct, frozen=True):
    """What `suggestions` replace: text[start:end]."""

    start: int
    end: int
    suggestions: tuple[Suggestion, ...] = ()

    def applied(self, text: str, suggestion: Suggestion) -> tuple[str, int]:
        """The query with the suggestion in it, and where the cursor stands then."""
        behind = text[self.end :]
        put = suggestion.text + (" " if suggestion.whole and not behind else "")
        return text[: self.start] + put + behind, self.start + len(put)


_EXAMPLES = {
    Measure.PERCENT: ("50", "80", "95"),
    Measure.MEMORY: ("1G", "4G", "16G"),
    Measure.SIZE: ("10G", "100G", "1T"),
    Measure.DISK_RATE: ("10M/s", "100M/s"),
    Measure.NET_RATE: ("100Mbit", "1Gbit"),
    Measure.COUNT: (),
    Measure.TIME: ("1h", "1d", "7d", "30d"),
}
_TYPED = re.compile(r"([A-Za-z][A-Za-z-]*)(:?(?:>=|<=|!=|[=<>])|:)(.*)", re.DOTALL)


def complete(text: str, cursor: int, values: Values) -> Completion:
    """What can stand at the cursor; none where nothing is known to fit."""
    start, end = _term_at(text, cursor)
    typed = text[start:cursor]
    found = _TYPED.fullmatch(typed)
    if found is None:
        return Completion(start, end, _fields(typed))
    field = field_of(found[1].casefold())
    if field is None:
        return Completion(cursor, cursor)
    value_start = start + len(found[1]) + len(found[2])
    wanted = found[3].strip(QUOTES).casefold()
    if field.kind is Kind.STATE:
        there: Iterable[str] = STATES
    elif field.kind is Kind.FLAG:
        there = ("yes", "no")
    elif field.figure is not None and (field.texts is None or found[2].lstrip(":") not in ("", "=", "!=")):
        there = _EXAMPLES[field.measure]
    else:
        there = values(field.name)
    begins: list[str] = []
    within: list[str] = []
    for value in there:
        low = value.casefold()
        if low != wanted and wanted in low:
            (begins if low.startswith(wanted) else within).append(value)
    offered = tuple(Suggestion(quoted(value), whole=True) for value in (begins + within)[:MOST])
    return Completion(value_start, end, offered)


def quoted(value: str) -> str:
    """A value as it can stand in a query."""
    if value and not re.search(r'[\s()"“”„!*]', value) and not value.casefold().startswith("re:"):
        return value
    escaped = value.replace('"', '\\"')
    return f'"{escaped}"'


def _fields(typed: str) -> tuple[Suggestion, ...]:
    start = typed.casefold()
    if not start.isalpha():
        return ()
    found = []
    for field in FIELDS.values():
        if field.name.startswith(start):
            if field.figure is None or field.texts is not None:
                found.append(Suggestion(f"{field.name}:"))
            if field.figure is not None:
                found.append(Suggestion(f"{field.name}>"))
    if "re".startswith(start):
        found.append(Suggestion("re:"))
    return tuple(found[:MOST])


def _term_at(text: str, cursor: int) -> tuple[int, int]:
    """The term the cursor is in, without brackets and "!" before it."""
    start, inside = 0, False
    for at, char in enumerate(text[:cursor]):
        if char in QUOTES:
            inside = not inside
        elif not inside and (char.isspace() or (char in "(!" and at == start)):
            start = at + 1
    end, inside = cursor, inside
    while end < len(text):
        if text[end] in QUOTES:
            inside = not inside
        elif not inside and (text[end].isspace() or text[end] == ")"):
            break
        end += 1
    return start, end
