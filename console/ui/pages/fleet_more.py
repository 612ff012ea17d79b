"""The lower half of the Overview: who is far from the rest, and what changed today. Asked for off Qt's thread, now and then."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec
import shiboken6
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from console.fleet.hosts import HostSpec
from console.fleet.outliers import Outlier
from console.fleet.today import Event, Today
from console.services.overview import IDLE, Overview
from console.ui.context import Context
from console.ui.models.rows import Column, RowTable
from console.ui.pages.fleet_leads import asked, of_event, of_subject, these
from console.ui.places import Place
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.labels import Heading, label
from console.ui.widgets.link import Link
from console.ui.widgets.row_view import RowView
from console.words import N_, _, ngettext, overview, units

EVERY_MS = 5000  # between two looks while the page is seen
SHARE = 40  # times what a look takes, that pass before the next: a very large fleet is looked at less often
ROWS = 8
HEAD = 26  # px: heads with links are as high as those without


class OutlierRow(msgspec.Struct, frozen=True):
    outlier: Outlier
    name: str
    host: str


_TROUBLES = {"host-lost": "error", "vm-crash": "error", "job-failed": "error"}

OUTLIERS: tuple[Column[OutlierRow], ...] = (
    Column(
        "name",
        N_("Name"),
        lambda r, n: r.name,
        lambda r: r.name.casefold(),
        width=150,
        glyph=lambda r: ("triangle-bang", "warning-glyph"),
        name=True,
    ),
    Column("host", N_("Host"), lambda r, n: r.host, lambda r: r.host.casefold(), width=88, tone=lambda r: "text2"),
    Column(
        "what",
        N_("Far from the rest by"),
        lambda r, n: overview.outlier(r.outlier),
        lambda r: (isinstance(r.outlier.subject, str), r.outlier.far),
        width=240,
        tip=lambda r: overview.outlier(r.outlier),
    ),
)


class EventRow(msgspec.Struct, frozen=True):
    number: int
    event: Event
    host: str


EVENTS: tuple[Column[EventRow], ...] = (
    Column("at", N_("Time"), lambda r, n: units.clock(r.event.at, seconds=False), lambda r: r.number, width=56),
    Column(
        "what",
        N_("What changed"),
        lambda r, n: overview.event(r.event),
        lambda r: r.event.name.casefold(),
        width=260,
        tip=lambda r: overview.event(r.event),
        tone=lambda r: _TROUBLES.get(r.event.kind, ""),
    ),
    Column("host", N_("Host"), lambda r, n: r.host, lambda r: r.host.casefold(), width=88, tone=lambda r: "text2"),
)


class _List(QWidget):
    """A short table, or a sentence where there is nothing."""

    def __init__(self, view: QWidget) -> None:
        super().__init__()
        self.none = label("", tone="text3", wrap=True)
        self.none.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.none.setContentsMargins(theme.px(12), theme.px(8), 0, 0)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(view)
        self._stack.addWidget(self.none)
        self.say(0, "")

    def say(self, rows: int, none: str) -> None:
        self.none.setText(none)
        self._stack.setCurrentIndex(0 if rows else 1)
        self.setFixedHeight(theme.px(HEIGHTS["head"] + max(1, rows) * HEIGHTS["row"]) + 2)


class FleetMore(QWidget):
    """Signals:
    looked(Overview): newer figures that need a look at all VMs and volumes.
    """

    looked = Signal(object)

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._place = Place.fleet()
        self._specs: tuple[HostSpec, ...] = ()
        self._parts: tuple[tuple[HostSpec, ...], ...] = ()
        self._asking = False
        self._today = Today(0.0)
        self.outliers: RowTable[OutlierRow] = RowTable(
            OUTLIERS, lambda row: (row.outlier.measure, row.outlier.subject), self
        )
        self.events: RowTable[EventRow] = RowTable(EVENTS, lambda row: row.number, self)
        self.outlier_view: RowView[OutlierRow] = RowView(self.outliers, _("Far from the rest"))
        self.event_view: RowView[EventRow] = RowView(self.events, _("Changed today"))
        self.outlier_view.sortByColumn(2, Qt.SortOrder.DescendingOrder)
        self.event_view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self.outlier_view.opened.connect(lambda row: ctx.nav.open(of_subject(row.outlier.subject)))
        self.event_view.opened.connect(lambda row: ctx.nav.open(of_event(row.event)))
        self._outlier_list, self._event_list = _List(self.outlier_view), _List(self.event_view)
        self._outliers_head = Heading(_("Far from the rest"))
        self._idle = Link(role="secondary")
        self._idle.clicked.connect(lambda: ctx.nav.open(asked(self._place, IDLE)))
        self._idle.hide()
        self._outliers_head.add(self._idle)
        self._events_head = Heading(_("Changed today"))
        self.counts: list[Link] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(24))
        for head, table in ((self._outliers_head, self._outlier_list), (self._events_head, self._event_list)):
            side = QVBoxLayout()
            side.setSpacing(0)
            head.setMinimumHeight(theme.px(HEAD))
            side.addWidget(head)
            side.addWidget(table)
            side.addStretch(1)
            row.addLayout(side, 1)
        self._soon = QTimer(self, interval=EVERY_MS, singleShot=True)
        self._soon.timeout.connect(self._again)

    # asking

    def show_hosts(self, place: Place, specs: Sequence[HostSpec], parts: Sequence[Sequence[HostSpec]]) -> None:
        """These from now on; asks at once where they are others, else when it is time."""
        parts_now = tuple(tuple(part) for part in parts)
        moved = place.spot != self._place.spot or len(specs) != len(self._specs)
        self._place, self._specs, self._parts = place, tuple(specs), parts_now
        if moved or not self._soon.isActive():
            self._ask()

    @Slot()
    def _again(self) -> None:
        if self.isVisible():
            self._ask()

    def _ask(self) -> None:
        self._soon.start()
        if self._asking:
            return
        self._asking = True
        place, specs, parts, service = self._place, self._specs, self._parts, self._ctx.services.overview

        def work() -> tuple[Overview, Today, float]:
            start = time.monotonic()
            known = service.look(specs, parts)
            return known, service.today(specs), time.monotonic() - start

        self._ctx.bridge.run(work, lambda found: self._told(place, *found), lambda _error: self._failed())

    def _failed(self) -> None:
        if shiboken6.isValid(self):
            self._asking = False

    def _told(self, place: Place, known: Overview, today: Today, took: float) -> None:
        self._asking = False
        if not shiboken6.isValid(self):
            return
        self._soon.setInterval(max(EVERY_MS, round(took * 1000 * SHARE)))
        if place.spot != self._place.spot:
            self._ask()
            return
        self._show_outliers(known)
        self._show_today(today)
        self.looked.emit(known)

    # showing

    def _name(self, host: str) -> str:
        spec = self._ctx.inventory.spec(host)
        return spec.name if spec else host

    def _show_outliers(self, known: Overview) -> None:
        rows = []
        for one in known.outliers:
            if isinstance(one.subject, str):
                rows.append(OutlierRow(one, self._name(one.subject), ""))
            elif (domain := self._ctx.inventory.domain(one.subject)) is not None:
                rows.append(OutlierRow(one, domain.name, self._name(one.subject.host)))
        self.outliers.set_rows(rows)
        self._outlier_list.say(len(rows), _("Nothing stands out."))
        idle = ngettext("{n} VM runs idle for 30 d", "{n} VMs run idle for 30 d", known.idle)
        self._idle.setText(idle.format(n=units.count(known.idle)))
        self._idle.setVisible(known.idle > 0)
        self._idle.updateGeometry()

    def _show_today(self, today: Today) -> None:
        if today == self._today and self.events.rowCount():
            return
        self._today = today
        events = today.events[:ROWS]
        total = len(today.events)
        self.events.set_rows(
            EventRow(total - number, event, self._name(event.host)) for number, event in enumerate(events)
        )
        self._event_list.say(len(events), overview.none_today())
        for link in self.counts:
            link.hide()
            link.deleteLater()
        self.counts = []
        for kind, count in today.counts[:5]:
            place = these(today.keys(kind)) or (Place("tasks") if kind in ("job-failed", "storage") else None)
            if place is None and kind == "host-lost":
                place = self._place.at("hosts")
            link = Link(overview.count(kind, count), role="secondary")
            if place is not None:
                link.clicked.connect(lambda _on=False, there=place: self._ctx.nav.open(there))
            link.setEnabled(place is not None)
            self._events_head.add(link)
            self.counts.append(link)
