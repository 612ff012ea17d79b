"""The words of a query: brackets, "!", "or", and terms such as `tag:"shop db"`, each with where it stands in the text."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from console.fleet.errors import Reason, UsageError

QUOTES = '"“”„'
LONGEST = 2000  # characters of a query
_MASK = "\0"  # stands for a quoted character where operators are looked for
_BLANK = "\u00a0"
_OPERATOR = re.compile(r"([A-Za-z][A-Za-z-]*)(:?(?:>=|<=|!=|[=<>])|:)")


class Fault(StrEnum):
    """Why a query cannot be meant."""

    TOO_LONG = "too-long"
    TOO_DEEP = "too-deep"
    OPEN_QUOTE = "open-quote"
    OPEN_BRACKET = "open-bracket"
    CLOSE_BRACKET = "close-bracket"
    EMPTY_BRACKETS = "empty-brackets"
    NO_TERM = "no-term"  # nothing stands where "!", "or" or "and" (detail) want something
    NO_FIELD = "no-field"  # detail: names that are near, apart by ", "
    NO_VALUE = "no-value"
    NO_ORDER = "no-order"  # a text has no larger and smaller; detail: the field
    NO_PATTERN = "no-pattern"  # a figure has no pattern; detail: the field
    BAD_NUMBER = "bad-number"  # detail: the field
    BAD_UNIT = "bad-unit"  # detail: the units there are
    BAD_STATE = "bad-state"  # detail: the states there are
    BAD_FLAG = "bad-flag"  # neither yes nor no
    BAD_NETWORK = "bad-network"  # what stands after ip: has a slash and is no network
    BAD_PATTERN = "bad-pattern"  # detail: what is wrong with it, in the words of Python's re
    SLOW_PATTERN = "slow-pattern"  # it could search for ever


_UNFINISHED = frozenset(
    {Fault.OPEN_QUOTE, Fault.OPEN_BRACKET, Fault.NO_TERM, Fault.NO_FIELD, Fault.NO_VALUE, Fault.BAD_UNIT}
)


class QueryError(UsageError):
    """A query that cannot be meant. start, end: the place in `text` (end behind the last character); sentences are in
    words.search."""

    def __init__(self, fault: Fault, text: str, start: int, end: int, detail: str = "") -> None:
        super().__init__(Reason.OTHER, text, f"{fault} at {start + 1}", detail=detail)
        self.fault = fault
        self.text = text
        self.start = start
        self.end = end

    @property
    def detail(self) -> str:
        return self.problem.detail

    def unfinished(self, cursor: int) -> bool:
        """It is what everybody has to pass while typing, with the cursor there: no reason to shout."""
        typed = len(self.text.rstrip())
        if cursor < typed or self.fault not in _UNFINISHED:
            return False
        if self.fault is Fault.NO_FIELD:
            return self.text[self.end : typed] in (":", ":/")  # it may become a URL
        if self.fault is Fault.BAD_UNIT:
            return self.end == typed and self.text[self.start : self.end].isdigit()
        return self.fault in (Fault.OPEN_BRACKET, Fault.OPEN_QUOTE) or self.end == typed


class Token(msgspec.Struct, frozen=True):
    """kind: "(", ")", "!", "or", "and" or "term". Of a term: name and operator ("" for a plain word), the value without
    its quotes, value_start: where the value begins in the text; quoted: quotes stood in the value."""

    kind: str
    start: int
    end: int
    name: str = ""
    operator: str = ""
    value: str = ""
    value_start: int = 0
    quoted: bool = False


def tokens(text: str) -> list[Token]:
    """All of a query in order. Errors: QueryError for what is too long and for a quote that never closes."""
    if len(text) > LONGEST:
        raise QueryError(Fault.TOO_LONG, text, LONGEST, len(text))
    found: list[Token] = []
    at, depth = 0, 0
    while at < len(text):
        char = text[at]
        if char.isspace():
            at += 1
        elif char == "!" and text[at : at + 2] != "!=":
            found.append(Token("!", at, at + 1))
            at += 1
        elif char == "(":
            depth += 1
            found.append(Token("(", at, at + 1))
            at += 1
        elif char == ")":
            depth = max(0, depth - 1)
            found.append(Token(")", at, at + 1))
            at += 1
        else:
            token = _term(text, at, inside=depth > 0)
            found.append(token)
            at = token.end
    return found if len(found) != 1 else [_alone(found[0], text)]


def _alone(token: Token, text: str) -> Token:
    """A lonely "or" is what somebody looks for."""
    if token.kind in ("or", "and"):
        return Token("term", token.start, token.end, value=text[token.start : token.end], value_start=token.start)
    return token


def _term(text: str, start: int, *, inside: bool) -> Token:
    """The term that begins at `start`. Its own brackets may be in it, as in `re:(a|b)`; inside: an outer one is open."""
    chars: list[str] = []
    masked: list[str] = []
    where: list[int] = []
    at, open_at, brackets = start, -1, 0
    quoted_from = len(text)
    while at < len(text):
        char = text[at]
        if open_at >= 0:
            if char in QUOTES:
                open_at = -1
            else:
                if char == "\\" and text[at + 1 : at + 2] == '"':
                    at, char = at + 1, '"'
                chars.append(char)
                masked.append(_MASK)
                where.append(at)
        elif char in QUOTES:
            open_at, quoted_from = at, min(quoted_from, at)
        elif char.isspace() or (char == ")" and not brackets and (inside or not _is_pattern(masked))):
            break
        else:
            brackets += (char == "(") - (char == ")")
            chars.append(char)
            masked.append(char)
            where.append(at)
        at += 1
    if open_at >= 0:
        raise QueryError(Fault.OPEN_QUOTE, text, open_at, len(text))
    value, hidden = "".join(chars), "".join(masked)
    quoted = quoted_from < at
    if not quoted and hidden.casefold() in ("or", "and"):
        return Token(hidden.casefold(), start, at)
    found = _OPERATOR.match(hidden)
    if found is None:
        return Token("term", start, at, value=_plain(value), value_start=start, quoted=quoted)
    end = found.end()
    begins = where[end] if end < len(where) else at
    if quoted and quoted_from <= begins:
        begins = quoted_from
    return Token("term", start, at, found[1].casefold(), found[2], _plain(value[end:]), begins, quoted)


def _is_pattern(masked: list[str]) -> bool:
    return "".join(masked[:3]).casefold() == "re:" or ":re:" in "".join(masked).casefold()


def _plain(value: str) -> str:
    return value.replace(_BLANK, " ")
