"""The steps of a wizard, each with what was chosen in it; done ones can be clicked."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from console.ui.theme import theme

HEIGHT = 44
DISC = 20
GAP = 7  # between disc, title and what was chosen
LINE = 28  # between two steps
FOCUS = 4  # around a step
MOST = 240  # px of what was chosen
LEAST = 24


class Step(msgspec.Struct, frozen=True):
    """said: what was chosen in it, "" while nothing is."""

    id: str
    title: str
    said: str = ""


class _StepButton(QAbstractButton):
    """A disc with its number, or a tick where it is done; the title; what was chosen."""

    def __init__(self, number: int, step: Step, parent: QWidget) -> None:
        super().__init__(parent)
        self.number = number
        self.state = "ahead"  # ahead, here, done
        self.room = theme.px(MOST)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_step(step, "ahead")

    def show_step(self, step: Step, state: str) -> None:
        self.step, self.state = step, state
        self.setText(step.title)
        self.setAccessibleName(f"{self.number}. {step.title} {step.said}".strip())
        self.setToolTip(step.said if self._said() != step.said else "")
        self.setEnabled(state != "ahead")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if state == "done" else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if state == "done" else Qt.CursorShape.ArrowCursor)
        self.updateGeometry()
        self.update()

    def _title_font(self) -> str:
        return "strong" if self.state == "here" else "body"

    def _said(self) -> str:
        if self.state != "done" or self.room < theme.px(LEAST):
            return ""
        return theme.metrics("body").elidedText(self.step.said, Qt.TextElideMode.ElideRight, self.room)

    def bare_width(self) -> int:
        """Without what was chosen."""
        title = theme.metrics(self._title_font()).horizontalAdvance(self.step.title)
        return theme.px(DISC + GAP + 2 * FOCUS) + title + 2

    def sizeHint(self) -> QSize:
        said = self._said()
        more = theme.px(GAP) + theme.metrics("body").horizontalAdvance(said) + 2 if said else 0
        return QSize(self.bare_width() + more, theme.px(DISC + 2 * FOCUS))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.bare_width(), theme.px(DISC + 2 * FOCUS))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side, x = theme.px(DISC), theme.px(FOCUS)
        box = QRectF(x + 0.75, (self.height() - side) / 2 + 0.75, side - 1.5, side - 1.5)
        role = {"here": "accent", "done": "good", "ahead": "control"}[self.state]
        painter.setPen(QPen(theme.color("primary" if self.state == "here" else role), 1.5))
        painter.setBrush(theme.color("primary" if self.state == "here" else "base"))
        painter.drawEllipse(box)
        if self.state == "done":
            self._paint_tick(painter, box)
        else:
            painter.setFont(theme.font("chip"))
            painter.setPen(theme.color("on-button" if self.state == "here" else "text2"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(self.number))
        x += side + theme.px(GAP)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setFont(theme.font(self._title_font()))
        painter.setPen(theme.color("text2" if self.state == "ahead" else "text"))
        painter.drawText(QRect(x, 0, self.width() - x, self.height()), flags, self.step.title)
        x += theme.metrics(self._title_font()).horizontalAdvance(self.step.title) + theme.px(GAP)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("text2"))
        painter.drawText(QRect(x, 0, self.width() - x, self.height()), flags, self._said())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_tick(self, painter: QPainter, box: QRectF) -> None:
        scale = box.width() / 16
        painter.save()
        painter.translate(box.topLeft())
        painter.scale(scale, scale)
        pen = QPen(theme.color("good"), 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolyline([QPointF(4.6, 8.3), QPointF(7.0, 10.7), QPointF(11.4, 5.6)])
        painter.restore()


class StepBar(QWidget):
    """Signals:
    chosen(str): the id of a step that was done already.
    """

    chosen = Signal(str)

    def __init__(self, steps: Sequence[Step], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(theme.px(HEIGHT))
        self.setAccessibleName(name)
        self._here = 0
        self._buttons = [_StepButton(number, step, self) for number, step in enumerate(steps, 1)]
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px(16 - FOCUS), 0, theme.px(16), 0)
        self._row.setSpacing(theme.px(LINE))
        for button in self._buttons:
            button.clicked.connect(lambda _on=False, button=button: self._on_click(button))
            self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addStretch(1)

    def show_steps(self, steps: Sequence[Step], here: int, done: int = 0) -> None:
        """here: number of the step that is seen, from 0. done: how many were come to already; those but `here` can be gone to."""
        self._here = here
        for number, (button, step) in enumerate(zip(self._buttons, steps, strict=True)):
            button.show_step(step, "here" if number == here else "done" if number < max(here, done) else "ahead")
        self._share()
        self.update()

    def current(self) -> str:
        return self._buttons[self._here].step.id

    def states(self) -> list[str]:
        return [button.state for button in self._buttons]

    def _on_click(self, button: _StepButton) -> None:
        if button.state == "done":
            self.chosen.emit(button.step.id)

    def _share(self) -> None:
        """What is left beside discs and titles is shared by what was chosen."""
        done = [button for button in self._buttons if button.state == "done" and button.step.said]
        if not done:
            return
        lines = theme.px(LINE) * (len(self._buttons) - 1) + theme.px(32)
        free = self.width() - lines - sum(button.bare_width() + theme.px(GAP) for button in self._buttons)
        for button in done:
            room = max(0, min(theme.px(MOST), free // len(done)))
            if room != button.room:
                button.room = room
                button.show_step(button.step, button.state)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._share()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        can = [button for button in self._buttons if button.state == "done"]
        at = next((number for number, button in enumerate(can) if button.hasFocus()), -1)
        if step is None or at < 0:
            super().keyPressEvent(event)
        else:
            can[(at + step) % len(can)].setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("base"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("border"))
        middle, inset = self.height() // 2, theme.px(4)
        for before, after in zip(self._buttons, self._buttons[1:], strict=False):
            left, right = before.geometry().right() + 1, after.geometry().left()
            painter.fillRect(left, middle, max(0, right - left - inset + theme.px(FOCUS)), 1, theme.color("border"))
