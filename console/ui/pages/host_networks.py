"""The networks of a host."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedLayout, QWidget

from console.fleet.hosts import HostSpec, Network
from console.ui.context import Context
from console.ui.models.host_parts import NETWORKS
from console.ui.models.rows import RowTable
from console.ui.widgets.notes import EmptyState
from console.ui.widgets.row_view import RowView
from console.words import _


class HostNetworks(QWidget):
    """A table; empty, it says so."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._host = ""
        self.table: RowTable[Network] = RowTable(
            NETWORKS, lambda row: row.uuid or row.name, self, pale=lambda row: not ctx.inventory.fresh(self._host)
        )
        self.view: RowView[Network] = RowView(self.table, _("Networks"))
        self._none = EmptyState("network", _("No networks are known of this host"))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._none)

    def show_host(self, spec: HostSpec) -> None:
        self._host = spec.id
        networks = self._ctx.inventory.view(spec.id).networks
        self.table.set_rows(networks)
        self._stack.setCurrentIndex(0 if networks else 1)
