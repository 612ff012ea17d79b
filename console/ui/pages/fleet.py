"""Overview of the fleet, a zone or a rack: what is promised and used, who is in trouble, busiest, forgotten."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from console.fleet.hosts import HostSpec, Phase
from console.fleet.places import by_place
from console.fleet.storage import StorageSum
from console.fleet.sums import Sum
from console.fleet.updates import ChangeSet
from console.services.overview import FORGOTTEN, FORGOTTEN_AFTER, Overview, Trouble, overview, troubles
from console.ui.context import Context
from console.ui.host_actions import HostAct
from console.ui.icons import phase_glyph
from console.ui.pages.fleet_leads import asked
from console.ui.pages.fleet_more import HEAD, FleetMore
from console.ui.pages.hosts import within
from console.ui.pages.live import LivePage
from console.ui.places import Place
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.figure import Figure
from console.ui.widgets.labels import ElidedLabel, GlyphLabel, Heading, label, rule
from console.ui.widgets.link import Link
from console.ui.widgets.load_rows import LoadRows
from console.ui.widgets.notes import Note
from console.ui.widgets.scrolled import scrolled
from console.ui.widgets.vm_list import VmList
from console.words import _, errors, ngettext, states, units

SOON_MS = 1000  # between two sums over the whole fleet
NEARLY_FULL = 0.9  # of the storage
MOST_TROUBLES = 6  # shown; the rest is counted
ROWS = 8  # of the lists


AT_ONCE = 50  # hosts that are summed without a worker

Places = list[tuple[Place, str, list[HostSpec]]]  # where a row leads, its name, its hosts


class TroubleRow(QWidget):
    """A host, what is wrong, how old what is known of it is, and the way out."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self._ctx = ctx
        self.host = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(4), 0, theme.px(4))
        row.setSpacing(theme.px(8))
        self._glyph = GlyphLabel("struck", "error")
        self._name = Link()
        self._name.clicked.connect(lambda: ctx.nav.open(Place.host(self.host)))
        self._why = ElidedLabel("", tone="text2")
        self._when = label("", "secondary", "text3")
        self.button = Button(_("Try now"), small=True)
        self.button.clicked.connect(lambda: ctx.host_acting.do(HostAct.TRY_NOW, (self.host,)))
        row.addWidget(self._glyph)
        row.addWidget(self._name)
        row.addWidget(self._why, 1)
        row.addWidget(self._when)
        row.addWidget(self.button)

    def show_trouble(self, trouble: Trouble, now: float) -> None:
        spec, status = trouble.spec, trouble.status
        self.host = spec.id
        self._glyph.show_glyph(*(phase_glyph(status.phase) or ("clock", "warning")))
        self._name.setText(spec.name)
        self._name.updateGeometry()
        why = errors.why(status.problem) if status.problem is not None else _("It does not answer at the moment.")
        if self._why.whole_text() != why:
            self._why.set_text(why)
        self._when.setText(states.phase_words(spec, status, now))
        self.button.setAccessibleName(_("Try {host} now").format(host=spec.name))

    @property
    def text(self) -> str:
        return f"{self._name.text()}: {self._why.whole_text()} {self._when.text()}"


class ZoneRow:
    """A place's sums in one row of a grid: name, hosts, VMs, two bars with what is promised."""

    def __init__(self, ctx: Context, grid: QGridLayout, number: int) -> None:
        self.place = Place.fleet()
        self.name = Link()
        self.name.clicked.connect(lambda: ctx.nav.open(self.place))
        self.hosts, self.vms = Link(), Link()
        self.hosts.clicked.connect(lambda: ctx.nav.open(self.place.at("hosts")))
        self.vms.clicked.connect(lambda: ctx.nav.open(self.place.at("vms")))
        self.load = LoadRows(storage=True)
        self.load.show_storage(StorageSum())
        for column, widget in enumerate((self.name, self.hosts, self.vms, self.load)):
            grid.addWidget(widget, number * 2, column, Qt.AlignmentFlag.AlignTop if column < 3 else Qt.AlignmentFlag(0))
        self.line = rule()
        grid.addWidget(self.line, number * 2 + 1, 0, 1, 4)
        self.widgets = (self.name, self.hosts, self.vms, self.load, self.line)

    def show_sum(self, place: Place, name: str, total: Sum) -> None:
        self.place = place
        self.name.setText(name)
        self.name.updateGeometry()
        for link, text in ((self.hosts, _hosts_words(total)), (self.vms, _vms_words(total))):
            if link.text() != text:
                link.setText(text)
                link.updateGeometry()
        self.load.show_sum(total, total.live > 0)


