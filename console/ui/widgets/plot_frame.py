"""What stands around the curves of a stack: names and values, axes, events, gaps. Measures are pixels of the design."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from console.ui import icons
from console.ui.theme import theme
from console.ui.widgets.plot_axis import time_ticks, value_text
from console.ui.widgets.plot_data import Curve, Graph, PlotGap, PlotMark, Sheet
from console.ui.widgets.plot_paint import Area, curve_color, hatch
from console.ui.widgets.plot_text import RIGHT, paint_text, width_of
from console.words import _, units
from console.words import graphs as words

NAMES, NAMES_NARROW, NAMES_WIDE = 138, 124, 188  # of names and values
SCALE = 48  # of the numbers beside the axis, with their distances
EVENTS, AXIS = 26, 22  # heights above and below the graphs
NARROW, WIDE = 640, 960
TICK = 84  # least distance of two times
ICON = 18
LINE = 16  # of a name
VALUE = 52  # for a value beside it


class Frame(msgspec.Struct, frozen=True):
    """Where things lie: the plots from `left` on, between `top` and `bottom`; for each graph the box of names and of curves."""

    left: float
    width: float
    top: float
    bottom: float
    names: tuple[QRectF, ...]
    plots: tuple[QRectF, ...]

    @classmethod
    def of(cls, width: int, height: int, least: Sequence[int]) -> Frame:
        """least: heights below which no graph goes; what is left over is shared."""
        names = names_width(width)
        left = names + theme.px(SCALE)
        top, bottom = theme.px(EVENTS), height - theme.px(AXIS)
        more = max(0, bottom - top - sum(least)) // max(1, len(least))
        boxes, plots = [], []
        y = top
        for number, low in enumerate(least):
            tall = low + more if number < len(least) - 1 else max(low, bottom - y)
            boxes.append(QRectF(0, y, names, tall))
            air = theme.px(6)
            plots.append(QRectF(left, y + air, max(1, width - left - 1), tall - air))
            y += tall
        return cls(left, max(1, width - left - 1), top, y if least else bottom, tuple(boxes), tuple(plots))

    def over(self, x: float) -> bool:
        """Over the curves, not the names."""
        return self.left <= x <= self.left + self.width

    def inside(self, x: float) -> float:
        """The nearest x over the curves."""
        return min(max(x, self.left), self.left + self.width)


def names_width(width: int) -> int:
    """Of the names, in a stack of plots that is so wide."""
    wide = NAMES_WIDE if width >= theme.px(WIDE) else NAMES if width >= theme.px(NARROW) else NAMES_NARROW
    return theme.px(wide)


def paint_names(painter: QPainter, graph: Graph, box: QRectF, pale: bool = False) -> None:
    """A graph's title and unit; for each curve its colour and name, with room for its value at the right."""
    line = theme.px(LINE)
    row = QRectF(box.left(), box.top() + theme.px(5), box.width(), line)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    paint_text(painter, row, graph.title, "strong", "text")
    wide = width_of(graph.title, "strong") + theme.px(4)
    paint_text(painter, row.adjusted(wide, 0, 0, 0), graph.unit, "body", "text3")
    indent = theme.px(20)
    rows = _rows(graph, box)
    for curve, row in zip(graph.curves, rows, strict=False):
        if curve.drawn:
            _paint_swatch(painter, row, curve, pale)
        room = row.width() - indent - theme.px(VALUE)
        name = curve.name
        if width_of(name, "secondary") > room:
            name = theme.metrics("secondary").elidedText(name, Qt.TextElideMode.ElideRight, int(room))
        paint_text(painter, row.adjusted(indent, 0, 0, 0), name, "secondary", "text2")
    if len(rows) < len(graph.curves):
        row = QRectF(box.left() + indent, rows[-1].bottom() if rows else row.bottom(), box.width(), line)
        rest = units.count(len(graph.curves) - len(rows))
        paint_text(painter, row, _("+{n}").format(n=rest), "secondary", "text3")


