"""XML to read: numbered lines, parts that fold, tints, find. Made for ten thousand lines."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextBlock,
    QTextCursor,
)
from PySide6.QtWidgets import QTextEdit, QWidget

from console.libvirtxml.sections import Section
from console.ui.theme import theme
from console.ui.widgets.xml_gutter import NumberedText
from console.ui.widgets.xml_paint import formats
from console.ui.widgets.xml_text import Folds, XmlText, hits
from console.ui.widgets.xml_tint import Open
from console.words import _, ngettext, units

CHUNK = 200  # lines brought in between two turns of the event loop
SWEEP = 1500  # lines shown or hidden between two turns
_PLAIN, _TINTED = -1, 1


class XmlView(NumberedText):
    """Read-only XML. Lines are counted from 1.

    Space or Enter folds and unfolds the part the caret is in; + and - only unfold and fold.

    Signals:
        loaded(): all lines are in.
        found(int, int): number of the hit that is shown and how many there are; 0, 0 for none.
    """

    loaded = Signal()
    found = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(_("XML"))
        self._xml = XmlText()
        self._folds = Folds(self._xml)
        self._inserted = 0
        self._return_to: tuple[int, int] = (0, 0)
        self._needle = ""
        self._hits: list[tuple[int, int, int]] = []
        self._filler = QTimer(self)
        self._filler.setInterval(0)
        self._filler.timeout.connect(self._fill)
        self._sweep: tuple[int, int] = (1, 0)  # lines whose folds are still to be carried out
        self._sweeper = QTimer(self)
        self._sweeper.setInterval(0)
        self._sweeper.timeout.connect(self._sweep_on)
        self.cursorPositionChanged.connect(self._gutter.update)
        theme.changed.connect(self._dress)
        self._dress()

    # what is shown

    def show_xml(self, xml: XmlText, keep: bool = False) -> None:
        """Shows it, all parts but the list of devices folded; keep: folds, caret and place stay, for a later state of it."""
        if keep and xml.lines == self._xml.lines:
            return
        folds = Folds(xml)
        if keep:
            folds.take_over(self._folds)
        self._return_to = (self.textCursor().blockNumber(), self.verticalScrollBar().value()) if keep else (0, 0)
        self._xml, self._folds = xml, folds
        self._hits = hits(xml.lines, self._needle)
        self._inserted, self._sweep = 0, (1, 0)
        self._sweeper.stop()
        self.clear()
        self._place_gutter()
        self._filler.start()
        self._fill()

    @property
    def xml(self) -> XmlText:
        """What is shown, folded or not."""
        return self._xml

    @property
    def complete(self) -> bool:
        return self._inserted == len(self._xml.lines)

    @Slot()
    def _fill(self) -> None:
        """Brings in the next lines; the loop turns between two calls."""
        first = self._inserted
        lines = self._xml.lines[first : first + CHUNK]
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(("\n" if first else "") + "\n".join(lines))
        self._inserted += len(lines)
        self._hide_folded(first + 1, self._inserted)
        if self.complete:
            self._filler.stop()
            block = self.document().findBlockByNumber(self._return_to[0])
            self.setTextCursor(QTextCursor(block if block.isVisible() else self.document().begin()))
            self.verticalScrollBar().setValue(self._return_to[1])
            self.loaded.emit()

    # folding

    def folded(self, line: int) -> bool:
        """The part that begins at this line is folded."""
        return self._folds.folded(line)

    def fold(self, section: Section, folded: bool) -> None:
        """Folds or unfolds one part; parts within keep their own folds."""
        if not self._folds.set_folded(section, folded):
            return
        self._rescue_caret()
        self._hide_folded(section.first_line, section.last_line)

    @Slot()
    def expand_all(self) -> None:
        self._folds.set_all(False)
        self._hide_folded(1, self._inserted)

    @Slot()
    def collapse_all(self) -> None:
        """Folds every part."""
        self._folds.set_all(True)
        self._rescue_caret()
        self._hide_folded(1, self._inserted)

    def gutter_pressed(self, at: QPoint) -> None:
        """Folds or unfolds the part whose first line is at this height."""
        line = self.cursorForPosition(QPoint(0, at.y())).blockNumber() + 1
        section = self._folds.starting(line)
        if section is not None:
            self.fold(section, not self._folds.folded(line))

    def _rescue_caret(self) -> None:
        """The caret leaves a part that was folded over it, for the line that stands for it."""
        hiding = self._folds.hiding(self.textCursor().blockNumber() + 1)
        if hiding:
            self.setTextCursor(QTextCursor(self.document().findBlockByNumber(hiding[0].first_line - 1)))

    def _hide_folded(self, first: int, last: int) -> None:
        """Shows and hides the lines from first to last as the folds say; many of them in turns."""
        begin, end = self._sweep
        self._sweep = (first, last) if begin > end else (min(first, begin), max(last, end))
        self._sweep_on()

    @Slot()
    def _sweep_on(self, limit: int = SWEEP) -> None:
        first, last = self._sweep
        end = min(last, self._inserted, first + limit - 1)
        block = self.document().findBlockByNumber(first - 1)
        for seen in self._folds.visible(first, end + 1):
            if block.isVisible() is not seen:
                block.setVisible(seen)
                block.setLineCount(1 if seen else 0)
            block = block.next()
        self._sweep = (end + 1, last)
        if end < min(last, self._inserted):
            self._sweeper.start()
        else:
            self._sweeper.stop()
            self._sweep = (1, 0)
        layout = self.document().documentLayout()
        layout.documentSizeChanged.emit(layout.documentSize())
        self.viewport().update()
        self._gutter.update()
        self._tint_seen()

    # finding

    def find_text(self, text: str, backward: bool = False, onward: bool = False) -> None:
        """Shows the next hit of `text` in any case from the caret on, round the end, and unfolds to it.

        onward: the hit behind the one that is selected. Tells by `found`.
        """
        if text != self._needle:
            self._needle = text
            self._hits = hits(self._xml.lines, text)
        if not self._hits:
            self.setExtraSelections([])
            self.found.emit(0, 0)
            return
        self._show_hit(self._nearest(self._hits, backward, onward))

    def _show_hit(self, index: int) -> None:
        for section in self._folds.hiding(self._hits[index][0] + 1):
            self.fold(section, False)
        self._sweep_on(len(self._xml.lines))
        mark = QTextEdit.ExtraSelection()
        mark.cursor = self._select_hit(self._hits[index])
        mark.format.setBackground(theme.color("warning-tint"))
        self.setExtraSelections([mark])
        self.ensureCursorVisible()
        self.found.emit(index + 1, len(self._hits))

    # painting

    @Slot()
    def _dress(self) -> None:
        self.setFont(theme.font("mono"))
        self._place_gutter()
        block = self.document().begin()
        while block.isValid():
            block.setUserState(_PLAIN)
            block = block.next()
        self._tint_seen()

    def line_count(self) -> int:
        return len(self._xml.lines)

    def _seen(self) -> list[tuple[QTextBlock, QRectF]]:
        """The lines in the viewport with where they are."""
        found = []
        block = self.firstVisibleBlock()
        bottom = self.viewport().height()
        while block.isValid():
            line = block.blockNumber() + 1
            if block.isVisible():
                rect = self.blockBoundingGeometry(block).translated(self.contentOffset())
                if rect.top() > bottom:
                    break
                found.append((block, rect))
            section = self._folds.starting(line)
            if section is not None and self._folds.folded(line):
                block = self.document().findBlockByNumber(section.last_line)
            else:
                block = block.next()
        return found

    def _tint_seen(self) -> None:
        """Tints the lines that are about to be seen; the others wait until they are."""
        for block, _rect in self._seen():
            number = block.blockNumber()
            if block.userState() != _TINTED and number < len(self._xml.lines):
                block.setUserState(_TINTED)
                block.layout().setFormats(formats(self._xml.lines[number], Open(self._xml.open_at[number])))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("secondary"))
        for block, rect in self._seen():
            section = self._folds.starting(block.blockNumber() + 1)
            if section is not None and self._folds.folded(section.first_line):
                line = block.layout().lineAt(0)
                _paint_summary(painter, rect, rect.left() + line.x() + line.naturalTextWidth(), section)
        painter.end()

    def paint_lines(self, painter: QPainter, _dirty: QRect) -> None:
        """Numbers, then a chevron where a part begins."""
        numbers = self._gutter.width() - theme.px(22)
        for block, rect in self._seen():
            number = block.blockNumber()
            self._paint_number(painter, number, rect, numbers)
            if self._folds.starting(number + 1) is not None:
                centre = QPointF(numbers + theme.px(11), rect.center().y())
                _paint_chevron(painter, centre, self._folds.folded(number + 1), theme.color("text2"))

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        section = self._folds.around(self.textCursor().blockNumber() + 1)
        key = event.key()
        if section is not None and key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.fold(section, not self._folds.folded(section.first_line))
        elif section is not None and key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.fold(section, key == Qt.Key.Key_Minus)
        else:
            super().keyPressEvent(event)


def _paint_summary(painter: QPainter, line: QRectF, x: float, section: Section) -> None:
    """What a folded part holds, behind its first line."""
    hidden = section.last_line - section.first_line
    count = ngettext("{n} line", "{n} lines", hidden).format(n=units.count(hidden))
    width = theme.metrics("secondary").horizontalAdvance(count) + theme.px(12)
    box = QRectF(x + theme.px(10), line.top() + theme.px(1), width, line.height() - theme.px(2))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("neutral-tint"))
    painter.drawRoundedRect(box, theme.px(3), theme.px(3))
    painter.setPen(theme.color("text2"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, count)
    painter.setPen(theme.color("text3"))
    rest = QRectF(box.right() + theme.px(8), line.top(), theme.px(900), line.height())
    painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, section.summary)


def _paint_chevron(painter: QPainter, centre: QPointF, folded: bool, color: QColor) -> None:
    reach = theme.px(3)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.35, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.translate(centre)
    if folded:
        painter.rotate(-90)
    painter.drawPolyline([QPointF(-reach, -reach / 2), QPointF(0, reach / 2), QPointF(reach, -reach / 2)])
    painter.restore()
