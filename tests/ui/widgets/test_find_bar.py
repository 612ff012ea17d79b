from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.ui.widgets.buttons import IconButton
from console.ui.widgets.find_bar import FindBar


def test_typing_finds_and_keys_and_buttons_go_on(qtbot: QtBot) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []
    left: list[int] = []
    bar = FindBar("Find", lambda text, **how: asked.append((text, how)), lambda: left.append(1))
    qtbot.addWidget(bar)
    bar.show()
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert asked == []
    qtbot.keyClicks(bar.field, "a")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    next(b for b in bar.findChildren(IconButton) if b.toolTip() == "Previous hit").click()
    assert asked == [("a", {}), ("a", {"backward": False, "onward": True}), ("a", {"backward": True, "onward": True})]
    bar.on_found(2, 1200)
    assert bar.hits.text() == "2 of 1,200"
    bar.on_found(0, 0)
    assert bar.hits.text() == "not found"
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    bar.on_found(0, 0)
    assert bar.hits.text() == ""
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert left == [1]
