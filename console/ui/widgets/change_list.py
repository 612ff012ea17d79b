"""What an edit changes, by meaning: at once above, from the next start below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from console.fleet.edits import Change, When
from console.ui.theme import theme
from console.ui.widgets.labels import GlyphLabel, label
from console.words import _, edits

NOW, NEXT, OFF = ("disc-check", "good"), ("clock", "warning-glyph"), ("disc-info", "accent")


class ChangeList(QWidget):
    """A row for each change: when, what, and why not at once. Of a VM that is off nothing is said of when."""

    def __init__(self, changes: Sequence[Change] = (), running: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "base")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, theme.px(8), 0)
        self._grid.setHorizontalSpacing(theme.px(10))
        self._grid.setVerticalSpacing(theme.px(6))
        self._grid.setColumnStretch(2, 3)
        self._grid.setColumnStretch(3, 2)
        self._shown: list[QWidget] = []
        self.show_changes(changes, running)

    def show_changes(self, changes: Sequence[Change], running: bool) -> None:
        """Others; those that hold at once first."""
        for old in self._shown:
            self._grid.removeWidget(old)
            old.deleteLater()
        self._shown.clear()
        ordered = sorted(changes, key=lambda change: change.when is When.NEXT)
        for row, change in enumerate(ordered):
            self._add(row, change, running)
            self._grid.setRowStretch(row, 0)
        self._grid.setRowStretch(len(ordered), 1)
        self.setAccessibleName("; ".join(edits.line(change, running) for change in ordered))

    def _add(self, row: int, change: Change, running: bool) -> None:
        glyph = GlyphLabel(*(OFF if not running else NOW if change.when is When.NOW else NEXT), 14)
        said = edits.when(change, running)
        when = label(said[:1].upper() + said[1:], "secondary", tone="text2")
        when.setMinimumWidth(theme.px(72) if running else 0)
        what = label(edits.what(change), "name", wrap=True)
        what.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        why = label(edits.why_later(change) if running else "", "secondary", tone="text3", wrap=True)
        for column, widget in ((0, glyph), (1, when), (2, what), (3, why)):
            self._grid.addWidget(widget, row, column, Qt.AlignmentFlag.AlignVCenter)
            widget.show()  # one that is not shown yet has no height in the layout
            self._shown.append(widget)

    def height_at(self, width: int) -> int:
        """The px it needs where it is `width` wide."""
        layout = self._grid
        return layout.heightForWidth(width) if layout.hasHeightForWidth() else self.sizeHint().height()

    def names(self) -> str:
        return self.accessibleName() or _("Nothing changes.")
