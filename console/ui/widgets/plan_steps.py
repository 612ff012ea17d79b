"""The steps of a plan as a table: what, on which file, what it does to the disk, and what is there when it stops in it. A red
line shows where the way back ends. Thousands of steps cost nothing but their words."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from console.ui.delegates.text import Texts
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.words import _, units

ROW, LINE = 26, 22  # px: heights of a step, and of the line where the way back ends
PAD = 12
MOST = 0.42  # of the room that a step, or what is there if it stops, may take


class StepRow(msgspec.Struct, frozen=True):
    """What a step's row shows. tip: whole paths. frees: the size is something that goes. lost: said in red above it."""

    step: str
    file: str = ""
    size: str = ""
    stops: str = ""
    tip: str = ""
    frees: bool = False
    lost: str = ""


class PlanSteps(QWidget):
    """Paints its rows; as high as they are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[StepRow] = []
        self._tops: list[int] = []
        self._widest = (0, 0, 0, 0)
        self._texts = Texts()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Steps"))

    def rows(self) -> list[StepRow]:
        return list(self._rows)

    def show_rows(self, rows: list[StepRow]) -> None:
        self._rows = rows
        self._measure()
        self._lay()
        said = (
            f"{row.lost + ': ' if row.lost else ''}{number}. "
            + ", ".join(part for part in (row.step, row.tip or row.file, row.size, row.stops) if part)
            for number, row in enumerate(rows[:50], 1)
        )
        self.setAccessibleDescription("; ".join(said))
        self.setVisible(bool(rows))
        self.updateGeometry()
        self.update()

    def _measure(self) -> None:
        """What the widest of each column takes."""

        def widest(font: str, head: str, texts: Iterable[str]) -> int:
            advance = theme.metrics(font).horizontalAdvance
            return max(theme.metrics("head").horizontalAdvance(head), *map(advance, {"", *texts})) + theme.px(2)

        rows = self._rows
        self._widest = (
            widest("body", _("Step"), (row.step for row in rows)),
            widest("mono", _("File"), (row.file for row in rows)),
            widest("body", _("On disk"), (row.size for row in rows)),
            widest("body", _("If it stops here"), (row.stops for row in rows)),
        )

    def _lay(self) -> None:
        top = theme.px(HEIGHTS["row-compact"])
        self._tops = []
        for row in self._rows:
            top += theme.px(LINE) if row.lost else 0
            self._tops.append(top)
            top += theme.px(ROW)
        self._height = top

    def sizeHint(self) -> QSize:
        return QSize(theme.px(480), self._height if self._rows else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(320), self.sizeHint().height())

    def _columns(self) -> list[tuple[int, int]]:
        """(left, width) of number, step, file, size, if it stops. Files are cut first: their paths are told in tooltips."""
        number, gap = theme.px(PAD + 30), theme.px(12)
        step, file, size, stops = self._widest
        room = self.width() - number - theme.px(PAD) - 3 * gap
        size = min(size, room // 3)
        step, stops = (min(wide, int((room - size) * MOST)) for wide in (step, stops))
        extra = max(0, room - step - file - size - stops) // 3
        widths = (step + extra, min(file, room - step - size - stops) + extra, size + extra // 2, stops)
        left, found = number, [(theme.px(PAD), number - theme.px(PAD) - theme.px(10))]
        for width in widths:
            found.append((left, width))
            left += width + gap
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        painter = QPainter(self)
        columns, head = self._columns(), theme.px(HEIGHTS["row-compact"])
        painter.fillRect(0, 0, self.width(), head, theme.color("sunken"))
        painter.fillRect(0, 0, self.width(), 1, theme.color("line"))
        painter.fillRect(0, head - 1, self.width(), 1, theme.color("border"))
        pale = theme.color("text2")
        for (left, width), text, right in zip(
            columns[1:], (_("Step"), _("File"), _("On disk"), _("If it stops here")), (0, 0, 1, 0), strict=True
        ):
            x = left + width if right else left
            self._texts.draw(painter, x, head // 2, text, "head", pale, width, right=bool(right))
        for number, (row, top) in enumerate(zip(self._rows, self._tops, strict=True)):
            if top > event.rect().bottom() + theme.px(LINE):
                break
            if top + theme.px(ROW) >= event.rect().top():
                self._paint_row(painter, number, row, top, columns)

    def _paint_row(
        self, painter: QPainter, number: int, row: StepRow, top: int, columns: list[tuple[int, int]]
    ) -> None:
        if row.lost:
            self._paint_lost(painter, row.lost, top - theme.px(LINE))
        height = theme.px(ROW)
        middle, draw = top + height // 2, self._texts.draw
        text, pale = theme.color("text"), theme.color("text2")
        left, width = columns[0]
        draw(
            painter, left + width, middle, units.count(number + 1), "secondary", theme.color("text3"), width, right=True
        )
        draw(painter, columns[1][0], middle, row.step, "body", text, columns[1][1])
        name = theme.metrics("mono").elidedText(
            row.file, Qt.TextElideMode.ElideMiddle, columns[2][1]
        )  # its end tells most
        draw(painter, columns[2][0], middle, name, "mono", pale, columns[2][1])
        left, width = columns[3]
        color = theme.color("error") if row.frees else text
        draw(painter, left + width, middle, row.size, "body", color, width, right=True)
        draw(painter, columns[4][0], middle, row.stops, "body", pale, columns[4][1])
        if number + 1 < len(self._rows):
            painter.fillRect(0, top + height - 1, self.width(), 1, theme.color("line"))

    def _paint_lost(self, painter: QPainter, text: str, top: int) -> None:
        """The point without return, over the whole width."""
        red, middle = theme.color("error"), top + theme.px(LINE) // 2
        drawn = self._texts.draw(painter, theme.px(PAD), middle, text, "head", red, self.width() - theme.px(2 * PAD))
        left, right = theme.px(PAD) + drawn + theme.px(8), self.width() - theme.px(PAD)
        if left < right:
            pen = QPen(red, 1, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([3.0, 2.0])
            painter.setPen(pen)
            painter.drawLine(left, middle, right, middle)
        painter.fillRect(QRect(0, top + theme.px(LINE) - 1, self.width(), 1), theme.color("line"))

    def row_at(self, y: float) -> StepRow | None:
        height = theme.px(ROW)
        return next((row for row, top in zip(self._rows, self._tops, strict=True) if top <= y < top + height), None)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self.row_at(event.pos().y())
            QToolTip.showText(event.globalPos(), row.tip if row is not None else "", self)
            return True
        return super().event(event)
