from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostLoad, HostStatus, Phase
from console.fleet.updates import LoadsRead, StatusChanged
from console.ui.status_bar import StatusBar
from tests.ui.models.vm_fleet import Fleet, vm


@pytest.fixture
def fleet() -> Fleet:
    made = Fleet()
    for name in ("a", "b", "c"):
        made.host(name)
    made.vms("a", [vm("a", "1"), vm("a", "2")])
    return made


@pytest.fixture
def bar(fleet: Fleet, qtbot: QtBot) -> Any:
    made = StatusBar(fleet.inventory, clock=fleet.clock)
    qtbot.addWidget(made)
    made.resize(1200, 24)
    made.show()
    yield made
    made._timer.stop()


def said(bar: StatusBar) -> list[str]:
    return [text.replace("\u00a0", " ") for text in bar.said()]


def test_live_hosts_and_the_age_of_the_oldest_data(fleet: Fleet, bar: StatusBar) -> None:
    fleet.now += 2
    bar.refresh()
    assert said(bar) == ["3 hosts live, data 2 s old"]
    assert bar.height() == 24
    assert bar.summary() == "2 VMs on 3 hosts"
    assert not bar.try_button.isVisible()


def test_one_host_in_trouble_is_named(fleet: Fleet, bar: StatusBar, qtbot: QtBot) -> None:
    lost = HostStatus(Phase.UNREACHABLE, fleet.now, 0, Problem(Reason.SILENT), fleet.now + 22)
    fleet.inventory.apply(StatusChanged("b", lost))
    fleet.inventory.apply(StatusChanged("c", HostStatus(Phase.STALE, fleet.now - 48, 0)))
    fleet.now += 1
    bar.refresh()
    live, stale, unreachable = said(bar)
    assert live.startswith("1 host live")
    assert stale == "c stale, 1 s"
    assert unreachable.startswith("b unreachable, seen ")
    assert unreachable.endswith("next try in 21 s")
    with qtbot.waitSignal(bar.try_wanted) as told:
        qtbot.mouseClick(bar.try_button, Qt.MouseButton.LeftButton)
    assert set(told.args[0]) == {"b", "c"}


def test_several_are_counted(fleet: Fleet, bar: StatusBar) -> None:
    for name, wait in (("a", 9), ("b", 30)):
        lost = HostStatus(Phase.UNREACHABLE, fleet.now, 0, None, fleet.now + wait)
        fleet.inventory.apply(StatusChanged(name, lost))
    bar.refresh()
    assert "2 hosts unreachable, next try in 9 s" in said(bar)


def test_replayed_load_is_said(fleet: Fleet, bar: StatusBar) -> None:
    fleet.inventory.apply(LoadsRead("a", HostLoad(fleet.now, 0.5, replayed=True), {}))
    bar.refresh()
    assert "replayed load on 1 demo host" in said(bar)[0]


def test_page_says_its_own_at_the_right(bar: StatusBar) -> None:
    bar.set_summary("23 of 386 VMs shown")
    assert bar.summary() == "23 of 386 VMs shown"
    bar.set_summary("")
    assert bar.summary() == "2 VMs on 3 hosts"


def test_no_hosts(qtbot: QtBot) -> None:
    made = StatusBar(Fleet().inventory)
    qtbot.addWidget(made)
    assert made.said() == ["No hosts"]
    assert made.summary() == ""
    made._timer.stop()


def test_text_has_the_color_of_its_meaning(fleet: Fleet, bar: StatusBar) -> None:
    fleet.phase("b", Phase.REFUSED)
    bar.refresh()
    tones = [statement._text.property("tone") for statement in bar._statements if statement.isVisible()]
    assert tones == ["text2", "error"]
    bar.grab()
