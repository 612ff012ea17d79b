"""A text with numbered lines: the gutter beside it, and the way to the next hit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from console.ui.theme import theme

Hit = tuple[int, int, int]
"""Line from 0, and start and length in it."""


class Gutter(QWidget):
    """Line numbers and marks, left of the text."""

    def __init__(self, text: NumberedText) -> None:
        super().__init__(text)
        self._text = text
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        dirty, painter = event.rect(), QPainter(self)
        painter.fillRect(dirty, theme.color("sunken"))
        painter.setPen(theme.color("line"))
        painter.drawLine(self.width() - 1, dirty.top(), self.width() - 1, dirty.bottom())
        painter.setFont(self._text.font())
        self._text.paint_lines(painter, dirty)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._text.gutter_pressed(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()


class NumberedText(QPlainTextEdit):
    """What reading and writing XML have in common. A text says how many lines it has, tints those that are seen, and paints
    the numbers of those in the gutter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self._gutter = Gutter(self)
        self.updateRequest.connect(self._scrolled)

    def line_count(self) -> int:
        return self.blockCount()

    def _tint_seen(self) -> None:
        raise NotImplementedError

    def paint_lines(self, painter: QPainter, dirty: QRect) -> None:
        """What stands in the gutter beside the lines that are seen."""
        raise NotImplementedError

    def gutter_pressed(self, at: QPoint) -> None:
        """Where a text does something then."""

    def _paint_number(self, painter: QPainter, number: int, rect: QRectF, right: int) -> None:
        """Of a line from 0, right-aligned."""
        painter.setPen(theme.color("text" if number == self.textCursor().blockNumber() else "text3"))
        cell = QRectF(0, rect.top(), right, rect.height())
        painter.drawText(cell, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number + 1))

    def _place_gutter(self) -> None:
        digits = len(str(max(999, self.line_count())))
        width = theme.px(34) + self.fontMetrics().horizontalAdvance("9") * digits
        self.setViewportMargins(width, 0, 0, 0)
        area = self.contentsRect()
        self._gutter.setGeometry(area.left(), area.top(), width, area.height())

    @Slot(QRect, int)
    def _scrolled(self, rect: QRect, dy: int) -> None:
        if dy:
            self._gutter.scroll(0, dy)
            self._tint_seen()
        else:
            self._gutter.update(0, rect.y(), self._gutter.width(), rect.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_gutter()
        self._tint_seen()

    # finding

    def _nearest(self, found: Sequence[Hit], backward: bool, onward: bool) -> int:
        """Number of the next hit from the caret on, round the end. onward: the one behind the selected."""
        cursor = self.textCursor()
        block = self.document().findBlock(cursor.selectionStart())
        at = (block.blockNumber(), cursor.selectionStart() - block.position())
        if backward:
            return max((index for index, hit in enumerate(found) if hit[:2] < at), default=len(found) - 1)
        if onward and cursor.hasSelection():
            at = (at[0], at[1] + 1)
        return next((index for index, hit in enumerate(found) if hit[:2] >= at), 0)

    def _select_hit(self, hit: Hit) -> QTextCursor:
        number, start, length = hit
        cursor = QTextCursor(self.document().findBlockByNumber(number))
        cursor.setPosition(cursor.position() + start)
        cursor.setPosition(cursor.position() + length, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        return cursor
