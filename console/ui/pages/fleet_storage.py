"""All pools and volumes of the fleet, a zone or a rack: how full, how much promised, who uses them, what nobody does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.fleet.updates import ChangeSet
from console.ui.context import Context
from console.ui.pages.hosts import within
from console.ui.pages.live import LivePage
from console.ui.widgets.storage_panel import StoragePanel


class FleetStoragePage(LivePage):
    """The panel over the hosts of a place."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("ground", "base")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.panel = StoragePanel(ctx, many=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)

    def concerns(self, change: ChangeSet) -> bool:
        return bool(change.hosts or change.fleet or change.added or change.removed or change.changed)

    def refresh(self) -> None:
        specs = self.ctx.inventory.specs()
        self.panel.show_hosts(tuple(spec.id for spec in specs if within(self.place, spec)))
