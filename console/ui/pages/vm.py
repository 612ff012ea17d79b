"""A VM's page: head with its state and what can be done, and the tabs Summary, Snapshots, Graphs, Hardware and XML."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from console.fleet.acts import Act
from console.fleet.domains import Domain, State
from console.fleet.hosts import HostSpec
from console.fleet.updates import ChangeSet
from console.ui.actions import STOPPING, VmActions
from console.ui.context import Context
from console.ui.host_actions import HostActions
from console.ui.icons import age_of, vm_glyph
from console.ui.later import Later
from console.ui.pages.graphs import VmGraphs
from console.ui.pages.host import HostNote, place_words
from console.ui.pages.live import LivePage
from console.ui.pages.vm_hardware import VmHardware
from console.ui.pages.vm_summary import VmSummary
from console.ui.pages.vm_xml import VmXml
from console.ui.places import Place
from console.ui.widgets.action_button import ActionButton
from console.ui.widgets.buttons import Button
from console.ui.widgets.notes import EmptyState
from console.ui.widgets.page_head import PageHead
from console.ui.widgets.tabs import Tab
from console.words import _, acts, origins, states, units

if TYPE_CHECKING:
    from console.ui.pages.vm_snapshots import VmSnapshots

TABS = ("summary", "snapshots", "graphs", "hardware", "xml")


def titles() -> tuple[str, ...]:
    """Of the tabs, in order."""
    return _("Summary"), _("Snapshots"), _("Graphs"), _("Hardware"), _("XML")


class VmPage(LivePage):
    """Head, a note while its host is not live, and one of five tabs."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("ground", "base")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.actions_ = VmActions(ctx.acting, self)
        self.actions_.add_shortcuts(self)
        self._host_actions = HostActions(ctx.host_acting, self)
        self.head = PageHead([Tab(id, title) for id, title in zip(TABS, titles(), strict=True)])
        self.head.tab_chosen.connect(lambda tab: ctx.nav.open(self.place.at(tab)))
        self.head.place_opened.connect(lambda: ctx.nav.open(Place.host(self.place.id)))
        self._build_buttons()
        self.note = HostNote(self._host_actions)
        self.summary = VmSummary(ctx, self.actions_)
        self.snapshots: Later[VmSnapshots] = Later(
            ctx.bridge, "console.ui.pages.vm_snapshots", lambda module: module.VmSnapshots(ctx)
        )
        self.graphs = VmGraphs(ctx)
        for graphs in (self.summary.graphs, self.graphs):
            graphs.compare_wanted.connect(lambda: ctx.acting.comparing.emit((self.place.key,)))
        self.hardware = VmHardware(ctx)
        self.xml = VmXml(ctx)
        self._none = EmptyState("vm", _("This VM is gone"), _("It was deleted, or moved to another host."))
        self._none.add_button(_("Show its host"), lambda: ctx.nav.open(Place.host(self.place.id)))
        self._body = QStackedWidget()
        for page in (self.summary, self.snapshots, self.graphs, self.hardware, self.xml, self._none):
            self._body.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.note)
        column.addWidget(self._body, 1)

    def _build_buttons(self) -> None:
        action = self.actions_.action
        self._run = ActionButton(action("run"))
        self._pause = ActionButton(action("pause"))
        self._stop = stop = Button(acts.label(Act.SHUTDOWN), icon="power")
        stop.setMenu(self.actions_.stop_menu(stop))
        more = Button("", icon="more", name=_("More acts"))
        menu = self.actions_.more_menu(more)
        menu.insertAction(menu.actions()[0], action("tag"))
        more.setMenu(menu)
        copies = [ActionButton(action(name)) for name in ("snapshot", "clone")]
        for button in (self._run, self._pause, stop, *copies, more):
            self.head.add_button(button)

    # what is shown

    @property
    def domain(self) -> Domain | None:
        return self.ctx.inventory.domain(self.place.key)

    @property
    def title(self) -> str:
        return self.domain.name if self.domain else ""

    def placed(self) -> None:
        tab = self.place.tab if self.place.tab in TABS else TABS[0]
        self.head.tabs.set_current(tab)
        if self.domain is not None:
            self._body.setCurrentIndex(TABS.index(tab))

    def read_anew(self) -> None:
        """What the seen tab asked the host for by itself, and no event tells of."""
        if self._body.currentWidget() is self.snapshots and self.snapshots.widget is not None:
            self.snapshots.widget.read()

    def focus_search(self) -> bool:
        """To the search in the XML; False where that is not shown, or has the focus already."""
        if self._body.currentWidget() is not self.xml or self.xml.search.hasFocus():
            return False
        self.xml.focus_search()
        return True

    def concerns(self, change: ChangeSet) -> bool:
        key = self.place.key
        return (
            change.fleet
            or key.host in change.hosts
            or key in change.changed
            or key in change.loads
            or key in change.added
            or key in change.removed
        )

    def refresh(self) -> None:
        """Head, note and the tab that is seen."""
        domain, spec = self.domain, self.ctx.inventory.spec(self.place.id)
        gone = domain is None or spec is None
        self.head.setVisible(not gone)
        if domain is None or spec is None:
            self.note.hide()
            self._body.setCurrentWidget(self._none)
            return
        if self._body.currentWidget() is self._none:
            self._body.setCurrentIndex(TABS.index(self.place.tab) if self.place.tab in TABS else 0)
        if self.actions_.keys != (domain.key,):
            self.actions_.set_vms((domain.key,))
            self._host_actions.set_hosts((spec.id,))
        else:
            self.actions_.refresh()
            self._host_actions.refresh()
        self._run.setVisible(domain.state is not State.RUNNING)
        self._pause.setVisible(domain.state is State.RUNNING)
        can_stop = any(self.actions_.action(name).isEnabled() for name in STOPPING if name)
        self._stop.setEnabled(can_stop)
        self._stop.setToolTip("" if can_stop else self.actions_.action("shutdown").toolTip())
        self._show_head(domain, spec)
        self._count_snapshots(domain)
        self._show_body(domain)

    def _count_snapshots(self, domain: Domain) -> None:
        counts = {"snapshots": units.count(domain.snapshots) if domain.snapshots else ""}
        self.head.tabs.set_tabs([Tab(id, title, counts.get(id, "")) for id, title in zip(TABS, titles(), strict=True)])

    def _show_body(self, domain: Domain) -> None:
        fresh, now = self.ctx.inventory.fresh(domain.key.host), time.time()
        page = self._body.currentWidget()
        if page is self.summary:
            self.summary.show_vm(domain, fresh, now)
        elif page is self.snapshots:
            self.snapshots.tell(lambda seen: seen.show_vm(domain, fresh))
        elif page is self.graphs:
            self.graphs.show_vm(domain, fresh)
        elif page is self.hardware:
            self.hardware.show_vm(domain)
        elif page is self.xml:
            self.xml.show_vm(domain, fresh)

    def _show_head(self, domain: Domain, spec: HostSpec) -> None:
        view, now = self.ctx.inventory.view(spec.id), time.time()
        tone = "error" if domain.state is State.CRASHED else "text2"
        glyph = vm_glyph(domain, age_of(view.status))
        self.head.show_name(domain.name, states.state_for(domain, view.status, now), glyph, tone)
        lines = (domain.title or domain.description).strip().splitlines()
        origin = origins.short(domain.provenance, now) if domain.provenance is not None else ""
        about = ", ".join(part for part in (lines[0] if lines else "", origin) if part)
        self.head.show_place(spec.name, place_words(spec), about[:1].upper() + about[1:], domain.tags)
        self.note.show_status(spec, view.status, view.cached, now)

    @Slot()
    def tick(self) -> None:
        domain, spec = self.domain, self.ctx.inventory.spec(self.place.id)
        if domain is not None and spec is not None:
            self._show_head(domain, spec)
            if self._body.currentWidget() is self.summary:
                self.summary.tick(domain, time.time())
            elif self._body.currentWidget() is self.snapshots and self.snapshots.widget is not None:
                self.snapshots.widget.tick(time.time())
