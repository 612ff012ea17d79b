"""What all pages over the inventory share: they refresh when something they show changed, and only while they are seen."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from console.fleet.updates import ChangeSet
from console.ui.context import Context
from console.ui.places import Place

TICK_MS = 1000


class LivePage(QWidget):
    """A page. Subclasses say what concerns them and refresh; `tick` renews what ages, once a second while seen."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.place = Place()
        self._stale = True
        self._ticker = QTimer(self)
        self._ticker.setInterval(TICK_MS)
        self._ticker.timeout.connect(self.tick)
        ctx.bridge.changed.connect(self._on_changed)

    def show_place(self, place: Place) -> None:
        """Shows this place from now on."""
        self.place = place
        self.placed()
        self._stale = True
        if self.isVisible():
            self._renew()

    def placed(self) -> None:
        """`place` is another now: choose the tab it names; what is shown there is refreshed afterwards."""

    def concerns(self, change: ChangeSet) -> bool:
        """The page shows something of this change."""
        return bool(change)

    def refresh(self) -> None:
        """Brings all that is shown up to date; called only while the page is seen."""
        raise NotImplementedError

    def take(self, change: ChangeSet) -> None:
        """Brings up to date what changed; a page that can do less than `refresh` does it here."""
        self.refresh()

    @Slot()
    def tick(self) -> None:
        """Renews ages; once a second while the page is seen."""

    def _renew(self) -> None:
        self._stale = False
        self.refresh()

    @Slot(object)
    def _on_changed(self, change: ChangeSet) -> None:
        if not self.concerns(change):
            return
        if self.isVisible() and not self._stale:
            self.take(change)
        else:
            self._stale = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._renew()
        self._ticker.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._ticker.stop()
