"""The fleet file as text: cut into hosts, and one of them changed while every other byte stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from tomlkit.items import Array

Value = str | bool | list[str]

_NAME = r"(?:host|\"host\"|'host')"
_HOST = re.compile(rf"[ \t]*\[\[[ \t]*{_NAME}[ \t]*\]\]")
_WITHIN = re.compile(rf"[ \t]*\[\[?[ \t]*{_NAME}[ \t]*\.")
_HEADER = re.compile(r"[ \t]*\[")
_COMMENT = re.compile(r"[ \t]*#")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class Block(msgspec.Struct, frozen=True):
    """A part of the file: a host with the comments right above it, another table, or what stands before them all.

    line: of its first line, header: of its `[[host]]`, both counted from 1.
    """

    text: str
    line: int
    header: int
    is_host: bool

    def place(self, key: str) -> tuple[int, int]:
        """Line and column of the value of `key`; of the header where the key is not found."""
        pattern = re.compile(rf"[ \t]*(?:{re.escape(key)}|\"{re.escape(key)}\"|'{re.escape(key)}')[ \t]*=[ \t]*")
        for number, line in enumerate(_LINE.findall(self.text)):
            if found := pattern.match(line):
                return self.line + number, found.end() + 1
        return self.header, 1


def split(text: str) -> list[Block]:
    """Cuts the file; the blocks joined are the text again. Goes by lines alone, so it works on malformed files too."""
    lines = _LINE.findall(text)
    headers = [n for n, line in enumerate(lines) if _HEADER.match(line) and not _WITHIN.match(line)]
    cuts = []
    for header in headers:
        cut = header
        while cut and _COMMENT.match(lines[cut - 1]):
            cut -= 1
        cuts.append(header if cut == 0 else cut)  # a comment that begins the file is the file's
    blocks = []
    head = lines[: cuts[0]] if cuts else lines
    if head:
        blocks.append(Block("".join(head), 1, 1, False))
    for header, (cut, end) in zip(headers, pairwise([*cuts, len(lines)]), strict=True):
        is_host = _HOST.match(lines[header]) is not None
        blocks.append(Block("".join(lines[cut:end]), cut + 1, header + 1, is_host))
    return blocks


def new(values: Mapping[str, Value]) -> str:
    """The text of a new host."""
    import tomlkit  # noqa: PLC0415 - slow to load, and the window's start does not need it

    table = tomlkit.table()
    for key, value in values.items():
        if value not in ("", []):
            table[key] = value
    return "[[host]]\n" + table.as_string()


def changed(text: str, values: Mapping[str, Value | None]) -> str:
    """A host's block with these values; None takes a key away. Comments, order and keys of others stay."""
    import tomlkit  # noqa: PLC0415 - slow to load, and the window's start does not need it
    from tomlkit.items import Array  # noqa: PLC0415

    document = tomlkit.parse(text)
    tables: Any = document["host"]
    host = tables[0]
    for key, value in values.items():
        if value is None:
            host.pop(key, None)
        elif key not in host:
            host[key] = value
        elif isinstance(value, list) and isinstance(host[key], Array):
            _make_same(host[key], value)
        elif host[key] != value:
            host[key] = value
    result = tomlkit.dumps(document)
    return re.sub(r"(?<!\r)\n", "\r\n", result) if "\r\n" in text else result


def _make_same(array: Array, wanted: list[str]) -> None:
    """In place, so that comments within the list stay."""
    for item in [item for item in array if item not in wanted]:
        array.remove(item)
    for item in wanted:
        if item not in array:
            array.append(item)
    if list(array) != wanted:
        array.clear()
        array.extend(wanted)


def appended(text: str, block: str) -> str:
    """The file with a new host at its end."""
    if not text.strip():
        return text + block
    if "\r\n" in text:
        block = block.replace("\n", "\r\n")
    ending = "" if text.endswith("\n") else "\n"
    gap = "" if re.search(r"\n[ \t]*\r?\n\Z", text + ending) else "\r\n" if "\r\n" in text else "\n"
    return text + ending + gap + block
