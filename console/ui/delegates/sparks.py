"""Small lines over the last ten minutes, drawn once for each new point."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from console.ui.models.cells import Spark, Trace
from console.ui.theme import theme

WIDTH, HEIGHT = 52, 18
SPAN = 600.0  # seconds from edge to edge
LIMIT = 400  # drawings kept
BROKEN = (0.1, 0.4)  # least and most of the width that is dotted when the newest points are missing


def broken_share(gone: float) -> float:
    """How much of the width stands for what is not known, after `gone` seconds."""
    return min(BROKEN[1], max(BROKEN[0], gone / SPAN)) if gone else 0.0


def points(trace: Trace, width: float, height: float) -> list[QPointF]:
    """The line, the newest point at the right edge. Pixel 0 is 100 %."""
    if not trace:
        return []
    end = trace[-1][0]
    top, room = 1.5, height - 2.5
    return [
        QPointF(width * (1 - (end - at) / SPAN), top + room * (1 - min(max(value, 0.0), 1.0)))
        for at, value in trace
        if end - at <= SPAN
    ]


class Sparks:
    """Keeps drawn sparklines. One for each view; Qt's thread only."""

    def __init__(self) -> None:
        self._kept: dict[object, tuple[object, QPixmap]] = {}

    def pixmap(self, spark: Spark, ratio: float) -> QPixmap:
        share = round(broken_share(spark.gone), 1)
        last = spark.trace[-1] if spark.trace else None
        seal = (last, len(spark.trace), share, spark.color, theme.generation, ratio)
        found = self._kept.get(spark.key)
        if found is not None and found[0] == seal:
            return found[1]
        if len(self._kept) > LIMIT:
            self._kept.clear()
        drawn = self._draw(spark.trace, share, spark.color, ratio)
        self._kept[spark.key] = (seal, drawn)
        return drawn

    def _draw(self, trace: Trace, share: float, role: str, ratio: float) -> QPixmap:
        width, height = theme.px(WIDTH), theme.px(HEIGHT)
        drawn = QPixmap(round(width * ratio), round(height * ratio))
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(Qt.GlobalColor.transparent)
        color = theme.color(role)
        painter = QPainter(drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        known = width * (1 - share)
        line = points(trace, known, height)
        if len(line) == 1:
            line.insert(0, line[0] - QPointF(3, 0))
        if line:
            if not share:
                fill = QColor(color)
                fill.setAlphaF(0.22 if theme.dark else 0.15)
                area = QPolygonF([QPointF(line[0].x(), height), *line, QPointF(line[-1].x(), height)])
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(fill)
                painter.drawPolygon(area)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color, 1.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(line)
        if share:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            dot, x = theme.px(2), known + theme.px(1)
            while x < width - 1:
                painter.fillRect(QRectF(x, height - dot, dot, dot * 0.75), color)
                x += dot * 2
        painter.end()
        return drawn
