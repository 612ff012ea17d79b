"""Choices that say what they mean: a radio button, a title, a figure at the right, a sentence below."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from console.ui.theme import theme

PAD, RING, GAP = 16, 14, 9
UP, DOWN = 10, 11


class Choice(msgspec.Struct, frozen=True):
    """aside: a figure at the right, such as the time it takes. why_not: in place of the sentence, where it cannot be chosen."""

    id: str
    title: str
    text: str = ""
    aside: str = ""
    why_not: str = ""


class _Card(QWidget):
    def __init__(self, owner: ChoiceCards, choice: Choice) -> None:
        super().__init__(owner)
        self.choice = choice
        self._owner = owner
        self._hot = False
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_choice(self, choice: Choice) -> None:
        if choice != self.choice:
            self.choice = choice
            self.updateGeometry()
            self.update()

    def _left(self) -> int:
        return theme.px(PAD + RING + GAP)

    def _text_box(self, width: int) -> QRect:
        text = self.choice.why_not or self.choice.text
        if not text:
            return QRect()
        metrics = QFontMetrics(self._font())
        room = max(theme.px(60), width - self._left() - theme.px(PAD))
        return metrics.boundingRect(QRect(0, 0, room, 10_000), Qt.TextFlag.TextWordWrap, text)

    def _font(self) -> QFont:
        return theme.font("secondary")

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        title = theme.metrics("strong").height()
        text = self._text_box(width).height()
        return theme.px(UP + DOWN) + title + (theme.px(2) + text if text else 0)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(240), self.heightForWidth(max(self.width(), theme.px(240))))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(160), self.heightForWidth(max(self.width(), theme.px(160))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._owner.choose(self.choice.id)

    def enterEvent(self, event: QEvent) -> None:
        self._hot = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hot = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        chosen, can = self._owner.current() == self.choice.id, not self.choice.why_not
        if chosen:
            painter.fillRect(self.rect(), theme.color("selection"))
        elif self._hot and can:
            painter.fillRect(self.rect(), theme.hover("sunken"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))
        title = theme.metrics("strong")
        self._paint_ring(painter, theme.px(UP) + title.height() / 2, chosen, can)
        left, right = self._left(), self.width() - theme.px(PAD)
        box = QRect(left, theme.px(UP), right - left, title.height())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        aside = 0
        if self.choice.aside:
            painter.setFont(theme.font("secondary"))
            painter.setPen(theme.color("text2" if can else "text3"))
            aside = theme.metrics("secondary").horizontalAdvance(self.choice.aside) + theme.px(8)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | flags, self.choice.aside)
        role = "strong" if chosen else "body"
        painter.setFont(theme.font(role))
        painter.setPen(theme.color("text" if can else "text3"))
        shown = theme.metrics(role).elidedText(self.choice.title, Qt.TextElideMode.ElideRight, box.width() - aside)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | flags, shown)
        text = self.choice.why_not or self.choice.text
        if text:
            painter.setFont(self._font())
            painter.setPen(theme.color("text" if chosen else "text2" if can else "text3"))
            below = QRect(left, box.bottom() + 1 + theme.px(2), right - left, self.height())
            painter.drawText(below, Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop, text)
        if chosen and self._owner.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_ring(self, painter: QPainter, middle: float, chosen: bool, can: bool) -> None:
        side = theme.px(RING)
        ring = QRectF(theme.px(PAD) + 0.75, middle - side / 2 + 0.75, side - 1.5, side - 1.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = "primary" if chosen else "control" if can else "border"
        painter.setPen(QPen(theme.color(role), 1.5 if chosen else 1))
        painter.setBrush(theme.color("primary" if chosen else "base"))
        painter.drawEllipse(ring)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("on-button"))
            painter.drawEllipse(ring.center(), side * 0.2, side * 0.2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


class ChoiceCards(QWidget):
    """One of several. Up and Down go from one to the next that can be.

    Signals:
        chosen(str): the id of the one a person chose.
    """

    chosen = Signal(str)

    def __init__(self, choices: Sequence[Choice], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._cards: list[_Card] = []
        self._current = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.show_choices(choices)

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Others, or the same with other words; the chosen one stays chosen where it still can be."""
        while len(self._cards) > len(choices):
            card = self._cards.pop()
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for number, choice in enumerate(choices):
            if number < len(self._cards):
                self._cards[number].show_choice(choice)
            else:
                self._cards.append(_Card(self, choice))
                self._column.addWidget(self._cards[-1])
        if self._current not in self._able():
            self._current = next(iter(self._able()), "")
        self._say()

    def _able(self) -> list[str]:
        return [card.choice.id for card in self._cards if not card.choice.why_not]

    def current(self) -> str:
        """Empty where none can be chosen."""
        return self._current

    def choices(self) -> list[Choice]:
        return [card.choice for card in self._cards]

    def set_current(self, id: str) -> None:
        """Shows this one as chosen, as far as it can be; nothing is emitted."""
        if id in self._able():
            self._current = id
            self._say()

    def choose(self, id: str) -> None:
        """As a person does."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if id != self._current and id in self._able():
            self._current = id
            self._say()
            self.chosen.emit(id)

    def _say(self) -> None:
        title = next((card.choice.title for card in self._cards if card.choice.id == self._current), "")
        self.setAccessibleName(f"{self._name}: {title}")
        for card in self._cards:
            card.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}.get(
            Qt.Key(event.key())
        )
        able = self._able()
        if step is None or not able:
            super().keyPressEvent(event)
            return
        at = able.index(self._current) if self._current in able else 0
        self.choose(able[(at + step) % len(able)])

    def focusInEvent(self, event: object) -> None:
        super().focusInEvent(event)  # type: ignore[arg-type]
        self._say()

    def focusOutEvent(self, event: object) -> None:
        super().focusOutEvent(event)  # type: ignore[arg-type]
        self._say()
