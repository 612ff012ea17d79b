from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from console.fleet.errors import Busy, Reason
from console.fleet.snapshots.lanes import NOW
from console.fleet.snapshots.plans import Deed, SnapshotPlan
from console.ui.models.snapshots import Laid, SnapshotRows, lay
from console.ui.pages.snapshot_planner import SnapshotPlanner, marks
from console.ui.widgets.plan_panel import PlanPanel
from tests.ui.rooms import key, room
from tests.ui.snapshot_story import Story, facts

KEY = key("web-01")


class Desk:
    def __init__(self, story: Story, planner: SnapshotPlanner, panel: PlanPanel, laid: Laid) -> None:
        self.story, self.planner, self.panel, self.laid = story, planner, panel, laid
        self.why = ""


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    story = Story(facts(KEY, time.time(), "web-01"))
    with room(snapshots=story) as ctx:
        panel, rows = PlanPanel(), SnapshotRows()
        qtbot.addWidget(panel)
        laid = lay(story.known)
        rows.show(laid, time.time())
        made = Desk(story, None, panel, laid)  # type: ignore[arg-type]
        made.planner = SnapshotPlanner(ctx, panel, rows, lambda: made.why, panel)
        yield made


def test_only_the_answer_to_the_last_question_is_shown(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.planner.planned):
        for name in ("clean install", "agent and tools", "build 4698"):
            desk.planner.plan(desk.laid, name, Deed.DELETE)
    qtbot.wait(100)
    assert desk.panel.plan is not None
    assert desk.panel.plan.snapshot == "build 4698"


def test_the_act_stays_from_one_snapshot_to_the_next_where_it_fits(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.planner.planned):
        desk.planner.plan(desk.laid, "build 4698", Deed.DELETE_BELOW)
    with qtbot.waitSignal(desk.planner.planned):
        desk.planner.plan(desk.laid, "german locale")
    assert desk.panel.plan is not None
    assert desk.panel.plan.deed is Deed.REVERT
    desk.planner.turn_away()
    assert desk.panel.plan is None


def test_what_is_barred_is_not_carried_out(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.planner.planned):
        desk.planner.plan(desk.laid, "german locale", Deed.DELETE)
    desk.why = "Its host is unreachable."
    desk.planner.carry_out()
    assert desk.story.ran == []
    desk.why = ""
    with qtbot.waitSignal(desk.planner.begun):
        desk.planner.carry_out()
    assert desk.planner.job is not None
    desk.planner.plan(desk.laid, "build 4698", Deed.DELETE)
    assert desk.panel.plan is None
    assert desk.panel.view.notes[0].accessibleName().startswith("Under way")


def test_what_cannot_begin_is_told(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.planner.planned):
        desk.planner.plan(desk.laid, "german locale", Deed.DELETE)

    def refuse(_plan: object) -> None:
        raise Busy(Reason.CHANGED, "web-01")

    desk.story.run = refuse  # type: ignore[method-assign,assignment]
    desk.planner.carry_out()
    assert desk.planner.job is None
    assert "was not deleted" in desk.panel.view.notes[0].accessibleName()


def test_what_was_wished_stays_while_the_same_one_is_planned_anew(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.planner.planned):
        desk.planner.plan(desk.laid, "german locale", Deed.REVERT)
    desk.panel.branch.keep.click()
    desk.panel.branch.name.setText("mine")
    with qtbot.waitSignal(desk.planner.planned):
        desk.planner.plan(desk.laid, "german locale")
    assert desk.panel.branch.branch() == "mine"
    desk.planner.show_trouble("It did not answer.", "Try again.")
    with qtbot.waitSignal(desk.planner.planned):
        desk.planner.plan(desk.laid, "german locale")
    assert desk.panel.branch.branch() == "mine"
    with qtbot.waitSignal(desk.planner.planned):
        desk.planner.plan(desk.laid, "build 4698")
    assert desk.panel.branch.branch() == ""


def test_marks() -> None:
    plan = SnapshotPlan(KEY, "a", Deed.REVERT, "b", 0.0)
    assert marks(plan) == (NOW,)
    assert marks(SnapshotPlan(KEY, "a", Deed.REVERT, "b", 0.0, branch="c")) == ()
    assert marks(SnapshotPlan(KEY, "a", Deed.DELETE, "b", 0.0, lost=("b",))) == ("b",)
