"""A table view for `RowTable`s: whole rows, no grid, columns that give way to the window."""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from console.ui.delegates.rows import RowDelegate, RowHeader
from console.ui.models.rows import ROW_ROLE, RowTable
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS

T = TypeVar("T")


class RowView(QTableView, Generic[T]):
    """Shows a `RowTable`; the last column takes the room that is left, columns with `drop` go where there is too little.

    Signals:
        opened(object): the row value that was double-clicked, or Enter was pressed on.
        chosen(): other rows are selected.
    """

    opened = Signal(object)
    chosen = Signal()

    def __init__(self, table: RowTable[T], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self.setAccessibleName(name)
        self.setHorizontalHeader(RowHeader(self))
        self.setModel(table)
        self.setItemDelegate(RowDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(HEIGHTS["row"]))
        self.verticalHeader().setMinimumSectionSize(theme.px(HEIGHTS["row-compact"]))
        head = self.horizontalHeader()
        head.setMinimumSectionSize(theme.px(40))
        head.setStretchLastSection(True)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for number, column in enumerate(table.columns):
            self.setColumnWidth(number, theme.px(column.width))
        by, order = table.sorted_by  # read first: the head sorts by its own idea when it is made clickable
        self.setSortingEnabled(True)
        self.sortByColumn(by, order)
        self.doubleClicked.connect(self._on_opened)
        self.selectionModel().selectionChanged.connect(lambda *_changes: self.chosen.emit())

    def selected(self) -> list[T]:
        """The values of the selected rows, top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._table.row(number) for number in rows]

    def select(self, row: int) -> None:
        """Selects one row and goes there."""
        self.setCurrentIndex(self._table.index(row, 0))
        self.selectRow(row)

    @Slot(QModelIndex)
    def _on_opened(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(ROW_ROLE))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().data(ROW_ROLE))
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._drop()

    def _drop(self) -> None:
        """Hides what has to give way, the lowest number last."""
        columns = self._table.columns
        room = self.viewport().width()
        needed = sum(theme.px(column.width) for column in columns)
        hidden: set[int] = set()
        for drop in sorted({column.drop for column in columns if column.drop}, reverse=True):
            if needed <= room:
                break
            for number, column in enumerate(columns):
                if column.drop == drop:
                    hidden.add(number)
                    needed -= theme.px(column.width)
        for number in range(len(columns)):
            if self.isColumnHidden(number) != (number in hidden):
                self.setColumnHidden(number, number in hidden)
