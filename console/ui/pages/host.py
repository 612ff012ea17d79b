"""A host's page: what it is, its VMs, networks and storage; and what is wrong with it, if something is."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from console.fleet.errors import Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.updates import ChangeSet
from console.ui.context import Context
from console.ui.host_actions import HostAct, HostActions
from console.ui.icons import phase_glyph
from console.ui.pages.graphs import HostGraphs
from console.ui.pages.host_networks import HostNetworks
from console.ui.pages.host_storage import HostStorage
from console.ui.pages.host_summary import HostSummary
from console.ui.pages.live import LivePage
from console.ui.pages.vms import VmsPage
from console.ui.places import Place
from console.ui.theme import theme
from console.ui.widgets.action_button import ActionButton
from console.ui.widgets.buttons import Button
from console.ui.widgets.notes import EmptyState, Note
from console.ui.widgets.page_head import PageHead
from console.ui.widgets.tabs import Tab
from console.words import _, errors, states, units

TABS = ("summary", "graphs", "vms", "networks", "storage")
_TONES = {Phase.REFUSED: "error", Phase.UNREACHABLE: "error", Phase.STALE: "warning"}


def place_words(spec: HostSpec) -> str:
    """Where a host stands: "in N1, north"; "" where nobody said."""
    if spec.zone and spec.rack:
        return _("in {rack}, {zone}").format(rack=spec.rack, zone=spec.zone)
    return _("in {place}").format(place=spec.zone or spec.rack) if spec.zone or spec.rack else ""


class HostNote(QWidget):
    """Why a host does not answer or lets us not in, what to do next, and the buttons for it. Hidden while all is well."""

    def __init__(self, actions: HostActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(edge) for edge in (16, 12, 16, 0)))
        self._note = Note("error")
        column.addWidget(self._note)
        self._actions = actions
        self._buttons = {
            act: self._note.add_button(actions.action(act).text(), actions.action(act).trigger)
            for act in (HostAct.CONNECT, HostAct.TRY_NOW, HostAct.EDIT)
        }
        self._shown_key = ""
        self.trust = self._note.add_button(_("Trust this key"), lambda: actions.trust(self._shown_key))

    def show_status(self, spec: HostSpec, status: HostStatus, cached: bool, now: float) -> None:
        """Says it; `cached`: nothing was read since the last run."""
        said = self._said(spec, status, cached, now)
        self.setVisible(said is not None)
        if said is None:
            return
        tone, cause, sentence = said
        self._note.say(cause, sentence, tone)
        for act, button in self._buttons.items():
            able = self._actions.action(act).isEnabled()
            wanted = act is not HostAct.EDIT or status.phase is Phase.REFUSED
            button.setVisible(able and wanted)
        self._shown_key = self._unknown_key(status)
        self.trust.setVisible(bool(self._shown_key))

    @staticmethod
    def _unknown_key(status: HostStatus) -> str:
        """The fingerprint for which the host was refused, "" if it wasn't, or none is known."""
        problem = status.problem
        unknown = problem is not None and problem.reason is Reason.HOST_KEY_UNKNOWN and status.phase is Phase.REFUSED
        return problem.detail if problem is not None and unknown else ""

    def _said(self, spec: HostSpec, status: HostStatus, cached: bool, now: float) -> tuple[str, str, str] | None:
        why = next_step = ""
        if status.problem is not None:
            said = errors.sentence(status.problem, spec.name, "host.connect")
            why, next_step = said.why, said.next
            if self._unknown_key(status):
                next_step = _("Compare the fingerprint with the host's own before you trust it.")
        known = self._known(status, cached, now)
        match status.phase:
            case Phase.REFUSED:
                return "error", _("It does not let us in."), " ".join(part for part in (why, next_step) if part)
            case Phase.UNREACHABLE:
                return "error", _("Unreachable."), " ".join(part for part in (why, next_step, known) if part)
            case Phase.STALE:
                age = units.age(now - status.seen)
                return "warning", _("No answer for {age}.").format(age=age), why or _("What is shown is that old.")
            case Phase.OFF:
                return "info", _("Disconnected."), known or _("Connect to see its VMs.")
            case Phase.CONNECTING if cached or status.attempt > 1:
                return "info", _("Connecting…"), known
        return None

    def _known(self, status: HostStatus, cached: bool, now: float) -> str:
        if status.seen:
            return _("What is shown was last seen {age} ago.").format(age=units.age(now - status.seen))
        return _("What is shown is from an earlier run.") if cached else ""


