"""Qt's thread says when it works and when it waits."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.ui.turn import Turn


def test_painting_takes_the_turn_and_waiting_gives_it_back(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    told: list[str] = []
    Turn(window, lambda: told.append("take"), lambda: told.append("leave"))
    window.resize(window.width() + 10, window.height())
    qtbot.waitUntil(lambda: "take" in told and "leave" in told[told.index("take") :])
    told.clear()
    fired: list[bool] = []
    QTimer.singleShot(20, lambda: fired.append(True))
    qtbot.waitUntil(lambda: bool(fired))
    assert "take" not in told  # a timer is nobody's business
