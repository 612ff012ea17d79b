import time

import pytest
from pytestqt.qtbot import QtBot

from console.fleet.domains import State
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostStatus, Phase
from console.fleet.updates import DomainGone, StatusChanged
from console.ui.context import Context
from console.ui.pages.vm import VmPage
from console.ui.places import Place
from tests.ui.pages.conftest import QA, Desk
from tests.ui.rooms import key


@pytest.fixture
def page(ctx: Context, qtbot: QtBot) -> VmPage:
    made = VmPage(ctx)
    qtbot.addWidget(made)
    made.resize(1176, 800)
    made.show_place(Place.vm(key("web-01"), "hardware"))
    made.show()
    return made


def test_the_head_says_what_where_and_whose(page: VmPage, ctx: Context) -> None:
    assert page.title == "web-01"
    assert page.head.state.whole_text().startswith("Running since before ")
    assert page.head._link.text() == "kvm-n1"
    assert page.head._about.whole_text() == "Front of the shop"
    assert page._pause.isVisible()
    assert not page._run.isVisible()
    page.head._link.click()
    assert ctx.nav.place.spot == Place.host("n1")


def test_an_off_vm_can_be_run_and_its_stop_button_says_why_not(page: VmPage, ctx: Context) -> None:
    page.show_place(Place.vm(key("db-01"), "hardware"))
    assert page._run.isVisible()
    assert page._run.isEnabled()
    assert not page._pause.isVisible()
    assert not page._stop.isEnabled()
    assert page._stop.toolTip()
    page._run.click()
    assert ctx.services.power.calls[0][0] == "act"  # type: ignore[attr-defined]


def test_a_lost_host_is_said_and_nothing_can_be_done(page: VmPage, ctx: Context, qtbot: QtBot) -> None:
    now = time.time()
    ctx.inventory.apply(StatusChanged("n1", HostStatus(Phase.UNREACHABLE, now, now - 60, Problem(Reason.SILENT))))
    qtbot.waitUntil(lambda: page.note.isVisible(), timeout=3000)
    assert page.head.state.whole_text() == "Was running"
    assert not page._pause.isEnabled()
    assert "unreachable" in page._pause.toolTip()


def test_a_vm_that_vanished_is_said_to_be_gone(page: VmPage, ctx: Context, qtbot: QtBot) -> None:
    ctx.inventory.apply(DomainGone("n1", key("web-01").uuid))
    qtbot.waitUntil(lambda: page._body.currentWidget() is page._none, timeout=3000)
    assert not page.head.isVisible()
    assert page.title == ""
    page.show_place(Place.vm(key("web-02"), "hardware"))
    assert page._body.currentWidget() is page.hardware


def test_tabs_are_places(page: VmPage, ctx: Context) -> None:
    page.head.tab_chosen.emit("hardware")
    assert ctx.nav.place == Place.vm(key("web-01"), "hardware")


def test_a_real_vm_is_paused_and_run_from_its_page(desk: Desk, qtbot: QtBot) -> None:
    page = VmPage(desk.ctx)
    qtbot.addWidget(page)
    vm = desk.vm()
    page.show_place(Place.vm(vm.key, "summary"))
    page.show()
    desk.until(lambda: page.summary.picture.text.startswith("Screen, "))
    page._pause.click()
    desk.until(lambda: page.head.state.whole_text().startswith("Paused"))
    desk.until(lambda: page._run.isVisible())
    assert page._run.text() == "Resume"
    page._run.click()
    desk.until(lambda: page.domain is not None and page.domain.state is State.RUNNING)
    page.show_place(Place.vm(desk.vm(QA).key, "summary"))
    assert page.head.state.whole_text().startswith("Off")
    assert "not running" in page.summary.picture.text


def test_its_snapshots_are_a_tab_that_is_loaded_when_it_is_seen(desk: Desk, qtbot: QtBot) -> None:
    page = VmPage(desk.ctx)
    qtbot.addWidget(page)
    page.resize(1176, 800)
    page.show_place(Place.vm(desk.vm().key))
    page.show()
    assert page.snapshots.widget is None
    page.show_place(Place.vm(desk.vm().key, "snapshots"))
    desk.until(lambda: page.snapshots.widget is not None and page.snapshots.widget.laid is not None)
    tab = page.snapshots.widget
    assert tab is not None
    assert tab._first.isVisible()
    conn = desk.app.gateway.link("kvm-a").conn
    taken = "<domainsnapshot><name>clean</name><description>fresh</description></domainsnapshot>"
    conn.lookupByUUIDString(desk.vm().key.uuid).snapshotCreateXML(taken)
    page.read_anew()
    desk.until(lambda: tab.tree.rows.index_of("clean").isValid())
    assert tab.chosen == "clean"
    desk.until(lambda: tab.panel.plan is not None)
    dialog = tab._acts.take()
    assert dialog is not None
    desk.until(lambda: dialog.plan is not None)
    dialog.name.setText("second")
    dialog.replan(soon=False)
    desk.until(lambda: dialog.plan is not None and dialog.plan.snapshot == "second")
    assert dialog.main is not None
    dialog.main.click()
    desk.until(lambda: tab.tree.rows.index_of("second").isValid())
    desk.until(lambda: page.head.tabs._buttons["snapshots"].tab.count == "2" or page.refresh())
