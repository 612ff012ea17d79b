"""Small painted things: tags as chips, bars of use."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import theme

CHIP_HEIGHT = 18


def chip_width(text: str) -> int:
    return _chip_width(text, theme.generation)


@lru_cache(maxsize=4096)
def _chip_width(text: str, _generation: int) -> int:
    return theme.metrics("chip").horizontalAdvance(text) + theme.px(14)


def paint_chip(painter: QPainter, left: float, middle: float, text: str, *, pale: bool = False) -> int:
    """Draws an outlined chip whose left edge and vertical middle are given; returns its width."""
    width, height = chip_width(text), theme.px(CHIP_HEIGHT)
    rect = QRectF(left + 0.5, middle - height / 2 + 0.5, width - 1, height - 1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("border"), 1))
    painter.setBrush(theme.color("base"))
    painter.drawRoundedRect(rect, height / 2, height / 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(theme.color("text3" if pale else "text2"))
    painter.setFont(theme.font("chip"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
    return width


def paint_bar(painter: QPainter, rect: QRectF, used: float, color: QColor, promised: float | None = None) -> None:
    """Draws a bar. used and promised: 0..1 of its length; promised is what was given out, paler, behind."""
    radius = rect.height() / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("track"))
    painter.drawRoundedRect(rect, radius, radius)
    for share, fill in ((promised, theme.color("promised")), (used, color)):
        if share is not None and share > 0:
            width = max(rect.width() * min(share, 1.0), rect.height())
            painter.setBrush(fill)
            painter.drawRoundedRect(QRectF(rect.x(), rect.y(), width, rect.height()), radius, radius)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


class Chip(QWidget):
    """One tag."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self.setAccessibleName(text)
        self.setFixedSize(chip_width(text), theme.px(CHIP_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_chip(QPainter(self), 0, self.height() / 2, self._text)


class ChipRow(QWidget):
    """Tags side by side; those that don't fit become "+2"."""

    def __init__(self, tags: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tags: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.px(CHIP_HEIGHT))
        self.set_tags(tags)

    def set_tags(self, tags: Sequence[str]) -> None:
        self._tags = tuple(tags)
        self.setAccessibleName(", ".join(tags))
        self.setToolTip(", ".join(tags))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        gap = theme.px(4)
        return QSize(sum(chip_width(tag) + gap for tag in self._tags), theme.px(CHIP_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(theme.px(32), self.sizeHint().width()), theme.px(CHIP_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_chips(QPainter(self), 0, self.height() / 2, self.width(), self._tags)


def fitting(tags: Sequence[str], width: int) -> int:
    """How many of the tags fit into `width` pixels, with room for "+n" where not all do."""
    gap, used = theme.px(4), 0
    for index, tag in enumerate(tags):
        used += chip_width(tag)
        rest = len(tags) - index - 1
        more = gap + theme.metrics("chip").horizontalAdvance(f"+{rest}") if rest else 0
        if used + more > width:
            return index
        used += gap
    return len(tags)


def paint_chips(
    painter: QPainter, left: float, middle: float, width: int, tags: Sequence[str], *, pale: bool = False
) -> None:
    """Draws as many chips as fit, then "+n"."""
    shown = fitting(tags, width)
    for tag in tags[:shown]:
        left += paint_chip(painter, left, middle, tag, pale=pale) + theme.px(4)
    if shown < len(tags):
        height = theme.px(CHIP_HEIGHT)
        painter.setPen(theme.color("text3"))
        painter.setFont(theme.font("chip"))
        painter.drawText(
            QRectF(left, middle - height / 2, theme.px(40), height),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            f"+{len(tags) - shown}",
        )


class Bar(QWidget):
    """A bar of use. `set_value` takes 0..1, or None for not known; color: a theme role."""

    def __init__(
        self, width: int = 44, height: int = 6, parent: QWidget | None = None, *, role: str = "series1"
    ) -> None:
        super().__init__(parent)
        self._bar_height = height
        self._role = role
        self._used: float | None = None
        self._promised: float | None = None
        self.setFixedHeight(theme.px(max(height, 14)))
        if width:
            self.setFixedWidth(theme.px(width))

    def set_value(self, used: float | None, promised: float | None = None, role: str = "") -> None:
        role = role or self._role
        if (used, promised, role) != (self._used, self._promised, self._role):
            self._used, self._promised, self._role = used, promised, role
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        height = theme.px(self._bar_height)
        rect = QRectF(0, (self.height() - height) / 2, self.width(), height)
        paint_bar(QPainter(self), rect, self._used or 0.0, theme.color(self._role), self._promised)
