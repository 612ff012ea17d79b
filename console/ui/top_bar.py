"""The bar at the top: menu, back and forward, where one is, the palette's field, what wants attention, what can be made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QSizePolicy, QWidget

from console.ui import icons
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS, RADII
from console.ui.widgets.buttons import Button, IconButton
from console.ui.widgets.fields import keys_text
from console.words import _, ngettext, pgettext

FIELD = 268  # width of the palette's field


class Crumb(msgspec.Struct, frozen=True):
    """One step of where we are; `go` takes a person there, None for where we are already."""

    text: str
    go: Callable[[], object] | None = None


class Alarm(msgspec.Struct, frozen=True):
    """Something that wants attention: a sentence, its glyph, and what a click does."""

    text: str
    glyph: tuple[str, str]
    open: Callable[[], object]


class _CrumbButton(QAbstractButton):
    def __init__(self, crumb: Crumb, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(crumb.text)
        self.setAccessibleName(crumb.text)
        self._last = crumb.go is None
        self._font = "strong" if self._last else "body"
        if crumb.go is None:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.setToolTip("")
        else:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.clicked.connect(crumb.go)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(theme.metrics(self._font).horizontalAdvance(self.text()) + 2, theme.px(28))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), theme.px(32)), theme.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(self._font))
        painter.setPen(theme.color("text" if self._last or self.underMouse() else "text2"))
        text = theme.metrics(self._font).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        if self.hasFocus():
            painter.setPen(theme.color("accent"))
            painter.drawRect(self.rect().adjusted(0, 4, -1, -5))


class _Arrow(QWidget):
    """The chevron between two crumbs."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(theme.px(13), theme.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        side = theme.px(13)
        arrow = icons.pixmap("chevron-right", "text2", side, self.devicePixelRatioF())
        QPainter(self).drawPixmap(0, (self.height() - side) // 2, arrow)


class Crumbs(QWidget):
    """Where we are, step by step; the last is bold. What does not fit is elided."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(5))
        self._texts: list[str] = []

    def show_crumbs(self, crumbs: Sequence[Crumb]) -> None:
        texts = [crumb.text for crumb in crumbs]
        if texts == self._texts:
            return
        self._texts = texts
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for number, crumb in enumerate(crumbs):
            if number:
                self._row.addWidget(_Arrow(self))
            self._row.addWidget(_CrumbButton(crumb, self))
        self._row.addStretch(1)
        self.setAccessibleName(" › ".join(texts))

    def texts(self) -> list[str]:
        return list(self._texts)


class PaletteField(QAbstractButton):
    """Looks like a field and opens the palette, where one types."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(_("Run an action, go to…"))
        self.setAccessibleName(_("Run an action, go to…"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._keys = keys_text("Ctrl+K")

    def sizeHint(self) -> QSize:
        return QSize(theme.px(FIELD), theme.px(HEIGHTS["control"]))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), theme.px(HEIGHTS["control"]))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        pen = painter.pen()
        pen.setColor(theme.color("accent" if self.hasFocus() else "control" if self.underMouse() else "border"))
        pen.setWidth(2 if self.hasFocus() else 1)
        painter.setPen(pen)
        painter.setBrush(theme.color("base"))
        painter.drawRoundedRect(frame, theme.px(RADII["control"]), theme.px(RADII["control"]))
        side, middle = theme.px(16), self.height() // 2
        terminal = icons.pixmap("terminal", "text2", side, self.devicePixelRatioF())
        painter.drawPixmap(theme.px(8), middle - side // 2, terminal)
        hint = theme.metrics("axis").horizontalAdvance(self._keys) + theme.px(10)
        key = QRectF(self.width() - hint - theme.px(8), middle - theme.px(9), hint, theme.px(18))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme.color("border"))
        painter.drawRoundedRect(key.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(3), theme.px(3))
        painter.setPen(theme.color("text2"))
        painter.setFont(theme.font("axis"))
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, self._keys)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("text3"))
        box = QRect(theme.px(29), 0, int(key.x()) - theme.px(37), self.height())
        text = theme.metrics("body").elidedText(self.text(), Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


class Bell(IconButton):
    """What wants attention: a count on the bell, a menu that lists it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bell", _("Nothing wants attention"), parent)
        self._alarms: tuple[Alarm, ...] = ()
        self.clicked.connect(self._open)

    def show_alarms(self, alarms: Sequence[Alarm]) -> None:
        self._alarms = tuple(alarms)
        count = len(self._alarms)
        name = (
            ngettext("{count} thing wants attention", "{count} things want attention", count).format(count=count)
            if count
            else _("Nothing wants attention")
        )
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def menu_of_alarms(self) -> QMenu:
        menu = QMenu(self)
        for alarm in self._alarms[:20]:
            action = menu.addAction(icons.glyph_icon(*alarm.glyph), alarm.text)
            action.triggered.connect(alarm.open)
        if not self._alarms:
            menu.addAction(_("Nothing wants attention")).setEnabled(False)
        return menu

    def _open(self) -> None:
        menu = self.menu_of_alarms()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._alarms:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = str(len(self._alarms)) if len(self._alarms) < 100 else "99+"
        width = max(theme.px(14), theme.metrics("axis").horizontalAdvance(text) + theme.px(7))
        badge = QRectF(self.width() - width - theme.px(1), theme.px(1), width, theme.px(14))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("danger"))
        painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
        painter.setPen(theme.color("on-button"))
        font = QFont(theme.font("axis"))
        font.setPixelSize(theme.px(10))
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)


class _Logo(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(theme.px(16), theme.px(16))

    def paintEvent(self, event: QPaintEvent) -> None:
        mark = icons.pixmap("logo", "accent", self.width(), self.devicePixelRatioF())
        QPainter(self).drawPixmap(0, 0, mark)


class TopBar(QWidget):
    """40 high. menu: of the whole program; new: what can be made.

    Signals:
        back(), forward(), refresh(), palette(): wishes.
    """

    back = Signal()
    forward = Signal()
    refresh = Signal()
    palette_wanted = Signal()

    def __init__(
        self, actions: Sequence[QAction | None], new: Sequence[QAction | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFixedHeight(theme.px(HEIGHTS["top"]))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(8), 0, theme.px(8), 1)
        row.setSpacing(0)
        self.menu_button = IconButton("menu", _("Menu"))
        self.menu_button.clicked.connect(self._open_menu)
        self._menu_actions = actions
        self.back_button = IconButton("back", _("Back"))
        self.back_button.clicked.connect(self.back)
        self.forward_button = IconButton("forward", pgettext("place", "Forward"))
        self.forward_button.clicked.connect(self.forward)
        self.crumbs = Crumbs()
        self.field = PaletteField()
        self.field.clicked.connect(self.palette_wanted)
        self.refresh_button = IconButton("refresh", _("Refresh"))
        self.refresh_button.setToolTip(_("Read everything anew (F5)"))
        self.refresh_button.clicked.connect(self.refresh)
        self.bell = Bell()
        self.new_button = Button(_("New"), icon="plus")
        self.new_button.setMenu(_menu_of(new, self.new_button))
        for part, gap in (
            (self.menu_button, 10),
            (_Logo(self), 10),
            (self.back_button, 4),
            (self.forward_button, 8),
            (self.crumbs, 8),
            (self.field, 4),
            (self.refresh_button, 4),
            (self.bell, 8),
            (self.new_button, 0),
        ):
            row.addWidget(part, 1 if part is self.crumbs else 0)
            row.addSpacing(theme.px(gap))

    def _open_menu(self) -> None:
        menu = _menu_of(self._menu_actions, self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("window"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("border"))


def _menu_of(actions: Sequence[QAction | None], parent: QWidget) -> QMenu:
    """A menu of these; None is a line."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    for action in actions:
        if action is None:
            menu.addSeparator()
        else:
            menu.addAction(action)
    return menu
