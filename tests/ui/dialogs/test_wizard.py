from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from console.ui.dialogs.wizard import Wizard
from tests.ui.rooms import gone


class Trip(Wizard):
    """Wants a word on its first page."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Trip", [("what", "What"), ("check", "Check"), ("go", "Go")], parent)
        self.seen: list[str] = []
        self.went = 0
        first, second = QWidget(), QWidget()
        self.word = QLineEdit()
        QVBoxLayout(first).addWidget(self.word)
        self.word.textChanged.connect(lambda _text: self.judge())
        self.add_page(first)
        self.add_page(second, scrolls=False)
        self.finish()

    def said(self, step: str) -> str:
        return self.word.text() if step == "what" else ""

    def why_not(self, step: str) -> str:
        return "" if self.word.text() or step != "what" else "Type a word."

    def act(self) -> str:
        return f"Go with {self.word.text()}"

    def entered(self, step: str) -> None:
        self.seen.append(step)

    def go(self) -> None:
        self.went += 1
        self.accept()


def test_a_step_is_left_only_when_it_is_answered(window: Any, qtbot: QtBot) -> None:
    trip = Trip(window)
    trip.show_at()
    assert trip.main is not None
    assert (trip.step, trip.main.text(), trip.main.isEnabled()) == ("what", "Next", False)
    assert trip._why.text() == "Type a word."
    trip.go_to("check")
    assert trip.step == "what"
    trip.word.setText("rope")
    trip.main.click()
    assert (trip.step, trip.main.text()) == ("check", "Go with rope")
    assert trip.seen == ["what", "what", "check"]
    trip.main.click()
    assert trip.went == 1
    gone(qtbot, trip)


def test_going_back_loses_nothing(window: Any, qtbot: QtBot) -> None:
    trip = Trip(window)
    trip.show_at()
    assert not trip.back_button.isEnabled()
    trip.word.setText("rope")
    trip.go_to("check")
    trip.back_button.click()
    assert (trip.step, trip.word.text()) == ("what", "rope")
    assert trip.bar.states() == ["here", "done", "ahead"], "one can go forward again at once"
    trip.bar.chosen.emit("check")
    assert trip.step == "check"
    trip.reject()
    gone(qtbot, trip)


def test_enter_goes_on(window: Any, qtbot: QtBot) -> None:
    trip = Trip(window)
    trip.show_at()
    trip.word.setText("rope")
    QTest.keyClick(trip.word, Qt.Key.Key_Return)
    assert trip.step == "check"
    trip.reject()
    gone(qtbot, trip)


def test_it_fills_a_small_window(window: Any, qtbot: QtBot) -> None:
    window.resize(760, 600)
    trip = Trip(window)
    trip.show_at()
    assert trip.narrow
    assert trip.width() == 760
    trip.reject()
    gone(qtbot, trip)


def test_a_big_window_is_seen_around_it(window: Any, qtbot: QtBot) -> None:
    window.resize(1500, 1000)
    trip = Trip(window)
    trip.show_at()
    assert not trip.narrow
    assert trip.width() < 1500
    assert trip.height() < 1000
    trip.reject()
    gone(qtbot, trip)
