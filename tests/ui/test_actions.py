from typing import cast

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.acts import Act
from console.fleet.bulk import Deed
from console.fleet.clones.acts import CopyAct
from console.fleet.domains import State, VmKey
from console.fleet.hosts import Phase
from console.fleet.updates import DomainRead
from console.services.power import PowerService
from console.ui.actions import ENTRIES, RUN, Acting, VmActions
from tests.ui.models.vm_fleet import Fleet, vm
from tests.ui.rooms import Noting
from tests.ui.test_bases import BASE, CLONE, family

UP, OFF, PAUSED, SAVED, LOST = (VmKey("a", name) for name in ("up", "off", "paused", "saved", "lost"))
ALL = (UP, OFF, PAUSED, SAVED)


class Bench:
    """VMs in all states, and what the power service is asked."""

    def __init__(self) -> None:
        self.fleet = Fleet()
        self.fleet.host("a")
        states = {UP: State.RUNNING, OFF: State.OFF, PAUSED: State.PAUSED, SAVED: State.SAVED}
        self.fleet.vms("a", [vm("a", key.uuid, key.uuid, state) for key, state in states.items()])
        self.fleet.host("gone", phase=Phase.UNREACHABLE)
        self.fleet.vms("gone", [vm("gone", "lost")])
        self.power = Noting()
        self.acting = Acting(self.fleet.inventory, cast(PowerService, self.power))
        self.asked: list[tuple[Act, tuple[VmKey, ...]]] = []
        self.acting.asked.connect(lambda act, keys: self.asked.append((act, keys)))


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench()


