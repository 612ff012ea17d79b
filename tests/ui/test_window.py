import threading
from collections.abc import Iterator
from pathlib import Path
from time import thread_time
from typing import ClassVar

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from console import words
from console.fleet.domains import State, VmKey
from console.fleet.hosts import HostStatus, Phase
from console.fleet.updates import DomainsRead, StatusChanged
from console.settings.preferences import Leaving, Mode, Preferences
from console.ui.context import Context
from console.ui.dialogs.leave import LeaveDialog
from console.ui.pages.first_run import FirstRunPage
from console.ui.pages.fleet import FleetPage
from console.ui.pages.host import HostPage
from console.ui.pages.hosts import HostsPage
from console.ui.pages.vm import VmPage
from console.ui.pages.vm_xml import VmXml
from console.ui.pages.vms import VmsPage
from console.ui.places import Place
from console.ui.theme import theme
from console.ui.widgets.edit_bar import EditBar
from console.ui.window import ROW_TABS, MainWindow
from tests.languages import compiled
from tests.ui.rooms import key, room, vm


class Opened:
    """A window, and the means to open others with what it left in the preferences."""

    def __init__(self, ctx: Context, qtbot: QtBot) -> None:
        self.ctx = ctx
        self.window = MainWindow(ctx)
        qtbot.addWidget(self.window)
        self.window.show()

    def close(self) -> None:
        self.window._leaving = True
        self.window.close()


@pytest.fixture
def ctx() -> Iterator[Context]:
    with room() as context:
        yield context


@pytest.fixture
def window(ctx: Context, qtbot: QtBot) -> Iterator[MainWindow]:
    opened = Opened(ctx, qtbot)
    qtbot.waitUntil(lambda: opened.window.navigator.tree.node(opened.window.navigator.tree.fleet_index).total == 4)
    yield opened.window
    opened.close()


def vms_page(window: MainWindow) -> VmsPage:
    page = window.page()
    assert isinstance(page, VmsPage)
    return page


def test_opens_on_the_table_of_vms(window: MainWindow, qtbot: QtBot) -> None:
    assert window.tabs.current() == "vms"
    assert window.top.crumbs.texts() == ["Fleet", "Virtual machines"]
    qtbot.waitUntil(lambda: vms_page(window).model.rowCount() == 4)


@pytest.mark.parametrize(
    ("place", "page", "crumbs"),
    [
        (Place.fleet("overview"), FleetPage, ["Fleet", "Overview"]),
        (Place.fleet("hosts"), HostsPage, ["Fleet", "Hosts"]),
        (Place.zone("north", "vms"), VmsPage, ["Fleet", "north"]),
        (Place.rack("north", "N1", "hosts"), HostsPage, ["Fleet", "north", "N1"]),
        (Place.host("n1"), HostPage, ["Fleet", "north", "N1", "kvm-n1"]),
        (Place.vm(key("web-01")), VmPage, ["Fleet", "north", "N1", "kvm-n1", "web-01"]),
        (Place("tag", "web", "hosts"), VmsPage, ["Fleet", "web"]),
        (Place.state(State.OFF), VmsPage, ["Fleet", "Off"]),
    ],
)
def test_every_place_has_its_page_and_crumbs(
    window: MainWindow, ctx: Context, place: Place, page: type[QWidget], crumbs: list[str]
) -> None:
    ctx.nav.open(place)
    assert isinstance(window.page(), page)
    assert window.top.crumbs.texts() == crumbs
    assert window.tabs.isVisible() == (page not in (HostPage, VmPage))
    window.grab()


def test_no_page_is_a_window_of_its_own_even_for_a_moment(window: MainWindow, ctx: Context, qtbot: QtBot) -> None:
    class Spy(QObject):
        shown: ClassVar[list[str]] = []

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                self.shown.append(f"{type(watched).__name__} {watched.accessibleName()}")
            return False

    spy = Spy()
    QApplication.instance().installEventFilter(spy)
    for place in (
        *(Place.fleet(tab) for tab in ROW_TABS),
        *(Place.host("n1", tab) for tab in ("summary", "graphs", "vms", "networks", "storage")),
        *(Place.vm(key("web-01"), tab) for tab in ("summary", "graphs", "hardware", "xml")),
        Place("tasks"),
    ):
        ctx.nav.open(place)
        QApplication.processEvents()
    QApplication.instance().removeEventFilter(spy)
    assert spy.shown == []


