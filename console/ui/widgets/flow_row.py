"""Controls beside each other, over several lines where one is too short for them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import theme

GAP = 8  # px between two, and between two lines


class FlowRow(QWidget):
    """As high as its lines; no narrower than its widest control."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left: list[QWidget] = []
        self._right: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add_left(self, widget: QWidget, at: int | None = None) -> None:
        """Puts it behind those at the left, or before the one at a place."""
        self._add(self._left, widget, at)

    def add_right(self, widget: QWidget) -> None:
        """Puts it at the right end of the last line."""
        self._add(self._right, widget, None)

    def _add(self, among: list[QWidget], widget: QWidget, at: int | None) -> None:
        among.insert(len(among) if at is None else at, widget)
        widget.setParent(self)
        widget.show()
        self._arrange()

    def sizeHint(self) -> QSize:
        widths = [each.sizeHint().width() for each in (*self._left, *self._right)]
        return QSize(sum(widths) + theme.px(GAP) * max(0, len(widths) - 1), self.height())

    def minimumSizeHint(self) -> QSize:
        widths = [each.minimumSizeHint().width() for each in (*self._left, *self._right)]
        return QSize(max([theme.px(40), *widths]), self.height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # one of them says more or less than before
            self._arrange()
            self.updateGeometry()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange()

    def _arrange(self) -> None:
        gap, room = theme.px(GAP), self.width()
        every = [each for each in (*self._left, *self._right) if not each.isHidden()]
        lines: list[list[QWidget]] = [[]]
        taken = 0
        for each in every:
            wide = each.sizeHint().width()
            if lines[-1] and taken + gap + wide > room:
                lines.append([])
            taken = wide if not lines[-1] else taken + gap + wide
            lines[-1].append(each)
        y = 0
        for line in lines:
            tall = max((each.sizeHint().height() for each in line), default=0)
            x = 0
            rest = room - sum(each.sizeHint().width() for each in line) - gap * (len(line) - 1)
            for each in line:
                size = each.sizeHint()
                if each in self._right and rest > 0:
                    x, rest = x + rest, 0
                each.setGeometry(x, y + (tall - size.height()) // 2, min(size.width(), room), size.height())
                x += size.width() + gap
            y += tall + gap
        self.setFixedHeight(max(0, y - gap))
