"""XML to write: numbered lines, tints, undo, find, and what is wrong underlined where it stands. Made for ten thousand lines."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QTextEdit, QToolTip, QWidget

from console.fleet.edits import Finding, Severity
from console.ui import icons
from console.ui.theme import theme
from console.ui.widgets.xml_gutter import NumberedText
from console.ui.widgets.xml_paint import formats
from console.ui.widgets.xml_text import hits, utf16
from console.ui.widgets.xml_tint import Open, spans
from console.words import _, edits

INDENT = "  "


class XmlEditor(NumberedText):
    """XML being edited. Lines and columns are counted from 1.

    Signals:
        found(int, int): number of the hit that is shown and how many there are; 0, 0 for none.
    """

    found = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setStyleSheet("border: none;")  # the caret shows where the focus is
        self.setAccessibleName(_("XML to edit"))
        self.setTabChangesFocus(False)
        self._findings: tuple[Finding, ...] = ()
        self._hit: QTextCursor | None = None
        self._tinting = False
        self.blockCountChanged.connect(lambda _count: self._place_gutter())
        self.cursorPositionChanged.connect(self._on_caret)
        self.document().contentsChange.connect(self._on_contents)
        theme.changed.connect(self._dress)
        self._dress()

    # the text

    def show_text(self, text: str, keep: bool = False) -> None:
        """Begins with another text; what can be undone is forgotten. keep: caret and place stay."""
        line, top = self.textCursor().blockNumber(), self.verticalScrollBar().value()
        self._findings, self._hit = (), None
        self.setPlainText(text.rstrip("\n") + "\n")
        self.document().setModified(False)
        if keep:
            self.go_to(line + 1, 1)
            self.verticalScrollBar().setValue(top)
        self._place_gutter()

    def replace_text(self, text: str) -> None:
        """Another text as one step that can be undone."""
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text.rstrip("\n") + "\n")
        cursor.endEditBlock()

    def go_to(self, line: int, column: int) -> None:
        """Puts the caret there and shows it."""
        block = self.document().findBlockByNumber(max(0, line - 1))
        if not block.isValid():
            block = self.document().lastBlock()
        cursor = QTextCursor(block)
        text = block.text()
        cursor.setPosition(block.position() + min(utf16(text, max(0, column - 1)), max(0, block.length() - 1)))
        self.setTextCursor(cursor)
        self.centerCursor()

    # what is wrong

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Underlines them and marks their lines."""
        self._findings = tuple(findings)
        self._select()
        self._gutter.update()

    def _select(self) -> None:
        """Underlines, the hit, and the line the caret is in."""
        made = []
        line = QTextEdit.ExtraSelection()
        line.cursor = QTextCursor(self.textCursor())
        line.cursor.clearSelection()
        line.format.setBackground(theme.color("sunken"))
        line.format.setProperty(QTextCharFormat.Property.FullWidthSelection, True)
        made.append(line)
        for finding in self._findings:
            mark = QTextEdit.ExtraSelection()
            mark.cursor = self._cursor_at(finding)
            mark.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            mark.format.setUnderlineColor(_color(finding))
            mark.format.setBackground(theme.color("error-tint" if _bad(finding) else "warning-tint"))
            made.append(mark)
        if self._hit is not None:
            hit = QTextEdit.ExtraSelection()
            hit.cursor = self._hit
            hit.format.setBackground(theme.color("warning-tint"))
            made.append(hit)
        self.setExtraSelections(made)

    def _cursor_at(self, finding: Finding) -> QTextCursor:
        block = self.document().findBlockByNumber(max(0, finding.line - 1))
        cursor = QTextCursor(block)
        text = block.text()
        start = min(utf16(text, max(0, finding.column - 1)), max(0, block.length() - 2))
        cursor.setPosition(block.position() + max(0, start))
        end = min(block.position() + start + max(1, finding.length), block.position() + block.length() - 1)
        cursor.setPosition(max(end, cursor.position()), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def event(self, event: QHelpEvent) -> bool:  # type: ignore[override]
        if event.type() == QHelpEvent.Type.ToolTip:
            position = event.pos() - self.viewport().pos()
            line = self.cursorForPosition(position).blockNumber() + 1
            told = [edits.flaw(finding) for finding in self._findings if finding.line == line]
            if told:
                QToolTip.showText(event.globalPos(), "\n".join(told), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    # finding

    def find_text(self, text: str, backward: bool = False, onward: bool = False) -> None:
        """Shows the next hit of `text` in any case from the caret on, round the end. onward: the one behind the selected.

        Tells by `found`.
        """
        found = hits(tuple(self.toPlainText().split("\n")), text)
        if not found:
            self._hit = None
            self._select()
            self.found.emit(0, 0)
            return
        index = self._nearest(found, backward, onward)
        self._hit = self._select_hit(found[index])
        self._select()
        self.ensureCursorVisible()
        self.found.emit(index + 1, len(found))

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self._new_line()
        elif key == Qt.Key.Key_Tab and plain and not self.textCursor().hasSelection():
            self.insertPlainText(INDENT)
        else:
            super().keyPressEvent(event)

    def _new_line(self) -> None:
        """The next line begins where this one does, deeper after a tag that was opened."""
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        indent = before[: len(before) - len(before.lstrip(" "))]
        tag = before.rstrip()
        opened = tag.endswith(">") and not tag.endswith(("/>", "?>", "-->")) and "</" not in tag and "<" in tag
        cursor.insertText("\n" + indent + (INDENT if opened else ""))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    # tints

    @Slot(int, int, int)
    def _on_contents(self, position: int, _removed: int, added: int) -> None:
        """Works out anew what is open at the end of each line that changed, and on until nothing differs."""
        if self._tinting:
            return
        document = self.document()
        block = document.findBlock(position)
        last = document.findBlock(position + added)
        end = last.blockNumber() if last.isValid() else document.blockCount() - 1
        before = block.previous()
        still = Open(max(0, before.userState())) if before.isValid() else Open.NOTHING
        while block.isValid():
            text = block.text()
            if still or "<!" in text or text.count("<") != text.count(">"):
                still = spans(text, still)[1]
            if block.blockNumber() > end and block.userState() == still:
                break
            block.setUserState(still)
            block = block.next()
        self._tint_seen(before.blockNumber(), block.blockNumber() if block.isValid() else document.blockCount())

    def _tint_seen(self, after: int = -1, to: int = 1 << 30) -> None:
        """Tints the lines in the viewport; of those only the ones between two lines (counted from 0)."""
        if self._tinting:
            return
        self._tinting = True
        try:
            block = self.firstVisibleBlock()
            seen = self.viewport().height() // max(1, self.fontMetrics().height()) + 2
            to = min(to, block.blockNumber() + seen)
            if after >= block.blockNumber():
                block = self.document().findBlockByNumber(after + 1)
            first = block
            while block.isValid() and block.blockNumber() < to:
                before = block.previous()
                still = Open(max(0, before.userState())) if before.isValid() else Open.NOTHING
                block.layout().setFormats(formats(block.text(), still))
                block = block.next()
            end = block.position() if block.isValid() else self.document().characterCount()
            if first.isValid() and end > first.position():
                self.document().markContentsDirty(first.position(), end - first.position())
        finally:
            self._tinting = False

    # the gutter

    @Slot()
    def _dress(self) -> None:
        self.setFont(theme.font("mono"))
        self._place_gutter()
        self._tint_seen()
        self._select()

    @Slot()
    def _on_caret(self) -> None:
        self._select()
        self._gutter.update()

    def paint_lines(self, painter: QPainter, dirty: QRect) -> None:
        """A mark, then the number."""
        wrong: dict[int, Finding] = {}
        for finding in self._findings:
            if finding.line not in wrong or _bad(finding):
                wrong[finding.line] = finding
        numbers = self._gutter.width() - theme.px(10)
        block: QTextBlock = self.firstVisibleBlock()
        while block.isValid():
            rect = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if rect.top() > dirty.bottom():
                break
            number = block.blockNumber()
            self._paint_number(painter, number, rect, numbers)
            if number + 1 in wrong:
                side = theme.px(12)
                at = QRect(theme.px(5), round(rect.top() + (rect.height() - side) / 2), side, side)
                glyph = ("octagon-cross", "error") if _bad(wrong[number + 1]) else ("triangle-bang", "warning-glyph")
                icons.paint_glyph(painter, at, *glyph)
            block = block.next()


def _bad(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def _color(finding: Finding) -> QColor:
    return theme.color("error" if _bad(finding) else "warning-glyph")
