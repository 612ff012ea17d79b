"""Curves, fills, bands and gaps, drawn fast: values go from numpy to Qt whole, never point by point.

What Qt's raster painter does with wide antialiased polylines and polygons takes a hundred times longer than hairlines, so
fills are made as images, a column of pixels at a time, and lines are hairlines, or segments of their own where pixels are finer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr, getCppPointer

from console.ui.theme import theme
from console.ui.widgets.plot_data import GREY, Curve, Floats, Graph, runs

HATCH = 6  # px between two lines of a gap


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """Points as Qt has them, in one copy."""
    made = QPolygonF()
    count = len(x)
    if not count:
        return made
    made.resize(count)
    memory = VoidPtr(getCppPointer(made.data())[0], count * 16, True)
    points = np.frombuffer(memory, np.float64).reshape(-1, 2)
    points[:, 0], points[:, 1] = x, y
    return made


def curve_color(number: int, pale: bool = False) -> QColor:
    """The colour of a curve; grey past the sixth and for what is only last known."""
    return theme.color("last-known") if pale or number == GREY or number >= 6 else theme.series(number)


class Area:
    """One plot's rectangle and scales: time from left to right, 0 to `top` upwards."""

    def __init__(self, rect: QRectF, start: float, end: float, top: float) -> None:
        self.rect, self.start, self.end, self.top = rect, start, end, top

    def x(self, times: Floats) -> Floats:
        return self.rect.left() + (times - self.start) * (self.rect.width() / (self.end - self.start))

    def y(self, values: Floats) -> Floats:
        return self.rect.bottom() - np.clip(values / self.top, 0.0, 1.0) * self.rect.height()

    def x_of(self, at: float) -> float:
        return self.rect.left() + (at - self.start) * self.rect.width() / (self.end - self.start)

    def y_of(self, value: float) -> float:
        return self.rect.bottom() - min(max(value / self.top, 0.0), 1.0) * self.rect.height()


