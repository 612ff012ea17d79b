"""A host at a glance: what it is, how it is reached, what it carries, who is busiest on it."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from console.fleet.hosts import HostSpec
from console.fleet.sums import Sum, host_sum
from console.services.overview import busiest
from console.ui.context import Context
from console.ui.models import facts
from console.ui.theme import theme
from console.ui.widgets.fact_rows import FactRows
from console.ui.widgets.figure import Figure
from console.ui.widgets.labels import Heading
from console.ui.widgets.load_rows import LoadRows
from console.ui.widgets.scrolled import scrolled
from console.ui.widgets.vm_list import VmList
from console.words import _, units

LEFT, LEFT_NARROW = 340, 256
NARROW = 960  # px of the page


class HostSummary(QWidget):
    """Signals:
    vm_opened(VmKey): a VM of the list was chosen.
    """

    vm_opened = Signal(object)

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.system = FactRows(label_width=96)
        self.connection = FactRows(label_width=96)
        self.counts = FactRows(label_width=96)
        self.load = LoadRows()
        self._load_head = Heading(_("Now"))
        self.vms = VmList(ctx)
        self.vms.opened.connect(self.vm_opened)
        self.running = Figure(_("VMs running"))
        self.cpu = Figure(_("CPU"))
        self.memory = Figure(_("Memory"))
        inner = QWidget()
        row = QHBoxLayout(inner)
        row.setContentsMargins(*(theme.px(16),) * 4)
        row.setSpacing(theme.px(28))
        left = self._left = QWidget()
        left.setFixedWidth(theme.px(LEFT))
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        for title, rows in ((_("System"), self.system), (_("Connection"), self.connection), (_("Holds"), self.counts)):
            column.addWidget(Heading(title))
            column.addWidget(rows)
            column.addSpacing(theme.px(10))
        column.addStretch(1)
        row.addWidget(left)
        right = QVBoxLayout()
        right.setSpacing(theme.px(10))
        right.addWidget(self._load_head)
        right.addLayout(self._figures())
        right.addSpacing(theme.px(4))
        right.addWidget(self.load)
        right.addSpacing(theme.px(14))
        right.addWidget(Heading(_("Busiest here")))
        right.addWidget(self.vms, 1)
        row.addLayout(right, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(inner))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._left.setFixedWidth(theme.px(LEFT if self.width() >= theme.px(NARROW) else LEFT_NARROW))

    def _figures(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(24))
        for number, figure in enumerate((self.running, self.cpu, self.memory)):
            grid.addWidget(figure, 0, number)
            grid.setColumnStretch(number, 1)
        return grid

    def show_host(self, spec: HostSpec) -> None:
        """Says all that is known of it now."""
        inventory = self._ctx.inventory
        view, now = inventory.view(spec.id), time.time()
        fresh = inventory.fresh(spec.id)
        total = host_sum(view, inventory.domains_of(spec.id))
        self.system.show_facts(facts.host_system(spec, view.facts))
        self.connection.show_facts(facts.host_connection(spec, view.status, now))
        self.counts.show_facts(facts.host_counts(view))
        self._load_head.set_text(_("Now") if fresh else _("Last known"), _replayed(total))
        never = view.facts is None and not total.vms
        self.running.say(
            units.NONE if never else units.count(total.running),
            "" if never else _("of {n}").format(n=units.count(total.vms)),
        )
        self.cpu.say(units.percent(total.cpu), _("of all threads"))
        used = units.memory(total.memory_used) if total.memory_known else units.NONE
        self.memory.say(used, _("used of {all}").format(all=units.memory(total.memory)) if total.memory else "")
        self.load.show_sum(total, fresh)
        self.vms.show_vms(busiest(inventory, (spec,), 10), self._none(spec, total, fresh))

    def _none(self, spec: HostSpec, total: Sum, fresh: bool) -> str:
        if not fresh:
            return _("Load is known of live hosts only.")
        if not total.vms:
            return _("{host} has no VMs.").format(host=spec.name)
        return _("No VM runs here.") if not total.running else _("No figures yet; they come with the next reading.")


def _replayed(total: Sum) -> str:
    return _("replayed load, recorded from real guests") if total.replayed else ""
