"""Buttons. The style sheet dresses them by their properties `kind`, `small` and `bare`."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QStyle, QStyleOptionButton, QWidget

from console.ui import icons
from console.ui.theme import theme

KINDS = ("plain", "primary", "danger", "flat", "link")
_AROUND = {"link": 8, "flat": 18}  # px beside what is in the button, both sides together
_ICON_ROLES = {"primary": "on-button", "danger": "on-button", "link": "accent"}
ARROW = 14  # side of the chevron of a button with a menu
GAP = 7  # between icon and text
ARROW_GAP = 5


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
        if not self.text():
            return hint
        around = theme.px(_AROUND.get(self.property("kind"), 16 if self.property("small") else 22))
        return QSize(self._content_width() + around, hint.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def setMenu(self, menu: QMenu) -> None:
        super().setMenu(menu)
        self.updateGeometry()

    def _content_width(self) -> int:
        self.ensurePolished()
        width = self.fontMetrics().horizontalAdvance(self.text())
        if not self.icon().isNull():
            width += self.iconSize().width() + theme.px(GAP)
        if self.menu() is not None:
            width += theme.px(ARROW + ARROW_GAP)
        return width

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        text, option.text = option.text, ""
        option.icon = QIcon()
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        ratio, middle = self.devicePixelRatioF(), self.height() // 2
        x = (self.width() - self._content_width()) // 2 if text else (self.width() - self.iconSize().width()) // 2
        if not self.icon().isNull():
            side = self.iconSize().width()
            mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
            painter.drawPixmap(x, middle - side // 2, self.icon().pixmap(QSize(side, side), ratio, mode))
            x += side + theme.px(GAP)
        if not text:
            return
        painter.setFont(self.font())
        painter.setPen(theme.color(self._ink()))
        advance = self.fontMetrics().horizontalAdvance(text)
        box = QRect(x, 0, min(advance + 2, self.width() - x), self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        if self.menu() is not None:
            side = theme.px(ARROW)
            role = "text2" if self.isEnabled() else "last-known"
            painter.drawPixmap(
                x + advance + theme.px(ARROW_GAP), middle - side // 2, icons.pixmap("chevron-down", role, side, ratio)
            )

    def _ink(self) -> str:
        kind = self.property("kind")
        if not self.isEnabled():
            return "text3" if kind in ("flat", "link") else "control"
        return {"primary": "on-button", "danger": "on-button", "link": "accent"}.get(kind, "text")


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
