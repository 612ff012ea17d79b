import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from console.ui.theme import theme
from console.ui.widgets.plot_data import Graph, PlotGap, PlotMark, Sheet
from console.ui.widgets.plot_frame import (
    Frame,
    paint_axis,
    paint_events,
    paint_frame,
    paint_names,
    paint_numbers,
    paint_values,
)
from console.ui.widgets.plot_paint import Area
from tests.ui.widgets.curves import END, curve

pytestmark = pytest.mark.usefixtures("dressed")


def image() -> tuple[QImage, QPainter]:
    made = QImage(800, 300, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.white)
    return made, QPainter(made)


def inked(made: QImage, rect: QRectF) -> int:
    part = made.copy(rect.toRect())
    return sum(part.pixelColor(x, y).name() != "#ffffff" for x in range(part.width()) for y in range(part.height()))


def test_graphs_share_one_axis_and_the_height() -> None:
    frame = Frame.of(800, 400, [84, 84, 84])
    assert len({plot.left() for plot in frame.plots}) == len({plot.right() for plot in frame.plots}) == 1
    assert all(box.right() <= frame.left for box in frame.names)
    assert all(box.height() >= 84 for box in frame.names)
    assert frame.plots[-1].bottom() == frame.bottom == 400 - theme.px(22)
    low = Frame.of(800, 100, [84, 84])  # too little room: nothing is squeezed
    assert [box.height() for box in low.names] == [84, 84]
    assert Frame.of(500, 400, [84]).left < frame.left
    assert not Frame.of(500, 400, []).plots


def test_what_is_over_the_curves() -> None:
    frame = Frame.of(800, 400, [84])
    assert frame.over(frame.left + 5)
    assert not frame.over(frame.left - 5)
    assert (frame.inside(-50), frame.inside(9999)) == (frame.left, frame.left + frame.width)


def test_names_and_values_are_at_the_left_and_a_long_name_is_cut() -> None:
    made, painter = image()
    graph = Graph("x", "Disk", "MiB/s", (curve([5.0], "x" * 80), curve([7.0], "y", number=1, dashed=True)))
    box = QRectF(0, 0, 138, 84)
    paint_names(painter, graph, box)
    painter.end()
    names = inked(made, box)
    assert names > 200
    assert inked(made, QRectF(100, 20, 38, 60)) == 0
    painter = QPainter(made)
    paint_values(painter, graph, box, lambda line: line.last())
    painter.end()
    assert inked(made, QRectF(100, 20, 38, 60)) > 10
    assert inked(made, QRectF(140, 0, 600, 300)) == 0


def test_names_that_find_no_room_are_left_out() -> None:
    made, painter = image()
    graph = Graph("x", "CPU", "%", tuple(curve([5.0], f"vm-{n}", number=n) for n in range(9)))
    paint_names(painter, graph, QRectF(0, 0, 138, 84))
    paint_values(painter, graph, QRectF(0, 0, 138, 84), lambda line: line.last())
    painter.end()
    assert inked(made, QRectF(0, 86, 138, 200)) == 0


def test_a_gap_is_hatched_and_its_name_takes_the_place_of_a_time() -> None:
    frame = Frame.of(800, 300, [84])
    made, painter = image()
    lines, texts = paint_axis(painter, frame, END - 3600, END)
    painter.end()
    assert len(lines) == len(texts) == 7
    assert not any(one.intersects(other) for one in texts for other in texts if one is not other)
    gap = PlotGap(END - 1900, END - 1700, "asleep")
    other, painter = image()
    assert paint_axis(painter, frame, END - 3600, END, (gap, PlotGap(END - 9000, END - 8000, "x")))[0] == lines
    painter.end()
    middle = frame.left + frame.width / 2
    assert inked(made, QRectF(middle - 10, frame.top, 20, 100)) == 0
    assert inked(other, QRectF(middle - 10, frame.top, 20, 100)) > 50
    row = QRectF(middle - 40, frame.bottom, 80, 22)
    assert made.copy(row.toRect()) != other.copy(row.toRect())


def test_numbers_stand_between_names_and_curves() -> None:
    frame = Frame.of(800, 300, [84])
    made, painter = image()
    paint_frame(painter, frame, Area(frame.plots[0], END - 3600, END, 200.0), (400.0,))
    paint_numbers(painter, frame, frame.plots[0], 200.0)
    painter.end()
    assert inked(made, QRectF(frame.left - 42, frame.top + 2, 40, frame.bottom - frame.top - 4)) > 30
    assert inked(made, QRectF(400, frame.top + 10, 1, 5)) == 5


@pytest.mark.parametrize("count", [1, 3, 300])
def test_events_have_a_line_each_and_signs_as_far_as_there_is_room(count: int) -> None:
    frame = Frame.of(800, 300, [84])
    marks = tuple(PlotMark(END - 3600 * (n + 0.5) / count, "Started", "play") for n in reversed(range(count)))
    made, painter = image()
    paint_events(painter, frame, END - 3600, END, Sheet(marks=(*marks, PlotMark(END + 50, "later"))), END, 1.0)
    painter.end()
    row = int(frame.top) + 2
    dark = sum(made.pixelColor(x, row).name() != "#ffffff" for x in range(int(frame.left), 800))
    assert dark == count
    assert inked(made, QRectF(frame.left, 0, frame.width, frame.top)) > 0
    assert (inked(made, QRectF(48, 0, 60, frame.top)) > 0) == (count == 300)  # "+250"
