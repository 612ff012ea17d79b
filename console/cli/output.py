"""What is printed: tables, facts, JSON. Text goes out with plain spaces, and never with characters that move the cursor."""

from __future__ import annotations

import json
import math
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TextIO

import click
import msgspec

from console.words.units import NBSP

GAP = "  "
FIRST, LAST = -62135596800.0, 253402300799.0  # epoch: the first and last moment with a date


class Cell(msgspec.Struct, frozen=True):
    """A value of a table. style: of click.style, used on a terminal only."""

    text: str
    color: str = ""
    dim: bool = False


class Head(msgspec.Struct, frozen=True):
    text: str
    right: bool = False


def clean(text: str) -> str:
    """`text` on one line; what is not printable, or turns the writing direction, is written out as a number."""
    return "".join(char if char == " " or char.isprintable() else _escaped(char) for char in text.replace(NBSP, " "))


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def width(text: str) -> int:
    """Columns that `text` takes in a terminal."""
    return sum(
        0
        if unicodedata.combining(char) or char in "\ufe0e\ufe0f"
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )


def table(heads: Sequence[Head], rows: Iterable[Sequence[Cell | str]]) -> None:
    """Prints aligned columns under their heads; nothing at the end of a line."""
    cells = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
    cells = [[Cell(clean(cell.text), cell.color, cell.dim) for cell in row] for row in cells]
    widths = [max([width(head.text), *(width(row[index].text) for row in cells)]) for index, head in enumerate(heads)]
    _line(heads, widths, [Cell(head.text, dim=True) for head in heads])
    for row in cells:
        _line(heads, widths, row)


def _line(heads: Sequence[Head], widths: Sequence[int], row: Sequence[Cell]) -> None:
    parts = []
    for index, (head, size, cell) in enumerate(zip(heads, widths, row, strict=True)):
        room = " " * (size - width(cell.text))
        styled = cell.text and (cell.color or cell.dim)
        text = click.style(cell.text, fg=cell.color or None, dim=cell.dim or None) if styled else cell.text
        last = index == len(row) - 1 or not any(later.text for later in row[index + 1 :])
        parts.append(room + text if head.right else text if last else text + room)
        if last:
            break
    click.echo(GAP.join(parts).rstrip())


def facts(rows: Iterable[tuple[str, str]]) -> None:
    """Prints labels and values below each other; a fact without a value is left out."""
    known = [(clean(label), value) for label, value in rows if value]
    size = max((width(label) for label, _value in known), default=0)
    for label, value in known:
        first, *more = value.splitlines() or [""]
        click.echo(f"{label}{' ' * (size - width(label))}{GAP}{clean(first)}")
        for line in more:
            click.echo(f"{' ' * size}{GAP}{clean(line)}")


def is_terminal(stream: TextIO | None) -> bool:
    """A person is at the other end; a stream may be closed."""
    return stream is not None and not stream.closed and stream.isatty()


def line(text: str) -> None:
    """Prints a line for people."""
    click.echo(clean(text))


def note(text: str) -> None:
    """Prints a line beside the result: to stderr."""
    click.echo(clean(text), err=True)


def document(value: object) -> None:
    """Prints one JSON document."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    click.echo(json.dumps(value, ensure_ascii=encoding != "utf8", indent=2))


def line_document(value: object) -> None:
    """Prints one JSON document on one line."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    click.echo(json.dumps(value, ensure_ascii=encoding != "utf8"))


def iso(epoch: float | None) -> str | None:
    """Epoch seconds as ISO 8601 in UTC, in the years 1 to 9999; None for 0, which means not known."""
    if not epoch or math.isnan(epoch):
        return None
    at = datetime.fromtimestamp(min(max(epoch, FIRST), LAST), UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
