"""What could stand where one types: a short list under a field, which keeps the keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QVBoxLayout, QWidget

from console.ui.theme import theme
from console.ui.widgets.floating import Floating
from console.words import _

ROWS = 8  # visible at once
ROW = 24


class Suggestions(Floating):
    """Lies over the window of the field it serves. The field keeps the focus and hands its keys on.

    Signals:
        chosen(int): a line was clicked.
    """

    chosen = Signal(int)

    def __init__(self, field: QWidget) -> None:
        super().__init__(field.window(), "control")
        self._field = field
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Suggestions"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda item: self.chosen.emit(self.list.row(item)))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(4), theme.px(4), theme.px(4), theme.px(4))
        column.addWidget(self.list)
        self.hide()

    def show_under(self, x: int, texts: Sequence[str]) -> None:
        """Shows these lines, beginning at `x` of the field; none hides it."""
        self.list.clear()
        if not texts:
            self.hide()
            return
        self.list.setFont(theme.font("mono"))
        self.list.addItems(list(texts))
        for row in range(self.list.count()):
            self.list.item(row).setSizeHint(QSize(0, theme.px(ROW)))
        self.list.setCurrentRow(-1)
        over = self._field.window()
        if self.parentWidget() is not over:
            self.setParent(over)
        metrics = theme.metrics("mono")
        width = max(theme.px(160), max(metrics.horizontalAdvance(text) for text in texts) + theme.px(36))
        self.resize(width, min(len(texts), ROWS) * theme.px(ROW) + theme.px(10))
        at = self._field.mapTo(over, QPoint(x, self._field.height() + theme.px(2)))
        self.move(max(0, min(at.x(), over.width() - width - theme.px(8))), at.y())
        self.show()
        self.raise_()

    @property
    def row(self) -> int:
        """The marked line, -1 for none."""
        return self.list.currentRow() if self.isVisible() else -1

    def step(self, by: int) -> None:
        """Marks the next line, or the one before; over the ends it goes round."""
        count = self.list.count()
        row = self.list.currentRow()
        self.list.setCurrentRow((row + by) % count if row >= 0 else (0 if by > 0 else count - 1))
