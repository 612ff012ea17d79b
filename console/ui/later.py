"""Widgets whose modules are loaded when they are first looked at: what they need is too heavy for the window's start."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Generic, TypeVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from console.ui.bridge import Bridge

W = TypeVar("W", bound=QWidget)


class Later(QWidget, Generic[W]):
    """Stands where the widget will; its module is imported on a worker at the first look.

    widget: None until then. What was told by `tell` before is told then, the last only.
    """

    def __init__(
        self, bridge: Bridge, module: str, make: Callable[[ModuleType], W], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._module = module
        self._make = make
        self._asked = False
        self._told: Callable[[W], object] | None = None
        self.widget: W | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)

    def tell(self, told: Callable[[W], object]) -> None:
        """Does this with the widget: now, or as soon as it is there, unless something else is told meanwhile."""
        if self.widget is not None:
            told(self.widget)
        else:
            self._told = told

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._asked:
            self._asked = True
            self._bridge.run(lambda: importlib.import_module(self._module), self._loaded)

    def _loaded(self, module: ModuleType) -> None:
        if not isValid(self):
            return
        self.widget = self._make(module)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.widget)
        if self._told is not None:
            self._told(self.widget)
            self._told = None
