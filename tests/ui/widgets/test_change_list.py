from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from console.fleet.edits import Change, Hold, When
from console.ui.widgets.change_list import ChangeList

NEXT = Change("os", before="a", after="b", hold=Hold.FIXED)
NOW = Change("title", before="a", after="b", when=When.NOW)


def texts(shown: ChangeList) -> list[str]:
    return [label.text() for label in shown.findChildren(QLabel) if label.text() and not label.isHidden()]


def test_what_holds_at_once_comes_first_and_what_waits_says_why(qtbot: QtBot) -> None:
    shown = ChangeList([NEXT, NOW], True)
    qtbot.addWidget(shown)
    assert texts(shown) == [
        "Now",
        "Title a → b",
        "Next start",
        "Start-up a → b",
        "A VM that runs cannot change in this.",
    ]
    assert shown.names() == "Title a → b (now); Start-up a → b (next start)"


def test_of_a_vm_that_is_off_nothing_is_said_of_when(qtbot: QtBot) -> None:
    shown = ChangeList([NEXT], False)
    qtbot.addWidget(shown)
    assert texts(shown) == ["Start-up a → b"]
    shown.show_changes([], False)
    assert shown.names() == "Nothing changes."
