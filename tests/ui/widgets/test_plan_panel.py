from __future__ import annotations

import time

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.deleting import plan_delete
from console.fleet.snapshots.plans import Deed, SnapshotPlan
from console.fleet.storing import Say, Weight
from console.ui.widgets.plan_panel import PlanPanel
from tests.ui.snapshot_story import facts

KEY = VmKey("h", "u")


@pytest.fixture
def panel(qtbot: QtBot) -> PlanPanel:
    made = PlanPanel()
    qtbot.addWidget(made)
    made.resize(720, 560)
    made.show()
    made.show_host("kvm-l03")
    return made


def show(panel: PlanPanel, plan: SnapshotPlan, why: str = "") -> None:
    now = time.time()
    panel.show_plan(plan, facts(KEY, now), State.RUNNING, "splendid snapshot delete qa wizard", now, why)


def deletion() -> SnapshotPlan:
    return plan_delete(facts(KEY, time.time() - 3), "before upgrade wizard")


def test_the_button_names_act_and_count(panel: PlanPanel, qtbot: QtBot) -> None:
    panel.offer([Deed.REVERT, Deed.DELETE, Deed.DELETE_BELOW], Deed.DELETE, 2)
    show(panel, deletion())
    assert panel.go.text() == "Delete snapshot, 2 files"
    assert panel.go.property("kind") == "danger"
    assert panel.go.isEnabled()
    assert panel._age.whole_text().replace("\u00a0", " ") == "Planned 3 s ago against kvm-l03"
    panel.tick(time.time() + 10)
    assert "13" in panel._age.whole_text()
    with qtbot.waitSignal(panel.confirmed):
        panel.go.click()
    with qtbot.waitSignal(panel.cancelled):
        panel.cancel.click()


def test_the_line_that_does_the_same_is_copied(panel: PlanPanel) -> None:
    show(panel, deletion())
    panel.copy.click()
    assert QGuiApplication.clipboard().text() == "splendid snapshot delete qa wizard"
    assert panel.copy.text() == "Copied"
    show(panel, deletion())
    assert panel.copy.text() == "Copy as command"


def test_a_plan_that_is_refused_or_barred_cannot_be_carried_out(panel: PlanPanel) -> None:
    stop = Say("template", weight=Weight.STOP)
    show(panel, SnapshotPlan(KEY, "qa", Deed.REVERT, "a", time.time(), says=(stop,)))
    assert not panel.go.isEnabled()
    assert panel._said.text() == "It cannot be done as it stands."
    show(panel, deletion(), "Its host is set to only look.")
    assert not panel.go.isEnabled()
    assert panel._said.text() == "Its host is set to only look."


def test_while_the_host_is_asked_nothing_can_be_pressed(panel: PlanPanel) -> None:
    show(panel, deletion())
    panel.show_asking("kvm-l03")
    assert not panel.go.isEnabled()
    assert panel._age.whole_text() == "Asking kvm-l03…"
    panel.show_failed("error", "It did not answer.", "Try again.")
    assert panel.plan is None
    assert panel.go.isHidden()
    assert panel.view.notes[0].accessibleName() == "It did not answer. Try again."


def test_a_revert_offers_to_keep_the_state_of_now(panel: PlanPanel, qtbot: QtBot) -> None:
    panel.offer([Deed.REVERT, Deed.DELETE], Deed.REVERT, 0)
    branch = panel.branch
    branch.offer("before revert", None)
    assert branch.isVisible()
    assert branch.branch() == ""
    assert branch.wants_start() is None
    with qtbot.waitSignal(panel.wishes_changed):
        branch.keep.click()
    assert branch.branch() == "before revert"
    branch.offer("before revert", True)
    assert branch.branch() == ""
    assert branch.wants_start() is True
    panel.offer([Deed.REVERT, Deed.DELETE], Deed.DELETE, 0)
    assert branch.isHidden()
    with qtbot.waitSignal(panel.deed_chosen) as chosen:
        panel.deeds._choose(0)
    assert chosen.args == ["revert"]
