import time

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostStatus, Phase
from console.fleet.updates import StatusChanged
from console.ui.context import Context
from console.ui.host_actions import HostAct
from console.ui.pages.hosts import HostsPage, within
from console.ui.places import Place
from tests.ui.pages.conftest import Desk
from tests.ui.rooms import SPECS


@pytest.fixture
def page(ctx: Context, qtbot: QtBot) -> HostsPage:
    made = HostsPage(ctx)
    qtbot.addWidget(made)
    made.resize(1176, 600)
    made.show_place(Place.fleet("hosts"))
    made.show()
    return made


def names(page: HostsPage) -> list[str]:
    return [page.table.row(number).spec.name for number in range(page.table.rowCount())]


def test_a_place_narrows_the_table(page: HostsPage) -> None:
    assert names(page) == ["kvm-n1", "kvm-n2"]
    page.show_place(Place.rack("north", "N2"))
    assert names(page) == ["kvm-n2"]
    page.show_place(Place.zone("south"))
    assert names(page) == []
    assert within(Place.fleet(), SPECS[0])


def test_acts_are_for_the_selected_and_say_why_not(page: HostsPage, ctx: Context) -> None:
    assert not page.actions_.action(HostAct.DISCONNECT).isEnabled()
    page.view.select(0)
    assert page.actions_.hosts == ("n1",)
    assert page.actions_.action(HostAct.DISCONNECT).isEnabled()
    assert page.actions_.action(HostAct.TRY_NOW).toolTip() == "It is not waiting for a next try."
    page.actions_.action(HostAct.DISCONNECT).trigger()
    assert ("disconnect", "n1") in ctx.services.hosts.calls  # type: ignore[attr-defined]


def test_enter_opens_the_host(page: HostsPage, ctx: Context, qtbot: QtBot) -> None:
    page.view.select(1)
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert ctx.nav.place.spot == Place.host("n2")


def test_a_search_without_a_hit_says_so(page: HostsPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.search, "ssd")
    assert names(page) == ["kvm-n1"]
    assert page._count.text() == "1 of 2 hosts"
    qtbot.keyClicks(page.search, "zzz")
    assert page._body.currentIndex() == 1
    qtbot.keyClick(page.search, Qt.Key.Key_Escape)
    assert page._count.text() == "2 hosts"
    qtbot.keyClick(page.search, Qt.Key.Key_Down)
    assert page.view.selected()[0].spec.name == "kvm-n1"


def test_a_lost_host_turns_grey_and_can_be_tried(page: HostsPage, ctx: Context, qtbot: QtBot) -> None:
    page.view.select(0)
    now = time.time()
    ctx.inventory.apply(StatusChanged("n1", HostStatus(Phase.UNREACHABLE, now, now - 840, Problem(Reason.SILENT))))
    qtbot.waitUntil(lambda: page.actions_.action(HostAct.TRY_NOW).isEnabled(), timeout=3000)
    page.actions_.action(HostAct.TRY_NOW).trigger()
    assert ("try_now", "n1") in ctx.services.hosts.calls  # type: ignore[attr-defined]
    page.tick()
    page.grab()


def test_the_context_menu_is_for_what_is_selected(page: HostsPage, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[QPoint] = []
    monkeypatch.setattr(page.actions_, "pop_up", lambda at, parent: opened.append(at))
    page._on_menu(QPoint(5, 5))
    assert not opened
    page.view.select(0)
    page._on_menu(QPoint(5, 5))
    assert len(opened) == 1


def test_a_real_host_shows_what_it_is(desk: Desk, qtbot: QtBot) -> None:
    page = HostsPage(desk.ctx)
    qtbot.addWidget(page)
    page.show_place(Place.fleet())
    page.show()
    row = page.table.row(0)
    assert row.spec.name == "kvm-a"
    assert (row.sum.vms, row.sum.running, row.sum.cpus) == (2, 1, 8)
    page.view.select(0)
    page.actions_.action(HostAct.DISCONNECT).trigger()
    desk.until(lambda: page.table.row(0).view.status.phase is Phase.OFF)
    desk.until(lambda: page.actions_.action(HostAct.CONNECT).isEnabled())
    page.actions_.action(HostAct.CONNECT).trigger()
    desk.until(lambda: page.table.row(0).fresh)