@pytest.fixture
def widget(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def actions(bench: Bench, widget: QWidget) -> VmActions:
    return VmActions(bench.acting, widget)


def texts(menu: QMenu) -> list[str]:
    return ["–" if a.isSeparator() else a.text() for a in menu.actions()]


def test_run_does_to_each_what_fits(bench: Bench) -> None:
    bench.acting.do(RUN, ALL)
    assert bench.power.calls == [
        ("act", Act.START, (OFF,)),
        ("act", Act.RESUME, (PAUSED,)),
        ("act", Act.RESTORE, (SAVED,)),
    ]


def test_forced_acts_ask_first_unless_told_otherwise(bench: Bench) -> None:
    bench.acting.do((Act.FORCE_OFF,), ALL)
    assert bench.asked == [(Act.FORCE_OFF, (UP, PAUSED))]
    bench.acting.forced_confirmed = False
    bench.acting.do((Act.FORCE_OFF,), (UP,))
    assert bench.power.calls == [("act", Act.FORCE_OFF, (UP,))]


def test_copies_always_have_a_dialog_of_their_own(bench: Bench) -> None:
    bench.acting.preview_from = 2
    told: list[tuple[CopyAct, tuple[VmKey, ...]]] = []
    bench.acting.copying.connect(lambda act, keys: told.append((act, keys)))
    bench.acting.do((CopyAct.CLONE,), ALL)
    assert told == [(CopyAct.CLONE, ALL)]
    assert bench.asked == []
    assert bench.power.calls == []


def test_copies_say_why_not(bench: Bench, actions: VmActions) -> None:
    actions.set_vms([UP])
    assert actions.action("clone").isEnabled()
    assert not actions.action("revert").isEnabled()
    assert actions.action("revert").toolTip() == "It has no snapshots."
    assert actions.action("flatten").toolTip() == "It is no linked clone: its disks are its own."
    actions.set_vms([UP, OFF])
    assert actions.action("template").toolTip().endswith("1 of them can't."), "one runs, the other is off"
    assert actions.action("revert").toolTip() == "It has no snapshots. 1 other can't either."


@pytest.mark.parametrize("act", [Act.TAG, Act.DESCRIBE, Act.DELETE, Act.RENAME])
def test_acts_that_need_words_ask_for_their_dialog(bench: Bench, act: Act) -> None:
    bench.acting.do((act,), (OFF,))
    assert bench.asked == [(act, (OFF,))]
    assert bench.power.calls == []


def test_nothing_is_done_where_nothing_can(bench: Bench) -> None:
    bench.acting.do((Act.PAUSE,), (OFF, VmKey("gone", "lost"), VmKey("a", "unknown")))
    assert bench.power.calls == []


def test_nothing_chosen_greys_all_with_a_reason(actions: VmActions) -> None:
    for entry in ENTRIES:
        assert not actions.action(entry.name).isEnabled()
        assert actions.action(entry.name).toolTip()
    assert not actions.action("open").isEnabled()


def test_what_cannot_be_done_says_why(actions: VmActions) -> None:
    actions.set_vms([VmKey("gone", "lost")])
    assert not actions.action("pause").isEnabled()
    assert actions.action("pause").toolTip() == "Its host is unreachable."
    actions.set_vms([UP])
    assert actions.action("pause").isEnabled()
    assert not actions.action("run").isEnabled()
    assert "running" in actions.action("run").toolTip()


@pytest.mark.parametrize("state", [State.OFF, State.SAVED])
def test_a_base_is_not_run_and_says_who_needs_it(bench: Bench, actions: VmActions, state: State) -> None:
    family(bench.fleet)
    base = bench.fleet.inventory.domain(BASE)
    assert base is not None
    bench.fleet.inventory.apply(DomainRead("a", replace(base, state=state)))
    actions.set_vms([BASE])
    assert not actions.action("run").isEnabled()
    assert actions.action("run").toolTip() == "It is in use by clone."
    actions.set_vms([BASE, CLONE])
    assert "1 of them can't." in actions.action("run").toolTip()
    bench.acting.do(RUN, (BASE, CLONE))
    assert bench.power.calls == [("act", Act.START, (CLONE,))]


def test_some_that_cannot_are_counted(actions: VmActions) -> None:
    actions.set_vms(ALL)
    assert actions.action("pause").isEnabled()
    assert "3 of them can't." in actions.action("pause").toolTip()


def test_run_is_called_what_it_does(actions: VmActions) -> None:
    for key, text in ((OFF, "Run"), (PAUSED, "Resume"), (SAVED, "Restore")):
        actions.set_vms([key])
        assert actions.action("run").text() == text
    actions.set_vms([OFF, PAUSED])
    assert actions.action("run").text() == "Run"


def test_rename_and_open_want_one(actions: VmActions) -> None:
    actions.set_vms([OFF])
    assert actions.action("rename").isEnabled()
    assert actions.action("open").isEnabled()
    actions.set_vms([OFF, SAVED])
    assert not actions.action("rename").isEnabled()
    assert actions.action("rename").toolTip() == "Choose one VM."
    assert not actions.action("open").isEnabled()


def test_actions_do_and_open(bench: Bench, actions: VmActions) -> None:
    opened: list[VmKey] = []
    bench.acting.opening.connect(lambda key: opened.append(key))
    actions.set_vms([UP])
    actions.action("pause").trigger()
    actions.action("open").trigger()
    assert bench.power.calls == [("act", Act.PAUSE, (UP,))]
    assert opened == [UP]


def test_refresh_follows_the_state(bench: Bench, actions: VmActions) -> None:
    actions.set_vms([UP])
    bench.fleet.vms("a", [vm("a", "up", state=State.OFF)])
    actions.refresh()
    assert actions.action("run").isEnabled()
    assert not actions.action("pause").isEnabled()


def test_menu_has_the_order_people_know(actions: VmActions, widget: QWidget) -> None:
    actions.set_vms([UP])
    menu = actions.context_menu(widget)
    assert texts(menu) == [
        "Run",
        "Pause",
        "Shut down",
        "–",
        "Snapshot…",
        "Clone…",
        "Snapshots and clones",
        "–",
        "Tag…",
        "Describe…",
        "Set vCPU and memory…",
        "Edit XML",
        "Turn autostart on",
        "–",
        "Rename",
        "Delete…",
        "–",
        "Compare load…",
        "Open",
    ]
    below = menu.actions()[2].menu()
    assert isinstance(below, QMenu)
    assert texts(below) == [
        "Shut down",
        "Reboot",
        "–",
        "Force off…",
        "Force reset…",
        "–",
        "Save",
        "Discard saved state…",
    ]
    assert menu.toolTipsVisible()


def test_keys_work_where_the_focus_is(bench: Bench, actions: VmActions, widget: QWidget, qtbot: QtBot) -> None:
    actions.add_shortcuts(widget)
    actions.set_vms([OFF])
    widget.show()
    widget.setFocus()
    with qtbot.waitActive(widget):
        widget.activateWindow()
    qtbot.keyClick(widget, Qt.Key.Key_Delete)
    qtbot.keyClick(widget, Qt.Key.Key_F2)
    assert [act for act, _keys in bench.asked] == [Act.DELETE, Act.RENAME]


def test_pop_up_menu_leaves_nothing(actions: VmActions, widget: QWidget, qtbot: QtBot) -> None:
    actions.set_vms([UP])
    menu = actions.context_menu(widget)
    with qtbot.waitSignal(menu.destroyed):
        menu.deleteLater()


def test_many_are_planned_before_anything_happens(bench: Bench, qtbot: QtBot) -> None:
    """What cannot be done to some of them is shown there too."""
    bench.acting.preview_from = 3
    with qtbot.waitSignal(bench.acting.planned) as told:
        bench.acting.do([Act.SHUTDOWN], (UP, OFF, LOST))
    assert told.args == [Deed((Act.SHUTDOWN,)), (UP, OFF, LOST)]
    assert not bench.power.calls
    bench.acting.do([Act.SHUTDOWN], (UP, OFF))
    assert bench.power.calls == [("act", Act.SHUTDOWN, (UP,))]
    bench.acting.do([Act.SCALE], (UP, OFF, PAUSED))
    assert bench.asked == [(Act.SCALE, (UP, OFF, PAUSED))]


def test_the_xml_of_one_is_edited_where_that_can_be(actions: VmActions, bench: Bench) -> None:
    told: list[VmKey] = []
    bench.acting.editing.connect(told.append)
    action = actions.action("edit-xml")
    for keys in ((), (UP, OFF), (LOST,)):
        actions.set_vms(keys)
        assert not action.isEnabled(), keys
        assert action.toolTip()
    actions.set_vms((UP,))
    assert action.isEnabled()
    action.trigger()
    assert told == [UP]


def test_the_load_of_what_is_chosen_is_compared(actions: VmActions, bench: Bench) -> None:
    told: list[tuple[VmKey, ...]] = []
    bench.acting.comparing.connect(told.append)
    assert not actions.action("compare").isEnabled()
    assert actions.action("compare").toolTip() == "Choose a VM first."
    actions.set_vms([UP, OFF])
    actions.action("compare").trigger()
    assert told == [(UP, OFF)]
