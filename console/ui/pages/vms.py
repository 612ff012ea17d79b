"""The table of VMs of a place: search, quick filters, acts on what is selected, columns to choose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from console.fleet.domains import State, VmKey
from console.fleet.saved import named
from console.fleet.updates import ChangeSet
from console.ui import dialogs
from console.ui.actions import VmActions
from console.ui.context import Context
from console.ui.delegates.table import Table
from console.ui.icons import Age, state_glyph
from console.ui.models.vm_columns import COLUMNS
from console.ui.models.vm_rows import VmRow
from console.ui.models.vms import VmTable
from console.ui.pages.vm_search import VmSearchRow
from console.ui.pages.vm_table_columns import VmTableColumns
from console.ui.places import Place
from console.ui.widgets.action_bar import ActionBar, menu_button
from console.ui.widgets.action_bar import Slot as BarSlot
from console.ui.widgets.notes import EmptyState
from console.ui.widgets.tabs import Segment
from console.words import _, ngettext, states, units

COUNT_MS = 300  # between two counts, while things change
TICK_MS = 1000  # ages grow

QUICK: dict[str, Callable[[State, bool], bool]] = {  # by state, and whether that is only last known
    "running": lambda state, lost: state is State.RUNNING and not lost,
    "paused": lambda state, lost: state in (State.PAUSED, State.SUSPENDED) and not lost,
    "off": lambda state, lost: state in (State.OFF, State.SAVED),
    "crashed": lambda state, lost: state is State.CRASHED,
    "lost": lambda state, lost: lost,
}


def quick(id: str) -> Callable[[VmRow], bool] | None:
    """Which rows a quick filter leaves; None: all."""
    fits = QUICK.get(id)
    return None if fits is None else lambda row: fits(row.domain.state, row.age is Age.LOST)


def inside(place: Place) -> Callable[[VmRow], bool] | None:
    """Which VMs are at a place; None: all."""
    id, inner = place.id, place.inner
    match place.kind:
        case "zone":
            return lambda row: row.spec.zone == id
        case "rack":
            return lambda row: row.spec.rack == inner and row.spec.zone == id
        case "host":
            return lambda row: row.key.host == id
        case "group":
            return lambda row: row.domain.group == id
        case "tag":
            return lambda row: id in row.domain.tags
        case "state":
            return lambda row: row.domain.state == id
        case _:
            return None


class VmsPage(QWidget):
    """Signals:
    summed(str): what the status bar says of this page: "23 of 386 VMs shown".
    """

    summed = Signal(str)

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._quick = ""
        self._summary = ""
        self._put = ""  # the query that a place put into the field
        self._missed = ChangeSet()
        self.model = VmTable(ctx.inventory, self, known=ctx.services.search.known)
        self.actions_ = VmActions(ctx.acting, self)
        self._build()
        self._count_timer = QTimer(self, interval=COUNT_MS, singleShot=True)
        self._count_timer.timeout.connect(self._count)
        self._choice_timer = QTimer(self, interval=0, singleShot=True)
        self._choice_timer.timeout.connect(self._on_choice)
        self._tick_timer = QTimer(self, interval=TICK_MS)
        self._tick_timer.timeout.connect(self._tick)
        self.model.counted.connect(self._count_soon)
        self.model.filled.connect(self._count_soon)
        self.table.selectionModel().selectionChanged.connect(lambda: self._choice_timer.start())
        self._search_timer = QTimer(self, interval=60, singleShot=True)
        self._search_timer.timeout.connect(self._find)
        ctx.bridge.changed.connect(self._on_change)
        ctx.acting.where = self.where
        self._on_choice()
        self._count()

    # parts

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._search_row())
        self.bar = self._action_bar()
        column.addWidget(self.bar)
        self.table = Table(COLUMNS, _("VMs"))
        self.table.setModel(self.model)
        self.table.opened.connect(lambda number: self._ctx.acting.opening.emit(self.model.key(number)))
        self.table.menu_wanted.connect(self._on_menu)
        self.table.pressed_changed.connect(self.model.hold)
        self.actions_.add_shortcuts(self.table)
        self.columns = VmTableColumns(self.table, self.model, self._ctx.preferences)
        self.empty = EmptyState("search", "")
        self._clear = self.empty.add_button(_("Clear the search"), self._clear_all)
        body = QWidget()
        self._body = QStackedLayout(body)
        self._body.addWidget(self.table)
        self._body.addWidget(self.empty)
        column.addWidget(body, 1)
        for widget in (self, body, self.empty):
            widget.setProperty("ground", "base")
            widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        slash = QShortcut(QKeySequence("/"), self, self.focus_search)
        slash.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.setTabOrder(self.columns_button, self.table)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """To the table. A proxy would do so too, but then Tab from elsewhere would leave out the search."""
        self.table.setFocus(event.reason())

    def _search_row(self) -> QWidget:
        service = self._ctx.services.search
        row = VmSearchRow(service.values, lambda: {each.query for each in service.searches()})
        self.row, self.search, self.columns_button = row, row.field, row.columns_button
        self.search.asked.connect(lambda _query: self._search_timer.start())
        self.search.left.connect(lambda: self.table.setFocus())
        self.search.down_pressed.connect(self._to_first)
        self.search.returnPressed.connect(self._to_first)
        self.model.refused.connect(self.search.refuse)
        row.keep_wanted.connect(self._keep)
        row.columns_button.clicked.connect(self._open_columns)
        return row

    def _action_bar(self) -> ActionBar:
        acts = self.actions_
        stop = menu_button("power", _("Shut down"), _("Shut down, reboot, force off, save"))
        stop.setMenu(acts.stop_menu(stop))
        more = menu_button("more", "", _("More acts"))
        more.setMenu(acts.more_menu(more))
        bar = ActionBar(
            (
                BarSlot(),
                BarSlot(acts.action("run")),
                BarSlot(acts.action("pause")),
                BarSlot(button=stop),
                BarSlot(),
                BarSlot(acts.action("snapshot")),
                BarSlot(acts.action("clone")),
                BarSlot(acts.action("tag")),
                BarSlot(acts.action("compare")),
                BarSlot(button=more),
            ),
            _("Quick filters"),
        )
        bar.filtered.connect(self._on_quick)
        bar.cleared.connect(lambda: self.table.clearSelection())
        return bar

    # place

    def show_place(self, place: Place) -> None:
        """Shows the VMs of a place; search and sort order stay. A search is one over the whole fleet, in the field."""
        if place.kind == "search":
            saved = named(self._ctx.services.search.searches(), place.id) if place.id else None
            self._put = saved.query if saved else place.inner
            self.search.set_query(self._put)
        elif self._put:
            if self.search.text() == self._put:  # nobody changed it: it belonged to the place that is left
                self.search.set_query("")
            self._put = ""
        self.model.show_place(inside(place), place.id if place.kind == "host" else "")
        self._count_soon()

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def select(self, keys: list[VmKey]) -> None:
        """Selects these VMs as far as they are shown, and scrolls to the first."""
        self.table.clearSelection()
        rows = [row for row in (self.model.row_of(key) for key in keys) if row >= 0]
        flags = self.table.selectionModel().SelectionFlag
        for row in rows:
            self.table.selectionModel().select(self.model.index(row, 0), flags.Select | flags.Rows)
        if rows:
            self.table.selectionModel().setCurrentIndex(self.model.index(rows[0], 0), flags.NoUpdate)
            self.table.scrollTo(self.model.index(rows[0], 0))

    def where(self, keys: Sequence[VmKey]) -> str:
        """The query that means just these VMs: all it finds in the whole fleet are chosen. "" for any other choice."""
        query, model = self.search.text().strip(), self.model
        if not query or self._quick or not self.isVisible() or len(model.inside()) != model.total():
            return ""
        return query if len(keys) == model.rowCount() and set(keys) == {row.key for row in model.rows()} else ""

    def selected(self) -> list[VmKey]:
        return [self.model.key(row) for row in self.table.selected_rows()]

    @property
    def summary(self) -> str:
        return self._summary

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tick_timer.start()
        missed, self._missed = self._missed, ChangeSet()
        if missed:
            self._on_change(missed)
        self.columns.fit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick_timer.stop()

    # what changes

    @Slot(object)
    def _on_change(self, change: ChangeSet) -> None:
        if not self.isVisible():  # taken in when it is looked at
            self._missed = self._missed.merged(change)
            return
        self.model.apply(change)
        chosen = set(self.actions_.keys)
        if chosen and (chosen & (change.changed | change.removed) or {key.host for key in chosen} & change.hosts):
            self._choice_timer.start()
        if change.hosts:
            self._count_soon()

    def _tick(self) -> None:
        height = self.table.verticalHeader().defaultSectionSize()
        first = max(0, self.table.verticalOffset() // height)
        if self.model.aged(first, first + self.table.viewport().height() // height + 1):
            self.table.viewport().update()
        self.model.search_again()

    def _count_soon(self) -> None:
        empty = not self.model.rowCount() and not self.model.busy
        if empty != (self._body.currentIndex() == 1):  # an empty page is not left standing, nor a table without rows
            self._count()
        elif not self._count_timer.isActive():
            self._count_timer.start()

    def _count(self) -> None:
        total, here, found = self.model.total(), len(self.model.inside()), self.model.found()
        kinds = Counter((row.domain.state, row.age is Age.LOST) for row in found)
        counts = {id: sum(n for kind, n in kinds.items() if fits(*kind)) for id, fits in QUICK.items()}
        counts["all"] = len(found)
        lost = [row for row in self.model.rows() if row.age is Age.LOST]
        shown = self.model.rowCount()
        self.row.say_counts(shown, here)
        self.row.say_lost(lost, self.model.now())
        self._say_filters(counts)
        self._summary = (
            _("{shown} of {vms} shown").format(
                shown=units.count(shown),
                vms=ngettext("{count} VM", "{count} VMs", total).format(count=units.count(total)),
            )
            if shown != total
            else ""
        )
        self.summed.emit(self._summary)
        self._say_empty(here)
        self.columns.fit_soon()

    def _say_filters(self, counts: dict[str, int]) -> None:
        glyphs = {
            "running": state_glyph(State.RUNNING),
            "paused": state_glyph(State.PAUSED),
            "off": state_glyph(State.OFF),
            "crashed": state_glyph(State.CRASHED),
            "lost": ("play-dashed", "last-known"),
        }
        titles = {
            "running": states.state(State.RUNNING),
            "paused": states.state(State.PAUSED),
            "off": states.state(State.OFF),
            "crashed": states.state(State.CRASHED),
            "lost": _("Last seen"),
        }
        filters = [Segment("", " ".join((_("All"), units.count(counts["all"]))))]
        filters.extend(
            Segment(id, f"{titles[id]} {units.count(counts[id])}", glyphs[id])
            for id in QUICK
            if counts[id] or id == self._quick
        )
        self.bar.set_filters(filters, self._quick)

    def _say_empty(self, here: int) -> None:
        empty = not self.model.rowCount() and not self.model.busy
        if empty:
            text = self.search.text().strip()
            if not here:
                self.empty.say(_("No VMs here"), _("VMs appear as soon as a host that has some is connected."))
            elif text:
                term = self.search.query.excluding(self.model.inside(), self._ctx.services.search.known())
                self.empty.say(
                    _("No VM matches “{text}”").format(text=term or text),
                    "" if term else _("Each part is found, but no VM has all of them."),
                )
            else:
                self.empty.say(_("No VM in this state"))
            self._clear.setVisible(bool(text or self._quick))
        self._body.setCurrentIndex(1 if empty else 0)

    def _clear_all(self) -> None:
        self.search.clear()
        self._find()
        self._on_quick("")

    def _find(self) -> None:
        self._search_timer.stop()
        self.model.set_search(self.search.query)
        self._count_soon()

    def _keep(self) -> None:
        dialog = dialogs.KeepDialog(self._ctx, self.search.text(), "", self.window())
        dialog.accepted.connect(self.row.offer)
        dialog.show_at()

    def _on_quick(self, id: str) -> None:
        self._quick = id
        self.model.set_quick(quick(id))
        self._count_soon()

    def _to_first(self) -> None:
        if self._search_timer.isActive():
            self._find()
        self.table.setFocus()
        if self.model.rowCount() and not self.table.selectionModel().hasSelection():
            self.table.selectRow(0)

    # selection

    def _on_choice(self) -> None:
        rows = [self.model.row(number) for number in self.table.selected_rows()]
        self.actions_.set_vms(row.key for row in rows)
        if not rows:
            self.bar.say("", "")
            return
        hosts = len({row.key.host for row in rows})
        memory = units.memory(sum(row.memory_total for row in rows))
        self.bar.say(
            ngettext("{count} selected", "{count} selected", len(rows)).format(count=units.count(len(rows))),
            ngettext("on {count} host, {memory} memory", "on {count} hosts, {memory} memory", hosts).format(
                count=units.count(hosts), memory=memory
            ),
        )

    def _open_columns(self) -> None:
        menu = self.columns.menu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.columns_button.mapToGlobal(QPoint(0, self.columns_button.height() + 2)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.columns.fit()

    def _on_menu(self, at: QPoint) -> None:
        self._choice_timer.stop()
        self._on_choice()
        self.model.hold(True)
        self.actions_.pop_up(at, self.table).aboutToHide.connect(lambda: self.model.hold(False))
