from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.ui.theme import theme
from console.ui.widgets.floating import Floating


def test_a_card_with_a_line_and_round_corners(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(200, 100)
    window.show()
    card = Floating(window, "card")
    card.setGeometry(20, 20, 100, 50)
    card.show()
    image = window.grab().toImage()
    assert image.pixelColor(70, 45).name() == theme.hex("base")
    assert image.pixelColor(70, 20).name() == theme.hex("control")
    assert image.pixelColor(20, 20).name() == image.pixelColor(5, 5).name(), "the corner is the window's"
