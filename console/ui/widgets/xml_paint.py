"""The tints of XML as Qt takes them."""

from __future__ import annotations

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
    inks = _inks.now()
    for start, length, part in spans(line, before)[0]:
        span = QTextLayout.FormatRange()
        span.start = utf16(line, start)
        span.length = utf16(line, start + length) - span.start
        span.format = inks[part]
        made.append(span)
    return made


class _Inks:
    """The format of each part, made anew where the theme has another colour."""

    def __init__(self) -> None:
        self._colors: tuple[int, ...] = ()
        self._made: dict[Part, QTextCharFormat] = {}

    def now(self) -> dict[Part, QTextCharFormat]:
        colors = tuple(theme.color(role).rgba() for role in _ROLES.values())
        if colors != self._colors:
            self._colors = colors
            for part, role in _ROLES.items():
                self._made[part] = QTextCharFormat()
                self._made[part].setForeground(theme.color(role))
        return self._made


_inks = _Inks()
