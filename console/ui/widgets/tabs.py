"""One of several: tabs over a page, segments in a frame."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from console.ui import icons
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS, RADII


class Tab(msgspec.Struct, frozen=True):
    """One tab. count: a figure beside the title, "" = none; bad: the figure counts something wrong."""

    id: str
    title: str
    count: str = ""
    bad: bool = False


class _TabButton(QAbstractButton):
    def __init__(self, tab: Tab, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.tab = tab
        self.show_tab(tab)

    def show_tab(self, tab: Tab) -> None:
        self.tab = tab
        self.setText(tab.title)
        self.setAccessibleName(f"{tab.title} {tab.count}".strip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = theme.metrics("strong").horizontalAdvance(self.tab.title) + theme.px(6)
        if self.tab.count:
            width += self._badge_width() + theme.px(6)
        return QSize(width, theme.px(HEIGHTS["tabs"]))

    def _badge_width(self) -> int:
        return max(theme.px(16), theme.metrics("axis").horizontalAdvance(self.tab.count) + theme.px(10))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        chosen = self.isChecked()
        role = "strong" if chosen else "body"
        tone = "text" if chosen or self.underMouse() else "text2"
        painter.setFont(theme.font(role))
        painter.setPen(theme.color(tone))
        width = theme.metrics("strong").horizontalAdvance(self.tab.title)
        box = QRect(theme.px(3), 0, width, self.height())
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignHCenter
        painter.drawText(box, align, self.tab.title)
        if self.tab.count:
            size = theme.px(16)
            badge = QRectF(box.right() + theme.px(7), (self.height() - size) / 2, self._badge_width(), size)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("error-tint" if self.tab.bad else "neutral-tint"))
            painter.drawRoundedRect(badge, size / 2, size / 2)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(theme.color("error" if self.tab.bad else "text2"))
            painter.setFont(theme.font("axis"))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, self.tab.count)
        if chosen:
            painter.fillRect(0, self.height() - 2, self.width(), 2, theme.color("accent"))
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 5, -1, -5), theme.px(4), theme.px(4))


class TabBar(QWidget):
    """Tabs 36 high over a hairline. Arrow keys go along them.

    Signals:
        chosen(str): the id of the tab a person chose.
    """

    chosen = Signal(str)

    def __init__(self, tabs: Sequence[Tab] = (), parent: QWidget | None = None, *, margin: int = 16) -> None:
        super().__init__(parent)
        self.setFixedHeight(theme.px(HEIGHTS["tabs"]))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px(margin), 0, theme.px(margin), 0)
        self._row.setSpacing(theme.px(16))
        self._row.addStretch(1)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _TabButton] = {}
        self.set_tabs(tabs)

    def set_tabs(self, tabs: Sequence[Tab]) -> None:
        """Shows these tabs; the current one stays current where it still exists."""
        if [tab.id for tab in tabs] == list(self._buttons):
            for tab in tabs:
                if self._buttons[tab.id].tab != tab:
                    self._buttons[tab.id].show_tab(tab)
            return
        current = self.current()
        for button in self._buttons.values():
            self._group.removeButton(button)
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = {}
        for index, tab in enumerate(tabs):
            button = _TabButton(tab, self)
            button.clicked.connect(self._on_click)
            self._group.addButton(button)
            self._row.insertWidget(index, button)
            self._buttons[tab.id] = button
        self.set_current(current if current in self._buttons else tabs[0].id if tabs else "")

    def _on_click(self) -> None:
        self.chosen.emit(self.current())

    def current(self) -> str:
        return next((id for id, button in self._buttons.items() if button.isChecked()), "")

    def set_current(self, id: str) -> None:
        if id in self._buttons:
            self._buttons[id].setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        ids = list(self._buttons)
        if step is None or not ids:
            super().keyPressEvent(event)
            return
        at = ids.index(self.current()) if self.current() else 0
        button = self._buttons[ids[(at + step) % len(ids)]]
        button.setFocus(Qt.FocusReason.TabFocusReason)
        button.click()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("window"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("border"))


class Segment(msgspec.Struct, frozen=True):
    """One choice. glyph: (shape, role) before the title."""

    id: str
    title: str
    glyph: tuple[str, str] | None = None


class Segmented(QWidget):
    """A few choices in one frame, one of them chosen. equal: all as wide as the widest.

    Signals:
        chosen(str): the id of the one a person chose.
    """

    chosen = Signal(str)

    def __init__(
        self,
        segments: Sequence[Segment],
        name: str,
        parent: QWidget | None = None,
        *,
        small: bool = False,
        equal: bool = False,
    ) -> None:
        super().__init__(parent)
        self._segments = list(segments)
        self._small = small
        self._equal = equal
        self._at = 0
        self._hot = -1
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(
            QSizePolicy.Policy.Expanding if equal else QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed
        )

    def set_segments(self, segments: Sequence[Segment]) -> None:
        """Other titles or choices; the current one stays where it still exists."""
        current = self.current()
        self._segments = list(segments)
        self._at = next((i for i, segment in enumerate(segments) if segment.id == current), 0)
        self.updateGeometry()
        self.update()

    def current(self) -> str:
        return self._segments[self._at].id if self._segments else ""

    def set_current(self, id: str) -> None:
        """Shows this choice; nothing is emitted."""
        self._at = next((i for i, segment in enumerate(self._segments) if segment.id == id), self._at)
        self._say()
        self.update()

    def _choose(self, at: int) -> None:
        if at != self._at:
            self._at = at
            self._say()
            self.update()
            self.chosen.emit(self.current())

    def _say(self) -> None:
        self.setAccessibleDescription(self._segments[self._at].title if self._segments else "")

    def _width(self, segment: Segment) -> int:
        metrics = QFontMetrics(_smaller("name")) if self._small else theme.metrics("name")
        width = metrics.horizontalAdvance(segment.title) + theme.px(18)
        return width + theme.px(18) if segment.glyph else width

    def sizeHint(self) -> QSize:
        widths = [self._width(segment) for segment in self._segments] or [0]
        total = max(widths) * len(widths) if self._equal else sum(widths)
        return QSize(total, theme.px(22 if self._small else 28))

    def minimumSizeHint(self) -> QSize:
        return QSize(sum(self._width(segment) - theme.px(10) for segment in self._segments), self.sizeHint().height())

    def _edges(self) -> list[int]:
        """Left edges of all segments and the right edge of the last."""
        if self._equal:
            count = max(len(self._segments), 1)
            return [round(self.width() * i / count) for i in range(count + 1)]
        edges = [0]
        for segment in self._segments:
            edges.append(edges[-1] + self._width(segment))
        return edges

    def _hit(self, x: float) -> int:
        edges = self._edges()
        return next((i for i in range(len(edges) - 1) if edges[i] <= x < edges[i + 1]), -1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        hit = self._hit(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and hit >= 0:
            self._choose(hit)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hit = self._hit(event.position().x())
        if hit != self._hot:
            self._hot = hit
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hot = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        if step is None or not self._segments:
            super().keyPressEvent(event)
        else:
            self._choose((self._at + step) % len(self._segments))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(0.5, 0.5, self.width() - 1, self.height() - 1)
        radius = theme.px(RADII["control"])
        path = QPainterPath()
        path.addRoundedRect(frame, radius, radius)
        painter.fillPath(path, theme.color("base"))
        painter.setClipPath(path)
        edges = self._edges()
        for i in range(len(self._segments)):
            box = QRect(edges[i], 0, edges[i + 1] - edges[i], self.height())
            self._paint_segment(painter, i, box)
        painter.setClipping(False)
        line = theme.color("accent") if self.hasFocus() else theme.color("border")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(line, 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(frame, radius, radius)

    def _paint_segment(self, painter: QPainter, i: int, box: QRect) -> None:
        chosen = i == self._at
        ground: QColor | None = theme.color("selection") if chosen else None
        if ground is None and i == self._hot:
            ground = theme.hover("base")
        if ground is not None:
            painter.fillRect(box, ground)
        if i:
            painter.setPen(theme.color("border"))
            painter.drawLine(QPointF(box.x() + 0.5, 0), QPointF(box.x() + 0.5, self.height()))
        segment = self._segments[i]
        font = "name" if chosen else "body"
        if self._small:
            painter.setFont(_smaller(font))
        else:
            painter.setFont(theme.font(font))
        painter.setPen(theme.color("text" if chosen else "text2"))
        if segment.glyph:
            side = theme.px(13)
            icons.paint_glyph(
                painter, QRect(box.x() + theme.px(9), (box.height() - side) // 2, side, side), *segment.glyph
            )
            box = box.adjusted(theme.px(18), 0, 0, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, segment.title)


def _smaller(role: str) -> QFont:
    font = QFont(theme.font("secondary"))
    font.setWeight(theme.font(role).weight())
    return font
