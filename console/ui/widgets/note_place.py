"""Where a page says one thing at a time."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.ui.theme import theme
from console.ui.widgets.notes import Note


class NotePlace(QWidget):
    """Takes no room while nothing is said."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.px(12), 0, theme.px(12), theme.px(8))
        self._note: Note | None = None
        self.hide()

    def tell(self, tone: str, cause: str, sentence: str = "") -> Note:
        """Says something in place of what was said before."""
        self.clear()
        self._note = Note(tone, cause, sentence)
        self._column.addWidget(self._note)
        self._note.show()
        self.show()
        return self._note

    def clear(self) -> None:
        """Nothing is said any more."""
        if self._note is not None:
            self._column.removeWidget(self._note)
            self._note.hide()
            self._note.deleteLater()
            self._note = None
        self.hide()
