from __future__ import annotations

from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from console.ui.icons import icon
from console.ui.widgets.act_row import ActRow
from console.ui.widgets.labels import label


def test_labels_go_where_there_is_no_room_and_come_back(qtbot: QtBot) -> None:
    row = ActRow()
    qtbot.addWidget(row)
    actions = [QAction(icon("plus"), f"A rather long name {number}", row) for number in range(4)]
    row.add_left(label("Volumes"), label("All"))
    row.add_actions(actions)
    row.resize(1200, 38)
    row.show()
    assert [button.text() for button in row._buttons] == [action.text() for action in actions]
    row.resize(300, 38)
    assert [button.text() for button in row._buttons] == [""] * 4
    assert row._buttons[0].accessibleName() == "A rather long name 0"
    assert "A rather long name 0" in row._buttons[0].toolTip()
    actions[0].setToolTip("Choose one.")
    actions[0].setEnabled(False)
    assert row._buttons[0].text() == "", "what can be done has changed, the room has not"
    assert row._buttons[0].toolTip() == "A rather long name 0\nChoose one."
    assert row.minimumSizeHint().width() < 300
    row.resize(1200, 38)
    assert row._buttons[0].text() == "A rather long name 0"
