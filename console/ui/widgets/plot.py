"""A stack of plots over one time axis: names and values at the left, events above, one crosshair through all."""

from __future__ import annotations

import math
import time

import msgspec
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import theme
from console.ui.widgets.plot_data import Curve, Sheet, accessible
from console.ui.widgets.plot_frame import (
    AXIS,
    EVENTS,
    LINE,
    Frame,
    more_events,
    paint_axis,
    paint_events,
    paint_frame,
    paint_names,
    paint_none,
    paint_numbers,
    paint_values,
)
from console.ui.widgets.plot_paint import Area, curve_color, draw_dot, draw_graph
from console.words import _
from console.words import graphs as words

LOW = 84  # least height of a graph, px
HEAD = 22
LINES = 7  # of names at most
SHORTEST = 30.0  # seconds that can be shown
LONGEST = 400 * 86400.0
WHEEL = 1.25  # of a span, for a notch of the wheel
DRAG = 4  # px before a press becomes a drag


class _Drag(msgspec.Struct):
    """A press that moves. pan: shifts the span; else it marks one to zoom into."""

    x: float
    start: float
    end: float
    pan: bool
    now_x: float = 0.0
    moved: bool = False


class PlotStack(QWidget):
    """Signals:
        moved(float, float): a person zoomed or panned to this span (epoch seconds).
        reset_wanted(): back to the span that was chosen.

    Everything still is painted once and kept; a crosshair that moves costs a line and some texts.
    """

    moved = Signal(float, float)
    reset_wanted = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet = Sheet()
        self.start, self.end = 0.0, 1.0
        self._now = 1.0
        self._at: float | None = None  # the crosshair
        self._by_key = False  # it was put there
        self._drag: _Drag | None = None
        self._still: QPixmap | None = None
        self._canvas: QPixmap | None = None
        self._seal: tuple[object, ...] = ()
        self._texts: tuple[QRectF, ...] = ()  # below the plots
        self._tops: list[float] = []
        self._names: QPixmap | None = None
        self._names_seal: tuple[object, ...] = ()
        self._told = 0  # how many sheets there were
        self._name = name
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTipDuration(-1)

    # what is shown

    def show_sheet(self, sheet: Sheet) -> None:
        """Other curves, events and gaps."""
        heights = self._least_height(self.sheet) != self._least_height(sheet)
        self.sheet = sheet
        self._told += 1
        self._still, self._tops = None, []
        if heights:
            self.updateGeometry()
        self._say()
        self.update()

    def show_span(self, start: float, end: float, now: float = 0.0) -> None:
        """Another span (epoch seconds). now: what is later than this has not happened yet."""
        self.start, self.end, self._now = start, max(end, start + 1.0), now or end
        self._still, self._tops = None, []
        self.update()

    @property
    def at(self) -> float | None:
        """Where the crosshair is; None: nowhere."""
        return self._at

    def look_at(self, at: float | None) -> None:
        """Puts the crosshair at a moment, or takes it away."""
        if at != self._at:
            self._at = at
            self._say()
            self.update()

    def index_of(self, curve: Curve) -> int:
        """The bin whose value is said at the left: the crosshair's, else the newest."""
        return curve.index_at(self._at) if self._at is not None else curve.last()

    def _say(self) -> None:
        when = _("newest") if self._at is None else words.at(self._at, self.sheet.step, self._now)
        more = more_events(self.frame_of(), self.start, self.end, self.sheet, self._now).replace("\n", ", ")
        said = f"{when}: {accessible(self.sheet, self.index_of)}"
        self.setAccessibleDescription(f"{said}; {more}" if more else said)

    # sizes

    @staticmethod
    def _least_height(sheet: Sheet) -> list[int]:
        return [max(LOW, HEAD + LINE * min(len(graph.curves), LINES)) for graph in sheet.graphs]

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(360), theme.px(sum(self._least_height(self.sheet)) + EVENTS + AXIS))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(720), theme.px(sum(h + 34 for h in self._least_height(self.sheet)) + EVENTS + AXIS))

    def frame_of(self) -> Frame:
        """Where everything lies now."""
        least = [theme.px(height) for height in self._least_height(self.sheet)]
        return Frame.of(self.width(), self.height(), least)

    def area_of(self, number: int, frame: Frame | None = None) -> Area:
        """The rectangle and scales of one graph."""
        rect = (frame or self.frame_of()).plots[number]
        return Area(rect, self.start, self.end, self._ends()[number])

    def _ends(self) -> list[float]:
        """Where the axes of the graphs end now."""
        if len(self._tops) != len(self.sheet.graphs):
            self._tops = [graph.top_of(self.start, self.end) for graph in self.sheet.graphs]
        return self._tops

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        seal = (self.size(), ratio, theme.generation)
        if self._still is None or self._seal != seal:
            self._still, self._seal = self._paint_still(ratio), seal
        painter = QPainter(self)
        frame = self.frame_of()
        painter.drawPixmap(0, 0, self._still)
        painter.drawPixmap(0, 0, self._names_of(frame, ratio))
        if self._drag is not None and self._drag.moved and not self._drag.pan:
            _paint_marked(painter, frame, self._drag.x, self._drag.now_x)
        if self._at is not None and self.start <= self._at <= self.end and frame.plots:
            self._paint_crosshair(painter, frame, self._at)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(frame.left, frame.top, frame.width - 1, frame.bottom - frame.top))
        painter.end()

    def _paint_still(self, ratio: float) -> QPixmap:
        """All but values and crosshair."""
        size = QSize(round(self.width() * ratio), round(self.height() * ratio))
        made = self._canvas if self._canvas is not None and self._canvas.size() == size else QPixmap(size)
        self._canvas = made  # kept, since memory that was just got is slow
        made.setDevicePixelRatio(ratio)
        made.fill(theme.color("base"))
        painter = QPainter(made)
        try:
            frame = self.frame_of()
            areas = [self.area_of(number, frame) for number in range(len(self.sheet.graphs))]
            ticks, self._texts = paint_axis(painter, frame, self.start, self.end, self.sheet.gaps)
            for area in areas:
                paint_frame(painter, frame, area, ticks)
            for graph, area in zip(self.sheet.graphs, areas, strict=True):
                draw_graph(painter, graph, area, ratio, self.sheet.pale)
                if not self.sheet.empty:  # else it is said once, above all
                    paint_none(painter, graph, area)
            paint_events(painter, frame, self.start, self.end, self.sheet, self._now, ratio)
        finally:
            painter.end()  # a pixmap that is painted on must not go
        return made

    def _names_of(self, frame: Frame, ratio: float) -> QPixmap:
        """All at the left: painted anew only where another sheet, moment or end of an axis is shown, not with each span."""
        tops = tuple(self._ends())
        seal = (frame, ratio, theme.generation, self._told, self._at, tops)
        if self._names is None or self._names_seal != seal:
            made = QPixmap(round(frame.left * ratio), round(self.height() * ratio))
            made.setDevicePixelRatio(ratio)
            made.fill(Qt.GlobalColor.transparent)
            painter = QPainter(made)
            for graph, box, plot, top in zip(self.sheet.graphs, frame.names, frame.plots, tops, strict=True):
                paint_names(painter, graph, box, self.sheet.pale)
                paint_numbers(painter, frame, plot, top)
                paint_values(painter, graph, box, self.index_of)
            painter.end()
            self._names, self._names_seal = made, seal
        return self._names

    def _paint_crosshair(self, painter: QPainter, frame: Frame, at: float) -> None:
        x = round(frame.left + (at - self.start) * frame.width / (self.end - self.start)) + 0.5
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(theme.color("text"), 1))
        painter.drawLine(QPointF(x, frame.top), QPointF(x, frame.bottom))
        for number, graph in enumerate(self.sheet.graphs):
            area = self.area_of(number, frame)
            total = 0.0
            for curve in graph.curves:
                index = curve.index_at(at)
                value = float(curve.mean[index]) if curve.drawn and index >= 0 else math.nan
                if math.isnan(value):
                    continue
                total += value
                y = area.y_of(total if graph.stacked else value)
                draw_dot(painter, QPointF(x, y), curve_color(curve.number, self.sheet.pale))
        text = words.at(at, self.sheet.step, self._now)
        painter.setFont(theme.font("axis"))
        width = theme.metrics("axis").horizontalAdvance(text) + theme.px(12)
        left = min(max(x - width / 2, frame.left), frame.left + frame.width - width)
        box = QRectF(left, frame.bottom + theme.px(1), width, theme.px(AXIS - 4))
        for below in self._texts:
            if below.intersects(box):  # no half of a time beside it
                painter.fillRect(below, theme.color("base"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("text"))
        painter.drawRoundedRect(box, theme.px(3), theme.px(3))
        painter.setPen(theme.color("base"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    # pointer

    def _time_at(self, x: float) -> float:
        frame = self.frame_of()
        return self.start + (x - frame.left) * (self.end - self.start) / max(1.0, frame.width)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        pan = event.button() == Qt.MouseButton.MiddleButton or bool(
            event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        )
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton) and self.frame_of().over(x):
            self._drag = _Drag(x, self.start, self.end, pan, x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        frame = self.frame_of()
        above = event.position().y() < frame.top and not frame.over(x)
        self.setToolTip(more_events(frame, self.start, self.end, self.sheet, self._now) if above else "")
        self._by_key = False
        drag = self._drag
        if drag is not None:
            drag.now_x = x
            drag.moved = drag.moved or abs(x - drag.x) >= DRAG
            if drag.pan and drag.moved:
                shift = (drag.x - x) * (drag.end - drag.start) / max(1.0, self.frame_of().width)
                self._go(drag.start + shift, drag.end + shift)
            self.update()
        self.look_at(self._time_at(x) if self.frame_of().over(x) else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, None
        if drag is not None and drag.moved and not drag.pan:
            frame = self.frame_of()
            first, last = sorted(self._time_at(frame.inside(x)) for x in (drag.x, drag.now_x))
            self._go(first, last)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset_wanted.emit()

    def leaveEvent(self, event: QEvent) -> None:
        if not self._by_key:
            self.look_at(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Up and down zooms about the pointer, Shift or sideways pans; over the names it scrolls what is around."""
        turned = event.angleDelta()
        if not self.frame_of().over(event.position().x()) or not (turned.x() or turned.y()):
            event.ignore()
            return
        event.accept()
        sideways = bool(turned.x()) or bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        notches = (turned.x() or turned.y()) / 120
        if sideways:
            self.pan(-notches * 0.1)
        else:
            self.zoom(WHEEL**-notches, self._time_at(event.position().x()))

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        fast = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._by_key = True
        match Qt.Key(event.key()):
            case Qt.Key.Key_Left:
                self._step(-10 if fast else -1)
            case Qt.Key.Key_Right:
                self._step(10 if fast else 1)
            case Qt.Key.Key_PageUp:
                self.pan(-0.5)
            case Qt.Key.Key_PageDown:
                self.pan(0.5)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(1 / WHEEL, self._at)
            case Qt.Key.Key_Minus:
                self.zoom(WHEEL, self._at)
            case Qt.Key.Key_Home:
                self.look_at(self.start)
            case Qt.Key.Key_End:
                self.look_at(self.end)
            case Qt.Key.Key_Escape if self._at is not None:
                self.look_at(None)
            case Qt.Key.Key_0:
                self.reset_wanted.emit()
            case _:
                super().keyPressEvent(event)

    def _step(self, bins: int) -> None:
        """Moves the crosshair by bins, or by pixels where these are wider."""
        pixel = (self.end - self.start) / max(1.0, self.frame_of().width)
        step = max(self.sheet.step, pixel)
        if self._at is None:
            newest = [c.times[c.last()] + c.step / 2 for g in self.sheet.graphs for c in g.curves if c.last() >= 0]
            at = float(max(newest, default=self.end))
            self.look_at(min(max(at, self.start), self.end))
            return
        self.look_at(min(max(self._at + bins * step, self.start), self.end))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.underMouse():
            self.look_at(None)
        self.update()

    # going

    def zoom(self, factor: float, about: float | None = None) -> None:
        """Shows a span `factor` times as long; the moment `about` stays where it is."""
        middle = (self.start + self.end) / 2 if about is None else about
        length = self.end - self.start
        factor = min(max(length * factor, SHORTEST), LONGEST) / length
        self._go(middle - (middle - self.start) * factor, middle + (self.end - middle) * factor)

    def pan(self, share: float) -> None:
        """Goes by a share of the span: later if positive."""
        shift = (self.end - self.start) * share
        self._go(self.start + shift, self.end + shift)

    def _go(self, start: float, end: float) -> None:
        """Shows that span as far as there can be something, and tells of it."""
        length = min(max(end - start, SHORTEST), LONGEST)
        now = max(self._now, time.time())
        end = max(min(start + length, now), now - LONGEST)
        self.show_span(end - length, end, self._now)
        self.moved.emit(self.start, self.end)


def _paint_marked(painter: QPainter, frame: Frame, one: float, other: float) -> None:
    """The span that is being marked to zoom into."""
    left, right = sorted((frame.inside(one), frame.inside(other)))
    color = QColor(theme.color("accent"))
    color.setAlphaF(0.14)
    painter.fillRect(QRectF(left, frame.top, right - left, frame.bottom - frame.top), color)
