"""Rows of facts: label, bar, value, a paler note. Refreshing changes texts; rows are rebuilt only when their shape changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from console.ui.models.facts import Fact
from console.ui.theme import theme
from console.ui.widgets.chips import Bar
from console.ui.widgets.labels import ElidedLabel, label

_Label = TypeVar("_Label", bound=QLabel)

BAR = 56  # px
GAP = 6
FULL = 0.9  # from here on a bar warns


class _Row:
    """The widgets of one row."""

    def __init__(self, fact: Fact, parent: QWidget) -> None:
        self.name = label(fact.label, "secondary", parent=parent)
        beside = bool(fact.note) or fact.share is not None
        self.value: QLabel = _selectable(
            ElidedLabel(tone=fact.tone, parent=parent, middle=True)
            if beside
            else label(parent=parent, tone=fact.tone, wrap=True)
        )
        self.note = _selectable(ElidedLabel("", "secondary", "text3", parent, middle=True))
        self.cell: _Cell | None = None
        self.bar = Bar(BAR, parent=parent) if fact.share is not None else None
        if fact.mono:
            self.value.setFont(theme.font("mono"))
        self.show(fact)

    def show(self, fact: Fact) -> None:
        self.name.setText(fact.label)
        for where, text in ((self.value, fact.value), (self.note, fact.note)):
            if whole_text(where) != text:
                where.set_text(text) if isinstance(where, ElidedLabel) else where.setText(text)
        self.note.set_tip(fact.tip)
        if self.cell is not None:
            self.cell.arrange()
        if self.bar is not None:
            share = fact.share or 0.0
            self.bar.set_value(share, role="warning-glyph" if share >= FULL else "series1")
        said = f"{fact.label}: {fact.value} {fact.note}".strip()
        if self.value.accessibleName() != said:
            self.value.setAccessibleName(said)


def whole_text(shown: QLabel) -> str:
    """What a label says, elided or not."""
    return shown.whole_text() if isinstance(shown, ElidedLabel) else shown.text()


def _selectable(made: _Label) -> _Label:
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setCursor(Qt.CursorShape.IBeamCursor)
    return made


class _Line(QBoxLayout):
    """Of a cell: it knows how high that will be before the note moves, so that no row is ever drawn over another."""

    def __init__(self, cell: _Cell) -> None:
        super().__init__(QBoxLayout.Direction.LeftToRight, cell)
        self._cell = cell

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        known = self._cell.height_of(width)
        if known is not None:
            return known
        return super().heightForWidth(width) if super().hasHeightForWidth() else self.sizeHint().height()

    def minimumHeightForWidth(self, width: int) -> int:
        return self.heightForWidth(width)


class _Cell(QWidget):
    """Bar, value and note of a row; the note stands below what leaves it too little room."""

    def __init__(self, row: _Row, parent: QWidget) -> None:
        super().__init__(parent)
        self._row = row
        self._line = _Line(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(theme.px(GAP))
        first = QHBoxLayout()
        first.setSpacing(theme.px(GAP))
        if row.bar is not None:
            first.addWidget(row.bar)
        first.addWidget(row.value, 1)
        noted = bool(whole_text(row.note))
        self._line.addLayout(first, 0 if noted else 1)
        if noted:
            row.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._line.addWidget(row.note, 1)
        else:
            row.note.hide()

    def _fits(self, width: int) -> bool:
        """Value and note have room beside each other."""
        row = self._row
        needed = row.value.sizeHint().width() + theme.px(GAP) + row.note.sizeHint().width()
        if row.bar is not None:
            needed += row.bar.width() + theme.px(GAP)
        return needed <= width

    def height_of(self, width: int) -> int | None:
        """With a note, at that width; None without one."""
        row = self._row
        if row.note.isHidden():
            return None
        value, note = row.value.sizeHint().height(), row.note.sizeHint().height()
        return max(value, note) if self._fits(width) else value + note

    def arrange(self) -> None:
        """As the texts and the width are now."""
        row = self._row
        if row.note.isHidden():
            return
        fits = self._fits(self.width())
        side = QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom
        if self._line.direction() is not side:
            self._line.setDirection(side)
            self._line.setSpacing(theme.px(GAP) if fits else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()


class FactRows(QWidget):
    """Shows `Fact`s one under the other."""

    def __init__(self, parent: QWidget | None = None, *, label_width: int = 72) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(theme.px(5))
        self._grid.setColumnMinimumWidth(0, theme.px(label_width))
        self._grid.setColumnStretch(1, 1)
        self._rows: list[_Row] = []
        self._shape: list[tuple[object, ...]] = []

    def show_facts(self, facts: Sequence[Fact]) -> None:
        shape: list[tuple[object, ...]] = [
            (fact.share is None, fact.mono, fact.tone, bool(fact.note)) for fact in facts
        ]
        if shape != self._shape:
            self._rebuild(facts)
            self._shape = shape
            return
        for row, fact in zip(self._rows, facts, strict=True):
            row.show(fact)

    def texts(self) -> dict[str, str]:
        """What is shown, value by label; rows without a label go on the one above."""
        found: dict[str, str] = {}
        last = ""
        for row in self._rows:
            name = row.name.text()
            said = " ".join(part for part in (whole_text(row.value), whole_text(row.note)) if part)
            last = name or last
            found[last] = said if name else f"{found.get(last, '')}\n{said}"
        return found

    def _rebuild(self, facts: Sequence[Fact]) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._rows = [_Row(fact, self) for fact in facts]
        for number, row in enumerate(self._rows):
            top = Qt.AlignmentFlag.AlignTop
            row.name.setContentsMargins(0, 1, 0, 0)
            self._grid.addWidget(row.name, number, 0, top)
            row.cell = cell = _Cell(row, self)
            self._grid.addWidget(cell, number, 1)
