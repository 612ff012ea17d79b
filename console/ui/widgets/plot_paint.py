"""Curves, fills, bands and gaps, drawn fast: values go from numpy to Qt whole, never point by point.

What Qt's raster painter does with wide antialiased polylines and polygons takes a hundred times longer than hairlines, so
fills are made as images, a column of pixels at a time, and lines are hairlines, or segments of their own where pixels are finer.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF
from shiboken6 import VoidPtr, getCppPointer

from console.ui.theme import theme
from console.ui.widgets.plot_data import GREY, Curve, Floats, Graph, runs

HATCH = 6  # px between two lines of a gap
CROWD = 1.25  # bins for a device pixel at most


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """Points as Qt has them, in one copy."""
    made = QPolygonF()
    count = len(x)
    if not count:
        return made
    made.resize(count)
    pointer: Any = VoidPtr  # its stub has one argument; the others are size and whether it may be written
    memory = pointer(getCppPointer(made.data())[0], count * 16, True)
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
        return self.rect.bottom() - np.minimum(np.maximum(values * (1 / self.top), 0.0), 1.0) * self.rect.height()

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


Heights = NDArray[np.float32]


def shade(painter: QPainter, rect: QRectF, ratio: float, layers: list[tuple[Heights, Heights | None, QColor]]) -> None:
    """Fills between two heights (y in the pixels of `rect`, upper and lower, one for each column of device pixels; NaN: none;
    None: down to the bottom). Later layers lie over earlier ones. Colours may be half transparent.
    """
    width, height = round(rect.width() * ratio), round(rect.height() * ratio)
    if width <= 0 or height <= 0 or not layers:
        return
    pixels: NDArray[np.uint32] | None = None
    rows = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)
    for upper, lower, color in layers:
        inside = rows >= upper * np.float32(ratio)
        if lower is not None:
            inside &= rows <= lower * np.float32(ratio)
        value = np.uint32(_premultiplied(color))
        if pixels is None:
            pixels = np.multiply(inside, value, dtype=np.uint32)
        else:
            np.copyto(pixels, value, where=inside)
    assert pixels is not None
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    painter.drawImage(QPointF(round(rect.left() * ratio) / ratio, round(rect.top() * ratio) / ratio), image)


def _premultiplied(color: QColor) -> int:
    alpha = color.alpha()
    red, green, blue = (round(part * alpha / 255) for part in (color.red(), color.green(), color.blue()))
    return alpha << 24 | red << 16 | green << 8 | blue


def thinned(curve: Curve, start: float, end: float, pixels: float) -> Curve:
    """What a span shows of a curve, in not many more bins than there are device pixels: several bins as one, with their least
    and most. Which are joined depends on the time only, so that a plot that moves does not flicker.
    """
    part = curve.within(start, end)
    times, low, mean, high = curve.times[part], curve.low[part], curve.mean[part], curve.high[part]
    by = math.ceil((end - start) / curve.step / max(1.0, pixels) / CROWD)
    if by > 1 and len(times):
        ahead = round(times[0] / curve.step) % by
        behind = -(ahead + len(times)) % by
        edges = ((ahead, behind),)
        low, mean, high = (
            np.pad(values, edges, constant_values=np.nan).reshape(-1, by) for values in (low, mean, high)
        )
        known = ~np.isnan(mean)
        count = known.sum(axis=1)
        there = count > 0
        total = np.where(known, mean, 0.0).sum(axis=1)
        low = np.where(there, np.where(known, low, np.inf).min(axis=1), np.nan)
        high = np.where(there, np.where(known, high, -np.inf).max(axis=1), np.nan)
        mean = np.divide(total, count, out=np.full(len(count), np.nan), where=there)
        times = times[0] - ahead * curve.step + np.arange(len(mean)) * (by * curve.step)
    return replace(curve, step=curve.step * max(1, by), times=times, low=low, mean=mean, high=high)


def columns(area: Area, curve: Curve, values: Floats, ratio: float) -> Heights:
    """`values` at each column of device pixels as y below the top of the area; NaN in gaps."""
    count = round(area.rect.width() * ratio)
    if not len(curve.times):
        return np.full(count, np.nan, np.float32)
    x = (area.x(curve.times + curve.step / 2) - area.rect.left()) * ratio
    y = area.y(values) - area.rect.top()
    at = np.arange(count, dtype=np.float64) + 0.5
    return np.interp(at, x, y, left=np.nan, right=np.nan).astype(np.float32)


def draw_graph(painter: QPainter, graph: Graph, area: Area, ratio: float, pale: bool = False) -> None:
    """All curves of a graph, fills and bands first."""
    pixels = area.rect.width() * ratio
    shown = [(curve, thinned(curve, area.start, area.end, pixels)) for curve in graph.curves if curve.drawn]
    if graph.stacked:
        _draw_stacked(painter, [thin for _curve, thin in shown], area, ratio, pale)
        return
    layers: list[tuple[Heights, Heights | None, QColor]] = []
    for curve, thin in shown:
        color = curve_color(curve.number, pale)
        if curve.filled:
            layers.append((columns(area, thin, thin.mean, ratio), None, _clear(color, 0.22 if theme.dark else 0.15)))
        if (curve.band or thin.step > curve.step) and not curve.dashed:
            band = (columns(area, thin, thin.high, ratio), columns(area, thin, thin.low, ratio))
            layers.append((*band, _clear(color, 0.34 if theme.dark else 0.26)))
    shade(painter, area.rect, ratio, layers)
    painter.save()
    painter.setClipRect(area.rect.adjusted(0, -1, 0, 1))
    for _curve, thin in reversed(shown):  # the first lies on top
        _draw_curve(painter, thin, thin.mean, area, ratio, curve_color(thin.number, pale))
    painter.restore()


def _draw_curve(painter: QPainter, curve: Curve, mean: Floats, area: Area, ratio: float, color: QColor) -> None:
    if not len(mean):
        return
    x, y = area.x(curve.times + curve.step / 2), area.y(mean)
    known = ~np.isnan(mean)
    if known.all():
        draw_line(painter, x, y, color, ratio, dashed=curve.dashed)
        return
    for first, end in runs(known):
        draw_line(painter, x[first:end], y[first:end], color, ratio, dashed=curve.dashed)


def _draw_stacked(painter: QPainter, curves: list[Curve], area: Area, ratio: float, pale: bool) -> None:
    """Each curve on those before it. Only curves of the same bins add up."""
    if not curves:
        return
    size = len(curves[0].times)
    curves = [curve for curve in curves if len(curve.times) == size]
    total: Floats = np.where(np.isnan([curve.mean for curve in curves]).all(axis=0), np.nan, 0.0)
    layers: list[tuple[Heights, Heights | None, QColor]] = []
    lines: list[tuple[Curve, Floats]] = []
    lower: Heights | None = None
    for curve in curves:
        total = total + np.nan_to_num(curve.mean)
        upper = columns(area, curve, total, ratio)
        layers.append((upper, lower, _clear(curve_color(curve.number, pale), 0.5 if theme.dark else 0.38)))
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
    left, right = round(rect.left()), max(round(rect.left()) + 1, round(rect.right()))
    top, tall = round(rect.top()), round(rect.bottom()) - round(rect.top())
    ratio = painter.device().devicePixelRatioF()
    strip = _strip(tall, ratio)
    wide = round(strip.width() / ratio)
    for x in range(left, right, wide):
        part = min(wide, right - x)
        source = QRectF(0, 0, part * ratio, tall * ratio)
        painter.drawPixmap(QRectF(x, top, part, tall), strip, source)


_strips: dict[tuple[int, float, int], QPixmap] = {}


def _strip(tall: int, ratio: float) -> QPixmap:
    """The pattern of a gap of that height, which fits to itself from left to right."""
    found = _strips.get((tall, ratio, theme.generation))
    if found is None:
        if len(_strips) > 8:
            _strips.clear()
        gap = theme.px(HATCH)
        side = gap * 16
        found = QPixmap(round(side * ratio), round(tall * ratio))
        found.setDevicePixelRatio(ratio)
        found.fill(theme.color("base"))
        painter = QPainter(found)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1.0))
        first = -(tall // gap + 1) * gap
        painter.drawLines([QLineF(x, tall, x + tall, 0) for x in range(first, side + 1, gap)])
        painter.end()
        _strips[tall, ratio, theme.generation] = found
    return found


def draw_dot(painter: QPainter, at: QPointF, color: QColor) -> None:
    """Where the crosshair meets a curve."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.5))
    painter.setBrush(theme.color("base"))
    painter.drawEllipse(at, theme.px(3.2), theme.px(3.2))
