"""Facts: labels at the left, values at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from console.ui.theme import theme
from console.ui.widgets.labels import label

QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's "no limit"


class FactGrid(QWidget):
    """Rows of label and value. Values can be marked and copied. Rows are kept by their key, so that refreshing one
    row costs one label; rows appear in the order of their first `set`."""

    def __init__(self, parent: QWidget | None = None, *, label_width: int = 72, row_gap: int = 5) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(theme.px(row_gap))
        self._grid.setColumnMinimumWidth(0, theme.px(label_width))
        self._grid.setColumnStretch(1, 1)
        self._rows: dict[str, tuple[QLabel, QWidget]] = {}

    def set(self, key: str, name: str, value: str, *, tone: str = "", mono: bool = False) -> None:
        """Shows `value` as text, in the row `key`."""
        known = self._rows.get(key)
        if known is not None and isinstance(known[1], QLabel):
            if known[1].text() != value:
                known[1].setText(value)
            return
        made = label(value, tone=tone, wrap=True)
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if mono:
            made.setFont(theme.font("mono"))
        made.setAccessibleName(f"{name}: {value}")
        self.set_widget(key, name, made)

    def set_widget(self, key: str, name: str, value: QWidget) -> None:
        """Shows a widget of yours in the row `key`."""
        row = self._grid.rowCount()
        known = self._rows.pop(key, None)
        if known is not None:
            row = self._grid.getItemPosition(self._grid.indexOf(known[0]))[0]  # type: ignore[index]
            for old in known:
                self._grid.removeWidget(old)
                old.deleteLater()
        said = label(name, "secondary", parent=self)
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(said, row, 0, top)
        if value.maximumWidth() < QWIDGETSIZE_MAX:  # else it would narrow the whole column
            self._grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        else:
            self._grid.addWidget(value, row, 1)
        said.setContentsMargins(0, 1, 0, 0)
        self._rows[key] = (said, value)

    def widget(self, key: str) -> QWidget | None:
        known = self._rows.get(key)
        return known[1] if known else None

    def remove(self, key: str) -> None:
        known = self._rows.pop(key, None)
        for old in known or ():
            self._grid.removeWidget(old)
            old.deleteLater()
