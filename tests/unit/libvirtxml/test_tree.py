from __future__ import annotations

import pytest
from lxml import etree

from console.fleet.errors import Failed
from console.libvirtxml import tree


@pytest.mark.parametrize(
    ("value", "number"),
    [("5", 5), ("0x10", 16), ("010", 10), ("-1", 7), ("", 7), (None, 7), ("1e3", 7), ("9" * 40, 7), (" 4 ", 4)],
)
def test_numbers(value: str | None, number: int) -> None:
    assert tree.number(value, 7) == number


@pytest.mark.parametrize(
    ("xml", "size"),
    [("<a unit='kB'>2</a>", 2000), ("<a unit='M'>1</a>", 1 << 20), ("<a>3</a>", 3), ("<a unit='x'>3</a>", 0)],
)
def test_sizes(xml: str, size: int) -> None:
    assert tree.size(etree.fromstring(xml)) == size
    assert tree.size(None) == 0


def test_text_is_stripped() -> None:
    assert tree.text(etree.fromstring("<a> b </a>")) == "b"
    assert tree.text(None) == ""


def test_bytes_and_text_are_read() -> None:
    assert tree.parse(b"<a/>").tag == tree.parse("<a/>").tag == "a"


def test_the_error_names_what_was_read() -> None:
    with pytest.raises(Failed) as caught:
        tree.parse("<a", "the pool")
    assert caught.value.what == "the pool"


def test_an_entity_is_not_resolved() -> None:
    with pytest.raises(Failed):
        tree.parse('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>')
