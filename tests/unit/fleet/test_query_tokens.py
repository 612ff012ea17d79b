from __future__ import annotations

import pytest

from console.fleet.query_tokens import Fault, QueryError, Token, tokens
from console.fleet.search import parse


def kinds(text: str) -> list[str]:
    return [token.kind if token.kind != "term" else text[token.start : token.end] for token in tokens(text)]


def test_words_brackets_and_joints() -> None:
    assert kinds("a (b OR !c) and d") == ["a", "(", "b", "or", "!", "c", ")", "and", "d"]
    assert kinds("(cpu>3)") == ["(", "cpu>3", ")"]


def test_brackets_within_a_word_are_its_own() -> None:
    assert kinds("web(1) re:(a|b)c (re:(a)b)") == ["web(1)", "re:(a|b)c", "(", "re:(a)b", ")"]


def test_a_lonely_or_is_looked_for() -> None:
    assert [token.value for token in tokens("or")] == ["or"]
    assert kinds('"or" x') == ['"or"', "x"]


def test_name_operator_and_value() -> None:
    assert tokens(' Tag:"shop db"') == [Token("term", 1, 14, "tag", ":", "shop db", 5, True)]
    assert tokens("cpu>=80") == [Token("term", 0, 7, "cpu", ">=", "80", 5)]
    assert tokens("snapshots:>2") == [Token("term", 0, 12, "snapshots", ":>", "2", 11)]


def test_a_quoted_operator_is_text() -> None:
    assert [(token.operator, token.value) for token in tokens('"cpu>80"')] == [("", "cpu>80")]


def test_a_quote_in_quotes() -> None:
    assert tokens(r'"5\" disk\d"')[0].value == r"5\" disk\d".replace(r"\"", '"')


@pytest.mark.parametrize(
    ("text", "cursor", "unfinished"),
    [('a "b', 4, True), ('a "b', 1, False)],
)
def test_what_is_being_typed(text: str, cursor: int, unfinished: bool) -> None:
    with pytest.raises(QueryError) as caught:
        tokens(text)
    assert caught.value.fault is Fault.OPEN_QUOTE
    assert caught.value.unfinished(cursor) is unfinished


@pytest.mark.parametrize(
    ("text", "cursor", "unfinished"),
    [
        ("web http:", 9, True),
        ("web http:/", 10, True),
        ("web http:", 3, False),
        ("foo:b", 5, False),
        ("foo>", 4, False),
    ],
)
def test_an_unknown_field_may_become_a_url(text: str, cursor: int, unfinished: bool) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.fault is Fault.NO_FIELD
    assert caught.value.unfinished(cursor) is unfinished
