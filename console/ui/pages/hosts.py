"""The hosts of the fleet, or of a zone or rack, as a table."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from console.fleet.hosts import HostSpec
from console.fleet.updates import ChangeSet
from console.ui.context import Context
from console.ui.host_actions import HostAct, HostActions
from console.ui.models.hosts import HostRow, HostTable
from console.ui.pages.live import LivePage
from console.ui.places import Place
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.action_button import ActionButton
from console.ui.widgets.buttons import Button
from console.ui.widgets.fields import SearchField
from console.ui.widgets.labels import label
from console.ui.widgets.notes import EmptyState
from console.ui.widgets.row_view import RowView
from console.words import _, ngettext, units

BAR = (HostAct.CONNECT, HostAct.TRY_NOW, HostAct.REFRESH, HostAct.DISCONNECT, HostAct.EDIT, HostAct.REMOVE)


def within(place: Place, spec: HostSpec) -> bool:
    """The host lies in this place; every host lies in the fleet."""
    if place.kind == "zone":
        return spec.zone == place.id
    if place.kind == "rack":
        return spec.zone == place.id and spec.rack == place.inner
    return True


class HostsPage(LivePage):
    """Search, acts on the selected hosts, the table.

    Signals:
        adding(): the person wants to add a host.
    """

    adding = Signal()

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("ground", "base")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.table = HostTable(ctx.inventory, self)
        self.view: RowView[HostRow] = RowView(self.table, _("Hosts"))
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._on_menu)
        self.view.opened.connect(lambda row: ctx.nav.open(Place.host(row.spec.id)))
        self.view.chosen.connect(self._on_chosen)
        self.actions_ = HostActions(ctx.host_acting, self)
        self.actions_.add_shortcuts(self.view)
        self.search = SearchField(_("Find a host by any column"))
        self.search.changed.connect(self._on_search)
        self.search.down_pressed.connect(self._to_table)
        self._count = label("", tone="text2")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._build_search())
        column.addWidget(self._build_bar())
        none = EmptyState(
            "search", _("No host fits the search"), _("Words are looked for in every column and in tags.")
        )
        body = QWidget()
        self._body = QStackedLayout(
            body
        )  # with a parent: else its first widget would be a window of its own for a moment
        self._body.addWidget(self.view)
        self._body.addWidget(none)
        column.addWidget(body, 1)

    def _build_search(self) -> QHBoxLayout:
        row = QHBoxLayout()
        edge = theme.px(12)
        row.setContentsMargins(edge, theme.px(8), edge, theme.px(8))
        row.setSpacing(theme.px(12))
        self.search.setMaximumWidth(theme.px(540))
        row.addWidget(self.search, 3)
        row.addStretch(1)
        row.addWidget(self._count)
        add = Button(_("Add host…"), icon="plus")
        add.clicked.connect(self.adding)
        row.addWidget(add)
        return row

    def _build_bar(self) -> QWidget:
        self._bar = QWidget()
        self._bar.setObjectName("bar")
        self._bar.setFixedHeight(theme.px(HEIGHTS["actions"]))
        self._bar.setProperty("ground", "sunken")
        self._bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        row.setSpacing(theme.px(2))
        self._selected = label(_("Nothing selected"), "secondary")
        row.addWidget(self._selected)
        row.addSpacing(theme.px(10))
        for act in BAR:
            row.addWidget(ActionButton(self.actions_.action(act), kind="flat"))
        row.addStretch(1)
        return self._bar

    # what is shown

    def placed(self) -> None:
        place = self.place
        self.table.show_only(lambda spec: within(place, spec))

    def refresh(self) -> None:
        self.table.refresh()
        self._say()

    def take(self, change: ChangeSet) -> None:
        self.table.apply(change)
        if change.hosts or change.fleet:
            self._say()

    @Slot()
    def tick(self) -> None:
        self.table.tick()

    def _say(self) -> None:
        shown = self.table.rowCount()
        every = shown + self.table.hidden
        if self.table.hidden:
            text = _("{shown} of {all} hosts").format(shown=units.count(shown), all=units.count(every))
        else:
            text = ngettext("{n} host", "{n} hosts", every).format(n=units.count(every))
        self._count.setText(text)
        self._body.setCurrentIndex(1 if self.table.hidden and not shown else 0)
        self._on_chosen()

    # choosing

    def _on_search(self, text: str) -> None:
        self.table.set_search(text)
        self._say()

    def _to_table(self) -> None:
        self.view.setFocus()
        if self.table.rowCount() and not self.view.selected():
            self.view.select(0)

    @Slot()
    def _on_chosen(self) -> None:
        rows = self.view.selected()
        self.actions_.set_hosts(row.spec.id for row in rows)
        count = ngettext("{n} selected", "{n} selected", len(rows)).format(n=len(rows))
        self._selected.setText(count if rows else _("Nothing selected"))

    @Slot(QPoint)
    def _on_menu(self, at: QPoint) -> None:
        if self.view.selected():
            self.actions_.pop_up(self.view.viewport().mapToGlobal(at), self.view)
