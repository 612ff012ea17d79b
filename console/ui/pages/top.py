"""Who takes most CPU, memory, disk or network: over any span that is recorded, by VM, host or tag."""

from __future__ import annotations

import shlex
import time

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from console.fleet.domains import VmKey
from console.fleet.errors import FleetError
from console.fleet.history import By, Top
from console.ui.context import Context
from console.ui.icons import age_of, vm_glyph
from console.ui.models.rows import RowTable
from console.ui.models.top import WHAT, TopLine, What, columns, id_of, line
from console.ui.pages.hosts import within
from console.ui.pages.live import LivePage
from console.ui.places import Place
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.flow_row import FlowRow
from console.ui.widgets.labels import ElidedLabel
from console.ui.widgets.notes import EmptyState, Note
from console.ui.widgets.row_view import RowView
from console.ui.widgets.tabs import Segment, Segmented
from console.words import N_, _, errors, ngettext, units
from console.words import graphs as words

DAY = 86400.0
SPANS: dict[str, tuple[str, float]] = {  # as on a command line
    "10min": (N_("10 min"), 600.0),
    "1h": (N_("1 h"), 3600.0),
    "6h": (N_("6 h"), 6 * 3600.0),
    "1d": (N_("Day"), DAY),
    "7d": (N_("Week"), 7 * DAY),
    "30d": (N_("Month"), 30 * DAY),
    "365d": (N_("Year"), 365 * DAY),
}
AGAIN = 10.0  # seconds between two readings at least, and a hundredth of the span
ROWS = 500  # shown at most