class HostPage(LivePage):
    """Head, note, and one of five tabs."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("ground", "base")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._shown = ""
        self.actions_ = HostActions(ctx.host_acting, self)
        self.head = PageHead(self._tabs(0, 0, 0))
        self.head.tab_chosen.connect(lambda tab: ctx.nav.open(self.place.at(tab)))
        for act in (HostAct.REFRESH, HostAct.DISCONNECT, HostAct.EDIT):
            self.head.add_button(ActionButton(self.actions_.action(act)))
        more = Button("", icon="more", name=_("More acts"))
        more.setMenu(self.actions_.menu(more))
        self.head.add_button(more)
        self.note = HostNote(self.actions_)
        self.summary = HostSummary(ctx)
        self.graphs = HostGraphs(ctx)
        self.summary.vm_opened.connect(lambda key: ctx.nav.open(Place.vm(key)))
        self.vms = VmsPage(ctx)
        self.networks = HostNetworks(ctx)
        self.storage = HostStorage(ctx)
        self._body = QStackedWidget()
        for page in (self.summary, self.graphs, self.vms, self.networks, self.storage):
            self._body.addWidget(page)
        self._none = EmptyState("server", _("This host is no longer in the fleet"))
        self._body.addWidget(self._none)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.note)
        column.addWidget(self._body, 1)

    def _tabs(self, vms: int, networks: int, pools: int) -> tuple[Tab, ...]:
        return (
            Tab("summary", _("Summary")),
            Tab("graphs", _("Graphs")),
            Tab("vms", _("VMs"), units.count(vms) if vms else ""),
            Tab("networks", _("Networks"), units.count(networks) if networks else ""),
            Tab("storage", _("Storage"), units.count(pools) if pools else ""),
        )

    # what is shown

    @property
    def host(self) -> str:
        return self.place.id

    @property
    def title(self) -> str:
        spec = self.ctx.inventory.spec(self.host)
        return spec.name if spec else self.host

    def placed(self) -> None:
        tab = self.place.tab if self.place.tab in TABS else TABS[0]
        self.head.tabs.set_current(tab)
        self._body.setCurrentIndex(TABS.index(tab))
        if self._shown != self.place.id:
            self._shown = self.place.id
            self.vms.show_place(Place.host(self.place.id))

    def concerns(self, change: ChangeSet) -> bool:
        host = self.host
        return (
            change.fleet
            or host in change.hosts
            or host in change.host_loads
            or any(key.host == host for key in change.added | change.changed | change.removed)
        )

    def refresh(self) -> None:
        """Head, note and the tab that is seen."""
        inventory = self.ctx.inventory
        spec, view = inventory.spec(self.host), inventory.view(self.host)
        self.head.setVisible(spec is not None)
        if spec is None:
            self.note.hide()
            self._body.setCurrentWidget(self._none)
            return
        if self._body.currentWidget() is self._none:
            self._body.setCurrentIndex(TABS.index(self.place.tab) if self.place.tab in TABS else 0)
        self.actions_.set_hosts((spec.id,))
        self.head.tabs.set_tabs(self._tabs(len(inventory.domains_of(spec.id)), len(view.networks), len(view.pools)))
        self._show_status(spec)
        page = self._body.currentWidget()
        if isinstance(page, HostSummary | HostGraphs | HostNetworks | HostStorage):
            page.show_host(spec)

    def _show_status(self, spec: HostSpec) -> None:
        view, now = self.ctx.inventory.view(spec.id), time.time()
        status = view.status
        glyph = phase_glyph(status.phase) or ("server", "good")
        live = status.phase is Phase.LIVE
        self.head.show_name(
            spec.name,
            states.phase_words(spec, status, now),
            ("dot", "good") if live else glyph,
            _TONES.get(status.phase, "text2"),
        )
        about = _("demo, with replayed load") if spec.demo else ""
        self.head.show_place("", place_words(spec), about, spec.tags)
        self.note.show_status(spec, status, view.cached, now)

    @Slot()
    def tick(self) -> None:
        spec = self.ctx.inventory.spec(self.host)
        if spec is not None and not self.ctx.inventory.fresh(spec.id):
            self._show_status(spec)
