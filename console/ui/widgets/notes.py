"""What is said to a person: notes in a page, empty pages, toasts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from console.ui.theme import theme
from console.ui.theme.tokens import RADII
from console.ui.widgets.buttons import Button, IconButton
from console.ui.widgets.labels import GlyphLabel, label
from console.words import _

_GLYPHS = {
    "info": ("disc-info", "accent"),
    "good": ("disc-check", "good"),
    "warning": ("triangle-bang", "warning-glyph"),
    "error": ("octagon-cross", "error"),
}
_TINTS = {"info": "neutral-tint", "good": "good-tint", "warning": "warning-tint", "error": "error-tint"}

TOAST_WIDTH = 320
TOAST_MS = 6000
TOASTS = 3  # at most
LIFT = 40  # above the window's lower edge, where they stand on nothing


class Note(QWidget):
    """A tinted strip: glyph, bold cause, one sentence, buttons at the right. tone: info, good, warning, error."""

    def __init__(self, tone: str = "info", cause: str = "", sentence: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px(10), theme.px(6), theme.px(6), theme.px(6))
        self._row.setSpacing(theme.px(8))
        self._glyph = GlyphLabel(*_GLYPHS[tone], 14)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setWordWrap(True)
        self._text.setMinimumHeight(theme.px(20))
        self._row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self._text, 1)
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.say(cause, sentence, tone)

    def say(self, cause: str, sentence: str = "", tone: str = "") -> None:
        """Another text, and tone where one is given."""
        self._tone = tone or self._tone
        self._glyph.show_glyph(*_GLYPHS[self._tone])
        bold = f"<b>{_escaped(cause)}</b>" if cause else ""
        self._text.setText(" ".join(part for part in (bold, _escaped(sentence)) if part))
        self.setAccessibleName(f"{cause} {sentence}".strip())
        self.update()

    def add_button(self, text: str, on_click: Callable[[], object]) -> QPushButton:
        button = Button(text, small=True)
        button.clicked.connect(lambda: on_click())
        self._row.addWidget(button)
        return button

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(_TINTS[self._tone]))
        painter.drawRoundedRect(QRectF(self.rect()), theme.px(RADII["control"]), theme.px(RADII["control"]))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")


class EmptyState(QWidget):
    """A page with nothing on it: an icon, what is (not) here, what to do first, and a button for it."""

    def __init__(self, icon: str, title: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setSpacing(theme.px(8))
        center = Qt.AlignmentFlag.AlignHCenter
        self._title = label(title, "section")
        self._text = label(text, tone="text2", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text.setMinimumWidth(theme.px(420))
        self._text.setMaximumWidth(theme.px(520))
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.px(8))
        column.addStretch(2)
        column.addWidget(GlyphLabel(icon, "last-known", 32, drawn=False), 0, center)
        column.addSpacing(theme.px(4))
        column.addWidget(self._title, 0, center)
        said = QHBoxLayout()  # gives the text the height its own width asks for; a centred item gets that of the whole
        said.addStretch(1)
        said.addWidget(self._text)
        said.addStretch(1)
        column.addLayout(said)
        column.addSpacing(theme.px(4))
        column.addLayout(self._buttons)
        column.setAlignment(self._buttons, center)
        column.addStretch(3)

    def say(self, title: str, text: str = "") -> None:
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))

    def add_button(self, text: str, on_click: Callable[[], object], *, kind: str = "plain") -> QPushButton:
        button = Button(text, kind=kind)
        button.clicked.connect(lambda: on_click())
        self._buttons.addWidget(button)
        return button


class Toast(QWidget):
    """One line at the window's edge, with at most one act. Goes by itself unless it is an error.

    Signals:
        closed(): it is done with.
    """

    closed = Signal()

    def __init__(
        self,
        tone: str,
        text: str,
        act: str = "",
        on_act: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(6), theme.px(6), theme.px(6))
        row.setSpacing(theme.px(8))
        self._tone = tone
        said = label(text, wrap=True)
        self.setAccessibleName(text)
        row.addWidget(GlyphLabel(*_GLYPHS[tone], 14))
        row.addWidget(said, 1)
        if act and on_act is not None:
            button = Button(act, kind="link", small=True)
            button.clicked.connect(lambda: on_act())
            button.clicked.connect(self.closed)
            row.addWidget(button)
        close = IconButton("close", _("Close"), side=24)
        close.clicked.connect(self.closed)
        row.addWidget(close)
        self.setFixedWidth(theme.px(TOAST_WIDTH))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.closed)
        if tone != "error":
            self._timer.start(TOAST_MS)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("error" if self._tone == "error" else "control"), 1))
        painter.setBrush(theme.color("base"))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, theme.px(RADII["card"]), theme.px(RADII["card"]))


class Toasts(QObject):
    """Stacks toasts at the bottom right of `over`, at most three; they stand on `floor`, a part of it."""

    def __init__(self, over: QWidget, floor: QWidget | None = None) -> None:
        super().__init__(over)
        self._over = over
        self._floor = floor
        self._shown: list[Toast] = []
        self._watching = False

    def show(self, tone: str, text: str, act: str = "", on_act: Callable[[], object] | None = None) -> Toast:
        toast = Toast(tone, text, act, on_act, self._over)
        toast.closed.connect(lambda: self._drop(toast))
        self._shown.append(toast)
        while len(self._shown) > TOASTS:
            self._drop(self._shown[0])
        toast.show()
        self._place()
        return toast

    def drop(self, toast: Toast) -> None:
        """Takes a toast away, if a person did not do so before."""
        self._drop(toast)

    def _drop(self, toast: Toast) -> None:
        if toast in self._shown:
            self._shown.remove(toast)
            toast.hide()
            toast.deleteLater()
            self._place()

    def _watch(self, wanted: bool) -> None:
        """Follows window and floor, but only while there is something to place: each of their events would cost a call."""
        if wanted is not self._watching:
            self._watching = wanted
            for watched in (self._over, self._floor):
                if watched is not None:
                    watched.installEventFilter(self) if wanted else watched.removeEventFilter(self)

    def _place(self) -> None:
        self._watch(bool(self._shown))
        floor = self._floor
        if floor is not None and not floor.isHidden():
            bottom = floor.mapTo(self._over, QPoint()).y() - theme.px(12)
        else:
            bottom = self._over.height() - theme.px(LIFT)
        width = theme.px(TOAST_WIDTH)
        for toast in reversed(self._shown):
            layout = toast.layout()
            height = max(theme.px(40), layout.totalHeightForWidth(width) if layout else 0)
            bottom -= height
            toast.setGeometry(self._over.width() - width - theme.px(16), bottom, width, height)
            toast.raise_()
            bottom -= theme.px(8)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide):
            self._place()
        return False
