"""Buttons. The style sheet dresses them by their properties `kind`, `small` and `bare`."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from console.ui import icons
from console.ui.theme import theme

KINDS = ("plain", "primary", "danger", "flat", "link")
_ICON_ROLES = {"primary": "on-button", "danger": "on-button", "link": "accent"}
ARROW = 12  # side of the chevron of a button with a menu


def set_kind(button: QPushButton, kind: str) -> None:
    """Dresses any push button, such as one of a QDialogButtonBox."""
    if kind not in KINDS:
        raise ValueError(f"no such kind of button: {kind}")
    button.setProperty("kind", kind)
    button.style().unpolish(button)
    button.style().polish(button)


class Button(QPushButton):
    """A push button 28 px high, 24 when small. icon: a name of `icons`.

    A menu set by `setMenu` gets a chevron at the right.
    """

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        kind: str = "plain",
        icon: str = "",
        role: str = "",
        small: bool = False,
        name: str = "",
    ) -> None:
        super().__init__(text, parent)
        if kind not in KINDS:
            raise ValueError(f"no such kind of button: {kind}")
        self.setProperty("kind", kind)
        self.setProperty("small", small)
        self.setAutoDefault(False)
        if icon:
            self.set_icon(icon, role or _ICON_ROLES.get(kind, "text"))
        if name or not text:
            self.setAccessibleName(name)

    def set_icon(self, name: str, role: str = "text") -> None:
        self.setIcon(icons.icon(name, role))
        self.setIconSize(QSize(theme.px(16), theme.px(16)))

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if self.menu() is not None:
            hint.setWidth(hint.width() + theme.px(ARROW + 4))
        if not self.icon().isNull() and self.text():
            hint.setWidth(hint.width() + theme.px(4))
        return hint

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def setMenu(self, menu: QMenu) -> None:
        super().setMenu(menu)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.menu() is None:
            return
        painter = QPainter(self)
        side = theme.px(ARROW)
        left = self.width() - side - theme.px(8) if self.text() else (self.width() - side) // 2
        role = "text2" if self.isEnabled() else "last-known"
        pixmap = icons.pixmap("chevron-down", role, side, self.devicePixelRatioF())
        painter.drawPixmap(QRect(left, (self.height() - side) // 2, side, side), pixmap)


class IconButton(Button):
    """A square flat button with only an icon; `name` is what a screen reader says and the tooltip."""

    def __init__(
        self,
        icon: str,
        name: str,
        parent: QWidget | None = None,
        *,
        kind: str = "flat",
        role: str = "text2",
        side: int = 28,
    ) -> None:
        super().__init__("", parent, kind=kind, icon=icon, role=role, small=side < 28, name=name)
        self.setProperty("bare", True)
        self.setToolTip(name)
        self.setFixedSize(theme.px(side), theme.px(side))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
