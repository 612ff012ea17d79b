"""Pools above, the volumes of the chosen ones below, and what can be done to them."""

from __future__ import annotations

from collections.abc import Sequence

import shiboken6
from PySide6.QtCore import QPoint, Qt, QTimer, Slot
from PySide6.QtWidgets import QMenu, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from console.fleet.storage import PoolUse, Survey, VolumeUse
from console.ui.context import Context
from console.ui.models.rows import RowTable
from console.ui.models.storage_rows import pool_columns, volume_columns
from console.ui.storage_acts import StorageActs, VolumeAct
from console.ui.widgets.act_row import ActRow
from console.ui.widgets.buttons import Button
from console.ui.widgets.labels import label
from console.ui.widgets.notes import EmptyState
from console.ui.widgets.row_view import RowView
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, ngettext, storage, units

SOON_MS = 1000  # between two surveys, each of which looks at the whole fleet
FILTERS = ("all", "used", "unused")


class StoragePanel(QWidget):
    """Of one host, or of many (`many`): then each row says its host, and with no pool chosen all volumes are listed."""

    def __init__(self, ctx: Context, parent: QWidget | None = None, *, many: bool = False) -> None:
        super().__init__(parent)
        self._ctx, self._many = ctx, many
        self._hosts: tuple[str, ...] = ()
        self._survey = Survey()
        self._shown: tuple[tuple[str, ...], Survey] | None = None
        self._asking = self._again = False
        self._filter = "all"
        self.acts = StorageActs(ctx, self)
        self.pools: RowTable[PoolUse] = RowTable(
            pool_columns(self._name, host=many),
            lambda row: (row.host, row.pool.name),
            self,
            pale=lambda row: not ctx.inventory.fresh(row.host),
        )
        self.volumes: RowTable[VolumeUse] = RowTable(
            volume_columns(self._name, host=many),
            lambda row: row.key,
            self,
            pale=lambda row: not ctx.inventory.fresh(row.key.host),
        )
        self.pool_view: RowView[PoolUse] = RowView(self.pools, _("Pools"))
        self.volume_view: RowView[VolumeUse] = RowView(self.volumes, _("Volumes"))
        self._pool_count, self._volume_count = label("", "strong"), label("", "strong")
        self._filters = Segmented([Segment("", "")], _("Which volumes"), small=True)
        self._filters.chosen.connect(self._on_filter)
        self._wire()
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(self._half(self._pool_bar(), self.pool_view))
        split.addWidget(self._half(self._volume_bar(), self.volume_view))
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 5)
        self._none = EmptyState("disk", _("No storage pools are known here"), _("Define one, or connect its host."))
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._stack.addWidget(split)
        self._stack.addWidget(self._none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(holder)
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._soon.timeout.connect(self._wanted_again)

    def _wire(self) -> None:
        menu = Qt.ContextMenuPolicy.CustomContextMenu
        self.pool_view.setContextMenuPolicy(menu)
        self.volume_view.setContextMenuPolicy(menu)
        self.pool_view.customContextMenuRequested.connect(self._on_pool_menu)
        self.volume_view.customContextMenuRequested.connect(self._on_volume_menu)
        self.pool_view.chosen.connect(self._show_volumes)
        self.volume_view.chosen.connect(self._on_chosen)
        delete = self.acts.volume_actions[VolumeAct.DELETE]
        delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.volume_view.addAction(delete)
        if not self._many:
            self.pool_view.setSelectionMode(self.pool_view.SelectionMode.SingleSelection)

    def _half(self, bar: QWidget, view: QWidget) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(view, 1)
        return made

    def _pool_bar(self) -> QWidget:
        bar = ActRow()
        bar.add_left(self._pool_count)
        if not self._many:
            bar.add_actions([self.acts.new_pool])
        self._pool_more = Button(_("Pool"), kind="flat", name=_("What can be done to the pool"))
        menu = QMenu(self._pool_more)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self._pool_more.setMenu(menu)
        bar.add_right(self._pool_more)
        return bar

    def _volume_bar(self) -> ActRow:
        self._row = ActRow()
        self._row.add_left(self._volume_count, self._filters)
        self._row.add_actions(self.acts.volume_actions.values())
        return self._row

    def _name(self, host: str) -> str:
        spec = self._ctx.inventory.spec(host)
        return spec.name if spec else host

    # what is shown

    def show_hosts(self, hosts: Sequence[str]) -> None:
        """Shows these; the chosen pool stays while they are the same."""
        moved, self._hosts = tuple(hosts) != self._hosts, tuple(hosts)
        self.acts.host = self._hosts[0] if len(self._hosts) == 1 and not self._many else ""
        if moved:
            self.pool_view.clearSelection()
            self._ask()
        elif not self._soon.isActive():
            self._ask()
            self._soon.start()
        else:
            self._again = True

    @Slot()
    def _wanted_again(self) -> None:
        if self._again and self.isVisible():
            self._again = False
            self._ask()
            self._soon.start()

    def _ask(self) -> None:
        """Who uses what is worked out off Qt's thread: it looks at every VM of the fleet."""
        if self._asking:
            self._again = True
            return
        self._asking = True
        hosts, service, shown = self._hosts, self._ctx.services.storage, self._shown

        def work() -> Survey | None:
            found = service.survey(hosts)
            return None if (hosts, found) == shown else found

        self._ctx.bridge.run(work, lambda found: self._surveyed(hosts, found))

    def _surveyed(self, hosts: tuple[str, ...], found: Survey | None) -> None:
        """None: it is all as it is shown."""
        self._asking = False
        if not shiboken6.isValid(self):
            return
        if hosts != self._hosts:
            self._ask()
            return
        if found is None:
            self._on_chosen()
            return
        self._survey, self._shown = found, (hosts, found)
        self.pools.set_rows(found.pools)
        self._stack.setCurrentIndex(0 if found.pools or not self._many else 1)
        if found.pools and not self._many and not self.pool_view.selected():
            self.pool_view.select(0)
        self._say_pools(found)
        self._show_volumes()

    def _say_pools(self, found: Survey) -> None:
        total = found.total()
        count = ngettext("{n} pool", "{n} pools", len(found.pools)).format(n=units.count(len(found.pools)))
        parts = [count]
        if total.capacity:
            parts.append(units.sizes_of(total.used, total.capacity))
            parts.append(_("{ratio} promised").format(ratio=storage.ratio(total.ratio)))
        self._pool_count.setText(", ".join(parts))

    @Slot()
    def _show_volumes(self) -> None:
        chosen = self.pool_view.selected()
        shown = chosen or (list(self._survey.pools) if self._many else [])
        every = [use for pool in shown for use in pool.volumes]
        unused = [use for use in every if use.orphan]
        rows = {"unused": unused, "used": [use for use in every if not use.orphan]}.get(self._filter, every)
        self.volumes.set_rows(rows)
        self._filters.set_segments(
            [
                Segment("all", _("All {n}").format(n=units.count(len(every)))),
                Segment("used", _("Used {n}").format(n=units.count(len(every) - len(unused)))),
                Segment("unused", _("Unused {n}").format(n=units.count(len(unused)))),
            ]
        )
        self._filters.set_current(self._filter)
        if len(chosen) == 1 and not chosen[0].pool.active:
            said = _("The pool is inactive")
        elif len(chosen) == 1:
            said = _("Volumes of {pool}").format(pool=chosen[0].pool.name)
        else:
            said = _("Volumes")
        self._volume_count.setText(said)
        self._row.fit()
        self._on_chosen()

    def show_only(self, which: str) -> None:
        """all, used or unused."""
        self._filter = which
        self._show_volumes()

    @Slot(str)
    def _on_filter(self, which: str) -> None:
        self.show_only(which)

    # choosing

    @Slot()
    def _on_chosen(self) -> None:
        self.acts.choose(self.pool_view.selected(), self.volume_view.selected())
        self._pool_more.setEnabled(bool(self.pool_view.selected()))

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        menu.addActions(self.acts.seen_pool_actions())

    @Slot(QPoint)
    def _on_pool_menu(self, at: QPoint) -> None:
        if self.pool_view.selected():
            self.acts.pop_up(self.acts.pool_menu(self), self.pool_view.viewport().mapToGlobal(at))

    @Slot(QPoint)
    def _on_volume_menu(self, at: QPoint) -> None:
        if self.volume_view.selected():
            self.acts.pop_up(self.acts.menu(self), self.volume_view.viewport().mapToGlobal(at))