def _rows(graph: Graph, box: QRectF) -> list[QRectF]:
    """A line for each curve that finds room; one is left for how many do not."""
    line = theme.px(LINE)
    top = box.top() + theme.px(6) + line
    fits = int((box.bottom() - top) // line)
    count = len(graph.curves) if len(graph.curves) <= fits else max(0, fits - 1)
    return [QRectF(box.left(), top + number * line, box.width(), line) for number in range(count)]


def paint_values(painter: QPainter, graph: Graph, box: QRectF, index_of: Callable[[Curve], int]) -> None:
    """The value of each curve, at the right of its name; least and most before it where there is room."""
    for curve, row in zip(graph.curves, _rows(graph, box), strict=False):
        index = index_of(curve)
        value = curve.text_at(index)
        paint_text(painter, row, value, "name", "text", RIGHT)
        spread = curve.spread_at(index)
        if not spread:
            continue
        taken = width_of(value, "name") + theme.px(6)
        name = theme.px(20) + width_of(curve.name, "secondary") + theme.px(6)
        if name + width_of(spread, "axis") + taken <= row.width():
            paint_text(painter, row.adjusted(0, 0, -taken, 0), spread, "axis", "text3", RIGHT)


def _paint_swatch(painter: QPainter, row: QRectF, curve: Curve, pale: bool) -> None:
    color, y = curve_color(curve.number, pale), row.center().y()
    if curve.dashed:
        for x in (0, 5, 10):
            painter.fillRect(QRectF(row.left() + theme.px(x), y - 1, theme.px(3), 2), color)
    else:
        painter.fillRect(QRectF(row.left(), y - 1, theme.px(13), 2), color)


def paint_axis(
    painter: QPainter, frame: Frame, start: float, end: float, gaps: Sequence[PlotGap] = ()
) -> tuple[tuple[float, ...], tuple[QRectF, ...]]:
    """Times below the plots, gaps hatched and named among them. Returns where the axis' lines are (x), and its texts."""
    ticks = time_ticks(start, end, max(2, int(frame.width / theme.px(TICK))))
    y = frame.bottom + theme.px(2)
    height = theme.px(AXIS - 4)
    taken: list[tuple[float, float]] = []
    for gap in gaps:
        left, right = (_x(frame, start, end, min(max(at, start), end)) for at in (gap.start, gap.end))
        if right - left < 1 or gap.end <= start or gap.start >= end:
            continue
        hatch(painter, QRectF(left, frame.top, right - left, frame.bottom - frame.top))
        width = width_of(gap.name, "axis")
        x = min(max((left + right - width) / 2, frame.left), frame.left + frame.width - width)
        if gap.name and not any(x < b + 6 and x + width > a - 6 for a, b in taken):
            paint_text(painter, QRectF(x, y, width, height), gap.name, "axis", "text3")
            taken.append((x, x + width))
    for tick in ticks:
        width = width_of(tick.text, "axis")
        middle = _x(frame, start, end, tick.at)
        x = min(max(middle - width / 2, frame.left), frame.left + frame.width - width)
        if not any(x < b + 8 and x + width > a - 8 for a, b in taken):
            paint_text(painter, QRectF(x, y, width, height), tick.text, "axis", "text3")
            taken.append((x, x + width))
    texts = tuple(QRectF(left, y, right - left + 2, height) for left, right in taken)
    return tuple(_x(frame, start, end, tick.at) for tick in ticks), texts


def _x(frame: Frame, start: float, end: float, at: float) -> float:
    return frame.left + (at - start) * frame.width / (end - start)


def paint_frame(painter: QPainter, frame: Frame, area: Area, ticks: Sequence[float]) -> None:
    """A graph's hairlines."""
    rect = area.rect
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    top = rect.top() - theme.px(6)
    left, right, bottom = round(frame.left), round(frame.left + frame.width), round(rect.bottom())
    border, line, upper = theme.color("border"), theme.color("line"), round(top)
    for y in (upper, bottom):
        painter.fillRect(0, y, right, 1, border)
    for x in ticks:
        painter.fillRect(round(x), upper + 1, 1, bottom - upper - 1, line)
    for share in (1.0, 0.5):
        painter.fillRect(left, round(rect.bottom() - rect.height() * share), right - left, 1, line)


def paint_numbers(painter: QPainter, frame: Frame, rect: QRectF, most: float) -> None:
    """The numbers beside a graph's axis, which ends at `most`."""
    tall = theme.metrics("axis").height()
    top = rect.top() - theme.px(6)
    for share in (1.0, 0.5, 0.0):
        middle = min(max(rect.bottom() - rect.height() * share, top + tall / 2 + 1), rect.bottom() - tall / 2)
        box = QRectF(frame.left - theme.px(SCALE), middle - tall / 2, theme.px(SCALE - 8), tall)
        paint_text(painter, box, value_text(most * share, most), "axis", "text3", RIGHT)


def crowded_out(frame: Frame, start: float, end: float, sheet: Sheet) -> list[PlotMark]:
    """Events whose sign finds no room beside the one before."""
    side, right = theme.px(ICON), -1.0
    found = []
    for mark in sheet.marks:
        if not start <= mark.at <= end:
            continue
        left = min(max(_x(frame, start, end, mark.at) - side / 2, frame.left), frame.left + frame.width - side)
        if left < right + theme.px(2):
            found.append(mark)
        else:
            right = left + side
    return found


def more_events(frame: Frame, start: float, end: float, sheet: Sheet, now: float) -> str:
    """How many events have no room for their sign, and which they are; "" for none."""
    hidden = crowded_out(frame, start, end, sheet)
    return words.more_events([(mark.at, mark.text) for mark in hidden], now) if hidden else ""


def paint_none(painter: QPainter, graph: Graph, area: Area) -> None:
    """Of a graph without a value, in its middle: that there is none."""
    if all(curve.last() < 0 for curve in graph.curves):
        text = _("not recorded")
        wide = width_of(text, "secondary")
        box = area.rect.adjusted((area.rect.width() - wide) / 2, 0, 0, 0)
        paint_text(painter, box, text, "secondary", "text3")


def paint_events(
    painter: QPainter, frame: Frame, start: float, end: float, sheet: Sheet, now: float, ratio: float
) -> None:
    """A dashed line through all plots for each event; its sign above, with time and text where there is room."""
    paint_text(painter, QRectF(0, 0, frame.left - theme.px(SCALE), frame.top), _("Events"), "secondary", "text3")
    shown = [mark for mark in sheet.marks if start <= mark.at <= end]
    places = [_x(frame, start, end, mark.at) for mark in shown]
    hidden = len(crowded_out(frame, start, end, sheet))
    pen = QPen(theme.color("text2"), 1)
    pen.setDashPattern([3.0, 3.0])
    box_right = -1.0
    right_edge = frame.left + frame.width
    for number, (mark, x) in enumerate(zip(shown, places, strict=True)):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen)
        painter.drawLine(QPointF(round(x) + 0.5, frame.top + 1), QPointF(round(x) + 0.5, frame.bottom))
        side = theme.px(ICON)
        left = min(max(x - side / 2, frame.left), right_edge - side)
        if left < box_right + theme.px(2):
            continue
        _paint_sign(painter, QRectF(left, (frame.top - side) / 2, side, side), mark, ratio)
        box_right = left + side
        following = next((other for other in places[number + 1 :] if other - side / 2 > box_right), right_edge + side)
        _paint_event_text(painter, mark, box_right, following - side / 2 - theme.px(6), frame, now)
    if hidden:
        text = _("+{n}").format(n=units.count(hidden))
        paint_text(painter, QRectF(theme.px(48), 0, theme.px(60), frame.top), text, "secondary", "text3")


def _paint_sign(painter: QPainter, box: QRectF, mark: PlotMark, ratio: float) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("control"), 1))
    painter.setBrush(theme.color("base"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(3), theme.px(3))
    side = theme.px(12)
    picture = icons.pixmap(mark.icon, mark.role, side, ratio)
    painter.drawPixmap(QPointF(box.center().x() - side / 2, box.center().y() - side / 2), picture)


def _paint_event_text(painter: QPainter, mark: PlotMark, left: float, right: float, frame: Frame, now: float) -> None:
    when = words.clock(mark.at, now)
    room = right - left - theme.px(6)
    wide = width_of(when, "secondary")
    if room < wide:
        return
    box = QRectF(left + theme.px(6), 0, room, frame.top)
    paint_text(painter, box, when, "secondary", "text3")
    wide += theme.px(4)
    if room - wide > theme.px(40):
        metrics = theme.metrics("secondary")
        text = metrics.elidedText(mark.text, Qt.TextElideMode.ElideRight, int(room - wide))
        paint_text(painter, box.adjusted(wide, 0, 0, 0), text, "secondary", "text")
