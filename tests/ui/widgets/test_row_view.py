from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.ui.models.rows import Column, RowTable
from console.ui.widgets.row_view import RowView


@dataclass(frozen=True)
class Row:
    name: str
    size: float


COLUMNS: tuple[Column[Row], ...] = (
    Column("name", "Name", lambda r, n: r.name, lambda r: r.name, width=100, name=True),
    Column("size", "Size", lambda r, n: f"{r.size}", lambda r: r.size, "GiB", True, 100, used=lambda r: r.size),
    Column("more", "More", lambda r, n: "m", lambda r: "m", width=100, drop=2),
    Column("last", "Last", lambda r, n: "l", lambda r: "l", width=100, drop=1, glyph=lambda r: ("dot", "good")),
)


@pytest.fixture
def view(qtbot: QtBot) -> RowView[Row]:
    table: RowTable[Row] = RowTable(COLUMNS, lambda row: row.name, pale=lambda row: row.name == "b")
    table.set_rows((Row("b", 0.1), Row("a", 0.9)))
    made: RowView[Row] = RowView(table, "Rows")
    table.setParent(made)
    qtbot.addWidget(made)
    made.resize(500, 200)
    made.show()
    return made


def test_it_starts_sorted_as_its_table_is(view: RowView[Row]) -> None:
    assert view._table.sorted_by == (0, Qt.SortOrder.AscendingOrder)
    assert view._table.row(0).name == "a"


def test_enter_opens_and_selection_is_told(view: RowView[Row], qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.chosen):
        view.select(1)
    assert view.selected() == [Row("b", 0.1)]
    view.setFocus()
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == [Row("b", 0.1)]
    view.grab()


def test_columns_give_way_in_their_order(view: RowView[Row]) -> None:
    def hidden() -> list[str]:
        return [column.id for n, column in enumerate(COLUMNS) if view.isColumnHidden(n)]

    assert hidden() == []
    view.resize(350, 200)
    assert hidden() == ["more"]
    view.resize(240, 200)
    assert hidden() == ["more", "last"]
    view.resize(500, 200)
    assert hidden() == []


def test_a_click_on_the_head_sorts(view: RowView[Row], qtbot: QtBot) -> None:
    head = view.horizontalHeader()
    at = head.viewport().rect().center()
    at.setX(head.sectionPosition(1) + 20)
    qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert view._table.sorted_by[0] == 1
    assert view._table.row(0).name == "b"
