"""The kept searches as lines: name, and how many VMs each finds now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from console.fleet.saved import SavedSearch, Searches
from console.ui.models.lines import Face
from console.words import _, ngettext, units

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class SavedModel(QAbstractListModel):
    """Lines in the order a person gave them. Counts come later, by name; None is not counted yet."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._searches: Searches = ()
        self._counts: dict[str, int] = {}

    def set_searches(self, searches: Searches) -> None:
        if searches != self._searches:
            self.beginResetModel()
            self._searches = searches
            self.endResetModel()

    def set_counts(self, counts: Mapping[str, int]) -> None:
        """How many VMs each finds, by its query."""
        if counts != self._counts:
            self._counts = dict(counts)
            if self._searches:
                self.dataChanged.emit(self.index(0), self.index(len(self._searches) - 1))

    def search(self, row: int) -> SavedSearch:
        return self._searches[row]

    def row_of(self, name: str) -> int:
        """Where a search stands, -1 for one that is not kept."""
        return next((row for row, each in enumerate(self._searches) if each.name == name), -1)

    def face(self, row: int) -> Face:
        each = self._searches[row]
        count = self._counts.get(each.query)
        return Face(each.name, "search", figure="" if count is None else units.count(count))

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._searches)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        each = self._searches[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return each.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{each.name}: {each.query}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            count = self._counts.get(each.query)
            if count is None:
                return each.name
            said = ngettext("{count} VM", "{count} VMs", count).format(count=units.count(count))
            return _("{name}, {vms}").format(name=each.name, vms=said)
        return None
