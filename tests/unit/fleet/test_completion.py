from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.fleet.completion import Suggestion, complete, quoted
from console.fleet.search import parse

VALUES = {"tag": ["prod", "non-prod", "shop db"], "host": ["kvm-n11", "kvm-n12"], "net": ["lan"]}


def offered(text: str, cursor: int | None = None) -> list[str]:
    at = len(text) if cursor is None else cursor
    return [one.text for one in complete(text, at, lambda field: VALUES.get(field, [])).suggestions]


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("sn", ["snapshots>"]),
        ("web !ta", ["tag:"]),
        ("(cp", ["cpu>"]),
        ("n", ["name:", "note:", "net:", "net>", "nics>"]),
        ("tag:", ["prod", "non-prod", '"shop db"']),
        ("tag:pro", ["prod", "non-prod"]),
        ('tag:"shop', ['"shop db"']),
        ("TAG:p", ["prod", "non-prod"]),
        ("tag:prod", ["non-prod"]),
        ("host:kvm", ["kvm-n11", "kvm-n12"]),
        ("state:o", ["off", "shutting-down", "unknown"]),
        ("autostart:", ["yes", "no"]),
        ("idle>", ["1h", "1d", "7d", "30d"]),
        ("mem>4", ["4G"]),
        ("net>", ["100Mbit", "1Gbit"]),
        ("net:", ["lan"]),
        ("", []),
        ("web ", []),
        ("10.4", []),
        ("zzz", []),
        ("foo:b", []),
    ],
)
def test_what_can_stand_there(text: str, texts: list[str]) -> None:
    assert offered(text)[: len(texts)] == texts
    assert bool(offered(text)) == bool(texts)


def test_what_is_replaced() -> None:
    text = "web tag:pr other"
    completion = complete(text, 10, lambda _field: ["prod"])
    assert text[completion.start : completion.end] == "pr"
    assert completion.applied(text, completion.suggestions[0]) == ("web tag:prod other", 12)


def test_after_a_value_comes_a_blank_and_after_a_field_its_value() -> None:
    completion = complete("tag:pr", 6, lambda _field: ["prod"])
    assert completion.applied("tag:pr", completion.suggestions[0]) == ("tag:prod ", 9)
    assert complete("ta", 2, lambda _field: []).applied("ta", Suggestion("tag:")) == ("tag:", 4)


@given(st.text(max_size=20))
def test_a_quoted_value_is_read_as_it_is(value: str) -> None:
    clean = value.replace("\u00a0", " ")
    if any(quote in value for quote in "“”„") or "\\" in value or "*" in value:
        return
    parts = parse(f"tag={quoted(value) if value else chr(34) * 2}").parts()
    assert len(parts) == 1
    term = parts[0][1].root
    assert term.token.value == clean  # type: ignore[union-attr]


@given(st.text(max_size=30), st.integers(0, 30))
def test_it_never_fails(text: str, cursor: int) -> None:
    at = min(cursor, len(text))
    completion = complete(text, at, lambda _field: ["a", "b c"])
    assert 0 <= completion.start <= completion.end <= len(text)
    for suggestion in completion.suggestions:
        new, cursor_then = completion.applied(text, suggestion)
        assert 0 <= cursor_then <= len(new)
