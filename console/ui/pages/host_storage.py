"""The pools of a host, and the volumes of the chosen one with who uses them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSplitter, QStackedLayout, QVBoxLayout, QWidget

from console.fleet.hosts import HostSpec, Pool
from console.ui.context import Context
from console.ui.models.facts import users
from console.ui.models.host_parts import POOLS, VOLUMES, VolumeRow
from console.ui.models.rows import RowTable
from console.ui.theme import theme
from console.ui.widgets.labels import Heading
from console.ui.widgets.notes import EmptyState
from console.ui.widgets.row_view import RowView
from console.words import _, ngettext, units


class HostStorage(QWidget):
    """Pools above, the volumes of the selected pool below."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._host = ""
        self.pools: RowTable[Pool] = RowTable(
            POOLS, lambda row: row.uuid or row.name, self, pale=lambda row: not ctx.inventory.fresh(self._host)
        )
        self.volumes: RowTable[VolumeRow] = RowTable(VOLUMES, lambda row: row.volume.path or row.volume.name, self)
        self.pool_view: RowView[Pool] = RowView(self.pools, _("Pools"))
        self.volume_view: RowView[VolumeRow] = RowView(self.volumes, _("Volumes"))
        self.pool_view.setSelectionMode(self.pool_view.SelectionMode.SingleSelection)
        self.pool_view.chosen.connect(self._show_volumes)
        self._head = Heading(_("Volumes"), line=False)
        self._head.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self.volume_view, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(self.pool_view)
        split.addWidget(below)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 5)
        self._none = EmptyState("disk", _("No storage pools are known of this host"))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(split)
        self._stack.addWidget(self._none)

    def show_host(self, spec: HostSpec) -> None:
        """Keeps the chosen pool while it is the same host."""
        moved, self._host = spec.id != self._host, spec.id
        pools = self._ctx.inventory.view(spec.id).pools
        self.pools.set_rows(pools)
        self._stack.setCurrentIndex(0 if pools else 1)
        if pools and (moved or not self.pool_view.selected()):
            self.pool_view.select(0)
        self._show_volumes()

    @Slot()
    def _show_volumes(self) -> None:
        chosen = self.pool_view.selected()
        if not chosen:
            self.volumes.set_rows(())
            self._head.set_text(_("Volumes"))
            return
        pool = chosen[0]
        by = users(pool, self._ctx.inventory.domains_of(self._host))
        self.volumes.set_rows(VolumeRow(volume, by.get(volume.path, ())) for volume in pool.volumes)
        count = len(pool.volumes)
        if not pool.active:
            said = _("the pool is inactive")
        else:
            said = ngettext("{n} volume", "{n} volumes", count).format(n=units.count(count))
        self._head.set_text(_("Volumes of {pool}").format(pool=pool.name), said)
