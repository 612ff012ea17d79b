from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.ui.widgets.link import Link


def test_a_link_is_followed_by_pointer_and_keys(qtbot: QtBot) -> None:
    link = Link("kvm-n11")
    qtbot.addWidget(link)
    link.show()
    followed: list[int] = []
    link.clicked.connect(lambda: followed.append(1))
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    qtbot.keyClick(link, Qt.Key.Key_Return)
    qtbot.keyClick(link, Qt.Key.Key_Space)
    assert len(followed) == 3
    assert link.sizeHint().width() > link.minimumSizeHint().width() - 1
    link.setFocus()
    link.grab()
