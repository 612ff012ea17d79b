"""The window: bars, navigator, the page of what is looked at, tasks. It holds the parts together and does little itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from console.fleet.domains import VmKey
from console.fleet.updates import ChangeSet
from console.settings.preferences import Mode, Preferences
from console.ui import icons, pages
from console.ui.actions import ENTRIES
from console.ui.alert_notes import AlertNotes
from console.ui.context import Context
from console.ui.dialogs.desk import Dialogs
from console.ui.host_actions import HostAct
from console.ui.icons import icon
from console.ui.leaving import LeavingJobs
from console.ui.navigator import Navigator
from console.ui.notify import Notifier
from console.ui.pages.vms import VmsPage
from console.ui.palette import Palette
from console.ui.places import Place
from console.ui.shape import Shape
from console.ui.status_bar import StatusBar
from console.ui.tasks_pane import TasksPane
from console.ui.theme import theme
from console.ui.top_bar import TopBar
from console.ui.whereabouts import CRUMBS, alarms, crumbs
from console.ui.widgets.notes import Toasts
from console.ui.widgets.pages import PageStack
from console.ui.widgets.tabs import Tab, TabBar
from console.words import N_, _, units

SIZE = (1440, 900)
SOON_MS = 200
EXPECT_MS = 2000  # after a start with hosts known, until "no hosts" is believed
ROW_TABS = {
    "overview": N_("Overview"),
    "vms": N_("VMs"),
    "hosts": N_("Hosts"),
    "top": N_("Top"),
    "storage": N_("Storage"),
    "alerts": N_("Alerts"),
}
_STANDING = ("fleet", "zone", "rack")  # places with all of these tabs


class MainWindow(QWidget):
    """One for the program. Pages are made when they are first shown."""

    def __init__(self, ctx: Context, expecting: bool = False) -> None:
        """expecting: hosts are about to come, so that there is no first run to be shown."""
        super().__init__()
        self.ctx = ctx
        self.setWindowTitle("Splendid")
        self._dressed: Mode | None = None
        self._font_scale = ctx.preferences.value.font_scale  # what is laid out keeps its size
        self._dress(ctx.preferences.value)
        self.resize(theme.px(SIZE[0]), theme.px(SIZE[1]))
        self._pages: dict[str, Any] = {}  # each loaded and made when it is first shown
        self._leaving = False
        known = ctx.preferences.value.layout.get("hosts", "0") != "0"
        self._expecting = expecting or known  # the fleet file is still being read
        self._expect_timer = QTimer(self, interval=EXPECT_MS, singleShot=True)
        self._expect_timer.timeout.connect(self._expect_no_more)
        if self._expecting:
            self._expect_timer.start()
        self.dialogs = Dialogs(ctx, self, ctx.profile)
        self._leaving_jobs = LeavingJobs(ctx, self, self.dialogs.leave, self._leave_now)
        self._build()
        self._connect()
        self.shape_.restore()
        self._timer = QTimer(self, interval=SOON_MS, singleShot=True)
        self._timer.timeout.connect(self._alarm)
        self._timer.timeout.connect(self.status.refresh)
        self._alarm()
        self._show(ctx.nav.place)

    # parts

    def _build(self) -> None:
        self._make_actions()
        a = self.actions_
        self.top = TopBar(
            (
                a["preferences"],
                None,
                a["navigator"],
                a["tasks"],
                a["full-screen"],
                None,
                a["keys"],
                a["about"],
                None,
                a["quit"],
            ),
            (a["host"], a["import"], None, a["demo"]),
        )
        self.navigator = Navigator(self.ctx)
        self.tabs = TabBar()
        self.stack = PageStack()
        self.tasks = TasksPane(self.ctx)
        self.status = StatusBar(self.ctx.inventory)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self.stack, 1)
        self.shape_ = Shape(self.ctx, self, self.navigator, upper, self.tasks)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.top)
        outer.addWidget(self.shape_.horizontal, 1)
        outer.addWidget(self.status)
        self.toasts = Toasts(self, self.tasks)
        self.notifier = Notifier(self.ctx, self, self.toasts, self.dialogs.log)
        self.alert_notes = AlertNotes(self.ctx, self.notifier)
        pages = [*((_(CRUMBS[tab]), Place.fleet(tab)) for tab in ROW_TABS), (_("Tasks"), Place("tasks"))]
        self.palette_ = Palette(self.ctx, self, self._offered, pages)

    def _make_actions(self) -> None:
        hosts = self.ctx.services.hosts
        made: tuple[tuple[str, str, str, str, Callable[[], object]], ...] = (
            ("preferences", _("Preferences…"), "sliders", "Ctrl+,", self.dialogs.preferences),
            ("navigator", _("Show or hide the navigator"), "", "F9", self._toggle_navigator),
            ("tasks", _("Fold or open the tasks"), "", "Ctrl+J", lambda: self.tasks.toggle()),
            ("full-screen", _("Full screen"), "full-screen", "F11", self._toggle_full_screen),
            ("keys", _("Keys"), "help", "F1", self.dialogs.keys),
            ("about", _("About Splendid"), "info", "", self.dialogs.about),
            ("quit", _("Quit"), "quit", "Ctrl+Q", self.close),
            ("host", _("Host…"), "server", "Ctrl+N", self.dialogs.add_host),
            ("import", _("Hosts known to virt-manager or ssh…"), "folder", "", self.dialogs.import_hosts),
            ("demo", _("Demo fleet"), "eye", "", lambda: self.ctx.bridge.run(hosts.open_demo)),
        )
        nav = self.ctx.nav
        self._add_keys(("Ctrl+K",), _("Do or find anything by name"), lambda: self.palette_.toggle())
        self._add_keys(("Ctrl+F",), _("Find in what is shown"), self.focus_search)
        self._add_keys(("F5", "Ctrl+R"), _("Read the hosts anew"), self.refresh)
        self._add_keys(("Alt+Left",), _("Back"), nav.back)
        self._add_keys(("Alt+Right",), _("Forward again"), nav.forward)
        self.actions_: dict[str, QAction] = {}
        for name, text, picture, keys, do in made:
            action = QAction(icon(picture, "text2"), text, self) if picture else QAction(text, self)
            action.setObjectName(name)
            if keys:
                action.setShortcut(QKeySequence(keys))
            action.triggered.connect(lambda _checked=False, do=do: do())
            self.addAction(action)
            self.actions_[name] = action
        self.actions_["host"].setWhatsThis(_("Add a host"))
        self.actions_["import"].setWhatsThis(_("Add hosts known to virt-manager or ssh"))
        self.actions_["demo"].setWhatsThis(_("Open the demo fleet"))

    def _connect(self) -> None:
        ctx, nav = self.ctx, self.ctx.nav
        nav.opened.connect(self._show)
        self.top.back.connect(nav.back)
        self.top.forward.connect(nav.forward)
        self.top.refresh.connect(self.refresh)
        self.top.palette_wanted.connect(self.palette_.toggle)
        self.tabs.chosen.connect(lambda tab: nav.open(nav.place.at(tab)))
        self.status.try_wanted.connect(lambda hosts: ctx.host_acting.do(HostAct.TRY_NOW, hosts))
        self.navigator.saved.new_wanted.connect(self._new_search)
        self.alert_notes.changed.connect(self._on_alerts)
        self.tasks.log_wanted.connect(self.dialogs.log)
        self.tasks.history_wanted.connect(lambda: nav.open(Place("tasks")))
        ctx.acting.opening.connect(lambda key: nav.open(Place.vm(key)))
        ctx.acting.editing.connect(self._edit_xml)
        ctx.host_acting.opening.connect(lambda host: nav.open(Place.host(host)))
        ctx.bridge.changed.connect(self._on_change)
        undo = ctx.preferences.subscribe(self._dress)
        self.destroyed.connect(lambda: undo())
        for number, tab in enumerate(ROW_TABS, 1):
            self._add_keys((f"Ctrl+{number}",), _(CRUMBS[tab]), partial(nav.open, Place.fleet(tab)))

    def _add_keys(self, keys: Sequence[str], text: str, do: Callable[[], object]) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.triggered.connect(lambda: do())
        self.addAction(action)
        return action

    def _dress(self, preferences: Preferences) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        icons.install()
        if self._dressed != preferences.theme:
            self._dressed = preferences.theme
            theme.apply(app, preferences.theme.value, font_scale=self._font_scale)
        self.ctx.acting.forced_confirmed = preferences.confirm_loss
        self.ctx.acting.preview_from = preferences.preview_from

    # places

    @Slot(object)
    def _show(self, place: Place) -> None:
        """Shows the page of a place."""
        name, tabs = self._page_for(place)
        page = self._pages.get(name) or self._make(name)
        self.tabs.setVisible(bool(tabs))
        if tabs:
            self._show_tabs(tabs)
            self.tabs.set_current(name)
        page.show_place(place)
        before, focus = self.stack.currentWidget(), QApplication.focusWidget()
        self.stack.setCurrentWidget(page)
        if before is not page and before is not None and focus is not None and before.isAncestorOf(focus):
            page.setFocus()  # keys go on to what is looked at
        self.tasks.setVisible(place.kind != "tasks")  # where all of them are listed
        self.top.crumbs.show_crumbs(crumbs(self.ctx, place, name))
        self.top.back_button.setEnabled(self.ctx.nav.can_go_back)
        self.top.forward_button.setEnabled(self.ctx.nav.can_go_forward)
        self.status.set_summary(page.summary if isinstance(page, VmsPage) else "")

    def _show_tabs(self, tabs: Sequence[str]) -> None:
        """With how many alerts there are."""
        count = len(self.alert_notes.loud())
        badge = units.count(count) if count else ""
        self.tabs.set_tabs([Tab(id, _(ROW_TABS[id]), badge if id == "alerts" else "", id == "alerts") for id in tabs])

    @Slot()
    def _on_alerts(self) -> None:
        _name, tabs = self._page_for(self.ctx.nav.place)
        if tabs:
            self._show_tabs(tabs)
        self._alarm()

    def _page_for(self, place: Place) -> tuple[str, tuple[str, ...]]:
        """(name of the page, ids of the tabs over it)."""
        if not self.ctx.inventory.specs() and not self._expecting:
            return "first-run", ()
        if place.kind in ("host", "vm", "tasks"):
            return place.kind, ()
        tabs = tuple(ROW_TABS) if place.kind in _STANDING else ("vms",)
        return (place.tab if place.tab in tabs else "vms"), tabs

    def _make(self, name: str) -> Any:
        page: Any
        match name:
            case "first-run":
                page = pages.FirstRunPage(self.ctx)
                page.import_wanted.connect(self.dialogs.import_hosts)
            case "overview":
                page = pages.FleetPage(self.ctx)
            case "hosts":
                page = pages.HostsPage(self.ctx)
                page.adding.connect(self.dialogs.add_host)
            case "top":
                page = pages.TopPage(self.ctx)
            case "alerts":
                page = pages.AlertsPage(self.ctx)
            case "storage":
                page = pages.FleetStoragePage(self.ctx)
            case "host":
                page = pages.HostPage(self.ctx)
            case "vm":
                page = pages.VmPage(self.ctx)
            case "tasks":
                page = pages.TasksPage(self.ctx)
                page.log_wanted.connect(self.dialogs.log)
            case _:
                page = VmsPage(self.ctx)
                page.summed.connect(self._on_summed)
        self._pages[name] = page
        self.stack.addWidget(page)
        return page

    def page(self) -> QWidget:
        """The one that is shown."""
        page = self.stack.currentWidget()
        assert page is not None
        return page

    def _shown(self, *names: str) -> Any:
        """The page that is shown, if it is one of these, else None."""
        return next((page for name in names if (page := self._pages.get(name)) is self.page()), None)

    def _on_summed(self, text: str) -> None:
        if self.sender() is self.stack.currentWidget():
            self.status.set_summary(text)

    def _expect_no_more(self) -> None:
        self._expecting = False
        self._show(self.ctx.nav.place)

    # wishes

    @Slot()
    def refresh(self) -> None:
        """Reads the host that is looked at anew, or all of them."""
        place = self.ctx.nav.place
        self.ctx.services.hosts.refresh(place.id if place.kind in ("host", "vm") else None)
        if (read_anew := getattr(self.page(), "read_anew", None)) is not None:
            read_anew()

    def _new_search(self) -> None:
        """To the field of the table, where a search is typed and kept."""
        self.ctx.nav.open(Place.fleet("vms"))
        if page := self._shown("vms"):
            page.focus_search()

    def focus_search(self) -> None:
        """To the search in a VM's XML where that is shown; else to the navigator's, and from there, or where it is hidden,
        to the page's."""
        vm, vms = self._shown("vm"), self._shown("vms")
        if vm and vm.focus_search():
            return
        if vms and (self.navigator.search.hasFocus() or self.navigator.isHidden()):
            vms.focus_search()
        else:
            self.navigator.setVisible(True)
            self.navigator.focus_search()

    @Slot(object)
    def _edit_xml(self, key: VmKey) -> None:
        self.ctx.nav.open(Place.vm(key, "xml"))
        if page := self._shown("vm"):
            page.xml.begin_edit()

    def _offered(self) -> list[QAction]:
        """What the palette offers first: acts on what the page has chosen, then those of the window."""
        chosen: list[QAction] = []
        if (of_vms := self._shown("vms", "vm")) and of_vms.actions_.keys:
            chosen = [
                of_vms.actions_.action(name) for name in (*(entry.name for entry in ENTRIES), "edit-xml", "compare")
            ]
        elif (of_hosts := self._shown("host", "hosts")) and of_hosts.actions_.hosts:
            chosen = [of_hosts.actions_.action(act) for act in HostAct]
        return [*chosen, *self.actions_.values()]

    def _toggle_navigator(self) -> None:
        self.navigator.setVisible(self.navigator.isHidden())

    def _toggle_full_screen(self) -> None:
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    # what changes

    @Slot(object)
    def _on_change(self, change: ChangeSet) -> None:
        if change.fleet or change.removed:
            self._leave_what_is_gone(change)
        if (change.fleet or change.hosts) and not self._timer.isActive():
            self._timer.start()

    def _leave_what_is_gone(self, change: ChangeSet) -> None:
        place = self.ctx.nav.place
        empty = self._shown("first-run") is not None
        if place.kind == "host" and self.ctx.inventory.spec(place.id) is None:
            self.ctx.nav.forget(place)
        elif change.fleet and empty != (not self.ctx.inventory.specs()):
            self._show(self.ctx.nav.place)

    def _alarm(self) -> None:
        """Hosts that want attention, on the bell."""
        self.top.bell.show_alarms([*alarms(self.ctx, self.navigator.tree.now()), *self.alert_notes.alarms()])

    # shape

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.focusWidget() is None or self.focusWidget() is self.top.menu_button:
            self.page().setFocus()  # keys go to what is looked at, not to the first button

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.shape_.fit()

    # leaving

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._leaving and self.ctx.jobs.running():
            self._leaving_jobs.settle()
            if not self._leaving:
                event.ignore()
                return
        self.shape_.keep()
        self.alert_notes.close()
        self.notifier.close()
        event.accept()

    def leave(self) -> None:
        """Closes without asking, whatever runs."""
        self._leaving = True
        self.close()

    def _leave_now(self) -> None:
        self.leave()
        QApplication.quit()
