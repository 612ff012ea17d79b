"""Where one types: search fields with their glass, key hint and clear button."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from console.ui import icons
from console.ui.theme import theme
from console.ui.widgets.buttons import IconButton
from console.words import _


class KeyHint(QWidget):
    """A key in a little frame: "Ctrl K"."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = keys
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.metrics("axis").horizontalAdvance(self._text) + theme.px(10), theme.px(18))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), theme.px(3), theme.px(3))
        painter.setPen(theme.color("text3"))
        painter.setFont(theme.font("axis"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)


def keys_text(sequence: QKeySequence | str) -> str:
    """A shortcut as people read it: "Ctrl K"."""
    text = QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)
    return text[:-1].replace("+", " ") + text[-1:]  # the last is no sign between keys, but one


class SearchField(QLineEdit):
    """A search field: glass at the left, at the right the shortcut while empty and a clear button when not.

    Esc clears it, and leaves it when it is empty.

    Signals:
        changed(str): what is searched for now.
        left(): Esc in an empty field.
        down_pressed(): the arrow down: the hand goes to what was found.
    """

    changed = Signal(str)
    left = Signal()
    down_pressed = Signal()

    def __init__(self, placeholder: str, parent: QWidget | None = None, *, keys: str = "", mono: bool = False) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self._hint = KeyHint(keys_text(keys), self) if keys else None
        self._clear = IconButton("close", _("Clear the search"), self, side=20)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.clicked.connect(self.clear)
        self._clear.hide()
        if mono:
            self.setFont(theme.font("mono"))
        self.textChanged.connect(self._on_text)
        theme.changed.connect(self._lay_out)
        self._lay_out()

    def _on_text(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        if self._hint is not None:
            self._hint.setVisible(not text)
        self.changed.emit(text)

    def _lay_out(self) -> None:
        right = theme.px(24)
        if self._hint is not None:
            right = max(right, self._hint.sizeHint().width() + theme.px(4))
        self.setTextMargins(theme.px(21), 0, right, 0)
        self._place()

    def _place(self) -> None:
        middle = self.height() // 2
        self._clear.move(self.width() - self._clear.width() - theme.px(5), middle - self._clear.height() // 2)
        if self._hint is not None:
            size = self._hint.sizeHint()
            self._hint.setGeometry(
                self.width() - size.width() - theme.px(8), middle - size.height() // 2, size.width(), size.height()
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.ShortcutFocusReason, Qt.FocusReason.TabFocusReason):
            self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        side = theme.px(16)
        painter = QPainter(self)
        painter.drawPixmap(
            theme.px(8), (self.height() - side) // 2, icons.pixmap("search", "text3", side, self.devicePixelRatioF())
        )
