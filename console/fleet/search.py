"""The search language: `zone:north (cpu>60 or snapshots>2) !tag:lab`. One for table, navigator, palette and command line.

Several terms are "and"; "or" binds less, "!" and brackets more. A plain word is looked for in every shown column.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import msgspec

from console.fleet.hosts import HostSpec
from console.fleet.query_fields import LOADED, Field, field_of
from console.fleet.query_terms import Test, host_test, like_a_figure, term_test
from console.fleet.query_tokens import Fault, QueryError, Token, tokens
from console.fleet.subjects import Known, Subject

__all__ = ["Fault", "Query", "QueryError", "parse"]

FIGURES = "figures"  # stands among a query's fields for a word that may be a shown figure
PLACES = frozenset({"host", "zone", "rack"})
DEEPEST = 40  # brackets and "!" within each other


class Term(msgspec.Struct, frozen=True):
    """A leaf: a plain word (field None) or a field with its operator and value. test: given what is known, tells of a
    subject. hosts: of a host, None where hosts have no such thing."""

    token: Token
    field: Field | None
    test: Callable[[Known], Test]
    hosts: Callable[[HostSpec], bool] | None


class Not(msgspec.Struct, frozen=True):
    part: Node


class All(msgspec.Struct, frozen=True):
    """No parts: everything."""

    parts: tuple[Node, ...]


class Any(msgspec.Struct, frozen=True):
    parts: tuple[Node, ...]


Node = Term | Not | All | Any


class Query(msgspec.Struct, frozen=True):
    """A query that was understood; it finds everything where `text` is empty."""

    text: str
    root: Node
    spans: tuple[tuple[int, int], ...]
    """Where the parts of the outermost "and" stand in `text`."""
    words: tuple[str, ...] | None = None
    """Its words where it has nothing but plain ones, else None."""
    fields: frozenset[str] = msgspec.field(default=frozenset())

    def __bool__(self) -> bool:
        return bool(self.spans)

    @property
    def loaded(self) -> bool:
        """It asks for figures of load, if only by a word that may be one of those that are shown."""
        return not self.fields.isdisjoint((*LOADED, FIGURES))

    @property
    def measures(self) -> bool:
        """It compares figures of load: they must be known for it to find anything."""
        return not self.fields.isdisjoint(LOADED) and any(_compares(part) for part in _terms(self.root))

    @property
    def worded(self) -> bool:
        """It looks for something in all columns."""
        return any(term.field is None for term in _terms(self.root))

    @property
    def ages(self) -> bool:
        """What it finds changes with time alone."""
        return not self.fields.isdisjoint(("idle", "off", "uptime", "age"))

    def matcher(self, known: Known) -> Test:
        """The query as one function, fastest where many subjects are looked at. It raises QueryError (SLOW_PATTERN)
        where a pattern takes too long in all."""
        return _compiled(self.root, known)

    def matches(self, subject: Subject, known: Known | None = None) -> bool:
        """One subject; the time is now, and nothing of the past known, unless `known` says more."""
        return self.matcher(known or Known(time.time()))(subject)

    def may_be_on(self, spec: HostSpec) -> bool:
        """What it finds could be on this host: no part that asks for a zone, a rack or a host says otherwise."""
        parts = self.root.parts if isinstance(self.root, All) else (self.root,)
        return all(_of_host(part, spec) for part in parts if _is_of_places(part))

    def finds_host(self, spec: HostSpec) -> bool:
        """A host is meant too: every term is one that hosts have, and they hold. An empty query means none."""
        return bool(self) and _host(self.root, spec)

    def parts(self) -> tuple[tuple[str, Query], ...]:
        """The parts of the outermost "and", each as it was typed and as a query of its own."""
        nodes = self.root.parts if isinstance(self.root, All) else (self.root,)
        return tuple(
            (self.text[start:end], Query(self.text[start:end], node, ((start, end),), None, _fields(node)))
            for node, (start, end) in zip(nodes, self.spans, strict=True)
        )

    def excluding(self, subjects: Sequence[Subject], known: Known) -> str:
        """The first part that none of these has, as it was typed; "" where it is only their combination, or where looking
        takes too long."""
        for text, part in self.parts():
            test = part.matcher(known)
            try:
                if not any(map(test, subjects)):
                    return text
            except QueryError:
                return ""
        return ""


def parse(text: str) -> Query:
    """Reads a query. Errors: QueryError, with the place."""
    found = tokens(text)
    reader = _Reader(text, found)
    root, spans = reader.read()
    words: tuple[str, ...] | None = None
    if all(token.kind == "term" and not token.operator for token in found):
        words = tuple(token.value.casefold() for token in found)
    return Query(text, root, spans, words, _fields(root))


class _Reader:
    """Recursive descent over the tokens of one query."""

    def __init__(self, text: str, found: Sequence[Token]) -> None:
        self._text = text
        self._tokens = found
        self._at = 0
        self._depth = 0

    def read(self) -> tuple[Node, tuple[tuple[int, int], ...]]:
        if not self._tokens:
            return All(()), ()
        begin = self._tokens[0].start
        alternatives, spans = self._either()
        if self._at < len(self._tokens):
            token = self._tokens[self._at]
            raise QueryError(Fault.CLOSE_BRACKET, self._text, token.start, token.end)
        if isinstance(alternatives, Any):
            spans = [(begin, self._tokens[-1].end)]
        return alternatives, tuple(spans)

    def _either(self) -> tuple[Node, list[tuple[int, int]]]:
        first, spans = self._both()
        parts = [first]
        while (token := self._next("or")) is not None:
            parts.append(self._both(token)[0])
        return (Any(tuple(parts)) if len(parts) > 1 else first), spans

    def _both(self, after: Token | None = None) -> tuple[Node, list[tuple[int, int]]]:
        parts: list[Node] = []
        spans: list[tuple[int, int]] = []
        while True:
            start = self._tokens[self._at].start if self._at < len(self._tokens) else 0
            parts.append(self._one(after))
            spans.append((start, self._tokens[self._at - 1].end))
            after = self._next("and")
            token = self._peek()
            if after is None and (token is None or token.kind in (")", "or")):
                break
        return (All(tuple(parts)) if len(parts) > 1 else parts[0]), spans

    def _one(self, after: Token | None) -> Node:
        token = self._peek()
        if token is None or token.kind in (")", "or", "and"):
            wants = after or token
            assert wants is not None  # the first token of a query is there
            if wants.kind == ")":
                raise QueryError(Fault.CLOSE_BRACKET, self._text, wants.start, wants.end)
            raise QueryError(Fault.NO_TERM, self._text, wants.start, wants.end, wants.kind)
        self._at += 1
        if token.kind == "term":
            return _term(self._text, token)
        self._depth += 1
        if self._depth > DEEPEST:
            raise QueryError(Fault.TOO_DEEP, self._text, token.start, token.end)
        part = Not(self._one(token)) if token.kind == "!" else self._bracketed(token)
        self._depth -= 1
        return part

    def _bracketed(self, opened: Token) -> Node:
        token = self._peek()
        if token is not None and token.kind == ")":
            raise QueryError(Fault.EMPTY_BRACKETS, self._text, opened.start, token.end)
        if token is None:
            raise QueryError(Fault.OPEN_BRACKET, self._text, opened.start, opened.end)
        part = self._either()[0]
        if self._next(")") is None:
            raise QueryError(Fault.OPEN_BRACKET, self._text, opened.start, opened.end)
        return part

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self, kind: str) -> Token | None:
        token = self._peek()
        if token is None or token.kind != kind:
            return None
        self._at += 1
        return token


def _term(text: str, token: Token) -> Term:
    field = field_of(token.name) if token.operator else None
    return Term(token, field, term_test(text, token), host_test(token))


# compiling


def _compiled(node: Node, known: Known) -> Test:
    match node:
        case Term():
            return node.test(known)
        case Not(part):
            test = _compiled(part, known)
            return lambda s: not test(s)
        case All(parts):
            return _all([_compiled(part, known) for part in parts])
        case Any(parts):
            return _any([_compiled(part, known) for part in parts])


def _all(tests: Sequence[Test]) -> Test:
    if len(tests) == 2:
        one, other = tests
        return lambda s: one(s) and other(s)

    def test(s: Subject) -> bool:
        for each in tests:  # noqa: SIM110 - a plain loop takes half the time of all() here
            if not each(s):
                return False
        return True

    return test


def _any(tests: Sequence[Test]) -> Test:
    def test(s: Subject) -> bool:
        for each in tests:  # noqa: SIM110
            if each(s):
                return True
        return False

    return test


def _host(node: Node, spec: HostSpec) -> bool:
    verdict = _of_host(node, spec)
    return bool(verdict)


def _of_host(node: Node, spec: HostSpec) -> bool | None:
    """None: it asks for what hosts don't have, so that not even "!" of it means a host."""
    match node:
        case Term():
            return None if node.hosts is None else node.hosts(spec)
        case Not(part):
            inner = _of_host(part, spec)
            return None if inner is None else not inner
        case All(parts) | Any(parts):
            verdicts = [_of_host(part, spec) for part in parts]
            if isinstance(node, Any):
                return any(verdicts)
            return None if None in verdicts else all(verdicts)


def _is_of_places(node: Node) -> bool:
    terms = list(_terms(node))
    return bool(terms) and all(term.field is not None and term.field.name in PLACES for term in terms)


def _compares(term: Term) -> bool:
    """It is about a figure, not a name: net>10M, not net:lan."""
    found = term.field
    return (
        found is not None
        and found.name in LOADED
        and (found.texts is None or term.token.operator not in (":", "=", "!="))
    )


def _terms(node: Node) -> Iterator[Term]:
    match node:
        case Term():
            yield node
        case Not(part):
            yield from _terms(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from _terms(part)


def _fields(node: Node) -> frozenset[str]:
    match node:
        case Term():
            if node.field is not None:
                return frozenset({node.field.name})
            return frozenset({FIGURES}) if like_a_figure(node.token.value.casefold()) else frozenset()
        case Not(part):
            return _fields(part)
        case All(parts) | Any(parts):
            return frozenset().union(*(_fields(part) for part in parts))
