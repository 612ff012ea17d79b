"""A button that does an action: its text, icon, whether it can, and why not."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from console.ui.widgets.buttons import Button


class ActionButton(Button):
    """Follows its action in everything a person sees."""

    def __init__(self, action: QAction, parent: QWidget | None = None, *, kind: str = "plain") -> None:
        super().__init__("", parent, kind=kind)
        self._action = action
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        self.setText(self._action.text())
        self.setIcon(self._action.icon())
        self.setEnabled(self._action.isEnabled())
        self.setToolTip(self._action.toolTip())
        self.setAccessibleDescription("" if self._action.isEnabled() else self._action.toolTip())
