import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from console.ui.widgets.buttons import Button
from console.ui.widgets.flow_row import FlowRow


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def shown(page: QWidget, qtbot: QtBot, *texts: str) -> tuple[FlowRow, list[Button]]:
    row = FlowRow()
    buttons = [Button(text) for text in texts]
    for button in buttons[:-1]:
        row.add_left(button)
    row.add_right(buttons[-1])
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(row)
    column.addStretch(1)
    page.resize(600, 200)
    page.show()
    qtbot.waitUntil(lambda: row.width() == 600)
    return row, buttons


def test_one_line_while_there_is_room_and_the_last_at_the_right_end(page: QWidget, qtbot: QtBot) -> None:
    row, buttons = shown(page, qtbot, "One", "Another", "Export")
    assert {button.y() for button in buttons} == {0}
    assert buttons[1].x() == buttons[0].width() + 8
    assert buttons[2].geometry().right() == 599
    assert row.height() == buttons[0].height()


def test_more_lines_where_it_is_narrow_and_never_one_over_another(page: QWidget, qtbot: QtBot) -> None:
    row, buttons = shown(page, qtbot, "One", "Another one that is long", "Export")
    page.resize(buttons[1].width() + 10, 200)
    qtbot.waitUntil(lambda: row.height() > 2 * buttons[0].height())
    assert page.width() >= row.minimumSizeHint().width() == buttons[1].minimumSizeHint().width()
    boxes = [button.geometry() for button in buttons]
    assert not any(one.intersects(other) for one in boxes for other in boxes if one is not other)
    assert all(row.rect().contains(box) for box in boxes)
    page.resize(600, 200)
    qtbot.waitUntil(lambda: row.height() == buttons[0].height())


def test_a_longer_text_finds_its_room(page: QWidget, qtbot: QtBot) -> None:
    _row, buttons = shown(page, qtbot, "One", "Another", "Export")
    buttons[0].setText("One that says very much more than it did before")
    buttons[0].updateGeometry()
    qtbot.waitUntil(lambda: buttons[0].width() == buttons[0].sizeHint().width())
    assert buttons[1].x() == buttons[0].width() + 8


def test_put_before_the_others(page: QWidget, qtbot: QtBot) -> None:
    row, buttons = shown(page, qtbot, "One", "Two", "Export")
    first = Button("First")
    row.add_left(first, 0)
    assert first.x() == 0
    assert buttons[0].x() == first.width() + 8
