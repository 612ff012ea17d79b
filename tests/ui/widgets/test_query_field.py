from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.query_tokens import Fault
from console.fleet.search import Query, QueryError
from console.ui.theme import theme
from console.ui.widgets.query_field import QueryField

VALUES = {"tag": ["prod", "shop db"]}


@pytest.fixture
def field(qtbot: QtBot) -> Iterator[QueryField]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 300)
    made = QueryField("Search", keys="/", values=lambda name: VALUES.get(name, []))
    column = QVBoxLayout(window)
    column.addWidget(made)
    column.addStretch(1)
    window.show()
    window.activateWindow()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    yield made
    window.hide()


def told(field: QueryField) -> tuple[list[str], list[QueryError | None]]:
    asked: list[str] = []
    judged: list[QueryError | None] = []
    field.asked.connect(lambda query: asked.append(query.text))
    field.judged.connect(judged.append)
    return asked, judged


def test_what_is_understood_is_asked(field: QueryField, qtbot: QtBot) -> None:
    asked, judged = told(field)
    qtbot.keyClicks(field, "cpu>8")
    assert asked == ["c", "cp", "cpu", "cpu>8"]  # "cpu>" is being typed
    assert judged == []
    assert isinstance(field.query, Query)


def test_what_cannot_be_meant_is_judged_and_the_last_query_stays(field: QueryField, qtbot: QtBot) -> None:
    _asked, judged = told(field)
    qtbot.keyClicks(field, "web stat:x")
    assert field.error is not None
    assert field.error.fault is Fault.NO_FIELD
    assert field.query.text == "web stat"
    assert "Did you mean state?" in field.toolTip()
    field.clear()
    assert judged[-1] is None
    assert field.toolTip() == ""


def test_what_becomes_a_url_is_no_unknown_field_meanwhile(field: QueryField, qtbot: QtBot) -> None:
    asked, judged = told(field)
    qtbot.keyClicks(field, "http://x")
    assert judged == []
    assert asked[-1] == "http://x"
    field.clear()
    qtbot.keyClicks(field, "foo:b")
    assert judged[-1] is not None
    assert "Fields are name, host" in field.toolTip()


def test_the_unfinished_is_wrong_once_one_is_elsewhere(field: QueryField, qtbot: QtBot) -> None:
    _asked, judged = told(field)
    qtbot.keyClicks(field, "(web")
    assert field.error is None
    field.setCursorPosition(1)
    assert field.error is not None
    assert field.error.fault is Fault.OPEN_BRACKET
    field.setCursorPosition(4)
    assert field.error is None
    assert [bool(error) for error in judged] == [True, False]


def test_the_place_is_underlined_and_fields_are_coloured(field: QueryField, qtbot: QtBot) -> None:
    field.setText("tag:prod stat:x")
    styles = {(start, end): style.toCharFormat() for start, end, style in field._styles()}
    assert styles[0, 3].foreground().color() == theme.color("accent")
    wrong = styles[9, 13]
    assert wrong.underlineStyle() is QTextCharFormat.UnderlineStyle.WaveUnderline
    qtbot.wait(20)
    before = field.grab().toImage()
    field.error = None
    field._dress()
    assert field.grab().toImage() != before  # it is painted, not only known
    assert field.text() == "tag:prod stat:x"


def test_a_suggestion_is_taken_by_key(field: QueryField, qtbot: QtBot) -> None:
    qtbot.keyClicks(field, "ta")
    assert field.suggestions() == ["tag:"]
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert field.text() == "tag:"
    assert field.suggestions() == ["prod", '"shop db"']
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == 'tag:"shop db" '
    assert field.suggestions() == []
    assert field.hasFocus()


def test_enter_escape_and_arrow_are_the_fields_own_where_nothing_is_marked(field: QueryField, qtbot: QtBot) -> None:
    pressed: list[str] = []
    field.returnPressed.connect(lambda: pressed.append("enter"))
    field.down_pressed.connect(lambda: pressed.append("down"))
    qtbot.keyClicks(field, "ta")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert pressed == ["enter"]
    assert field.suggestions() == []
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert pressed == ["enter", "down"]
    qtbot.keyClicks(field, "g")
    qtbot.keyClick(field, Qt.Key.Key_Escape)  # the list
    assert field.text() == "tag"
    qtbot.keyClick(field, Qt.Key.Key_Escape)  # the text
    assert field.text() == ""


def test_suggestions_go_with_the_focus(field: QueryField, qtbot: QtBot) -> None:
    qtbot.keyClicks(field, "ta")
    field.clearFocus()
    assert field.suggestions() == []


def test_a_query_put_there_offers_nothing(field: QueryField) -> None:
    field.set_query("ta")
    assert field.suggestions() == []
    assert field.query.text == "ta"


def test_an_error_of_the_search_itself_is_shown(field: QueryField) -> None:
    field.set_query("re:a.*b")
    error = QueryError(Fault.SLOW_PATTERN, "re:a.*b", 0, 7)
    field.refuse(QueryError(Fault.SLOW_PATTERN, "other", 0, 3))
    assert field.error is None
    field.refuse(error)
    assert field.error is error


def test_colours_disturb_neither_selection_nor_undoing(field: QueryField, qtbot: QtBot) -> None:
    qtbot.keyClicks(field, "tag:prod")
    field._dress()
    field.selectAll()
    field._dress()
    assert field.selectedText() == "tag:prod"
    qtbot.keyClicks(field, "x")
    field._dress()
    assert field.text() == "x"
    field.undo()
    field._dress()
    assert field.text() == "tag:prod"
    field.redo()
    assert field.text() == "x"