def test_keys_go_on_to_the_page_that_comes(window: MainWindow, ctx: Context, qtbot: QtBot) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    window.page().setFocus()
    assert vms_page(window).table.hasFocus()
    for place in (Place.fleet("hosts"), Place.fleet("overview"), Place.host("n1"), Place.fleet("vms")):
        ctx.nav.open(place)
        focus = QApplication.focusWidget()
        assert focus is window.page() or window.page().isAncestorOf(focus), place
    window.navigator.search.setFocus()
    ctx.nav.open(Place.fleet("hosts"))
    assert window.navigator.search.hasFocus()


def test_tab_goes_round_everything_on_the_page_of_vms(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    page = vms_page(window)
    window.page().setFocus()
    met: list[QWidget] = []
    for _ in range(60):
        focus = QApplication.focusWidget()
        if focus in met:
            break
        met.append(focus)
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert {page.table, page.search, page.columns_button, window.navigator.search} <= set(met)


def test_all_tasks_are_not_listed_twice(window: MainWindow, ctx: Context) -> None:
    ctx.nav.open(Place("tasks"))
    assert not window.tasks.isVisible()
    ctx.nav.open(Place.fleet())
    assert window.tasks.isVisible()


def test_tabs_and_keys_change_the_page(window: MainWindow, ctx: Context, qtbot: QtBot) -> None:
    window.tabs.chosen.emit("hosts")
    assert isinstance(window.page(), HostsPage)
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(window.page(), FleetPage)
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert isinstance(window.page(), HostsPage)
    assert window.top.forward_button.isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert isinstance(window.page(), FleetPage)
    assert not window.top.forward_button.isEnabled()


def test_first_run_without_hosts_and_the_table_with_them(ctx: Context, qtbot: QtBot) -> None:
    specs = ctx.inventory.specs()
    ctx.inventory.set_hosts(())
    opened = Opened(ctx, qtbot)
    assert isinstance(opened.window.page(), FirstRunPage)
    assert not opened.window.tabs.isVisible()
    ctx.inventory.set_hosts(specs)
    qtbot.waitUntil(lambda: isinstance(opened.window.page(), VmsPage))
    ctx.inventory.set_hosts(())
    qtbot.waitUntil(lambda: isinstance(opened.window.page(), FirstRunPage))
    opened.close()


def test_a_start_with_known_hosts_does_not_ask_for_the_first(qtbot: QtBot) -> None:
    with room(preferences=Preferences(layout={"hosts": "2"})) as ctx:
        ctx.inventory.set_hosts(())
        opened = Opened(ctx, qtbot)
        assert isinstance(opened.window.page(), VmsPage)
        opened.window._expect_no_more()
        assert isinstance(opened.window.page(), FirstRunPage)
        opened.close()


def test_f5_refreshes_the_host_that_is_looked_at_or_all(window: MainWindow, ctx: Context, qtbot: QtBot) -> None:
    calls = ctx.services.hosts.calls  # type: ignore[attr-defined]
    calls.clear()
    qtbot.keyClick(window, Qt.Key.Key_F5)
    ctx.nav.open(Place.vm(key("web-01")))
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert [call for call in calls if call[0] == "refresh"] == [("refresh", None), ("refresh", "n1")]


def test_ctrl_f_finds_here_then_there(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    window.focus_search()
    assert window.navigator.search.hasFocus()
    window.focus_search()
    assert vms_page(window).search.hasFocus()


def test_ctrl_f_on_a_vms_xml_finds_in_the_xml(window: MainWindow, ctx: Context, qtbot: QtBot) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    ctx.nav.open(Place.vm(key("web-01"), "xml"))
    page = window.page()
    assert isinstance(page, VmPage)
    for start in (page.xml.view, window.top.menu_button):
        start.setFocus()
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert page.xml.search.hasFocus()
    qtbot.keyClick(page.xml.search, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.navigator.search.hasFocus()
    ctx.nav.open(Place.vm(key("web-01"), "summary"))
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.navigator.search.hasFocus()


def test_enter_on_a_vm_opens_it(window: MainWindow, ctx: Context, qtbot: QtBot) -> None:
    page = vms_page(window)
    qtbot.waitUntil(lambda: page.model.rowCount() == 4)
    page.select([key("db-01")])
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert ctx.nav.place.spot == Place.vm(key("db-01"))


def test_palette_offers_what_is_chosen_first(window: MainWindow, qtbot: QtBot) -> None:
    page = vms_page(window)
    qtbot.waitUntil(lambda: page.model.rowCount() == 4)
    assert window._offered()[0].objectName() == "preferences"
    page.select([key("db-01")])
    qtbot.waitUntil(lambda: page.actions_.keys == (key("db-01"),))
    assert window._offered()[0].objectName() == "run"
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.palette_.isVisible()
    window.palette_.dismiss()


def test_lost_host_rings_the_bell_and_is_tried_again(window: MainWindow, ctx: Context, qtbot: QtBot) -> None:
    lost = HostStatus(Phase.UNREACHABLE, 5.0, 5.0)
    ctx.inventory.apply(StatusChanged("n2", lost))
    qtbot.waitUntil(lambda: window.top.bell.accessibleName() == "1 thing wants attention")
    qtbot.waitUntil(lambda: any("kvm-n2 unreachable" in text for text in window.status.said()))
    qtbot.mouseClick(window.status.try_button, Qt.MouseButton.LeftButton)
    assert ("try_now", "n2") in ctx.services.hosts.calls  # type: ignore[attr-defined]
    menu = window.top.bell.menu_of_alarms()
    menu.actions()[0].trigger()
    assert ctx.nav.place.spot == Place.host("n2")
    menu.deleteLater()


def test_removed_host_is_left(window: MainWindow, ctx: Context, qtbot: QtBot) -> None:
    ctx.nav.open(Place.host("n2"))
    ctx.inventory.set_hosts([spec for spec in ctx.inventory.specs() if spec.id != "n2"])
    qtbot.waitUntil(lambda: ctx.nav.place.kind == "fleet")


def test_page_sums_up_in_the_status_bar(window: MainWindow, ctx: Context, qtbot: QtBot) -> None:
    page = vms_page(window)
    qtbot.waitUntil(lambda: page.model.rowCount() == 4)
    page.search.setText("web")
    qtbot.waitUntil(lambda: window.status.summary() == "2 of 4 VMs shown")
    ctx.nav.open(Place.fleet("hosts"))
    assert window.status.summary() == "4 VMs on 2 hosts"


def test_nothing_is_wider_than_a_small_window(window: MainWindow, ctx: Context) -> None:
    for place in (Place.fleet("overview"), Place.fleet("hosts"), Place.host("n1"), Place.vm(key("web-01"))):
        ctx.nav.open(place)
        window.resize(1280, 720)
        assert (window.width(), window.height()) == (1280, 720), place


def test_the_bars_over_the_xml_do_not_widen_a_narrow_window_in_german(
    ctx: Context, qtbot: QtBot, tmp_path: Path
) -> None:
    assert words.install("de", compiled(tmp_path / "i18n")) == "de"
    opened = Opened(ctx, qtbot)
    ctx.nav.open(Place.vm(key("web-01"), "xml"))
    [page] = opened.window.findChildren(VmXml)
    [bar] = page.editing.findChildren(EditBar)
    page.search.setText("not there")
    page._find.on_found(0, 0)
    bar.finder.field.setText("not there")
    bar.finder.on_found(0, 0)
    assert page._find.hits.text() == bar.finder.hits.text() == "nicht gefunden"
    opened.window.resize(1024, 720)
    assert opened.window.width() == 1024
    page._modes.setCurrentWidget(page.editing)
    opened.window.resize(1024, 720)
    assert opened.window.width() == 1024
    opened.close()


def test_preferences_dress_the_window(window: MainWindow, ctx: Context) -> None:
    ctx.preferences.set(theme=Mode.DARK, confirm_loss=False, font_scale=1.5)
    assert theme.dark
    assert theme.scale == 1.0, "what is laid out keeps its size until the next start"
    assert not ctx.acting.forced_confirmed
    assert window.grab().toImage().pixelColor(700, 20).name() == theme.hex("window")
    ctx.preferences.set(theme=Mode.LIGHT)
    assert not theme.dark


def test_every_widget_that_acts_has_a_name(window: MainWindow, ctx: Context) -> None:
    nameless = []
    for place in (Place.fleet("vms"), Place.fleet("overview"), Place.fleet("hosts"), Place.host("n1")):
        ctx.nav.open(place)
        acting = [*window.findChildren(QAbstractButton), *window.findChildren(QLineEdit)]
        nameless += [
            widget
            for widget in acting
            if widget.isVisible() and not (widget.accessibleName() or getattr(widget, "text", str)())
        ]
    assert nameless == []


def test_menu_and_new_do_what_they_say(window: MainWindow, ctx: Context, qtbot: QtBot) -> None:
    window.actions_["navigator"].trigger()
    assert not window.navigator.isVisible()
    window.actions_["navigator"].trigger()
    folded = window.tasks.folded
    window.actions_["tasks"].trigger()
    assert window.tasks.folded != folded
    window.actions_["full-screen"].trigger()
    assert window.isFullScreen()
    window.actions_["full-screen"].trigger()
    assert not window.isFullScreen()
    window.actions_["demo"].trigger()
    qtbot.waitUntil(lambda: ("open_demo",) in ctx.services.hosts.calls)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["preferences", "keys", "about", "host"])
def test_menu_opens_dialogs(window: MainWindow, qtbot: QtBot, name: str) -> None:
    before = set(window.findChildren(QDialog))
    window.actions_[name].trigger()
    (dialog,) = set(window.findChildren(QDialog)) - before
    assert dialog.isVisible()
    dialog.close()
    qtbot.waitUntil(lambda: not isValid(dialog))


def test_a_window_with_jobs_is_left_as_the_preferences_have_it(
    window: MainWindow, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    quits: list[int] = []
    monkeypatch.setattr(QApplication, "quit", lambda: quits.append(1))
    over = threading.Event()
    job = ctx.jobs.submit("vm.start", "web-01", lambda job: over.wait(5))
    ctx.preferences.set(leaving=Leaving.ASK)
    window.close()
    assert window.isVisible()
    (dialog,) = window.findChildren(LeaveDialog)
    dialog.close()
    ctx.preferences.set(leaving=Leaving.WAIT)
    window.close()
    assert (window.isVisible(), window._leaving, quits) == (False, False, [])
    over.set()
    job.wait(5)
    ctx.bridge.jobs_changed.emit(())
    assert (window._leaving, quits) == (True, [1])


def test_leaving_is_quick_without_jobs(window: MainWindow) -> None:
    window.close()
    assert not window.isVisible()
    assert window.ctx.preferences.value.layout["hosts"] == "2"


def test_fleet_of_two_thousand_keeps_the_window_alive(ctx: Context, window: MainWindow, qtbot: QtBot) -> None:
    """No turn of the event loop takes long while many VMs come in (CPU time: the machine may be busy)."""
    ctx.inventory.apply(DomainsRead("n2", tuple(vm(f"vm-{n}", host="n2") for n in range(2000))))
    page = vms_page(window)
    longest, last = 0.0, thread_time()
    while page.model.rowCount() < 2003 and longest < 5:
        QApplication.processEvents()
        now = thread_time()
        longest, last = max(longest, now - last), now
    assert page.model.rowCount() == 2003
    assert longest < 0.12


def test_vm_page_of_a_vm_that_is_gone_says_so(window: MainWindow, ctx: Context, tmp_path: Path) -> None:
    ctx.nav.open(Place.vm(VmKey("n1", "unknown")))
    assert isinstance(window.page(), VmPage)
    window.grab()


def test_the_palette_leads_to_the_edit_of_the_xml(window: MainWindow, ctx: Context, qtbot: QtBot) -> None:
    ctx.nav.open(Place.vm(key("web-01")))
    page = window.page()
    assert isinstance(page, VmPage)
    begun: list[bool] = []
    page.xml.begin_edit = lambda: begun.append(True)  # type: ignore[method-assign]
    next(action for action in window._offered() if action.objectName() == "edit-xml").trigger()
    assert begun == [True]
    assert ctx.nav.place == Place.vm(key("web-01"), "xml")
