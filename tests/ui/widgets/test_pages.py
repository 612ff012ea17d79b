from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from console.ui.widgets.pages import PageStack


def page(width: int) -> QWidget:
    made, inner = QWidget(), QWidget()
    inner.setMinimumWidth(width)
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(inner)
    return made


def test_a_wide_page_makes_a_window_wide_only_while_it_is_shown(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    stack = PageStack()
    QVBoxLayout(window).addWidget(stack)
    narrow, wide = page(200), page(900)
    for one in (narrow, wide):
        stack.addWidget(one)
    window.resize(400, 300)
    window.show()
    assert window.width() == 400
    stack.setCurrentWidget(wide)
    qtbot.waitUntil(lambda: window.width() > 900)
    stack.setCurrentWidget(narrow)
    qtbot.waitUntil(lambda: window.minimumSizeHint().width() < 300)
    window.resize(400, 300)
    qtbot.waitUntil(lambda: window.width() == 400)


def test_without_pages_it_needs_nothing(qtbot: QtBot) -> None:
    stack = PageStack()
    qtbot.addWidget(stack)
    assert stack.minimumSizeHint().width() <= 0