class FleetPage(LivePage):
    """Figures of now, each leading to the list it counts; and what changed today."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("ground", "base")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._measuring = False
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._soon.timeout.connect(self._refresh_seen)
        self.replayed = Note("info")
        self.hosts = Figure(_("Hosts live"), leads=True)
        self.vms = Figure(_("VMs running"), leads=True)
        self.cpu = Figure(_("CPU used"), leads=True)
        self.memory = Figure(_("Memory used"), leads=True)
        self.vcpus = Figure(_("vCPU promised"), leads=True)
        self.given = Figure(_("Memory promised"), leads=True)
        self.stored = Figure(_("Storage promised"), leads=True)
        for figure, query in (
            (self.vms, "state:running"),
            (self.cpu, "state:running"),
            (self.memory, "state:running"),
            (self.vcpus, "state:active"),
            (self.given, "state:active"),
        ):
            figure.clicked.connect(lambda query=query: ctx.nav.open(asked(self.place, query)))
        self.hosts.clicked.connect(lambda: ctx.nav.open(self.place.at("hosts")))
        self.stored.clicked.connect(lambda: ctx.nav.open(self.place.at("storage")))
        self.more = FleetMore(ctx)
        self.more.looked.connect(self._looked)
        self._troubles_head = Heading(_("Hosts in trouble"))
        self._troubles_box = QVBoxLayout()
        self._troubles_box.setSpacing(0)
        self.troubles: list[TroubleRow] = []
        self._more = Link(role="secondary")
        self._more.clicked.connect(lambda: ctx.nav.open(self.place.at("hosts")))
        self._fine = label("", tone="text2")
        self._zones_head = Heading(_("By zone"))
        self._zones_grid = QGridLayout()
        self._zones_grid.setHorizontalSpacing(theme.px(20))
        self._zones_grid.setVerticalSpacing(theme.px(8))
        self._zones_grid.setColumnStretch(3, 1)
        self.zones: list[ZoneRow] = []
        self.busiest = VmList(ctx, host=True)
        self.forgotten = VmList(ctx, idle=True, host=True)
        for table in (self.busiest, self.forgotten):
            table.opened.connect(lambda key: ctx.nav.open(Place.vm(key)))
        self._looked_at = 0.0
        self._forgotten_head = Heading(_("Forgotten"))
        self._all_forgotten = Link(role="secondary")
        self._all_forgotten.clicked.connect(lambda: ctx.nav.open(asked(self.place, FORGOTTEN)))
        self._all_forgotten.hide()
        self._forgotten_head.add(self._all_forgotten)
        self._build()

    def _build(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(*(theme.px(16),) * 4)
        column.setSpacing(theme.px(10))
        column.addWidget(self.replayed)
        totals = QHBoxLayout()
        totals.setSpacing(theme.px(16))
        for figure in (self.hosts, self.vms, self.cpu, self.memory, self.vcpus, self.given, self.stored):
            totals.addWidget(figure, 1)
        column.addLayout(totals)
        column.addSpacing(theme.px(8))
        column.addWidget(self._troubles_head)
        column.addWidget(self._fine)
        column.addLayout(self._troubles_box)
        column.addWidget(self._more)
        column.addSpacing(theme.px(8))
        column.addWidget(self._zones_head)
        column.addLayout(self._zones_grid)
        column.addSpacing(theme.px(8))
        column.addWidget(self.more)
        column.addSpacing(theme.px(8))
        lists = QHBoxLayout()
        lists.setSpacing(theme.px(24))
        for head, table in ((Heading(_("Busiest now")), self.busiest), (self._forgotten_head, self.forgotten)):
            side = QVBoxLayout()
            side.setSpacing(0)
            head.setMinimumHeight(theme.px(HEAD))
            side.addWidget(head)
            side.addWidget(table, 1)
            lists.addLayout(side, 1)
        column.addLayout(lists, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(inner))

    # what is shown

    def specs(self) -> list[HostSpec]:
        """The hosts of the place that is shown."""
        return [spec for spec in self.ctx.inventory.specs() if within(self.place, spec)]

    def take(self, change: ChangeSet) -> None:
        """Sums over the fleet wait for each other; troubles are told at once."""
        if change.hosts or change.fleet:
            self._show_troubles(self.specs(), time.time())
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _refresh_seen(self) -> None:
        if self.isVisible():
            self.refresh()
        else:
            self._stale = True

    def refresh(self) -> None:
        """All sums and lists; those of a large fleet on a worker, one at a time."""
        inventory, now, specs = self.ctx.inventory, time.time(), self.specs()
        places = self._places(specs)
        parts = [part for _place, _name, part in places]
        self._show_troubles(specs, now)
        self.more.show_hosts(self.place, specs, parts)
        if len(specs) <= AT_ONCE:
            self._show(self.place, places, overview(inventory, specs, parts, now, ROWS))
        elif not self._measuring:
            self._measuring = True
            place = self.place
            self.ctx.bridge.run(
                lambda: overview(inventory, specs, parts, now, ROWS), lambda known: self._measured(place, places, known)
            )

    def _measured(self, place: Place, places: Places, known: Overview) -> None:
        self._measuring = False
        if not isValid(self):
            return
        if place == self.place:
            self._show(place, places, known)
        else:
            self._soon.start()

    def _show(self, place: Place, places: Places, known: Overview) -> None:
        total = known.total
        self._show_totals(total)
        self._show_zones(place, places, known.parts)
        self.replayed.setVisible(total.replayed)
        self.replayed.say(
            _("Replayed load."),
            _("The demo’s VMs do not really run; what they use was recorded from real guests."),
        )
        none = _("No VM of a live host has told what it uses yet.") if total.live else _("No host is live.")
        self.busiest.show_vms(known.busiest, none)
        if not self._looked_at:
            self._show_forgotten(known)

    def _show_forgotten(self, known: Overview) -> None:
        idle, days = known.forgotten, units.age(FORGOTTEN_AFTER)
        count = ngettext("{n} VM off for more than {days}", "{n} VMs off for more than {days}", len(idle))
        self._all_forgotten.setText(count.format(n=units.count(len(idle)), days=days))
        self._all_forgotten.setVisible(bool(idle))
        self._all_forgotten.updateGeometry()
        none = _("No VM is known to be off for more than {days}.").format(days=days)
        self.forgotten.show_vms([(domain, None) for domain in idle[:ROWS]], none, known.at)

    @Slot(object)
    def _looked(self, known: Overview) -> None:
        """Figures that need a look at all volumes, and the VMs that a search finds as forgotten."""
        self._looked_at = known.at
        self._show_forgotten(known)
        total = known.storage
        self.stored.say(
            _ratio(total.ratio),
            _("{promised} of {real}").format(promised=units.size(total.promised), real=units.size(total.capacity))
            if total.capacity
            else "",
            "warning" if (total.full or 0) >= NEARLY_FULL else "",
        )
        for zone, part in zip(self.zones, known.storages, strict=False):
            zone.load.show_storage(part)

    @Slot()
    def tick(self) -> None:
        if self.troubles:
            self._show_troubles(self.specs(), time.time())

    def _show_totals(self, total: Sum) -> None:
        bad = total.hosts - total.live
        self.hosts.say(
            _("{live} of {all}").format(live=units.count(total.live), all=units.count(total.hosts)),
            ngettext("{n} not live", "{n} not live", bad).format(n=bad) if bad else _("all of them"),
            "error" if bad and not total.live else "",
        )
        self.vms.say(units.count(total.running), _("of {n}").format(n=units.count(total.vms)))
        self.cpu.say(units.percent(total.cpu), _of_known(total.cpus_known, total.cpus, _("threads")))
        share = units.percent(total.memory_share)
        self.memory.say(share, _("of {all}").format(all=units.memory(total.memory)) if total.memory else "")
        threads = units.count(total.cpus)
        self.vcpus.say(
            _ratio(total.vcpu_ratio),
            _("{promised} on {real} threads").format(promised=units.count(total.vcpus_promised), real=threads)
            if total.cpus
            else "",
        )
        self.given.say(
            _ratio(total.memory_ratio),
            _("{promised} of {real}").format(
                promised=units.memory(total.memory_promised), real=units.memory(total.memory)
            )
            if total.memory
            else "",
            "warning" if (total.memory_ratio or 0) > 1 else "",
        )

    def _show_troubles(self, specs: list[HostSpec], now: float) -> None:
        found = troubles(self.ctx.inventory, specs)
        shown = found[:MOST_TROUBLES]
        while len(self.troubles) < len(shown):
            self.troubles.append(TroubleRow(self.ctx))
            self._troubles_box.addWidget(self.troubles[-1])
        while len(self.troubles) > len(shown):
            row = self.troubles.pop()
            row.hide()
            row.deleteLater()
        for row, trouble in zip(self.troubles, shown, strict=True):
            row.show_trouble(trouble, now)
        rest = len(found) - len(shown)
        self._more.setText(ngettext("{n} more, see Hosts", "{n} more, see Hosts", rest).format(n=rest))
        self._more.updateGeometry()
        self._more.setVisible(rest > 0)
        off = sum(self.ctx.inventory.status(spec.id).phase is Phase.OFF for spec in specs)
        fine = _("None. Every host that is connected answers.")
        if off:
            fine += " " + ngettext("{n} is disconnected.", "{n} are disconnected.", off).format(n=off)
        self._fine.setText(fine)
        self._fine.setVisible(not found)

    def _show_zones(self, place: Place, places: Places, sums: tuple[Sum, ...]) -> None:
        inside = place.kind in ("zone", "rack")
        self._zones_head.set_text(_("By rack") if inside else _("By zone"))
        seen = len(places) > 1 or (bool(places) and not inside)
        self._zones_head.setVisible(seen)
        shown = list(zip(places, sums, strict=True)) if seen else []
        while len(self.zones) < len(shown):
            self.zones.append(ZoneRow(self.ctx, self._zones_grid, len(self.zones)))
        for number, zone in enumerate(self.zones):
            for widget in zone.widgets:
                widget.setVisible(number < len(shown))
        for zone, ((there, name, _part), part_sum) in zip(self.zones, shown, strict=False):
            zone.show_sum(there, name, part_sum)

    def _places(self, specs: list[HostSpec]) -> Places:
        """Zones of the fleet, racks of a zone: the place, its name, its hosts."""
        zones = by_place(specs)
        if self.place.kind not in ("zone", "rack"):
            return [
                (Place.zone(zone.name), zone.name or _("no zone"), [s for rack in zone.racks for s in rack.hosts])
                for zone in zones
            ]
        return [
            (Place.rack(zone.name, rack.name), rack.name or _("no rack"), list(rack.hosts))
            for zone in zones
            for rack in zone.racks
        ]


def _ratio(value: float | None) -> str:
    return units.NONE if value is None else f"{units.figure(value, 2)}×"


def _of_known(known: int, every: int, name: str) -> str:
    """What a share is of, and that some of it is not known."""
    if not known:
        return _("not known yet") if every else ""
    if known < every:
        return _("of {known}, {rest} {what} not known").format(
            known=units.count(known), rest=units.count(every - known), what=name
        )
    return _("of {n} {what}").format(n=units.count(every), what=name)


def _hosts_words(total: Sum) -> str:
    text = ngettext("{n} host", "{n} hosts", total.hosts).format(n=units.count(total.hosts))
    bad = total.hosts - total.live
    return text if not bad else text + ", " + ngettext("{n} not live", "{n} not live", bad).format(n=bad)


def _vms_words(total: Sum) -> str:
    return _("{running} of {vms} VMs run").format(running=units.count(total.running), vms=units.count(total.vms))
