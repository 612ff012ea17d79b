import math

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.ui.theme import theme
from console.ui.widgets.plot import PlotStack
from console.ui.widgets.plot_data import Graph, PlotGap, PlotMark, Sheet
from tests.ui.widgets.curves import END, curve, sheet


@pytest.fixture
def plot(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> PlotStack:
    monkeypatch.setattr("console.ui.widgets.plot.time.time", lambda: END)
    made = PlotStack("Load")
    qtbot.addWidget(made)
    made.resize(846, 564)
    made.show_sheet(sheet())
    made.show_span(END - 3600, END, END)
    made.show()
    return made


def turn(plot: PlotStack, x: float, notches: int = 1, *, shift: bool = False) -> bool:
    keys = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    at = QPointF(x, 200)
    event = QWheelEvent(
        at, plot.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot, event)
    return event.isAccepted()


def drag(qtbot: QtBot, plot: PlotStack, first: float, last: float, *, shift: bool = False) -> None:
    keys = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, keys, QPoint(int(first), 200))
    at = QPointF(last, 200)
    move = QMouseEvent(
        QEvent.Type.MouseMove, at, plot.mapToGlobal(at), Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, keys
    )
    QApplication.sendEvent(plot, move)
    plot.grab()
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, keys, QPoint(int(last), 200))


def test_the_pointer_tells_values_at_the_left_and_never_over_a_curve(plot: PlotStack, qtbot: QtBot) -> None:
    before = plot.grab().toImage()
    newest = plot.accessibleDescription()
    assert newest.startswith("newest: CPU %: of its vCPUs ")
    frame = plot.frame_of()
    qtbot.mouseMove(plot, QPoint(int(frame.left + frame.width / 2), 200))
    assert plot.at == pytest.approx(END - 1800, abs=10)
    assert plot.accessibleDescription().startswith("11:")
    after = plot.grab().toImage()
    names = frame.names[0].toRect()
    assert before.copy(names) != after.copy(names)
    quarter = frame.plots[0].toRect().adjusted(0, 0, -int(frame.width / 2) - 8, 0)
    assert before.copy(quarter) == after.copy(quarter)
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert plot.at is None
    assert plot.accessibleDescription() == newest


def test_the_wheel_zooms_about_the_pointer(plot: PlotStack, qtbot: QtBot) -> None:
    frame = plot.frame_of()
    x = frame.left + frame.width / 4
    with qtbot.waitSignal(plot.moved) as told:
        assert turn(plot, x)
    assert told.args == [plot.start, plot.end]
    assert plot.end - plot.start == pytest.approx(3600 / 1.25)
    assert plot.start + (plot.end - plot.start) / 4 == pytest.approx(END - 2700)
    start = plot.start
    turn(plot, x, shift=True)
    assert plot.start == pytest.approx(start - 288)
    assert not turn(plot, 20)  # over the names: the page scrolls


def test_nothing_is_shown_that_has_not_happened(plot: PlotStack) -> None:
    plot.pan(0.5)
    assert (plot.start, plot.end) == (END - 3600, END)
    plot.zoom(1e9)
    assert plot.end == END
    assert plot.end - plot.start == 400 * 86400
    plot.zoom(1e-9)
    assert plot.end - plot.start == 30


def test_a_drag_zooms_into_what_it_marks_and_with_shift_it_pans(plot: PlotStack, qtbot: QtBot) -> None:
    frame = plot.frame_of()
    drag(qtbot, plot, frame.left + frame.width / 2, frame.left + frame.width / 4)
    assert plot.start == pytest.approx(END - 2700, abs=10)
    assert plot.end == pytest.approx(END - 1800, abs=10)
    assert theme.color("accent").alpha() == 255
    start = plot.start
    drag(qtbot, plot, frame.left + 100, frame.left + 200, shift=True)
    assert plot.start == pytest.approx(start - 900 * 100 / frame.width, abs=5)
    length = plot.end - plot.start
    drag(qtbot, plot, frame.left + 100, frame.left + 101)  # a click is no drag
    assert plot.end - plot.start == length
    with qtbot.waitSignal(plot.reset_wanted):
        qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(400, 200))