class TopPage(LivePage):
    """Chosen above: what, since when, by whom. Below, the list."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("ground", "base")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._serial = 0
        self._asking = False
        self._read_at = 0.0
        self.what = Segmented([Segment(what.id, _(what.title)) for what in WHAT], _("What is taken"))
        self.span = Segmented([Segment(id, _(title)) for id, (title, _s) in SPANS.items()], _("Span"))
        self.span.set_current("1h")
        self.by = Segmented(
            [Segment("vm", _("VM")), Segment("host", _("Host")), Segment("tag", _("Tag"))], _("Added up by")
        )
        for choice in (self.what, self.span, self.by):
            choice.chosen.connect(lambda _id: self._ask())
        self.command = Button(_("Copy as command"), icon="terminal")
        self.command.clicked.connect(self._copy)
        self.said = ElidedLabel("", "secondary", "text2")
        self.note = Note("error")
        self.note.add_button(_("Try again"), self._ask)
        self.note.hide()
        self.table: RowTable[TopLine] | None = None
        self.view: RowView[TopLine] | None = None
        self._shape: tuple[str, str] = ("", "")
        self.none = EmptyState("clock", "")
        self._build()
        self._copied = QTimer(self, interval=3000, singleShot=True)
        self._copied.timeout.connect(lambda: self.command.setText(_("Copy as command")))

    def _build(self) -> None:
        head = FlowRow()
        for widget in (self.what, self.by, self.span):
            head.add_left(widget)
        head.add_right(self.command)
        upper = QVBoxLayout()
        upper.setContentsMargins(*(theme.px(edge) for edge in (16, 12, 16, 8)))
        upper.setSpacing(theme.px(8))
        upper.addWidget(head)
        upper.addWidget(self.said)
        upper.addWidget(self.note)
        body = QWidget()
        self._body = QStackedLayout(body)
        self._body.addWidget(self.none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(upper)
        column.addWidget(body, 1)

    # what is shown

    @property
    def chosen(self) -> tuple[What, By, float]:
        """What is asked for, added up by what, and seconds."""
        what = next(what for what in WHAT if what.id == self.what.current())
        return what, By(self.by.current()), SPANS[self.span.current()][1]

    def placed(self) -> None:
        self._serial += 1  # what is being read is of another place
        self._asking = False

    def concerns(self, change: object) -> bool:
        """Time alone renews it: `tick`."""
        return False

    def refresh(self) -> None:
        self._ask()

    @Slot()
    def tick(self) -> None:
        _what, _by, seconds = self.chosen
        if not self._asking and time.monotonic() - self._read_at >= max(AGAIN, seconds / 100):
            self._ask()

    # reading

    def _among(self) -> frozenset[VmKey] | None:
        """The VMs of the place; None: all there ever were."""
        if self.place.kind == "fleet":
            return None
        inventory = self.ctx.inventory
        specs = [spec for spec in inventory.specs() if within(self.place, spec)]
        return frozenset(domain.key for spec in specs for domain in inventory.domains_of(spec.id))

    @Slot()
    def _ask(self) -> None:
        what, by, seconds = self.chosen
        self._serial += 1
        serial, now, among, stats = self._serial, time.time(), self._among(), self.ctx.services.stats
        self._asking = True
        if self.view is None or self._body.currentWidget() is self.none:
            self.said.set_text(_("Reading…"))

        def done(rows: list[Top]) -> None:
            if isValid(self) and serial == self._serial:
                self._show(rows, what, by, now - seconds, now)

        def failed(error: FleetError) -> None:
            if isValid(self) and serial == self._serial:
                self._asking = False
                self._read_at = time.monotonic()
                self.note.say(_("The load history cannot be read."), errors.why(error.problem))
                self.note.show()

        self.ctx.bridge.run(lambda: stats.top(what.measures, now - seconds, now, by, among), done, failed)

    def _show(self, rows: list[Top], what: What, by: By, start: float, end: float) -> None:
        self._asking = False
        self._read_at = time.monotonic()
        self.note.hide()
        lines = [self._line(row, what, by, rows[0]) for row in rows[:ROWS]]
        self._shape_table(what, by)
        assert self.table is not None
        self.table.set_rows(lines)
        if not lines:
            self.none.say(
                _("Nothing is recorded of this span"),
                _("Load is recorded while the console runs. Choose a longer span, or come back in a while."),
            )
            self._body.setCurrentWidget(self.none)
            self.said.set_text(words.span(start, end, 0, end))
            return
        assert self.view is not None
        self._body.setCurrentWidget(self.view)
        known = max(row.known for row in rows)
        text = words.span(start, end, 0, end)
        if known < 0.995:
            text += "  ·  " + _("{share} of it was measured").format(share=units.percent(known))
        if len(rows) > ROWS:
            more = len(rows) - ROWS
            text += "  ·  " + ngettext("{n} more is not shown", "{n} more are not shown", more).format(
                n=units.count(more)
            )
        self.said.set_text(text)

    def _shape_table(self, what: What, by: By) -> None:
        """Another table where other columns are wanted."""
        if self._shape == (by.value, what.id):
            return
        self._shape = (by.value, what.id)
        if self.view is not None:
            self._body.removeWidget(self.view)
            self.view.deleteLater()
        table = RowTable(columns(by, what), id_of, self, pale=lambda row: row.gone)
        view: RowView[TopLine] = RowView(table, _("Who takes most"))
        view.sortByColumn(next(n for n, c in enumerate(table.columns) if c.id == "mean"), Qt.SortOrder.DescendingOrder)
        view.opened.connect(self._open)
        self._body.addWidget(view)
        self.table, self.view = table, view

    def _line(self, top: Top, what: What, by: By, best: Top) -> TopLine:
        inventory, subject = self.ctx.inventory, top.subject
        if isinstance(subject, VmKey):
            domain, spec = inventory.domain(subject), inventory.spec(subject.host)
            age = age_of(inventory.status(subject.host))
            glyph = vm_glyph(domain, age) if domain is not None else ("square-dashed", "last-known")
            return line(top, what, by, spec.name if spec else subject.host, glyph, domain is None, best)
        return line(top, what, by, "", None, by is By.HOST and inventory.spec(subject) is None, best)

    @Slot(object)
    def _open(self, row: TopLine) -> None:
        subject, by = row.top.subject, By(self.by.current())
        if row.gone or subject == "":
            return
        if isinstance(subject, VmKey):
            self.ctx.nav.open(Place.vm(subject, "graphs"))
        elif by is By.HOST:
            self.ctx.nav.open(Place.host(subject, "graphs"))
        else:
            self.ctx.nav.open(Place("tag", subject))

    # the same as a command

    def line(self) -> str:
        """The command that lists the same."""
        what, by, _seconds = self.chosen
        parts = ["splendid", "top", "--measure", what.id, "--by", by.value, "--since", self.span.current()]
        if self.place.kind != "fleet":
            zone = self.place.id
            query = f'zone:"{zone}"' if self.place.kind == "zone" else f'zone:"{zone}" rack:"{self.place.inner}"'
            parts += ["--where", query]
        return shlex.join(parts)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.line())
        self.command.setText(_("Copied"))
        self._copied.start()
