"""A table of frozen values that sorts itself, moves single rows, and never resets."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from console.ui.models.cells import Spark
from console.words import _

T = TypeVar("T")

ROW_ROLE = Qt.ItemDataRole.UserRole + 1  # the value this row shows
USED_ROLE = Qt.ItemDataRole.UserRole + 2  # 0..1 for a bar before the text, or None
PROMISED_ROLE = Qt.ItemDataRole.UserRole + 3  # 0.. for the pale part of the bar, or None
GLYPH_ROLE = Qt.ItemDataRole.UserRole + 4  # (shape, colour role) before the text, or None
TONE_ROLE = Qt.ItemDataRole.UserRole + 5  # colour role of the text, "" = as usual
PALE_ROLE = Qt.ItemDataRole.UserRole + 6  # the whole row is last-known
COLUMN_ROLE = Qt.ItemDataRole.UserRole + 7  # of the head: its Column
SPARK_ROLE = Qt.ItemDataRole.UserRole + 8  # a Spark before the text, or None

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class Column(msgspec.Struct, Generic[T], frozen=True):
    """A column: text for the cell, key to sort by, head, unit in a paler ink, width in px at 1×.

    used, promised: 0..1 of a bar. spark: a line instead of it. glyph, tone: see the roles. name: this is what the row is
    called by (weight 500).
    ages: the text changes with time alone. drop: left out first where there is little room; 0 = never.
    """

    id: str
    title: str
    text: Callable[[T, float], str]
    key: Callable[[T], Any]
    unit: str = ""
    right: bool = False
    width: int = 90
    used: Callable[[T], float | None] | None = None
    promised: Callable[[T], float | None] | None = None
    glyph: Callable[[T], tuple[str, str] | None] | None = None
    tone: Callable[[T], str] | None = None
    tip: Callable[[T], str] | None = None
    spark: Callable[[T], Spark | None] | None = None
    name: bool = False
    mono: bool = False
    ages: bool = False
    drop: int = 0


def known(value: float | None) -> tuple[int, float]:
    """A key by which the unknown sorts below everything known."""
    return (0, 0.0) if value is None else (1, value)


class RowTable(QAbstractTableModel, Generic[T]):
    """Rows are `T`s, told apart by `id_of`. Sorted by one column, rows that are equal in it by the first.

    pale: says of a row that it is last-known.
    """

    def __init__(
        self,
        columns: Sequence[Column[T]],
        id_of: Callable[[T], Hashable],
        parent: QObject | None = None,
        clock: Callable[[], float] = time.time,
        pale: Callable[[T], bool] = lambda row: False,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._id_of = id_of
        self._clock = clock
        self._pale = pale
        self._rows: list[T] = []
        self._column = 0
        self._order = Qt.SortOrder.AscendingOrder

    # reading

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def row(self, number: int) -> T:
        return self._rows[number]

    def row_of(self, id: Hashable) -> int:
        """The row this one stands in, -1 where it is not shown."""
        return next((number for number, row in enumerate(self._rows) if self._id_of(row) == id), -1)

    def said(self, row: T) -> str:
        """All its texts, for a search."""
        now = self._clock()
        return "\n".join(column.text(row, now) for column in self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row, self._clock())
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column.right)
            case Qt.ItemDataRole.ToolTipRole:
                return (column.tip(row) if column.tip else "") or None
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{_(column.title)}: {column.text(row, self._clock())}"
        match role:
            case _ if role == ROW_ROLE:
                return row
            case _ if role == USED_ROLE:
                return column.used(row) if column.used else None
            case _ if role == PROMISED_ROLE:
                return column.promised(row) if column.promised else None
            case _ if role == SPARK_ROLE:
                return column.spark(row) if column.spark else None
            case _ if role == GLYPH_ROLE:
                return column.glyph(row) if column.glyph else None
            case _ if role == TONE_ROLE:
                return column.tone(row) if column.tone else ""
            case _ if role == PALE_ROLE:
                return self._pale(row)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{_(column.title)} {_(column.unit)}".rstrip()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column.right)
        return column if role == COLUMN_ROLE else None

    # changing

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.columns):
            self._column, self._order = column, order
            self._reorder()

    @property
    def sorted_by(self) -> tuple[int, Qt.SortOrder]:
        return self._column, self._order

    def set_rows(self, rows: Iterable[T]) -> None:
        """Makes the table exactly these rows; those that stay keep their selection."""
        new = {self._id_of(row): row for row in rows}
        for number in range(len(self._rows) - 1, -1, -1):
            if self._id_of(self._rows[number]) not in new:
                self.beginRemoveRows(QModelIndex(), number, number)
                del self._rows[number]
                self.endRemoveRows()
        for number, row in enumerate(self._rows):
            self.renew(number, new.pop(self._id_of(row)))
        if new:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(new) - 1)
            self._rows.extend(new.values())
            self.endInsertRows()
        self._reorder()

    def renew(self, number: int, row: T) -> None:
        """Shows a newer value of the same row; sorting waits for `settle`."""
        if row != self._rows[number]:
            self._rows[number] = row
            self.dataChanged.emit(self.index(number, 0), self.index(number, len(self.columns) - 1))

    def settle(self) -> None:
        """Sorts after single rows were renewed."""
        self._reorder()

    def tick(self) -> None:
        """Ages are repainted; call about once a second while the table is seen."""
        if self._rows:
            for number, column in enumerate(self.columns):
                if column.ages:
                    self.dataChanged.emit(self.index(0, number), self.index(len(self._rows) - 1, number))

    def _reorder(self) -> None:
        ordered = sorted(self._rows, key=self.columns[0].key)
        ordered.sort(key=self.columns[self._column].key, reverse=self._order == Qt.SortOrder.DescendingOrder)
        if all(a is b for a, b in zip(ordered, self._rows, strict=True)):
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        place = {self._id_of(row): number for number, row in enumerate(ordered)}
        after = [self.index(place[self._id_of(self._rows[index.row()])], index.column()) for index in before]
        self._rows = ordered
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()


def _alignment(right: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
