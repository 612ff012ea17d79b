"""VMs in bundles under headings: what will become of each, or what became. Folded bundles keep only their heading."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from console.words import units

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The row itself: a Section or a Line."""

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class Column(IntEnum):
    NAME = 0
    HOST = 1
    SAID = 2


class Line(msgspec.Struct, frozen=True):
    """One VM. id: unique in the table. glyph: of its state; mark: (shape, role) before what is said. tip: all of it."""

    id: object
    name: str
    host: str
    said: str
    glyph: tuple[str, str]
    mark: tuple[str, str] | None = None
    tone: str = "text2"
    tip: str = ""


class Section(msgspec.Struct, frozen=True):
    """A heading with its lines. note: a sentence behind the title, such as what to do about it."""

    id: str
    title: str
    glyph: tuple[str, str] | None
    lines: tuple[Line, ...]
    note: str = ""


Row = Section | Line


class SectionTable(QAbstractTableModel):
    """Headings and lines as one flat table. `show` takes the next state: rows move, selection and place stay."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sections: tuple[Section, ...] = ()
        self._rows: list[Row] = []
        self._folded: set[str] = set()

    # what is shown

    def show(self, sections: Sequence[Section]) -> None:
        """These sections instead of those before; folded ones stay so."""
        self._sections = tuple(section for section in sections if section.lines)
        self._arrange()

    def fold(self, id: str, folded: bool) -> None:
        if folded != (id in self._folded):
            (self._folded.add if folded else self._folded.discard)(id)
            self._arrange()

    def folded(self, id: str) -> bool:
        return id in self._folded

    def _arrange(self) -> None:
        rows: list[Row] = []
        for section in self._sections:
            rows.append(section)
            if section.id not in self._folded:
                rows.extend(section.lines)
        old = self._rows
        if len(rows) > len(old):
            self.beginInsertRows(_ROOT, len(old), len(rows) - 1)
            self._rows = old + rows[len(old) :]
            self.endInsertRows()
        elif len(rows) < len(old):
            self.beginRemoveRows(_ROOT, len(rows), len(old) - 1)
            self._rows = old[: len(rows)]
            self.endRemoveRows()
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        at = {_identity(row): number for number, row in enumerate(rows)} if before else {}
        after = [
            self.index(found, index.column())
            if (found := at.get(_identity(self._rows[index.row()]), -1)) >= 0
            else _ROOT
            for index in before
        ]
        self._rows = rows
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def row(self, number: int) -> Row:
        return self._rows[number]

    def counts(self) -> dict[str, int]:
        """How many lines each section has."""
        return {section.id: len(section.lines) for section in self._sections}

    # Qt's questions

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _text(row, Column(index.column()))
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(row, Line):
            return row.tip or row.said
        return None


def _identity(row: Row) -> object:
    return row.id if isinstance(row, Line) else ("section", row.id)


def _text(row: Row, column: Column) -> str:
    if isinstance(row, Section):
        return f"{row.title} {units.count(len(row.lines))}" if column is Column.NAME else ""
    return (row.name, row.host, row.said)[column]
