from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.ui.icons import icon
from console.ui.widgets.action_button import ActionButton


def test_it_follows_its_action(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    action = QAction("Pause", owner)
    button = ActionButton(action, owner, kind="flat")
    assert (button.text(), button.isEnabled()) == ("Pause", True)
    with qtbot.waitSignal(action.triggered):
        button.click()
    action.setText("Resume")
    action.setIcon(icon("play"))
    action.setToolTip("It is off.")
    action.setEnabled(False)
    assert (button.text(), button.toolTip(), button.isEnabled()) == ("Resume", "It is off.", False)
    assert not button.icon().isNull()
    assert button.accessibleDescription() == "It is off."
