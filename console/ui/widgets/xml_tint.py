"""Which part of a line of XML is what, for tinting. Pure; a line at a time, with what is still open carried over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum


class Open(IntEnum):
    """What an earlier line left open where this one begins."""

    NOTHING = 0
    COMMENT = 1
    CDATA = 2
    TAG = 3


class Part(IntEnum):
    """What a span of a line is. Text between tags has no span: it is painted as it is."""

    PUNCTUATION = 0
    ELEMENT = 1
    ATTRIBUTE = 2
    VALUE = 3
    COMMENT = 4


Span = tuple[int, int, Part]  # start, length, what

_START = re.compile(r"<!--|<!\[CDATA\[|<[?!/]?")
_NAME = re.compile(r"[^\s=<>/?\"']+")
_VALUE = re.compile(r"\"[^\"]*\"?|'[^']*'?")
_CLOSERS = {Open.COMMENT: "-->", Open.CDATA: "]]>"}


def spans(line: str, before: Open) -> tuple[list[Span], Open]:
    """The spans of a line in order, and what it leaves open."""
    found: list[Span] = []
    at, still = 0, before
    while at < len(line):
        if still in _CLOSERS:
            end = line.find(_CLOSERS[still], at)
            stop = len(line) if end < 0 else end + 3
            if still is Open.COMMENT:
                found.append((at, stop - at, Part.COMMENT))
            if end < 0:
                return found, still
            at, still = stop, Open.NOTHING
        elif still is Open.TAG:
            at, still = _within(line, at, found)
        else:
            start = _START.search(line, at)
            if start is None:
                break
            at = start.start()
            if start[0] == "<!--":
                still = Open.COMMENT
            elif start[0] == "<![CDATA[":
                found.append((at, 9, Part.PUNCTUATION))
                at, still = start.end(), Open.CDATA
            else:
                found.append((at, len(start[0]), Part.PUNCTUATION))
                at, still = start.end(), Open.TAG
                name = _NAME.match(line, at)
                if name is not None:
                    found.append((at, len(name[0]), Part.ELEMENT))
                    at = name.end()
    return found, still


def _within(line: str, at: int, found: list[Span]) -> tuple[int, Open]:
    """One piece inside a tag."""
    char = line[at]
    if char == ">":
        found.append((at, 1, Part.PUNCTUATION))
        return at + 1, Open.NOTHING
    if char in "\"'":
        value = _VALUE.match(line, at)
        assert value is not None
        found.append((at, len(value[0]), Part.VALUE))
        return value.end(), Open.TAG
    name = _NAME.match(line, at)
    if name is not None:
        found.append((at, len(name[0]), Part.ATTRIBUTE))
        return name.end(), Open.TAG
    if not char.isspace():
        found.append((at, 1, Part.PUNCTUATION))
    return at + 1, Open.TAG


def carried(lines: Sequence[str]) -> bytes:
    """What is open at the start of each line, one `Open` a byte."""
    states = bytearray()
    still = Open.NOTHING
    for line in lines:
        states.append(still)
        if still or "<!" in line or line.count("<") != line.count(">"):
            still = spans(line, still)[1]
    return bytes(states)
