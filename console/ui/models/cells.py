"""What one cell of a table shows, as a value that `delegates.cells` paints."""

from __future__ import annotations

import msgspec

Glyph = tuple[str, str]  # shape, colour role
Trace = tuple[tuple[float, float], ...]  # (epoch, 0..1)


class Spark(msgspec.Struct):
    """A line over the last ten minutes. gone: seconds since the last point that are not known, 0 = as of now."""

    key: object
    trace: Trace
    gone: float = 0.0
    color: str = "series1"


class Cell(msgspec.Struct):
    """From left to right: glyph or band, bar or spark, text, pale text, a mark with its own text; or chips.

    text: in `font` and colour `role`; pale: after it, in text 3. bar: 0..1. band: number of a group's colour, -1 grey.
    mark_yields: the mark's text is left out where `text` needs the room.
    """

    text: str = ""
    role: str = "text"
    font: str = "body"
    pale: str = ""
    glyph: Glyph | None = None
    mark: Glyph | None = None
    mark_text: str = ""
    mark_yields: bool = False
    bar: float | None = None
    bar_role: str = "series1"
    spark: Spark | None = None
    band: int | None = None
    chips: tuple[str, ...] = ()
    pale_chips: bool = False


NOTHING = Cell("–", "text3")
EMPTY = Cell()
