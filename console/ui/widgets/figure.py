"""A large number under a small name."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.ui.theme import theme
from console.ui.widgets.labels import label


class Figure(QWidget):
    """A large number under a small name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        self._name = name
        self._value = label("", "title")
        self._note = label("", "hint")
        column.addWidget(label(name, "secondary"))
        column.addWidget(self._value)
        column.addWidget(self._note)

    def say(self, value: str, note: str = "", tone: str = "") -> None:
        if self._value.text() != value:
            self._value.setText(value)
        if self._note.text() != note:
            self._note.setText(note)
        if (self._value.property("tone") or "") != tone:
            self._value.setProperty("tone", tone)
            self._value.style().unpolish(self._value)
            self._value.style().polish(self._value)
        self.setAccessibleName(f"{self._name}: {value} {note}".strip())

    @property
    def text(self) -> str:
        return f"{self._value.text()} {self._note.text()}".strip()
