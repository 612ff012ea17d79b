import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.ui.widgets.fields import KeyHint, SearchField, keys_text


@pytest.fixture
def field(qtbot: QtBot) -> SearchField:
    made = SearchField("Find host or VM", keys="Ctrl F")
    qtbot.addWidget(made)
    made.resize(200, 28)
    made.show()
    return made


def test_keys_are_said_as_people_read_them() -> None:
    assert keys_text("Ctrl+K") == "Ctrl K"
    assert keys_text("F5") == "F5"
    assert keys_text("+") == "+"
    assert keys_text("Ctrl++") == "Ctrl +"
    assert keys_text("") == ""


def test_hint_gives_way_to_the_clear_button(field: SearchField) -> None:
    assert field._hint is not None
    assert field._hint.isVisible()
    assert not field._clear.isVisible()
    field.setText("x")
    assert not field._hint.isVisible()
    assert field._clear.isVisible()
    assert field._clear.accessibleName()
    field._clear.click()
    assert field.text() == ""


def test_escape_clears_then_leaves(field: SearchField, qtbot: QtBot) -> None:
    left: list[int] = []
    field.left.connect(lambda: left.append(1))
    field.setText("x")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), left) == ("", [])
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert left == [1]


def test_down_goes_to_what_was_found(field: SearchField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.down_pressed):
        qtbot.keyClick(field, Qt.Key.Key_Down)


def test_typing_is_told(field: SearchField, qtbot: QtBot) -> None:
    told: list[str] = []
    field.changed.connect(lambda text: told.append(text))
    qtbot.keyClicks(field, "ab")
    assert told == ["a", "ab"]


def test_text_keeps_clear_of_glass_and_hint(field: SearchField) -> None:
    margins = field.textMargins()
    assert margins.left() >= 20
    assert field._hint is not None
    assert margins.right() >= field._hint.width()


def test_shortcut_selects_what_is_there(field: SearchField) -> None:
    field.setText("old")
    QApplication.sendEvent(field, QFocusEvent(QFocusEvent.Type.FocusIn, Qt.FocusReason.ShortcutFocusReason))
    assert field.selectedText() == "old"


def test_hint_is_as_wide_as_its_keys(qtbot: QtBot) -> None:
    short, long = KeyHint("/"), KeyHint("Ctrl Shift F")
    qtbot.addWidget(short)
    qtbot.addWidget(long)
    assert short.sizeHint().width() < long.sizeHint().width()
    short.grab()
