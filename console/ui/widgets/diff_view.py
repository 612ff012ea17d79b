"""Two texts compared, below each other or side by side. Only what is visible is drawn, so any length is quick."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from console.libvirtxml.diffing import Row, unified
from console.ui.theme import theme
from console.words import _, ngettext, units

PAD = 10  # px beside the text


class DiffView(QAbstractScrollArea):
    """Shows `diffing.Row`s: what went in red with −, what came in green with +, what is alike in between shortened.

    Ctrl+C copies it as a unified diff has it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given: list[Row] = []
        self._rows: list[Row] = []
        self._beside = False
        self._digits = 3
        self._widest = 0
        self.empty = _("Nothing differs.")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(_("Differences"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self.setCornerWidget(QWidget(self))
        theme.changed.connect(self._dress)

    # what is shown

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Rows as `diffing.rows` makes them."""
        self._given = list(rows)
        came = sum(bool(row.new) and not row.same for row in rows)
        went = sum(bool(row.old) and not row.same for row in rows)
        said = ngettext("{count} line removed", "{count} lines removed", went).format(count=went)
        self.setAccessibleDescription(
            f"{said}, " + ngettext("{count} line added", "{count} lines added", came).format(count=came)
        )
        self._lay_out()

    def set_beside(self, beside: bool) -> None:
        """Side by side, or below each other."""
        self._beside = beside
        self._lay_out()

    def _lay_out(self) -> None:
        self._rows = self._given if self._beside else unified(self._given)
        last = max((max(row.old, row.new) for row in self._rows), default=0)
        self._digits = max(3, len(str(last)))
        self._dress()

    @Slot()
    def _dress(self) -> None:
        metrics = theme.metrics("mono")
        longest = max(self._rows, key=lambda row: max(len(row.before), len(row.after)), default=Row())
        self._widest = metrics.horizontalAdvance(max(longest.before, longest.after, key=len)) + theme.px(2 * PAD)
        self._measure()
        self.viewport().update()

    def _line(self) -> int:
        return int(theme.metrics("mono").height()) + theme.px(3)

    def _gutter(self) -> int:
        """Of one side: numbers and sign."""
        return theme.metrics("mono").horizontalAdvance("9") * self._digits + theme.px(2 * PAD + 4)

    def _side(self) -> int:
        """Width of one side's text."""
        if self._beside:
            return self.viewport().width() // 2 - self._gutter()
        return self.viewport().width() - 2 * self._gutter() + theme.px(PAD)

    def _measure(self) -> None:
        height, width = self._line() * len(self._rows), self._side()
        vertical, horizontal = self.verticalScrollBar(), self.horizontalScrollBar()
        vertical.setRange(0, max(0, height - self.viewport().height()))
        vertical.setPageStep(self.viewport().height())
        vertical.setSingleStep(self._line())
        horizontal.setRange(0, max(0, self._widest - width))
        horizontal.setPageStep(max(1, width))
        horizontal.setSingleStep(theme.px(20))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(640), min(self._line() * max(4, len(self._rows)) + 4, theme.px(360)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def text(self) -> str:
        """As a unified diff has it, without heads."""
        found = []
        for row in unified(self._given):
            if row.skipped:
                found.append("@@")
            elif row.same:
                found.append(f" {row.before}")
            else:
                found.append(f"-{row.before}" if row.old else f"+{row.after}")
        return "\n".join(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QApplication.clipboard().setText(self.text())
        else:
            super().keyPressEvent(event)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.color("base"))
        painter.setFont(theme.font("mono"))
        if not self._rows:
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("text2"))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.empty)
            painter.end()
            return
        height, offset = self._line(), self.verticalScrollBar().value()
        first = max(0, (event.rect().top() + offset) // height)
        last = min(len(self._rows) - 1, (event.rect().bottom() + offset) // height)
        for number in range(first, last + 1):
            row = self._rows[number]
            top = number * height - offset
            if row.skipped:
                self._paint_gap(painter, row, top, height)
            elif self._beside:
                self._paint_beside(painter, row, top, height)
            else:
                self._paint_below(painter, row, top, height)
        self._paint_lines(
            painter, event.rect().top(), min(event.rect().bottom(), len(self._rows) * height - offset - 1)
        )
        painter.end()

    def _paint_gap(self, painter: QPainter, row: Row, top: int, height: int) -> None:
        painter.fillRect(0, top, self.viewport().width(), height, theme.color("sunken"))
        painter.setPen(theme.color("text3"))
        said = ngettext("{count} equal line", "{count} equal lines", row.skipped).format(count=units.count(row.skipped))
        left = self._gutter() + theme.px(4) if self._beside else 2 * self._gutter() - theme.px(PAD - 4)
        box = QRectF(left, top, self.viewport().width() - left, height)
        painter.setFont(theme.font("axis"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, f"⋯  {said}")
        painter.setFont(theme.font("mono"))

    def _paint_below(self, painter: QPainter, row: Row, top: int, height: int) -> None:
        gutter, width = self._gutter(), self.viewport().width()
        tone = "" if row.same else "error" if row.old else "good"
        self._paint_ground(painter, 0, top, width, height, tone, 2 * gutter - theme.px(PAD))
        self._paint_number(painter, row.old, 0, top, height)
        self._paint_number(painter, row.new, gutter - theme.px(PAD), top, height)
        sign = "" if row.same else "−" if row.old else "+"
        self._paint_text(painter, row.before or row.after, sign, tone, 2 * gutter - theme.px(PAD), top, width, height)

    def _paint_beside(self, painter: QPainter, row: Row, top: int, height: int) -> None:
        half, gutter = self.viewport().width() // 2, self._gutter()
        for left, number, text, tone, sign in (
            (0, row.old, row.before, "error", "−"),
            (half, row.new, row.after, "good", "+"),
        ):
            if not number:
                painter.fillRect(left, top, half, height, theme.color("neutral-tint"))
                continue
            tone, sign = ("", "") if row.same else (tone, sign)
            self._paint_ground(painter, left, top, half, height, tone, gutter)
            self._paint_number(painter, number, left, top, height)
            self._paint_text(painter, text, sign, tone, left + gutter, top, left + half, height)

    def _paint_ground(
        self, painter: QPainter, left: int, top: int, width: int, height: int, tone: str, gutter: int
    ) -> None:
        painter.fillRect(left, top, gutter, height, theme.color("sunken"))
        if tone:
            painter.fillRect(left, top, width, height, theme.color(f"{tone}-tint"))

    def _paint_number(self, painter: QPainter, number: int, left: int, top: int, height: int) -> None:
        if number:
            painter.setPen(theme.color("text3"))
            box = QRectF(left, top, self._gutter() - theme.px(PAD + 6), height)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, str(number))

    def _paint_text(
        self, painter: QPainter, text: str, sign: str, tone: str, left: int, top: int, right: int, height: int
    ) -> None:
        if sign:
            painter.setPen(theme.color(tone))
            box = QRectF(left - theme.px(PAD + 4), top, theme.px(PAD), height)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, sign)
        painter.save()
        painter.setClipRect(left, top, right - left, height)
        painter.setPen(theme.color("text" if sign else "text2"))
        room = QRectF(left + theme.px(4) - self.horizontalScrollBar().value(), top, self._widest + 100, height)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text.replace("\t", "  "))
        painter.restore()

    def _paint_lines(self, painter: QPainter, top: int, bottom: int) -> None:
        painter.setPen(theme.color("line"))
        gutter = self._gutter()
        edges = (gutter, self.viewport().width() // 2, self.viewport().width() // 2 + gutter) if self._beside else ()
        for x in edges or (2 * gutter - theme.px(PAD),):
            painter.drawLine(x, top, x, bottom)