def test_all_of_it_by_keys(plot: PlotStack, qtbot: QtBot) -> None:
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert plot.at == pytest.approx(END - 2.5)
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert plot.at == pytest.approx(END - 2.5 - 3600 / plot.frame_of().width)
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert plot.at == END - 3600
    qtbot.keyClick(plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert plot.at > END - 3600
    qtbot.keyClick(plot, Qt.Key.Key_End)
    assert plot.at == END
    qtbot.keyClick(plot, Qt.Key.Key_PageUp)
    assert plot.end == END - 1800
    qtbot.keyClick(plot, Qt.Key.Key_PageDown)
    assert plot.end == END
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.end - plot.start == pytest.approx(2880)
    qtbot.keyClick(plot, Qt.Key.Key_Minus)
    assert plot.end - plot.start == pytest.approx(3600)
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))  # the pointer did not put it there
    assert plot.at is not None
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.at is None
    with qtbot.waitSignal(plot.reset_wanted):
        qtbot.keyClick(plot, Qt.Key.Key_0)


def test_what_stands_still_is_painted_once(plot: PlotStack, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    plot.grab()
    count: list[int] = []
    paint = plot._paint_still
    monkeypatch.setattr(plot, "_paint_still", lambda ratio: (count.append(1), paint(ratio))[1])
    frame = plot.frame_of()
    for step in range(20):
        qtbot.mouseMove(plot, QPoint(int(frame.left + 10 * step), 200))
        plot.grab()
    assert not count
    plot.show_span(END - 3605, END - 5, END)
    plot.grab()
    theme.changed.emit()
    plot.resize(900, 564)
    plot.grab()
    assert len(count) == 2


def test_a_graph_with_many_names_is_higher_and_none_is_lower_than_84(plot: PlotStack) -> None:
    assert plot.minimumSizeHint().height() == 4 * 84 + 26 + 22
    many = Graph("x", "CPU", "%", tuple(curve([1.0], f"vm-{n}", number=n) for n in range(7)))
    plot.show_sheet(Sheet((many,)))
    assert plot.minimumSizeHint().height() == 22 + 7 * 16 + 26 + 22
    plot.grab()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_gaps_and_events_are_painted_in_both_looks(plot: PlotStack, dressed: QApplication, mode: str) -> None:
    theme.apply(dressed, mode)
    full = sheet(gap=(200, 300))
    plain = plot.grab().toImage()
    plot.show_sheet(
        Sheet(full.graphs, (PlotMark(END - 900, "Started", "play"),), (PlotGap(END - 2600, END - 2100, "asleep"),))
    )
    assert plot.grab().toImage() != plain
    plot.show_sheet(Sheet(full.graphs, pale=True))
    assert plot.grab().toImage().pixelColor(600, 300) is not None


def test_events_without_room_are_counted_and_listed(plot: PlotStack, qtbot: QtBot) -> None:
    marks = (PlotMark(END - 900, "Started", "play"), PlotMark(END - 899, "Paused", "pause"))
    plot.show_sheet(Sheet(sheet().graphs, marks))
    assert "1 more event, " in plot.accessibleDescription()
    assert plot.accessibleDescription().endswith(" Paused")
    qtbot.mouseMove(plot, QPoint(50, 8))
    qtbot.waitUntil(lambda: plot.toolTip().startswith("1 more event\n"))
    qtbot.mouseMove(plot, QPoint(500, 200))
    qtbot.waitUntil(lambda: not plot.toolTip())


def test_a_graph_without_a_value_says_so_beside_one_that_has(plot: PlotStack) -> None:
    def ink() -> int:
        image = plot.grab().toImage()
        rect = plot.area_of(1).rect.toRect()
        ground = theme.color("text3").name()
        return sum(
            image.pixelColor(x, y).name() == ground
            for x in range(rect.left(), rect.right())
            for y in range(rect.center().y() - 8, rect.center().y() + 8)
        )

    full = sheet().graphs[0]
    plot.show_sheet(Sheet((full, Graph("latency", "Latency", "ms", (curve([math.nan] * 3),)))))
    assert ink() > 10
    plot.show_sheet(Sheet((full, Graph("latency", "Latency", "ms", (curve([1.0, 2.0, 1.0]),)))))
    assert ink() == 0


def test_an_empty_stack_is_drawn_too(qtbot: QtBot) -> None:
    made = PlotStack("Load")
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.grab()
    made.look_at(0.5)
    made.setFocus()
    qtbot.keyClick(made, Qt.Key.Key_Left)
    made.grab()
