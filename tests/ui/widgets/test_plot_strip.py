import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from pytestqt.qtbot import QtBot

from console.ui.theme import theme
from console.ui.widgets.plot_data import Graph
from console.ui.widgets.plot_strip import PlotStrip
from tests.ui.widgets.curves import END, curve, wave

DAY = 86400.0


@pytest.fixture
def strip(qtbot: QtBot) -> PlotStrip:
    made = PlotStrip()
    qtbot.addWidget(made)
    made.resize(846, made.sizeHint().height())
    graph = Graph("cpu", "CPU", "%", (curve(wave(300, (50, 80)), step=288.0),), top=100)
    made.show_curve("Last 24 h, CPU", graph, END - DAY, END)
    made.show_window(END - 3600, END)
    made.show()
    return made


def x_of(strip: PlotStrip, at: float) -> QPoint:
    return QPoint(round(strip.area().x_of(at)), 10)


def test_it_shows_the_longer_span_and_the_window_on_it(strip: PlotStrip) -> None:
    before = strip.grab().toImage()
    strip.show_window(END - 7200, END - 3600)
    assert strip.grab().toImage() != before
    left = QRect(0, 0, int(strip.area().rect.left()), 40)
    named = strip.grab(left).toImage()
    strip.show_curve("Last 24 h, CPU", strip._graph, END - DAY / 2, END)  # bins that begin earlier stay inside
    assert strip.grab(left).toImage() == named
    strip.show_curve("", None, END - DAY, END)
    assert theme.color("selection").alpha() == 255  # the theme's own colours are left as they are
    strip.grab()


def test_a_click_beside_brings_the_window_there_and_a_drag_moves_it(strip: PlotStrip, qtbot: QtBot) -> None:
    with qtbot.waitSignal(strip.chosen):
        qtbot.mousePress(strip, Qt.MouseButton.LeftButton, pos=x_of(strip, END - DAY / 2))
    start, end = strip.window_
    assert (start + end) / 2 == pytest.approx(END - DAY / 2, abs=300)
    assert end - start == 3600
    qtbot.mouseMove(strip, x_of(strip, END - DAY / 4))
    assert sum(strip.window_) / 2 == pytest.approx(END - DAY / 4, abs=300)
    qtbot.mouseMove(strip, QPoint(5000, 10))
    assert strip.window_ == (END - 3600, END)
    qtbot.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=QPoint(5000, 10))
    qtbot.mouseMove(strip, x_of(strip, END - DAY / 4))
    assert strip.window_ == (END - 3600, END)
    with qtbot.assertNotEmitted(strip.chosen):
        qtbot.mousePress(strip, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))


def test_keys_move_it_too(strip: PlotStrip, qtbot: QtBot) -> None:
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    assert strip.window_ == (END - 5400, END - 1800)
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    assert strip.window_ == (END - 3600, END)
    qtbot.keyClick(strip, Qt.Key.Key_A)
