from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from pytestqt.qtbot import QtBot

from console.libvirtxml.diffing import rows
from console.ui.theme import theme
from console.ui.widgets.diff_view import DiffView

OLD = "".join(f"line {number}\n" for number in range(1, 31))
NEW = OLD.replace("line 15\n", "line fifteen\nand a half\n")


@pytest.fixture
def view(qtbot: QtBot) -> DiffView:
    made = DiffView()
    qtbot.addWidget(made)
    made.resize(700, 300)
    made.show()
    made.show_rows(rows(OLD, NEW))
    return made


def ground(view: DiffView, x: int, row: int) -> QColor:
    """The colour at x in the middle of a row."""
    picture = view.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()
    return picture.pixelColor(round(x * ratio), round((row + 0.15) * view._line() * ratio))


def test_what_went_is_red_and_what_came_is_green(view: DiffView) -> None:
    right = view.viewport().width() - 5
    assert ground(view, right, 4) == theme.color("error-tint")
    assert ground(view, right, 5) == theme.color("good-tint")
    assert ground(view, right, 6) == theme.color("good-tint")
    assert ground(view, right, 3) == theme.color("base")
    assert view.accessibleDescription() == "1 line removed, 2 lines added"


def test_side_by_side(view: DiffView) -> None:
    view.set_beside(True)
    right, left = view.viewport().width() - 5, view.viewport().width() // 2 - 5
    assert (ground(view, left, 4), ground(view, right, 4)) == (theme.color("error-tint"), theme.color("good-tint"))
    assert (ground(view, left, 5), ground(view, right, 5)) == (theme.color("neutral-tint"), theme.color("good-tint"))


def test_copying_gives_a_diff(view: DiffView, qtbot: QtBot) -> None:
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert [line for line in lines if line[0] in "+-"] == ["-line 15", "+line fifteen", "+and a half"]
    assert lines[0] == lines[-1] == "@@"


def test_long_lines_and_many_rows_can_be_scrolled_to(view: DiffView) -> None:
    view.show_rows(rows("a\n" * 500, "b\n" * 500 + "x" * 400 + "\n"))
    assert view.horizontalScrollBar().maximum() > 1000
    assert view.verticalScrollBar().maximum() > 10_000
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    view.horizontalScrollBar().setValue(800)
    view.grab()


def test_nothing_differs(view: DiffView) -> None:
    view.show_rows([])
    assert not view.grab().isNull()
    assert view.verticalScrollBar().maximum() == 0


def test_twenty_thousand_rows_are_drawn_in_a_frame(view: DiffView) -> None:
    view.show_rows(rows("a\n" * 10_000, "b\n" * 10_000))
    start = time.perf_counter()
    for value in range(0, 20_000, 1000):
        view.verticalScrollBar().setValue(value)
        view.repaint()
    assert (time.perf_counter() - start) / 20 < 0.05
