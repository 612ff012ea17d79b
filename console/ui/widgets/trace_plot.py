"""The CPU of the last ten minutes as a line over its axis; where nothing is known there is no line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.inventory.inventory import TRACE_POINTS, TRACE_STEP
from console.ui.theme import theme
from console.words import _, units

SPAN = TRACE_STEP * TRACE_POINTS  # seconds from edge to edge
GAP = 3.5 * TRACE_STEP  # seconds without a point that break the line

Trace = Sequence[tuple[float, float]]


def runs(trace: Trace) -> list[list[tuple[float, float]]]:
    """The trace in pieces without a gap."""
    found: list[list[tuple[float, float]]] = []
    for at, value in trace:
        if not found or at - found[-1][-1][0] > GAP:
            found.append([])
        found[-1].append((at, value))
    return found


class TracePlot(QWidget):
    """100 % at the top, now at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace: tuple[tuple[float, float], ...] = ()
        self._now = 0.0
        self._fresh = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(theme.px(96))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(400), theme.px(150))

    def show_trace(self, trace: Trace, now: float, fresh: bool) -> None:
        """now: epoch of the right edge."""
        self._trace, self._now, self._fresh = tuple(trace), now, fresh
        last = units.percent(trace[-1][1]) if trace else units.NONE
        self.setAccessibleName(_("CPU over ten minutes, last {value}").format(value=last))
        self.update()

    def _area(self) -> QRectF:
        left = theme.metrics("axis").horizontalAdvance("100") + theme.px(8)
        bottom = theme.metrics("axis").height() + theme.px(6)
        return QRectF(left, theme.px(6), self.width() - left - 1, self.height() - bottom - theme.px(6))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self._area()
        self._paint_axes(painter, area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(area.adjusted(0, -1, 0, 1))
        color = theme.color("series1" if self._fresh else "last-known")
        for piece in runs(self._trace):
            line = [self._point(area, at, value) for at, value in piece]
            if len(line) == 1:
                line.append(QPointF(line[0].x() + theme.px(2), line[0].y()))
            fill = [*line, QPointF(line[-1].x(), area.bottom()), QPointF(line[0].x(), area.bottom())]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.fill(color))
            painter.drawPolygon(QPolygonF(fill))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(QPolygonF(line))
        painter.end()

    def _point(self, area: QRectF, at: float, value: float) -> QPointF:
        x = area.right() - area.width() * (self._now - at) / SPAN
        return QPointF(x, area.bottom() - area.height() * min(max(value, 0.0), 1.0))

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        painter.setFont(theme.font("axis"))
        metrics = theme.metrics("axis")
        for share, text in ((1.0, "100"), (0.5, "50"), (0.0, "0")):
            y = round(area.bottom() - area.height() * share)
            painter.setPen(theme.color("border" if share == 0.0 else "line"))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(theme.color("text3"))
            box = QRectF(0, y - metrics.height() / 2, area.left() - theme.px(6), metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        for minutes in (10, 5, 0):
            x = round(area.right() - area.width() * minutes * 60 / SPAN)
            painter.setPen(theme.color("line"))
            if 0 < minutes < 10:
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(theme.color("text3"))
            text = _("now") if not minutes else _("{age} ago").format(age=units.age(minutes * 60))
            width = metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, area.left()), area.right() - width)
            painter.drawText(QPointF(left, area.bottom() + metrics.ascent() + theme.px(5)), text)