def draw_line(painter: QPainter, x: Floats, y: Floats, color: QColor, ratio: float, *, dashed: bool = False) -> None:
    """One piece of a curve. A single point is a short stroke."""
    if len(x) == 1:
        x, y = np.array((x[0] - 1.0, x[0] + 1.0)), np.repeat(y, 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if dashed:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        pen = QPen(color, 1.0)
        pen.setDashPattern([5.0, 3.0])
        painter.setPen(pen)
        painter.drawPolyline(polygon(x, y))
    elif ratio <= 1.0:
        painter.setPen(QPen(color, 1.0))
        painter.drawPolyline(polygon(x, y))
    else:
        painter.setPen(QPen(color, 1.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        ends = np.column_stack((x[:-1], y[:-1], x[1:], y[1:])).tolist()
        painter.drawLines([QLineF(*end) for end in ends])


def shade(
    painter: QPainter, rect: QRectF, ratio: float, layers: list[tuple[NDArray[np.float32], NDArray[np.float32], QColor]]
) -> None:
    """Fills between two heights (y in the pixels of `rect`, upper and lower, one for each column of device pixels; NaN: none).

    Later layers lie over earlier ones. Colours may be half transparent.
    """
    width, height = round(rect.width() * ratio), round(rect.height() * ratio)
    if width <= 0 or height <= 0 or not layers:
        return
    pixels = np.zeros((height, width), np.uint32)
    rows = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)
    for upper, lower, color in layers:
        with np.errstate(invalid="ignore"):
            inside = (rows >= upper * np.float32(ratio)) & (rows <= lower * np.float32(ratio))
        np.copyto(pixels, np.uint32(_premultiplied(color)), where=inside)
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(rect, image, QRectF(0, 0, width, height))


def _premultiplied(color: QColor) -> int:
    alpha = color.alpha()
    red, green, blue = (round(part * alpha / 255) for part in (color.red(), color.green(), color.blue()))
    return alpha << 24 | red << 16 | green << 8 | blue


def columns(area: Area, curve: Curve, values: Floats, ratio: float) -> NDArray[np.float32]:
    """`values` at each column of device pixels as y below the top of the area; NaN in gaps."""
    count = round(area.rect.width() * ratio)
    part = curve.within(area.start, area.end)
    x = (area.x(curve.times[part] + curve.step / 2) - area.rect.left()) * ratio
    y = area.y(values[part]) - area.rect.top()
    at = np.arange(count, dtype=np.float64) + 0.5
    if not len(x):
        return np.full(count, np.nan, np.float32)
    found = np.interp(at, x, y, left=np.nan, right=np.nan)
    return found.astype(np.float32)


def draw_graph(painter: QPainter, graph: Graph, area: Area, ratio: float, pale: bool = False) -> None:
    """All curves of a graph, fills and bands first."""
    if graph.stacked:
        _draw_stacked(painter, graph, area, ratio, pale)
        return
    layers = []
    height = np.float32(area.rect.height())
    for curve in graph.curves:
        if not curve.drawn or not len(curve.times):
            continue
        color = curve_color(curve.number, pale)
        if curve.filled:
            upper = columns(area, curve, curve.mean, ratio)
            layers.append((upper, np.full_like(upper, height), _clear(color, 0.22 if theme.dark else 0.15)))
        if curve.band:
            band = (columns(area, curve, curve.high, ratio), columns(area, curve, curve.low, ratio))
            layers.append((*band, _clear(color, 0.34 if theme.dark else 0.26)))
    shade(painter, area.rect, ratio, layers)
    painter.save()
    painter.setClipRect(area.rect.adjusted(0, -1, 0, 1))
    for curve in reversed(graph.curves):  # the first lies on top
        if curve.drawn and len(curve.times):
            _draw_curve(painter, curve, curve.mean, area, ratio, curve_color(curve.number, pale))
    painter.restore()


def _draw_curve(painter: QPainter, curve: Curve, values: Floats, area: Area, ratio: float, color: QColor) -> None:
    part = curve.within(area.start, area.end)
    mean = values[part]
    x, y = area.x(curve.times[part] + curve.step / 2), area.y(mean)
    known = ~np.isnan(mean)
    if known.all():
        if len(x):
            draw_line(painter, x, y, color, ratio, dashed=curve.dashed)
        return
    for first, end in runs(known):
        draw_line(painter, x[first:end], y[first:end], color, ratio, dashed=curve.dashed)


def _draw_stacked(painter: QPainter, graph: Graph, area: Area, ratio: float, pale: bool) -> None:
    """Each curve on those before it."""
    layers: list[tuple[NDArray[np.float32], NDArray[np.float32], QColor]] = []
    lines: list[tuple[Curve, Floats]] = []
    total: Floats | None = None
    lower: NDArray[np.float32] | None = None
    for curve in graph.curves:
        if not curve.drawn or not len(curve.times):
            continue
        total = np.nan_to_num(curve.mean) + (0.0 if total is None or len(total) != len(curve.mean) else total)
        upper = columns(area, curve, total, ratio)
        if lower is None:
            lower = np.full_like(upper, area.rect.height())
        color = curve_color(curve.number, pale)
        layers.append((upper, lower, _clear(color, 0.5 if theme.dark else 0.38)))
        lines.append((curve, total))
        lower = upper
    shade(painter, area.rect, ratio, layers)
    painter.save()
    painter.setClipRect(area.rect.adjusted(0, -1, 0, 1))
    for curve, heights in lines:
        _draw_curve(painter, curve, heights, area, ratio, curve_color(curve.number, pale))
    painter.restore()


def _clear(color: QColor, opacity: float) -> QColor:
    made = QColor(color)
    made.setAlphaF(opacity)
    return made


def hatch(painter: QPainter, rect: QRectF) -> None:
    """Slanted lines over the base: nothing is known here."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(rect)
    painter.fillRect(rect, QBrush(theme.color("base")))
    painter.setPen(QPen(theme.color("border"), 1.0))
    gap = theme.px(HATCH)
    first = int((rect.left() - rect.height()) // gap) * gap
    lines = [
        QLineF(x, rect.bottom(), x + rect.height(), rect.top()) for x in range(first, int(rect.right()) + gap, gap)
    ]
    painter.drawLines(lines)
    painter.restore()


def draw_dot(painter: QPainter, at: QPointF, color: QColor) -> None:
    """Where the crosshair meets a curve."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.5))
    painter.setBrush(theme.color("base"))
    painter.drawEllipse(at, theme.px(3.2), theme.px(3.2))


def centered(rect: QRect, side: int) -> QRect:
    """A square in the middle of a rectangle."""
    return QRect(rect.x() + (rect.width() - side) // 2, rect.y() + (rect.height() - side) // 2, side, side)
