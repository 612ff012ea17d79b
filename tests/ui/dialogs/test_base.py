import threading
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.errors import Denied, Reason
from console.ui.dialogs.base import Dialog
from tests.ui.rooms import gone, room


@pytest.fixture
def dialog(window: QWidget) -> Any:
    return Dialog("Title", window)


def test_enter_acts_and_esc_does_not(dialog: Any, qtbot: QtBot) -> None:
    acts = []
    dialog.add_close()
    dialog.add_main("Do it", lambda: acts.append(1))
    dialog.show_at()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert acts == [1]
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    gone(qtbot, dialog)
    assert acts == [1]


def test_what_keeps_it_from_acting_stands_beside_the_button(dialog: Any, qtbot: QtBot) -> None:
    dialog.add_main("Do it", lambda: None)
    dialog.hold("The name is taken.")
    assert not dialog.main.isEnabled()
    assert dialog._why.text() == dialog.main.toolTip() == "The name is taken."
    dialog.hold("")
    assert dialog.main.isEnabled()
    dialog.idle()
    assert not dialog.main.isEnabled()
    assert dialog._why.text() == ""


def test_the_command_is_copied(dialog: Any, qtbot: QtBot) -> None:
    button = dialog.add_command(lambda: "splendid vm start web-01")
    button.click()
    assert QGuiApplication.clipboard().text() == "splendid vm start web-01"
    assert button.text() == "Copied"


def test_a_failure_is_said_with_why_and_what_next(dialog: Any, qtbot: QtBot) -> None:
    dialog.failed(Denied(Reason.PERMISSION, "kvm-n1", text="authentication failed"), "host.add")
    name = dialog._note.accessibleName()
    assert name.startswith("kvm-n1 was not added.")
    assert "“authentication failed”" in name
    dialog.tell("warning", "Something else.")
    assert dialog._note.accessibleName() == "Something else."


def test_an_outcome_that_comes_after_the_dialog_is_gone_is_dropped(dialog: Any, qtbot: QtBot) -> Any:
    with room() as ctx:
        came, go, worked = [], threading.Event(), threading.Event()

        def work() -> Any:
            go.wait(5)
            worked.set()
            return "late"

        dialog.read(ctx.bridge, work, came.append)
        dialog.show_at()
        dialog.close()
        gone(qtbot, dialog)
        go.set()
        assert worked.wait(5)
        qtbot.wait(50)
        assert came == []


def test_an_outcome_comes_to_the_dialog_in_qts_thread(dialog: Any, qtbot: QtBot) -> None:
    with room() as ctx:
        came, problems = [], []
        dialog.read(ctx.bridge, lambda: 5, lambda value: came.append((value, threading.current_thread())))
        qtbot.waitUntil(lambda: came == [(5, threading.main_thread())])

        def refuse() -> None:
            raise Denied(Reason.PERMISSION, "x")

        dialog.read(ctx.bridge, refuse, came.append, problems.append)
        qtbot.waitUntil(lambda: [error.what for error in problems] == ["x"])


def test_what_is_higher_than_the_screen_scrolls(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog = Dialog("Long", window)
    for number in range(60):
        dialog.body.addWidget(QLabel(f"line {number}"))
    dialog.add_close()
    dialog.show_at()
    room = dialog.screen().availableGeometry().height()
    assert dialog.height() < room
    (area,) = dialog.findChildren(QScrollArea)
    assert area.verticalScrollBar().maximum() > 0
    button = dialog.findChildren(QPushButton)[-1]
    assert button.mapTo(dialog, button.rect().bottomLeft()).y() < dialog.height()
    assert dialog.grab().height() == dialog.height()


@pytest.mark.parametrize("chosen", [False, True])
def test_where_it_scrolls_keys_go_as_before(window: QWidget, qtbot: QtBot, chosen: bool) -> None:
    dialog = Dialog("Long", window)
    fields = [QLineEdit() for _ in range(40)]
    for number, field in enumerate(fields):
        dialog.body.addWidget(field)
        if number == 20:
            dialog.body.addWidget(QComboBox())  # its list is a window of its own
    close = dialog.add_close()
    if chosen:
        fields[3].setFocus()
    with qtbot.waitActive(dialog):
        dialog.show_at()
    assert dialog.findChildren(QScrollArea)
    qtbot.waitUntil(lambda: dialog.focusWidget() is fields[3 if chosen else 0])
    fields[-1].setFocus()
    qtbot.keyClick(fields[-1], Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: dialog.focusWidget() is close)
