from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from console.ui.widgets.suggestions import ROWS, Suggestions


@pytest.fixture
def field(qtbot: QtBot) -> Iterator[QLineEdit]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(500, 400)
    made = QLineEdit()
    column = QVBoxLayout(window)
    column.addWidget(made)
    column.addStretch(1)
    window.show()
    yield made
    window.hide()


def test_it_lies_under_the_field_within_the_window(field: QLineEdit) -> None:
    popup = Suggestions(field)
    popup.show_under(30, ["tag:", "title"])
    assert popup.isVisible()
    assert popup.y() >= field.geometry().bottom()
    popup.show_under(5000, ["tag:"])
    assert popup.geometry().right() <= field.window().width()
    assert not popup.hasFocus()


def test_it_goes_round_and_is_only_marked_while_shown(field: QLineEdit) -> None:
    popup = Suggestions(field)
    popup.show_under(0, ["a", "b", "c"])
    assert popup.row == -1
    popup.step(-1)
    assert popup.row == 2
    popup.step(1)
    assert popup.row == 0
    popup.show_under(0, [])
    assert not popup.isVisible()
    assert popup.row == -1


def test_a_click_chooses(field: QLineEdit, qtbot: QtBot) -> None:
    popup = Suggestions(field)
    popup.show_under(0, [str(number) for number in range(ROWS + 4)])
    item = popup.list.item(1)
    with qtbot.waitSignal(popup.chosen) as told:
        where = popup.list.visualItemRect(item).center()
        qtbot.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert told.args == [1]
