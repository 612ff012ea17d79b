"""Paints the cells of a table: one painter for all of them."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from console.ui import icons
from console.ui.delegates.sparks import HEIGHT as SPARK_HEIGHT
from console.ui.delegates.sparks import WIDTH as SPARK_WIDTH
from console.ui.delegates.sparks import Sparks
from console.ui.delegates.text import Texts
from console.ui.models.cells import Cell
from console.ui.theme import theme
from console.ui.widgets.chips import CHIP_HEIGHT, chip_width, fitting, paint_bar, paint_chip

BAR_WIDTH, BAR_HEIGHT = 44, 6
GLYPH = 14
BAND_WIDTH, BAND_HEIGHT = 3, 14


@lru_cache(maxsize=512)
def _bar(filled: int, role: str, generation: int, ratio: float) -> QPixmap:
    width, height = theme.px(BAR_WIDTH), theme.px(BAR_HEIGHT)
    drawn = QPixmap(round(width * ratio), round(height * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    paint_bar(painter, QRectF(0, 0, width, height), filled / drawn.width(), theme.color(role))
    painter.end()
    return drawn


@lru_cache(maxsize=1024)
def _chip(text: str, pale: bool, generation: int, ratio: float) -> QPixmap:
    width, height = chip_width(text), theme.px(CHIP_HEIGHT)
    drawn = QPixmap(round(width * ratio), round(height * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    paint_chip(painter, 0, height / 2, text, pale=pale)
    painter.end()
    return drawn


class CellPainter:
    """Paints cells. One for each view, since it keeps what it laid out and drew."""

    def __init__(self) -> None:
        self._texts = Texts()
        self._sparks = Sparks()

    def paint(self, painter: QPainter, x: int, right: int, middle: int, cell: Cell, to_right: bool) -> None:
        """Paints `cell` between `x` and `right` (both without the padding), centred at `middle`."""
        ratio = painter.device().devicePixelRatioF()
        if cell.spark is not None:
            width = theme.px(SPARK_WIDTH)
            if right - x >= width:
                top = middle - theme.px(SPARK_HEIGHT) // 2
                painter.drawPixmap(x, top, self._sparks.pixmap(cell.spark, ratio))
            x += width + theme.px(4)
        elif cell.bar is not None:
            width = theme.px(BAR_WIDTH)
            if right - x >= width:
                filled = round(width * ratio * min(max(cell.bar, 0.0), 1.0))
                bar = _bar(filled, cell.bar_role, theme.generation, ratio)
                painter.drawPixmap(x, middle - theme.px(BAR_HEIGHT) // 2, bar)
            x += width + theme.px(4)
        elif cell.glyph is not None:
            side = theme.px(GLYPH)
            painter.drawPixmap(x, middle - side // 2, icons.glyph(*cell.glyph, side, ratio))
            x += side + theme.px(7)
        elif cell.band is not None:
            height = theme.px(BAND_HEIGHT)
            color = theme.color("last-known") if cell.band < 0 else theme.series(cell.band)
            painter.fillRect(x, middle - height // 2, theme.px(BAND_WIDTH), height, color)
            if cell.band >= 6:  # the colours come a second time
                painter.fillRect(x + theme.px(BAND_WIDTH + 1), middle - height // 2, 1, height, color)
            x += theme.px(BAND_WIDTH + 6)
        if cell.chips:
            self._paint_chips(painter, x, right, middle, cell, ratio)
        elif to_right:
            self._paint_from_right(painter, x, right, middle, cell)
        elif cell.text:
            self._paint_from_left(painter, x, right, middle, cell, ratio)

    def _paint_from_left(self, painter: QPainter, x: int, right: int, middle: int, cell: Cell, ratio: float) -> None:
        room = right - x
        mark, mark_text = 0, cell.mark_text
        if cell.mark is not None:
            room += theme.px(7)  # a mark may stand in the padding
            right += theme.px(7)
            mark = theme.px(13 + 6)
            if mark_text:
                more = theme.px(4) + theme.metrics("secondary").horizontalAdvance(mark_text)
                if cell.mark_yields and theme.metrics(cell.font).horizontalAdvance(cell.text) + mark + more > room:
                    mark_text, more = "", 0
                mark += more
        if cell.pale:
            room -= theme.metrics("body").horizontalAdvance(cell.pale)
        x += self._texts.draw(painter, x, middle, cell.text, cell.font, theme.color(cell.role), room - mark)
        if cell.pale:
            x += self._texts.draw(painter, x, middle, cell.pale, "body", theme.color("text3"), right - x)
        if cell.mark is not None:
            side = theme.px(13)
            painter.drawPixmap(x + theme.px(6), middle - side // 2, icons.glyph(*cell.mark, side, ratio))
            x += theme.px(6) + side + theme.px(4)
            if mark_text:
                self._texts.draw(painter, x, middle, mark_text, "secondary", theme.color(cell.mark[1]), right - x)

    def _paint_from_right(self, painter: QPainter, x: int, right: int, middle: int, cell: Cell) -> None:
        if cell.pale:
            right -= self._texts.draw(
                painter, right, middle, cell.pale, "body", theme.color("text3"), right - x, right=True
            )
        self._texts.draw(painter, right, middle, cell.text, cell.font, theme.color(cell.role), right - x, right=True)

    def _paint_chips(self, painter: QPainter, x: int, right: int, middle: int, cell: Cell, ratio: float) -> None:
        shown = fitting(cell.chips, right - x)
        top = middle - theme.px(CHIP_HEIGHT) // 2
        for tag in cell.chips[:shown]:
            painter.drawPixmap(x, top, _chip(tag, cell.pale_chips, theme.generation, ratio))
            x += chip_width(tag) + theme.px(4)
        if shown < len(cell.chips):
            more = f"+{len(cell.chips) - shown}"
            self._texts.draw(painter, x, middle, more, "chip", theme.color("text3"), right - x)
