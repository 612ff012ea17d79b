"""The pools of a host, and the volumes of the chosen one with who uses them, on whatever host."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.fleet.hosts import HostSpec
from console.ui.context import Context
from console.ui.widgets.storage_panel import StoragePanel


class HostStorage(QWidget):
    """The panel of one host."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panel = StoragePanel(ctx)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)

    def show_host(self, spec: HostSpec) -> None:
        """Keeps the chosen pool while it is the same host."""
        self.panel.show_hosts((spec.id,))
