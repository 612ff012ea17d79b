from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.updates import DomainsRead, StatusChanged
from console.inventory.inventory import Inventory
from console.services.hosts import HostService
from console.ui.host_actions import HostAct, HostActing, HostActions

PHASES = {
    "off": Phase.OFF,
    "connecting": Phase.CONNECTING,
    "live": Phase.LIVE,
    "stale": Phase.STALE,
    "unreachable": Phase.UNREACHABLE,
    "refused": Phase.REFUSED,
}


class Hosts:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def in_file(self, host: str) -> bool:
        return host != "stale"

    def __getattr__(self, name: str) -> Any:
        return lambda host: self.asked.append((name, host))


@pytest.fixture
def hosts() -> Hosts:
    return Hosts()


@pytest.fixture
def acting(hosts: Hosts, qapp: object) -> HostActing:
    inventory = Inventory()
    inventory.set_hosts([HostSpec(name, name, "test:///default", demo=name == "stale") for name in PHASES])
    for name, phase in PHASES.items():
        inventory.apply(StatusChanged(name, HostStatus(phase, 1, 1, Problem(Reason.SILENT))))
    return HostActing(inventory, cast(HostService, hosts))


def able(acting: HostActing, host: str) -> set[str]:
    return {act.value for act in HostAct if not acting.why_not(act, host)}


def test_what_makes_sense_in_each_phase(acting: HostActing) -> None:
    assert {name: able(acting, name) for name in PHASES} == {
        "off": {"connect", "edit", "remove"},
        "connecting": {"disconnect", "edit", "remove"},
        "live": {"refresh", "disconnect", "edit", "remove"},
        "stale": {"try-now", "disconnect"},
        "unreachable": {"try-now", "disconnect", "edit", "remove"},
        "refused": {"try-now", "disconnect", "edit", "remove"},
    }
    assert "demo" in acting.why_not(HostAct.EDIT, "stale")
    assert "no longer" in acting.why_not(HostAct.EDIT, "gone")


def test_acts_reach_the_service_and_the_others_ask_for_a_dialog(acting: HostActing, hosts: Hosts, qtbot: QtBot) -> None:
    acting.do(HostAct.TRY_NOW, ["live", "unreachable", "refused"])
    acting.do(HostAct.CONNECT, ["off"])
    acting.do(HostAct.DISCONNECT, ["live"])
    acting.do(HostAct.REFRESH, ["live"])
    assert hosts.asked == [
        ("try_now", "unreachable"),
        ("try_now", "refused"),
        ("connect", "off"),
        ("disconnect", "live"),
        ("refresh", "live"),
    ]
    with qtbot.waitSignal(acting.asked) as asked:
        acting.do(HostAct.EDIT, ["live"])
    assert asked.args == [HostAct.EDIT, "live"]


def test_actions_follow_the_choice_and_say_why_not(acting: HostActing, hosts: Hosts, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    actions = HostActions(acting, parent)
    actions.add_shortcuts(parent)
    assert not actions.action(HostAct.CONNECT).isEnabled()
    assert actions.action(HostAct.CONNECT).toolTip() == "Choose a host first."
    actions.set_hosts(["live", "off"])
    assert actions.action(HostAct.CONNECT).isEnabled()
    assert actions.action(HostAct.EDIT).toolTip() == "Choose one host."
    actions.action(HostAct.CONNECT).trigger()
    assert hosts.asked == [("connect", "off")]
    actions.set_hosts(["live"])
    menu = actions.menu(parent)
    assert [action.objectName() for action in menu.actions() if action.objectName()] == [act.value for act in HostAct]
    with qtbot.waitActive(parent):
        parent.show()
        parent.activateWindow()
    parent.setFocus()
    with qtbot.waitSignal(acting.asked):
        qtbot.keyClick(parent, Qt.Key.Key_Delete)


def test_shutting_down_all_guests_is_planned_for_the_hosts_that_have_some(acting: HostActing, qtbot: QtBot) -> None:
    assert acting.why_not(HostAct.SHUT_DOWN_GUESTS, "live") == "No guest of it is up."
    assert acting.why_not(HostAct.SHUT_DOWN_GUESTS, "off") == "It is not connected."
    acting._inventory.apply(DomainsRead("live", (Domain(VmKey("live", "1"), "web", State.RUNNING),)))
    with qtbot.waitSignal(acting.guests_asked) as told:
        acting.do(HostAct.SHUT_DOWN_GUESTS, ["live", "off", "unreachable"])
    assert told.args == [("live",)]
