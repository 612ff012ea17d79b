"""Text, glyphs and lines."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from console.ui import icons
from console.ui.theme import theme


def label(
    text: str = "", role: str = "", tone: str = "", parent: QWidget | None = None, *, wrap: bool = False
) -> QLabel:
    """A label of plain text. role: title, section, strong, name, secondary, hint, axis. tone: a text colour role."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    if tone:
        made.setProperty("tone", tone)
    made.setWordWrap(wrap)
    return made


def rule(parent: QWidget | None = None, *, vertical: bool = False) -> QFrame:
    """A hairline."""
    line = QFrame(parent)
    line.setProperty("rule", True)
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


class ElidedLabel(QLabel):
    """One line that ends in "…" where it doesn't fit; the whole text is then the tooltip. middle: paths keep their end."""

    def __init__(
        self,
        text: str = "",
        role: str = "",
        tone: str = "",
        parent: QWidget | None = None,
        *,
        middle: bool = False,
    ) -> None:
        super().__init__(parent)
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if role:
            self.setProperty("role", role)
        if tone:
            self.setProperty("tone", tone)
        self._whole = self._tip = ""
        self.set_text(text)

    def set_text(self, text: str) -> None:
        self._whole = text.replace("\n", " ")
        self.setAccessibleName(self._whole)
        self.updateGeometry()
        self._elide()

    def set_tip(self, tip: str) -> None:
        """A tooltip that says more than the text, "" for none."""
        if tip != self._tip:
            self._tip = tip
            self._elide()

    def whole_text(self) -> str:
        return self._whole

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._whole) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        self.ensurePolished()
        metrics = self.fontMetrics()
        return QSize(min(metrics.horizontalAdvance(self._whole) + 2, metrics.averageCharWidth() * 6), metrics.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics = self.fontMetrics()
        fits = metrics.horizontalAdvance(self._whole) <= self.width()
        self.setText(self._whole if fits else metrics.elidedText(self._whole, self._mode, self.width()))
        self.setToolTip(self._tip or ("" if fits else self._whole))


class GlyphLabel(QWidget):
    """A glyph of `icons`, such as disc-check, or an icon by name when `drawn` is False."""

    def __init__(
        self, shape: str, role: str, size: int = 14, parent: QWidget | None = None, *, drawn: bool = True
    ) -> None:
        super().__init__(parent)
        self._shape, self._role, self._size, self._drawn = shape, role, size, drawn
        self.setFixedSize(theme.px(size), theme.px(size))

    def show_glyph(self, shape: str, role: str) -> None:
        if (shape, role) != (self._shape, self._role):
            self._shape, self._role = shape, role
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRect(0, 0, self.width(), self.height())
        if self._drawn:
            icons.paint_glyph(painter, rect, self._shape, self._role)
        else:
            painter.drawPixmap(rect, icons.pixmap(self._shape, self._role, self.width(), self.devicePixelRatioF()))


class Heading(QWidget):
    """A section's head over a hairline: bold text, something pale after it, widgets at the right."""

    def __init__(self, text: str, aside: str = "", parent: QWidget | None = None, *, line: bool = True) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, theme.px(6) if line else 0)
        self._row.setSpacing(theme.px(8))
        self._text = label(text, "strong")
        self._aside = label(aside, "hint")
        self._row.addWidget(self._text)
        self._row.addWidget(self._aside)
        self._row.addStretch(1)
        self._line = line

    def set_text(self, text: str, aside: str = "") -> None:
        self._text.setText(text)
        self._aside.setText(aside)

    def add(self, widget: QWidget) -> None:
        """Puts a widget at the right end."""
        self._row.addWidget(widget)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._line:
            QPainter(self).fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))
