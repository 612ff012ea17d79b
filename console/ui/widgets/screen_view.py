"""A small live picture of a VM's screen, read on a worker while it is seen."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QImage, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import FleetError
from console.services.look import Screen
from console.ui.context import Context
from console.ui.theme import theme
from console.ui.theme.tokens import RADII
from console.ui.widgets.labels import label
from console.words import _, errors, units

EVERY_MS = 3000  # between two pictures
SHAPE = 0.6  # height to width


class _Picture(QWidget):
    """The picture, or a sentence where there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.image = QImage()
        self.sentence = ""
        self.old = False
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        return round(width * SHAPE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("neutral-tint" if self.image.isNull() else "text" if not theme.dark else "sunken"))
        painter.drawRoundedRect(area, theme.px(RADII["control"]), theme.px(RADII["control"]))
        if not self.image.isNull():
            size = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            at = QRectF(
                (area.width() - size.width()) / 2, (area.height() - size.height()) / 2, size.width(), size.height()
            )
            painter.setOpacity(0.45 if self.old else 1.0)
            painter.drawImage(at, self.image)
            return
        painter.setPen(theme.color("text3"))
        painter.setFont(theme.font("secondary"))
        inset = theme.px(16)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area.adjusted(inset, inset, -inset, -inset), flags, self.sentence)


class ScreenView(QWidget):
    """A picture and below it how old it is and how large the screen is.

    Signals:
        refreshed(): another picture, or the reason there is none, is shown.
    """

    refreshed = Signal()

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._key: VmKey | None = None
        self._able = False
        self._taken = 0.0
        self._asking = False
        self._moment: tuple[object, ...] = ()
        self._refused = False
        self._picture = _Picture()
        self._age = label("", "hint")
        self._size = label("", "hint")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(self._picture)
        row = QHBoxLayout()
        row.addWidget(self._age)
        row.addStretch(1)
        row.addWidget(self._size)
        column.addLayout(row)
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._ask)

    @property
    def text(self) -> str:
        """What is said instead of, or below, the picture."""
        return self._picture.sentence if self._picture.image.isNull() else f"{self._age.text()} {self._size.text()}"

    def show_vm(self, domain: Domain, fresh: bool) -> None:
        """Follows this VM's screen while it runs and its host is live."""
        if domain.key != self._key:
            self._key = domain.key
            self._taken = 0.0
            self._picture.image = QImage()
            self._picture.sentence = ""
            self._asking = False
        moment = (domain.state, domain.started, fresh)
        if moment != self._moment:
            self._moment, self._refused = moment, False  # what had no screen may have one now
        runs = domain.state in (State.RUNNING, State.PAUSED, State.SHUTTING_DOWN, State.SUSPENDED)
        able = runs and fresh
        self._picture.old = not fresh
        if not runs:
            self._picture.image = QImage()
            self._picture.sentence = _("No screen: the VM is not running")
        elif not fresh and self._picture.image.isNull():
            self._picture.sentence = _("The screen cannot be read while its host is not live")
        began = able and not self._able
        self._able = able
        self._follow()
        if began or (able and not self._taken):
            self._ask()
        self.tick()

    def tick(self) -> None:
        """The age of the picture; call once a second while seen."""
        shown = not self._picture.image.isNull()
        age = units.age(time.time() - self._taken)
        self._age.setText(_("Screen, {age} ago").format(age=age) if shown else "")
        size = self._picture.image.size()
        self._size.setText(f"{size.width()} × {size.height()}" if shown else "")
        self._picture.setAccessibleName(self.text)
        self._picture.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()
        if self._able:
            self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _follow(self) -> None:
        if self._able and not self._refused and self.isVisible():
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def _ask(self) -> None:
        """One picture at a time, so that a slow host is not asked twice."""
        key = self._key
        if key is None or self._asking or self._refused or not self.isVisible():
            return
        self._asking = True
        look = self._ctx.services.look

        def read() -> tuple[Screen, QImage]:
            screen = look.screen(key)
            return screen, QImage.fromData(screen.data)

        self._ctx.bridge.run(read, lambda found: self._show(key, *found), lambda error: self._failed(key, error))

    def _show(self, key: VmKey, screen: Screen, image: QImage) -> None:
        if not isValid(self) or key != self._key:
            return
        self._asking = False
        self._taken = screen.taken
        self._picture.image = image
        self._picture.sentence = _("The host gave a picture that cannot be shown") if image.isNull() else ""
        self.tick()
        self.refreshed.emit()

    def _failed(self, key: VmKey, error: FleetError) -> None:
        if not isValid(self) or key != self._key:
            return
        self._asking, self._refused = False, True
        self._taken = time.time()
        self._picture.image = QImage()
        self._picture.sentence = _("No screen: {why}").format(why=errors.why(error.problem))
        self._timer.stop()
        self.tick()
        self.refreshed.emit()
