"""A large number under a small name."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.ui.theme import theme
from console.ui.widgets.labels import label
from console.words.units import NONE


class Figure(QWidget):
    """A large number under a small name. leads: it can be clicked, to see what it counts.

    Signals:
        clicked(): by the mouse, Enter or Space.
    """

    clicked = Signal()

    def __init__(self, name: str, *, leads: bool = False) -> None:
        super().__init__()
        self._leads = leads
        if leads:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        self._name = name
        self._value = label("", "title")
        self._note = label("", "hint")
        column.addWidget(label(name, "secondary"))
        column.addWidget(self._value)
        column.addWidget(self._note)
        self.say(NONE)

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

    def _underline(self, on: bool) -> None:
        font = self._value.font()
        font.setUnderline(on)
        self._value.setFont(font)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._underline(self._leads)

    def leaveEvent(self, event: QEvent) -> None:
        self._underline(False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if (
            self._leads
            and event.button() == Qt.MouseButton.LeftButton
            and self.rect().contains(event.position().toPoint())
        ):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._leads and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    @property
    def text(self) -> str:
        return f"{self._value.text()} {self._note.text()}".strip()
