"""Text laid out once and drawn many times."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPainter, QStaticText, QTextOption

from console.ui.theme import theme

LIMIT = 6000  # texts kept


class Texts:
    """Draws single lines, elided to a width, from a cache of laid out texts. One for each view; Qt's thread only."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, int], tuple[QStaticText, int]] = {}
        self._fonts: dict[str, tuple[QFont, int]] = {}  # and half the height of a line
        self._generation = -1

    def laid_out(self, text: str, font: str, width: int) -> tuple[QStaticText, int]:
        """(what to draw, its width) of `text` in at most `width` pixels. font: a role of the theme."""
        if self._generation != theme.generation or len(self._kept) > LIMIT:
            self._kept.clear()
            self._fonts.clear()
            self._generation = theme.generation
        found = self._kept.get((text, font, width))
        if found is None:
            metrics = theme.metrics(font)
            line = text.replace("\n", " ")
            advance = metrics.horizontalAdvance(line)
            if advance > width:
                line = metrics.elidedText(line, Qt.TextElideMode.ElideRight, max(width, 0))
                advance = metrics.horizontalAdvance(line)
            static = QStaticText(line)
            static.setTextFormat(Qt.TextFormat.PlainText)
            option = QTextOption(Qt.AlignmentFlag.AlignLeft)
            option.setWrapMode(QTextOption.WrapMode.NoWrap)
            static.setTextOption(option)
            static.prepare(font=theme.font(font))
            found = self._kept[text, font, width] = (static, advance)
        return found

    def draw(
        self,
        painter: QPainter,
        x: int,
        middle: int,
        text: str,
        font: str,
        color: QColor,
        width: int,
        *,
        right: bool = False,
    ) -> int:
        """Draws a line centred at `middle`; x is its left edge, or its right one. Returns the drawn width."""
        static, advance = self.laid_out(text, font, width)
        found = self._fonts.get(font)
        if found is None:
            found = self._fonts[font] = (theme.font(font), (theme.metrics(font).height() + 1) // 2)
        painter.setFont(found[0])
        painter.setPen(color)
        painter.drawStaticText(x - advance if right else x, middle - found[1], static)
        return advance
