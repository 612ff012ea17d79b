from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from console.ui.models.rows import COLUMN_ROLE, ROW_ROLE, Column, RowTable, known


@dataclass(frozen=True)
class Fruit:
    name: str
    weight: float | None = None


COLUMNS: tuple[Column[Fruit], ...] = (
    Column("name", "Name", lambda r, n: r.name, lambda r: r.name, name=True),
    Column("weight", "Weight", lambda r, n: f"{r.weight} @{n:.0f}", lambda r: known(r.weight), "g", ages=True),
)


@pytest.fixture
def table(qtbot: QtBot, qtmodeltester: ModelTester) -> RowTable[Fruit]:
    made = RowTable(COLUMNS, lambda row: row.name, clock=lambda: 7.0)
    made.set_rows([Fruit("pear", 3), Fruit("apple", 2), Fruit("fig"), Fruit("plum", 2)])
    qtmodeltester.check(made)
    return made


def names(table: RowTable[Fruit]) -> list[str]:
    return [table.row(number).name for number in range(table.rowCount())]


def test_equal_rows_stand_by_the_first_column_in_both_orders(table: RowTable[Fruit]) -> None:
    table.sort(1)
    assert names(table) == ["fig", "apple", "plum", "pear"]
    table.sort(1, Qt.SortOrder.DescendingOrder)
    assert names(table) == ["pear", "apple", "plum", "fig"]
    assert table.sorted_by == (1, Qt.SortOrder.DescendingOrder)
    table.sort(-1)
    assert names(table)[0] == "pear"


def test_rows_that_stay_keep_their_place_in_the_selection(table: RowTable[Fruit]) -> None:
    held = QPersistentModelIndex(table.index(table.row_of("plum"), 0))
    table.set_rows([Fruit("plum", 9), Fruit("zucchini"), Fruit("acai")])
    assert names(table) == ["acai", "plum", "zucchini"]
    assert table.row(held.row()) == Fruit("plum", 9)
    assert table.row_of("pear") == -1


def test_texts_know_the_time_and_the_head_its_unit(table: RowTable[Fruit]) -> None:
    assert table.data(table.index(0, 1)) == "2 @7"
    assert table.data(table.index(0, 1), ROW_ROLE) == Fruit("apple", 2)
    assert table.data(table.index(0, 1), Qt.ItemDataRole.AccessibleTextRole) == "Weight: 2 @7"
    assert table.headerData(1, Qt.Orientation.Horizontal) == "Weight g"
    assert table.headerData(1, Qt.Orientation.Horizontal, COLUMN_ROLE) is COLUMNS[1]
    assert table.said(Fruit("x", 1)) == "x\n1 @7"


def test_only_columns_that_age_are_renewed_by_time(table: RowTable[Fruit], qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.dataChanged) as told:
        table.tick()
    assert told.args is not None
    assert (told.args[0].column(), told.args[1].column()) == (1, 1)
