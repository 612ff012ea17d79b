"""The strip below plots: a longer span in small, and on it the span the plots show, to be moved."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import theme
from console.ui.widgets.plot_axis import time_ticks
from console.ui.widgets.plot_data import Curve, Graph, runs
from console.ui.widgets.plot_frame import SCALE, TICK, names_width
from console.ui.widgets.plot_paint import Area, draw_line
from console.words import _

TALL = 28
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class PlotStrip(QWidget):
    """Signals:
    chosen(float, float): the window was moved to this span (epoch seconds).
    """

    chosen = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self._graph: Graph | None = None
        self.start, self.end = 0.0, 1.0
        self.window_: tuple[float, float] = (0.0, 1.0)
        self._grip: float | None = None
        self.setAccessibleName(_("The span shown, within a longer one"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(400), theme.px(TALL) + theme.metrics("axis").height() + theme.px(4))

    def show_curve(self, name: str, graph: Graph | None, start: float, end: float) -> None:
        """name: what stands at the left: "Last 24 h, CPU"."""
        self._name, self._graph, self.start, self.end = name, graph, start, max(end, start + 1)
        self.update()

    def show_window(self, start: float, end: float) -> None:
        """The span that the plots show."""
        if (start, end) != self.window_:
            self.window_ = (start, end)
            self.update()

    def area(self) -> Area:
        """Where the curve is; as wide as the plots above."""
        left = names_width(self.width()) + theme.px(SCALE)
        rect = QRectF(left, 0.0, max(1, self.width() - left - 1), theme.px(TALL))
        top = self._graph.top_of(self.start, self.end) if self._graph is not None else 1.0
        return Area(rect, self.start, self.end, top)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.area()
        rect = area.rect
        painter.fillRect(rect, theme.color("sunken"))
        painter.setFont(theme.font("secondary"))
        painter.setPen(theme.color("text3"))
        painter.drawText(QRectF(0, 0, rect.left() - theme.px(8), rect.height()), _LEFT, self._name)
        if self._graph is not None and self._graph.curves:
            self._paint_curve(painter, self._graph.curves[0], area)
        if self.end <= 1.0:  # it was not told yet which span
            painter.end()
            return
        self._paint_times(painter, area)
        first, last = (min(max(area.x_of(at), rect.left()), rect.right()) for at in self.window_)
        box = QRectF(first, rect.top(), max(last - first, theme.px(3)), rect.height())
        box.moveRight(min(box.right(), rect.right()))
        color = QColor(theme.color("selection"))  # a copy: the theme's own is everybody's
        color.setAlphaF(0.7)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(box, color)
        painter.setPen(QPen(theme.color("accent" if self.hasFocus() else "selection-line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_curve(self, painter: QPainter, curve: Curve, area: Area) -> None:
        painter.save()
        painter.setClipRect(area.rect)
        part = curve.within(self.start, self.end)
        x, y = area.x(curve.times[part] + curve.step / 2), area.y(curve.mean[part])
        for first, end in runs(y == y):
            draw_line(painter, x[first:end], y[first:end], theme.color("last-known"), self.devicePixelRatioF())
        painter.restore()

    def _paint_times(self, painter: QPainter, area: Area) -> None:
        painter.setFont(theme.font("axis"))
        painter.setPen(theme.color("text3"))
        metrics = theme.metrics("axis")
        for tick in time_ticks(self.start, self.end, max(2, int(area.rect.width() / theme.px(TICK)))):
            width = metrics.horizontalAdvance(tick.text)
            x = min(max(area.x_of(tick.at) - width / 2, area.rect.left()), area.rect.right() - width)
            box = QRectF(x, area.rect.bottom() + theme.px(2), width + 2, metrics.height())
            painter.drawText(box, _LEFT, tick.text)

    # moving the window

    def _time_at(self, x: float) -> float:
        rect = self.area().rect
        return self.start + (x - rect.left()) * (self.end - self.start) / rect.width()

    def _move(self, start: float) -> None:
        length = self.window_[1] - self.window_[0]
        start = min(max(start, self.start), max(self.start, self.end - length))
        self.show_window(start, start + length)
        self.chosen.emit(start, start + length)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._time_at(event.position().x())
        first, last = self.window_
        if event.button() != Qt.MouseButton.LeftButton or event.position().x() < self.area().rect.left():
            return
        if not first <= at <= last:  # a click beside it brings it there
            self._move(at - (last - first) / 2)
        self._grip = at - self.window_[0]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self._move(self._time_at(event.position().x()) - self._grip)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -0.5, Qt.Key.Key_Right: 0.5}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._move(self.window_[0] + step * (self.window_[1] - self.window_[0]))
