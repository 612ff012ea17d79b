"""What lies over a window: a card with a line round it."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from console.ui.theme import theme
from console.ui.theme.tokens import RADII


class Floating(QFrame):
    """corners: a key of RADII."""

    def __init__(self, over: QWidget, corners: str) -> None:
        super().__init__(over)
        self._corners = corners

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("control"), 1))
        painter.setBrush(theme.color("base"))
        frame, radius = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(RADII[self._corners])
        painter.drawRoundedRect(frame, radius, radius)
