import time
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.errors import Denied, Problem, Reason
from console.jobs.job import JobSpec, JobState
from console.ui.context import Context
from console.ui.dialogs.job_log import JobLogDialog
from tests.ui.rooms import Noting, gone, key, room
from tests.ui.test_tasks_pane import job


def texts(dialog: Any) -> Any:
    return [label.text() for label in dialog.findChildren(QLabel)]


@pytest.fixture
def ctx(qtbot: QtBot) -> Any:
    lines = ((time.time(), "virDomainCreate"), (time.time(), "refused"))
    with room(history=Noting(history=[], lines=lines)) as made:
        yield made


def test_a_running_job_is_followed_to_its_end(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    def body(handle: Any) -> None:
        handle.step("asking", host="kvm-n1")
        handle.log("virDomainSave")
        handle.progress(1, 4)
        while True:
            handle.pause(0.02)

    handle = ctx.jobs.submit(
        "vm.save", "web-01", body, vms=(key("web-01"),), hosts=("n1",), command="splendid vm save web-01"
    )
    qtbot.waitUntil(lambda: handle.view.fraction is not None)
    dialog = JobLogDialog(ctx, handle.view, window)
    dialog.show_at(420)
    assert dialog.windowTitle() == "Task: Save web-01"
    assert dialog._progress.isVisible()
    said = texts(dialog)
    assert {"Asking kvm-n1", "virDomainSave", "web-01 at kvm-n1", "splendid vm save web-01"} <= set(said)
    dialog._cancel.click()
    qtbot.waitUntil(lambda: dialog._outcome.text().startswith("Cancelled"))
    assert not dialog._cancel.isVisible()
    assert not dialog._progress.isVisible()


def test_a_failure_says_what_why_and_what_next(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    def body(handle: Any) -> None:
        raise Denied(Reason.PERMISSION, "web-01", text="access denied")

    handle = ctx.jobs.submit("vm.pause", "web-01", body, vms=(key("web-01"),), hosts=("n1",))
    handle.wait(5)
    dialog = JobLogDialog(ctx, handle.view, window)
    dialog.show_at(420)
    told = dialog._note.accessibleName()
    assert told.startswith("Could not pause web-01. The user signed in may not do this. “access denied”")
    assert dialog._outcome.text() == "Failed"
    dialog._again.click()
    gone(qtbot, dialog)
    assert [call[0] for call in ctx.services.power.calls] == ["act"]


def test_trying_again_what_cannot_be_says_why(window: QWidget, ctx: Context) -> None:
    view = job(999, JobState.FAILED, kind="vm.pause", vms=(key("db-01"),), problem=Problem(Reason.PERMISSION))
    dialog = JobLogDialog(ctx, view, window)
    dialog.show_at(420)
    dialog._again.click()
    assert dialog._note.accessibleName().startswith("Not now.")
    assert dialog.isVisible()


def test_a_group_shows_a_result_for_each_failed_first(window: QWidget, ctx: Context) -> Any:
    def body(name: Any) -> Any:
        def run(handle: Any) -> None:
            if name == "web-02":
                raise Denied(Reason.PERMISSION, name)

        return run

    members = [JobSpec("vm.pause", n, body(n), vms=(key(n),)) for n in ("web-01", "web-02")]
    view = ctx.jobs.group("vm.pause", "2", members).wait(5)
    dialog = JobLogDialog(ctx, view, window)
    rows = dialog._shown_lines
    assert [row[0] for row in rows] == ["web-02", "web-01"]
    assert rows[0][2] == "error"
    assert rows[1][1] == "Done"


def test_a_job_of_an_earlier_run_has_its_log_from_the_history(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    view = replace(job(999, JobState.SUCCEEDED, target="old"), command="")
    dialog = JobLogDialog(ctx, view, window)
    qtbot.waitUntil(lambda: "virDomainCreate" in texts(dialog))
    assert ("lines", 999) in ctx.services.history.calls
