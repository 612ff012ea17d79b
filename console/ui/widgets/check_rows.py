"""What a check found, by weight: what was looked at, the finding, what it means, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from console.fleet.storing import Weight
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.labels import GlyphLabel, label
from console.words import ngettext, units

GLYPHS = {
    Weight.STOP: ("octagon-cross", "error"),
    Weight.WARNING: ("triangle-bang", "warning-glyph"),
    Weight.FACT: ("disc-info", "text3"),
}
ABOUT = 104  # px, the column that says what was looked at
FOLD_FROM = 3  # facts; fewer are never folded


class Remedy(msgspec.Struct, frozen=True):
    """A button: what it says and does."""

    text: str
    act: Callable[[], object]


class CheckLine(msgspec.Struct, frozen=True):
    """on: what it is about, where several things are checked. passed: a fact that was looked at and is in order."""

    weight: Weight
    about: str
    finding: str
    meaning: str = ""
    remedies: tuple[Remedy, ...] = ()
    on: str = ""
    passed: bool = False


class _Row(QWidget):
    def __init__(self, line: CheckLine) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.px(edge) for edge in (16, 9, 16, 10)))
        row.setSpacing(theme.px(10))
        top = Qt.AlignmentFlag.AlignTop
        mark = QVBoxLayout()
        mark.setContentsMargins(0, theme.px(2), 0, 0)
        mark.addWidget(GlyphLabel(*(("disc-check", "good") if line.passed else GLYPHS[line.weight])))
        row.addLayout(mark)
        row.setAlignment(mark, top)
        about = label(line.about, wrap=True)
        about.setFixedWidth(theme.px(ABOUT))
        row.addWidget(about, 0, top)
        column = QVBoxLayout()
        column.setSpacing(theme.px(1))
        stands_out = line.weight is Weight.STOP
        column.addWidget(label(line.finding, "strong" if stands_out else "", wrap=True))
        more = " ".join(part for part in (line.meaning, line.on) if part)
        if more:
            column.addWidget(label(more, tone="text2", wrap=True))
        row.addLayout(column, 1)
        for remedy in line.remedies:
            button = Button(remedy.text, small=True)
            button.clicked.connect(lambda _on=False, act=remedy.act: act())
            row.addWidget(button, 0, top)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))


class CheckRows(QScrollArea):
    """Errors first, then warnings; facts below, folded where they are many.

    Signals:
        shown(): other rows are shown.
    """

    shown = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._lines: tuple[CheckLine, ...] = ()
        self._only: Weight | None = None
        self._folded: set[bool] = set()  # facts (False), what is in order (True)
        inner = QWidget()
        inner.setProperty("ground", "base")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(inner)

    def show_lines(self, lines: Sequence[CheckLine], only: Weight | None = None, *, folded: bool = False) -> None:
        """only: leaves out all others; None = all. folded: facts are counted only, until they are asked for."""
        self._lines, self._only = tuple(lines), only
        self._folded = {False, True} if folded else set()
        self._fill()

    def lines(self) -> tuple[CheckLine, ...]:
        """What is shown, folded or not."""
        return tuple(line for line in self._lines if self._only in (None, line.weight))

    def _fill(self) -> None:
        while self._column.count() > 1:
            item = self._column.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        shown = self.lines()
        rows: list[QWidget] = [
            _Row(line) for weight in (Weight.STOP, Weight.WARNING) for line in shown if line.weight is weight
        ]
        for passed in (False, True):
            facts = [line for line in shown if line.weight is Weight.FACT and line.passed is passed]
            folds = len(facts) >= FOLD_FROM and self._only is None
            if folds:
                rows.append(self._fold(passed, len(facts)))
            if not folds or passed not in self._folded:
                rows += [_Row(line) for line in facts]
        for number, row in enumerate(rows):
            self._column.insertWidget(number, row)
        self.shown.emit()

    def _fold(self, passed: bool, count: int) -> QWidget:
        """The heading over facts, or over what is in order; it folds them."""
        if passed:
            said = ngettext("{count} in order", "{count} in order", count).format(count=units.count(count))
        else:
            said = ngettext("{count} to know", "{count} to know", count).format(count=units.count(count))
        folded = passed in self._folded
        button = Button(said, kind="flat", icon="chevron-right" if folded else "chevron-down", role="text2")
        button.clicked.connect(lambda: self._turn(passed))
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(theme.px(6), theme.px(4), theme.px(16), theme.px(2))
        row.addWidget(button)
        row.addStretch(1)
        return holder

    def _turn(self, passed: bool) -> None:
        self._folded ^= {passed}
        self._fill()
