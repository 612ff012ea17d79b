"""What all dialogs are made of: matter above, a bar of buttons below, and reading or writing off Qt's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from console.fleet.errors import FleetError
from console.ui.bridge import Bridge
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.labels import label
from console.ui.widgets.notes import Note
from console.words import _, errors

T = TypeVar("T")
OF_SCREEN = 0.94  # what a dialog takes at most: its frame and the desktop's panels want room too


def mono(text: str, *, wrap: bool = True) -> QLabel:
    """A path, a command or a fingerprint: to be read letter by letter, and copied."""
    made = label(text, wrap=wrap)
    made.setFont(theme.font("mono"))
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return made


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
        self._matter = matter = QWidget()
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
        self.main: Button | None = None
        self._left = 0
        self._note: Note | None = None

    def show_at(self, height: int = 0) -> None:
        """Opens it over its window, without blocking anything but that window's clicks. height: 0 = as its matter needs.

        Where the screen is too small for that, the matter scrolls.
        """
        room = self.screen().availableGeometry().size() * OF_SCREEN
        wanted = theme.px(height) if height else self.sizeHint().height()
        if max(wanted, self.minimumSizeHint().height()) > room.height():
            self._let_scroll()
        self.resize(min(theme.px(self._width), room.width()), min(wanted, room.height()))
        self.open()

    def _let_scroll(self) -> None:
        """Puts the matter into an area that scrolls; keys go where and as they went."""
        layout, focus = self.layout(), self.focusWidget()
        assert isinstance(layout, QVBoxLayout)
        layout.removeWidget(self._matter)
        area = scrolled(self._matter)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        layout.insertWidget(0, area, 1)
        parts = (one for one in self._matter.findChildren(QWidget) if one.window() is self)  # no lists of combo boxes
        stops = [one for one in parts if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
        before: QWidget = stops[-1] if stops else area
        for number in range(self._bar.count()):
            item = self._bar.itemAt(number)
            button = item.widget() if item is not None else None
            if isinstance(button, Button):
                self.setTabOrder(before, button)
                before = button
        (focus or (stops[0] if stops else area)).setFocus()

    # the bar

    def add_left(self, text: str, act: Callable[[], object], icon_name: str = "") -> Button:
        """A quiet button at the left of the bar."""
        button = Button(text, kind="flat", icon=icon_name, role="text2")
        button.clicked.connect(lambda: act())
        self._bar.insertWidget(self._left, button)
        self._left += 1
        return button

    def add_right(self, text: str, act: Callable[[], object], kind: str = "plain") -> Button:
        """A button at the right of the bar, after those that are there."""
        button = Button(text, kind=kind)
        button.clicked.connect(lambda: act())
        self._bar.addWidget(button)
        return button

    def add_close(self, text: str = "") -> Button:
        """The button to go without doing anything: "Cancel", or another word."""
        return self.add_right(text or _("Cancel"), self.reject)

    def add_main(self, text: str, act: Callable[[], object], kind: str = "primary") -> Button:
        """The button that acts."""
        self.main = self.add_right(text, act, kind)
        self.main.setDefault(True)
        return self.main

    def add_command(self, command: Callable[[], str]) -> Button:
        """A button that copies the line that does the same in a terminal."""

        def copy() -> None:
            QGuiApplication.clipboard().setText(command())
            button.setText(_("Copied"))

        button = self.add_left(_("Copy as command"), copy, "terminal")
        return button

    def tell(self, tone: str, cause: str, sentence: str = "") -> Note:
        """Says something in a note above everything else; an earlier one makes room."""
        if self._note is None:
            self._note = Note(tone, cause, sentence)
            self.body.insertWidget(0, self._note)
        self._note.say(cause, sentence, tone)
        self._note.show()
        return self._note

    def failed(self, error: FleetError, tried: str) -> None:
        """Says in a note what did not work, why, and what to do."""
        self.tell_why(errors.explain(error, tried))

    def tell_why(self, said: errors.Explained) -> None:
        """Says a failure in a note; the system's own words stand in quotes."""
        words = _("“{words}”").format(words=said.words) if said.words else ""
        self.tell("error", said.what, " ".join(part for part in (said.why, words, said.next) if part))

    def hold(self, why: str) -> None:
        """Keeps the main button from acting, and says why beside it; "" lets it act."""
        self._why.setText(why)
        if self.main is not None:
            self.main.setEnabled(not why)
            self.main.setToolTip(why)

    def idle(self) -> None:
        """Keeps the main button from acting where it is plain why: nothing was changed or typed yet."""
        self.hold("")
        if self.main is not None:
            self.main.setEnabled(False)

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
