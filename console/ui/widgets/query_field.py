"""A search field that knows the search language: colours, completion, and what is wrong underlined at its place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QInputMethodEvent,
    QKeyEvent,
    QTextCharFormat,
    QTextFormat,
)
from PySide6.QtWidgets import QApplication, QWidget

from console.fleet.completion import Completion, complete
from console.fleet.query_tokens import tokens
from console.fleet.search import Query, QueryError, parse
from console.ui.theme import theme
from console.ui.widgets.fields import SearchField
from console.ui.widgets.suggestions import Suggestions
from console.words import search

KEPT = 3.0  # seconds that values for completion are used again


class QueryField(SearchField):
    """What is typed is a query. An error that everybody passes while typing is not told.

    values: the values there are of a field, for completion.

    Signals:
        asked(Query): what is searched for now; while the text cannot be meant, that is what could be last.
        entered(): the keyboard is here now.
        judged(object): the QueryError of the text as it is, None where it is understood or still being typed.
    """

    asked = Signal(object)
    judged = Signal(object)
    entered = Signal()

    def __init__(
        self,
        placeholder: str,
        parent: QWidget | None = None,
        *,
        keys: str = "",
        values: Callable[[str], Iterable[str]] = lambda _field: (),
    ) -> None:
        super().__init__(placeholder, parent, keys=keys)
        self._values = values
        self._known: dict[str, tuple[float, list[str]]] = {}
        self._completion = Completion(0, 0)
        self._popup: Suggestions | None = None
        self._dressing = False
        self.query = parse("")
        self.error: QueryError | None = None
        self._soon = QTimer(self, interval=0, singleShot=True)  # after Qt has laid the new text out
        self._soon.timeout.connect(self._dress)
        self.textEdited.connect(lambda _text: self._suggest())
        self.cursorPositionChanged.connect(self._on_cursor)
        theme.changed.connect(self._refont)

    # reading

    def _on_text(self, text: str) -> None:
        self._read(text)
        super()._on_text(text)

    def _read(self, text: str) -> None:
        found: Query | QueryError
        try:
            found = parse(text)
        except QueryError as error:
            found = error
        self._judge(found)
        self._refont()
        if isinstance(found, Query):
            self.query = found
            self.asked.emit(found)

    def _refont(self) -> None:
        """A query is read letter by letter."""
        self.setFont(theme.font("mono" if self.text() else "body"))
        self._soon.start()

    def _on_cursor(self) -> None:
        if self.text() and not self._dressing:
            try:
                self._judge(parse(self.text()))
            except QueryError as error:
                self._judge(error)
            self._soon.start()

    def _judge(self, found: Query | QueryError) -> None:
        error = found if isinstance(found, QueryError) else None
        if error is not None and self.hasFocus() and error.unfinished(self.cursorPosition()):
            error = None
        same = error is self.error or (
            error is not None and self.error is not None and search.sentence(error) == search.sentence(self.error)
        )
        self.error = error
        said = search.sentence(error) if error else ""
        self.setToolTip(said)
        self.setAccessibleDescription(said)
        if not same:
            self.judged.emit(error)

    def refuse(self, error: QueryError) -> None:
        """Shows an error that only the search itself met."""
        if error.text == self.text():
            self._judge(error)
            self._soon.start()

    def set_query(self, text: str) -> None:
        """Puts a query there as if it had been typed, without suggestions."""
        if text != self.text():
            self.setText(text)
        self._close()

    # looks

    def _dress(self) -> None:
        """Colours are formats of Qt's own layout of the line, which takes them from an input method's event only."""
        attributes = []
        for start, end, style in self._styles():
            attributes.append(
                QInputMethodEvent.Attribute(
                    QInputMethodEvent.AttributeType.TextFormat, start - self.cursorPosition(), end - start, style
                )
            )
        self._dressing = True
        QApplication.sendEvent(self, QInputMethodEvent("", attributes))
        self._dressing = False

    def _styles(self) -> list[tuple[int, int, QTextFormat]]:
        text = self.text()
        styles: list[tuple[int, int, QTextFormat]] = []
        try:
            found = tokens(text)
        except QueryError:
            found = []
        name = QTextCharFormat()
        name.setForeground(theme.color("accent"))
        joint = QTextCharFormat()
        joint.setForeground(theme.color("text3"))
        for token in found:
            if token.operator:
                styles.append((token.start, token.start + len(token.name), name))
            elif token.kind != "term":
                styles.append((token.start, token.end, joint))
        if self.error is not None:
            wrong = QTextCharFormat()
            wrong.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            wrong.setUnderlineColor(theme.color("error"))
            wrong.setForeground(theme.color("error"))
            styles = [style for style in styles if style[1] <= self.error.start or style[0] >= self.error.end]
            styles.append((self.error.start, self.error.end, wrong))
        return styles

    # completion

    def _values_of(self, field: str) -> list[str]:
        at, values = self._known.get(field, (0.0, []))
        if time.monotonic() - at > KEPT:
            values = list(self._values(field))
            self._known[field] = (time.monotonic(), values)
        return values

    def _suggest(self) -> None:
        """What could stand at the cursor, in a list under it."""
        self._completion = complete(self.text(), self.cursorPosition(), self._values_of)
        texts = [suggestion.text for suggestion in self._completion.suggestions]
        if texts and self.hasFocus():
            if self._popup is None:
                self._popup = Suggestions(self)
                self._popup.chosen.connect(self.take)
            before = self.text()[: self._completion.start]
            x = theme.px(24) + theme.metrics("mono").horizontalAdvance(before)
            self._popup.show_under(min(x, self.width() - theme.px(40)), texts)
        else:
            self._close()

    def suggestions(self) -> list[str]:
        """What is offered now."""
        if self._popup is None or not self._popup.isVisible():
            return []
        return [suggestion.text for suggestion in self._completion.suggestions]

    def take(self, row: int) -> None:
        """Puts a suggestion where it belongs; one that is only a field's name offers its values next."""
        suggestion = self._completion.suggestions[row]
        text, cursor = self._completion.applied(self.text(), suggestion)
        self.setText(text)
        self.setCursorPosition(cursor)
        self._close()
        if not suggestion.whole:
            self._suggest()

    def _close(self) -> None:
        if self._popup is not None:
            self._popup.hide()

    def event(self, event: QEvent) -> bool:
        tab = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab
        if tab and self.suggestions() and self._popup is not None:
            self.take(max(0, self._popup.row))
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = self._popup if self.suggestions() else None
        if popup is not None:
            match event.key():
                case Qt.Key.Key_Down | Qt.Key.Key_Up:
                    popup.step(1 if event.key() == Qt.Key.Key_Down else -1)
                    return
                case Qt.Key.Key_Return | Qt.Key.Key_Enter if popup.row >= 0:
                    self.take(popup.row)
                    return
                case Qt.Key.Key_Escape:
                    self._close()
                    return
                case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                    self._close()
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._close()
        self._on_cursor()  # what was being typed is not any more

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._close()
