from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.ui.widgets.scrolled import scrolled


def test_what_is_too_long_scrolls_down_only(qtbot: QtBot) -> None:
    inner = QWidget()
    inner.setMinimumHeight(900)
    area = scrolled(inner)
    qtbot.addWidget(area)
    area.resize(300, 200)
    area.show()
    assert area.verticalScrollBar().maximum() > 600
    assert area.horizontalScrollBar().maximum() == 0
    assert inner.property("ground") == "base"
