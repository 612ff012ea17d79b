import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from console.ui.theme import theme
from console.ui.widgets.plot_data import GREY, Graph
from console.ui.widgets.plot_paint import (
    Area,
    columns,
    curve_color,
    draw_dot,
    draw_graph,
    draw_line,
    hatch,
    polygon,
    shade,
    thinned,
)
from tests.ui.widgets.curves import END, curve

pytestmark = pytest.mark.usefixtures("dressed")
RECT = QRectF(0, 0, 100, 50)


def image(width: int = 100, height: int = 50) -> tuple[QImage, QPainter]:
    made = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.white)
    return made, QPainter(made)


def colors(made: QImage, x: int) -> list[str]:
    return [made.pixelColor(x, y).name() for y in range(made.height())]


def test_points_go_over_whole() -> None:
    points = polygon(np.array([1.0, 2.5, 4.0]), np.array([9.0, 8.0, 7.5]))
    assert [(p.x(), p.y()) for p in points] == [(1.0, 9.0), (2.5, 8.0), (4.0, 7.5)]
    assert len(polygon(np.array([]), np.array([]))) == 0


def test_time_goes_right_and_values_go_up() -> None:
    area = Area(RECT, 0.0, 200.0, 10.0)
    assert area.x(np.array([0.0, 100.0, 200.0])).tolist() == [0, 50, 100]
    assert area.y(np.array([0.0, 5.0, 10.0, 99.0])).tolist() == [50, 25, 0, 0]
    assert (area.x_of(100.0), area.y_of(5.0)) == (50, 25)


def test_a_fill_has_the_height_of_its_curve_and_none_in_a_gap() -> None:
    line = curve([50.0] * 8 + [math.nan] * 4 + [50.0] * 8)
    area = Area(RECT, END - 100, END, 100.0)
    upper = columns(area, line, line.mean, 1.0)
    assert len(upper) == 100
    assert upper[20] == pytest.approx(25)
    assert np.isnan(upper[50])
    assert len(columns(area, line, line.mean, 2.0)) == 200
    made, painter = image()
    shade(painter, RECT, 1.0, [(upper, np.full_like(upper, 50), QColor("#2A6FC9"))])
    painter.end()
    assert colors(made, 20) == ["#ffffff"] * 25 + ["#2a6fc9"] * 25
    assert set(colors(made, 50)) == {"#ffffff"}


def test_more_bins_than_pixels_are_joined_and_no_peak_is_lost() -> None:
    values = [10.0] * 400
    values[200] = 90.0
    line = curve(values)
    thin = thinned(line, END - 2000, END, 100)
    assert len(thin.mean) <= 101
    assert thin.step == 20
    assert np.nanmax(thin.high) == 90
    assert np.nanmax(thin.mean) == 30
    assert np.nanmin(thin.low) == 10
    later = thinned(line, END - 1990, END + 10, 100)
    shared = np.isin(later.times, thin.times[1:-1])
    assert later.high[shared].tolist() == thin.high[np.isin(thin.times, later.times[shared])].tolist()
    assert thinned(line, END - 500, END, 100).step == 5
    assert not len(thinned(curve([]), END - 2000, END, 100).mean)
    hole = [math.nan] * 100 + [1.0] * 300
    assert np.isnan(thinned(curve(hole), END - 2000, END, 100).mean[:20]).all()


def test_no_room_is_no_fault() -> None:
    made, painter = image()
    shade(painter, QRectF(0, 0, 0, 10), 1.0, [])
    empty = curve([])
    draw_graph(painter, Graph("x", "X", "", (empty,)), Area(RECT, END - 100, END, 1.0), 1.0)
    assert np.isnan(columns(Area(RECT, END - 100, END, 1.0), empty, empty.mean, 1.0)).all()
    painter.end()
    assert set(colors(made, 50)) == {"#ffffff"}


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_hole_breaks_the_line_at_any_scale(ratio: float) -> None:
    values = [50.0] * 8 + [math.nan] * 4 + [50.0] * 8
    made, painter = image()
    draw_graph(painter, Graph("x", "X", "", (curve(values),)), Area(RECT, END - 100, END, 100.0), ratio)
    painter.end()
    assert set(colors(made, 20)) != {"#ffffff"}
    assert set(colors(made, 50)) == {"#ffffff"}


def test_one_point_is_seen() -> None:
    made, painter = image()
    draw_line(painter, np.array([50.0]), np.array([25.0]), QColor("black"), 1.0)
    painter.end()
    assert set(colors(made, 50)) != {"#ffffff"}


def test_least_and_most_are_a_band_about_the_mean() -> None:
    made, painter = image()
    graph = Graph("x", "X", "", (curve([50.0] * 10, step=60, spread=20),))
    draw_graph(painter, graph, Area(RECT, END - 600, END, 100.0), 1.0)
    painter.end()
    inked = [y for y, name in enumerate(colors(made, 50)) if name != "#ffffff"]
    assert (min(inked), max(inked)) == (15, 34)


def test_stacked_curves_stand_on_each_other() -> None:
    made, painter = image()
    graph = Graph("x", "X", "", (curve([20.0] * 20), curve([40.0] * 20, number=1)), stacked=True)
    draw_graph(painter, graph, Area(RECT, END - 100, END, 100.0), 1.0)
    painter.end()
    column = colors(made, 50)
    assert column[10] == "#ffffff"
    assert column[45] != column[30] != "#ffffff"


def test_a_gap_of_all_is_a_gap_of_the_stack_and_one_of_some_is_not() -> None:
    some = [20.0] * 8 + [math.nan] * 8 + [20.0] * 4
    more = [40.0] * 8 + [math.nan] * 4 + [40.0] * 8
    made, painter = image()
    graph = Graph("x", "X", "", (curve(some), curve(more, number=1)), stacked=True)
    draw_graph(painter, graph, Area(RECT, END - 100, END, 100.0), 1.0)
    painter.end()
    assert set(colors(made, 52)) == {"#ffffff"}
    assert set(colors(made, 70)) != {"#ffffff"}


def test_past_the_sixth_and_what_is_old_is_grey() -> None:
    assert curve_color(0) == theme.series(0)
    assert curve_color(6) == curve_color(GREY) == curve_color(0, pale=True) == theme.color("last-known")


def test_gaps_are_hatched_and_dots_seen() -> None:
    made, painter = image()
    hatch(painter, QRectF(10, 0, 30, 50))
    draw_dot(painter, QPointF(80, 25), QColor("red"))
    painter.end()
    assert len(set(colors(made, 25))) > 1
    assert set(colors(made, 60)) == {"#ffffff"}
    assert len(set(colors(made, 80))) > 1
