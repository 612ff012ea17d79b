"""What all dialogs are made of: matter above, a bar of buttons below, and reading or writing off Qt's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from console.fleet.errors import FleetError
from console.ui.bridge import Bridge
from console.ui.icons import icon
from console.ui.theme import theme
from console.words import _

T = TypeVar("T")


def label(text: str, role: str = "", *, tone: str = "", wrap: bool = True, select: bool = False) -> QLabel:
    """A text in a role of the style sheet. Never rich text: names come from hosts."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if tone:
        made.setProperty("tone", tone)
    if select:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def mono(text: str, *, wrap: bool = True) -> QLabel:
    """A path, a command or a fingerprint: to be read letter by letter, and copied."""
    made = label(text, wrap=wrap, select=True)
    made.setFont(theme.font("mono"))
    return made


def rule() -> QFrame:
    """A hairline."""
    line = QFrame()
    line.setProperty("rule", True)
    line.setFixedHeight(1)
    return line


def scrolled(inner: QWidget) -> QScrollArea:
    """`inner` in a frameless area that scrolls down only."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(inner)
    return area


class Dialog(QDialog):
    """A dialog with its matter in `body` and its buttons in a bar below; deleted when it is closed.

    `main`, where there is one, is the button that acts: Enter presses it. What keeps it from acting stands beside it.
    """

    def __init__(self, title: str, parent: QWidget | None = None, *, width: int = 560) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(theme.px(min(width, 420)))
        self._width = width
        matter = QWidget()
        matter.setProperty("ground", "base")
        matter.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.body = QVBoxLayout(matter)
        self.body.setContentsMargins(*(theme.px(20),) * 4)
        self.body.setSpacing(theme.px(12))
        bar = QFrame()
        bar.setProperty("line", "top")
        bar.setProperty("ground", "window")
        self._bar = QHBoxLayout(bar)
        self._bar.setContentsMargins(theme.px(16), theme.px(10), theme.px(16), theme.px(10))
        self._bar.setSpacing(theme.px(8))
        self._why = label("", "secondary", tone="text2", wrap=True)
        self._why.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._bar.addWidget(self._why, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(matter, 1)
        outer.addWidget(bar)
        self.main: QPushButton | None = None
        self._left = 0

    def show_at(self, height: int = 0) -> None:
        """Opens it over its window, without blocking anything but that window's clicks. height: 0 = as its matter needs."""
        self.resize(theme.px(self._width), theme.px(height) if height else self.sizeHint().height())
        self.open()

    # the bar

    def add_left(self, text: str, act: Callable[[], None], icon_name: str = "") -> QPushButton:
        """A quiet button at the left of the bar."""
        button = QPushButton(text)
        button.setProperty("kind", "flat")
        if icon_name:
            button.setIcon(icon(icon_name))
        button.setAutoDefault(False)
        button.clicked.connect(act)
        self._bar.insertWidget(self._left, button)
        self._left += 1
        return button

    def add_right(self, text: str, act: Callable[[], object], kind: str = "") -> QPushButton:
        """A button at the right of the bar, after those that are there."""
        button = QPushButton(text)
        if kind:
            button.setProperty("kind", kind)
        button.setAutoDefault(False)
        button.clicked.connect(act)
        self._bar.addWidget(button)
        return button

    def add_close(self, text: str = "") -> QPushButton:
        """ "Cancel", or another word for going without doing anything."""
        return self.add_right(text or _("Cancel"), self.reject)

    def add_main(self, text: str, act: Callable[[], object], kind: str = "primary") -> QPushButton:
        """The button that acts."""
        self.main = self.add_right(text, act, kind)
        self.main.setDefault(True)
        return self.main

    def add_command(self, command: Callable[[], str]) -> QPushButton:
        """ "Copy as command": the line that does the same in a terminal."""

        def copy() -> None:
            QGuiApplication.clipboard().setText(command())
            button.setText(_("Copied"))

        button = self.add_left(_("Copy as command"), copy, "terminal")
        return button

    def hold(self, why: str) -> None:
        """Keeps the main button from acting, and says why beside it; "" lets it act."""
        self._why.setText(why)
        if self.main is not None:
            self.main.setEnabled(not why)
            self.main.setToolTip(why)

    # work elsewhere

    def read(
        self,
        bridge: Bridge,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[FleetError], None] | None = None,
    ) -> None:
        """`work` on a thread of the bridge's; its outcome comes here unless the dialog is gone by then."""

        def arrived(value: T) -> None:
            if shiboken6.isValid(self):
                done(value)

        def refused(error: FleetError) -> None:
            if shiboken6.isValid(self) and failed is not None:
                failed(error)

        bridge.run(work, arrived, refused)
