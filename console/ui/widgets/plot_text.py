"""Short texts drawn again and again: each is laid out once and kept as a picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from console.ui.theme import theme

LIMIT = 1500  # pictures kept
LEFT, RIGHT, MIDDLE = 0, 1, 2

_kept: dict[tuple[str, str, str, float, int], QPixmap] = {}


def width_of(text: str, font: str) -> float:
    """How wide a text is in a font role, in logical pixels."""
    return _width(text, font, theme.generation)


_widths: dict[tuple[str, str, int], float] = {}


def _width(text: str, font: str, generation: int) -> float:
    found = _widths.get((text, font, generation))
    if found is None:
        if len(_widths) > LIMIT:
            _widths.clear()
        found = _widths[text, font, generation] = float(theme.metrics(font).horizontalAdvance(text))
    return found


def paint_text(painter: QPainter, box: QRectF, text: str, font: str, color: str, side: int = LEFT) -> None:
    """Writes one line into a box, in its middle from top to bottom. font, color: roles of the theme."""
    if not text:
        return
    ratio = painter.device().devicePixelRatioF()
    seal = (text, font, color, ratio, theme.generation)
    picture = _kept.get(seal)
    if picture is None:
        if len(_kept) > LIMIT:
            _kept.clear()
        picture = _kept[seal] = _drawn(text, font, color, ratio)
    tall = picture.height() / ratio
    room = box.width() - width_of(text, font)
    x = box.x() + (0.0 if side == LEFT else room if side == RIGHT else room / 2)
    y = box.y() + (box.height() - tall) / 2
    painter.drawPixmap(QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio), picture)


def _drawn(text: str, font: str, color: str, ratio: float) -> QPixmap:
    metrics = theme.metrics(font)
    width, height = metrics.horizontalAdvance(text) + 4, metrics.height()
    made = QPixmap(max(1, round(width * ratio)), max(1, round(height * ratio)))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setFont(theme.font(font))
    painter.setPen(theme.color(color))
    painter.drawText(QPointF(0, metrics.ascent()), text)
    painter.end()
    return made
