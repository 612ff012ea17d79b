import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.fleet.domains import Load, State
from console.ui.delegates.table import Table
from console.ui.models.vm_columns import COLUMNS, column_number
from console.ui.models.vms import VmTable
from console.ui.theme import theme
from tests.ui.models.vm_fleet import Fleet, vm


@pytest.fixture
def table(qtbot: QtBot) -> Table:
    fleet = Fleet()
    fleet.host("a")
    fleet.vms("a", [vm("a", str(n), f"vm-{n:02d}", State.OFF if n % 3 else State.RUNNING) for n in range(40)])
    view = Table(COLUMNS, "VMs")
    view.setModel(VmTable(fleet.inventory, view, fleet.clock))
    qtbot.addWidget(view)
    view.resize(900, 300)
    view.show()
    qtbot.waitUntil(lambda: view.model().rowCount() == 40)
    return view


def test_rows_have_the_height_of_the_design(table: Table) -> None:
    assert table.rowHeight(0) == 28
    table.set_row_height(24)
    assert table.rowHeight(7) == 24


def test_selected_row_is_tinted_from_edge_to_edge(table: Table) -> None:
    table.selectRow(1)
    image = table.viewport().grab().toImage()
    for x in (1, table.viewport().width() - 2):
        assert image.pixelColor(x, 28 + 4).name() == theme.hex("selection")
        assert image.pixelColor(x, 4).name() == theme.hex("base")
    assert image.pixelColor(1, 2 * 28 - 1).name() in (theme.hex("selection-line"), theme.hex("accent"))
    assert image.pixelColor(1, 27 + 28 * 2).name() == theme.hex("line")


def test_row_is_drawn_again_only_when_it_changed(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[object] = []
    real = table._draw_row
    monkeypatch.setattr(table, "_draw_row", lambda row, *more: (drawn.append(row), real(row, *more))[1])
    table.viewport().grab()
    drawn.clear()
    table.viewport().grab()
    assert drawn == []
    model = table.model()
    assert isinstance(model, VmTable)
    model.row(2).cells = None
    table.viewport().grab()
    assert drawn == [model.cells(2)]


def test_cells_that_changed_are_drawn_over_as_if_all_were_new(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    model = table.model()
    assert isinstance(model, VmTable)
    table.selectRow(3)
    table.viewport().grab()
    for number in (2, 3):
        model.row(number).put_load(Load(time.time(), 0.77, 900 << 10, 1 << 20, 4e6, 5e6, 1.0, 6e6, 7e6))
    painted: list[object] = []
    real = table._painter.paint
    monkeypatch.setattr(
        table._painter, "paint", lambda p, x, r, m, cell, *more: (painted.append(cell), real(p, x, r, m, cell, *more))
    )
    over = table.viewport().grab().toImage()
    assert 0 < len(painted) <= 8  # four columns of load in two rows
    table._drawn.clear()
    assert over == table.viewport().grab().toImage()


def test_new_theme_draws_all_anew(table: Table, qapp: QApplication) -> None:
    table.viewport().grab()
    theme.apply(qapp, "dark")
    image = table.viewport().grab().toImage()
    assert image.pixelColor(1, 4).name() == theme.hex("base")


def test_enter_and_double_click_open(table: Table, qtbot: QtBot) -> None:
    opened: list[int] = []
    table.opened.connect(opened.append)
    table.selectRow(3)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened == [3]
    at = QPoint(60, 28 * 5 + 10)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert opened == [3, 5]


def test_escape_clears_the_selection(table: Table) -> None:
    table.selectAll()
    assert table.selected_rows() == list(range(40))
    QTest.keyClick(table, Qt.Key.Key_Escape)
    assert table.selected_rows() == []


def test_arrow_keys_and_shift_select(table: Table) -> None:
    table.setFocus()
    table.selectRow(2)
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert table.selected_rows() == [3, 4]
    QTest.keyClick(table, Qt.Key.Key_Home)  # else Qt takes Shift for held on


def test_menu_is_wanted_by_mouse_and_key(table: Table) -> None:
    wanted: list[QPoint] = []
    table.menu_wanted.connect(lambda point: wanted.append(point))
    reason = QContextMenuEvent.Reason
    for why in (reason.Mouse, reason.Keyboard):  # nothing selected: nothing to do
        QApplication.sendEvent(table.viewport(), QContextMenuEvent(why, QPoint(5, 5), QPoint(50, 60)))
    assert wanted == []
    table.selectRow(0)
    for why in (reason.Mouse, reason.Keyboard):
        QApplication.sendEvent(table.viewport(), QContextMenuEvent(why, QPoint(5, 5), QPoint(50, 60)))
    assert wanted[0] == QPoint(50, 60)
    assert wanted[1] != QPoint(50, 60)


def test_button_down_is_told(table: Table) -> None:
    told: list[bool] = []
    table.pressed_changed.connect(told.append)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 40))
    assert told == [True, False]


def test_heads_have_title_and_unit(table: Table) -> None:
    head = table.horizontalHeader()
    assert head.height() == 28
    assert head.title(column_number("memory")) == ("Memory", "GiB")  # type: ignore[attr-defined]
    assert head.title(column_number("cpu")) == ("CPU, 10 min", "")  # type: ignore[attr-defined]


def test_sorted_head_has_an_arrow(table: Table) -> None:
    head = table.horizontalHeader()

    def accents() -> int:
        image = head.grab().toImage()
        accent = theme.hex("accent")
        return sum(image.pixelColor(x, y).name() == accent for x in range(image.width()) for y in range(image.height()))

    head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    assert accents() == 0
    for column in ("name", "cpu", "memory"):
        head.setSortIndicator(column_number(column), Qt.SortOrder.DescendingOrder)
        assert accents() >= 3


def test_moved_and_hidden_columns_are_painted_where_they_are(table: Table) -> None:
    head = table.horizontalHeader()
    for number in range(2, len(COLUMNS)):
        head.setSectionHidden(number, True)
    boxes = table._boxes()
    assert [box[0] for box in boxes] == [0, 1]
    assert boxes[0][1] == 12  # the first column's text is further in
    assert boxes[1][1] == head.sectionViewportPosition(1) + 8
