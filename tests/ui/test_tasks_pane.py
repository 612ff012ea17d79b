import time
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from console.fleet.errors import Failed, Reason
from console.jobs.job import JobState, JobView, who
from console.ui.models.tasks import Column
from console.ui.tasks_pane import TasksPane, brief
from tests.ui.rooms import key, room


@pytest.fixture
def shown(qtbot: QtBot) -> Any:
    with room() as ctx:
        pane = TasksPane(ctx)
        qtbot.addWidget(pane)
        pane.resize(1176, 190)
        pane.show()
        yield ctx, pane


def job(number: Any, state: Any = JobState.RUNNING, **fields: Any) -> Any:
    now = time.time()
    made = {"created": now - 60, "started": now - 60, "by": who(), "ended": now if state.ended else 0.0} | fields
    return JobView(number, made.pop("kind", "vm.start"), made.pop("target", f"vm-{number}"), state=state, **made)


def test_head_counts_what_runs_and_what_failed_today(shown: Any) -> None:
    _ctx, pane = shown
    assert pane._running.text() == "none yet"
    pane.model.update([job(1), job(2), job(3, JobState.FAILED)])
    assert pane._running.text() == "2 running"
    assert pane._failed.text() == "1 failed today"
    pane.model.update([job(1, JobState.SUCCEEDED), job(2, JobState.SUCCEEDED)])
    assert pane._running.text() == "none running"


def test_folded_it_shows_current_jobs_on_one_line(shown: Any) -> None:
    _ctx, pane = shown
    pane.model.update([job(1, target="web-01", fraction=0.71, eta=14.0), job(2, JobState.FAILED)])
    pane.toggle()
    assert pane.folded
    assert pane.maximumHeight() == 31
    assert not pane.view.isVisible()
    assert pane._strip.isVisible()
    assert "Run web-01, 71\u00a0%, 14\u00a0s left" in pane._strip.accessibleName()
    assert pane._failed.isVisible()


def test_folding_is_told_and_undone(shown: Any, qtbot: QtBot) -> None:
    _ctx, pane = shown
    with qtbot.waitSignal(pane.folded_changed) as told:
        pane._chevron.click()
    assert told.args == [True]
    pane._chevron.click()
    assert pane.view.isVisible()


def test_brief_of_a_job_without_a_share_is_its_step() -> None:
    assert brief(job(1, target="web-01", step="asking", values={"host": "n1"})) == ("Run web-01", "Asking n1")


def test_jobs_come_in_by_the_bridge_and_can_be_cancelled_in_their_row(shown: Any, qtbot: QtBot) -> None:
    ctx, pane = shown

    def body(handle: Any) -> None:
        while True:
            handle.pause(0.02)

    handle = ctx.jobs.submit("vm.save", "web-01", body, vms=(key("web-01"),))
    qtbot.waitUntil(lambda: pane.model.rowCount() == 1 and pane._running.text() == "1 running")
    index = pane.model.index_of(handle.id, Column.ACT)
    assert index.data() == "Cancel"
    at = pane.view.visualRect(index)
    qtbot.mouseClick(pane.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at.right() - 20, at.center().y()))
    assert handle.wait(5).state is JobState.CANCELLED
    qtbot.waitUntil(lambda: pane._running.text() == "none running")


def test_trying_again_does_it_where_it_can(shown: Any) -> None:
    ctx, pane = shown
    pane._on_retry(job(1, JobState.FAILED, kind="vm.pause", vms=(key("web-01"), key("web-02"))))
    [(name, act, keys)] = ctx.services.power.calls
    assert (name, act.value, set(keys)) == ("act", "pause", {key("web-01"), key("web-02")})


def test_trying_again_opens_the_log_where_it_cannot(shown: Any, qtbot: QtBot) -> None:
    ctx, pane = shown
    view = job(1, JobState.FAILED, kind="vm.pause", vms=(key("db-01"),))
    with qtbot.waitSignal(pane.log_wanted) as told:
        pane._on_retry(view)
    assert told.args == [view]
    assert ctx.services.power.calls == []


def test_filters_choose_rows(shown: Any, qtbot: QtBot) -> None:
    _ctx, pane = shown
    pane.model.update([job(1), job(2, JobState.FAILED), job(3, JobState.SUCCEEDED)])
    pane._filters.chosen.emit("failed")
    assert pane.model.rowCount() == 1
    pane._filters.chosen.emit("all")
    assert pane.model.rowCount() == 3


def test_a_real_failure_reaches_the_row(shown: Any, qtbot: QtBot) -> None:
    ctx, pane = shown

    def body(handle: Any) -> None:
        raise Failed(Reason.NO_SPACE, "web-01")

    handle = ctx.jobs.submit("vm.start", "web-01", body, vms=(key("web-01"),))
    handle.wait(5)
    qtbot.waitUntil(lambda: pane._failed.text() == "1 failed today")
    assert pane.model.index_of(handle.id, Column.STEP).data() == "There is not enough space left."
