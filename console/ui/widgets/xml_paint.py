"""The tints of XML as Qt takes them."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QTextCharFormat, QTextLayout

from console.ui.theme import theme
from console.ui.widgets.xml_text import utf16
from console.ui.widgets.xml_tint import Open, Part, spans

_ROLES = {
    Part.PUNCTUATION: "text3",
    Part.ELEMENT: "accent",
    Part.ATTRIBUTE: "text2",
    Part.VALUE: "good",
    Part.COMMENT: "text3",
}


def formats(line: str, before: Open) -> list[QTextLayout.FormatRange]:
    """The tints of one line. before: what is open where it begins."""
    made = []
    inks = _inks()
    for start, length, part in spans(line, before)[0]:
        span = QTextLayout.FormatRange()
        span.start = utf16(line, start)
        span.length = utf16(line, start + length) - span.start
        span.format = inks[part]
        made.append(span)
    return made


def _inks() -> dict[Part, QTextCharFormat]:
    """The format of each part, made anew where the theme has another colour."""
    colors = tuple(theme.color(role).rgba() for role in _ROLES.values())
    if _made[0] != colors:
        inks = {}
        for part, role in _ROLES.items():
            inks[part] = QTextCharFormat()
            inks[part].setForeground(theme.color(role))
        _made[:] = [colors, inks]
    return _made[1]


_made: list[Any] = [(), {}]
