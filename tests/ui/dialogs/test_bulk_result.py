from __future__ import annotations

import threading
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.fleet.errors import Denied, NotFound, Problem, Reason
from console.jobs.job import Job, JobSpec, JobState, JobView
from console.ui.context import Context
from console.ui.dialogs.bulk_result import BulkResultDialog
from tests.ui.rooms import Noting, gone, key, room


@pytest.fixture
def ctx(qtbot: QtBot) -> Any:
    with room() as made:
        yield made


def started(ctx: Context, go: threading.Event) -> JobView:
    """web-02 is denied, db-01 gone, the others well; all wait for `go`."""

    def body(name: str) -> Any:
        def run(job: Job) -> None:
            while not go.wait(0.02):
                job.check()
            if name == "web-02":
                raise Denied(Reason.PERMISSION, name, text="access denied by policy")
            if name == "db-01":
                raise NotFound(Reason.GONE, name)

        return run

    names = ("web-01", "web-02", "db-01", "ldap-01")
    members = [JobSpec("vm.start", name, body(name), vms=(key(name),), hosts=("n1",)) for name in names]
    return ctx.jobs.group("vm.start", "4", members, limit_per_host=2, command="splendid vm start …").view


def shown(ctx: Context, window: QWidget, view: JobView) -> tuple[BulkResultDialog, list[int]]:
    again: list[int] = []
    dialog = BulkResultDialog(ctx, view, again.append, window)
    dialog.show_at(500)
    return dialog, again


def test_it_follows_every_vm_to_its_end_and_repeats_those_that_failed(
    qtbot: QtBot, window: QWidget, ctx: Context
) -> None:
    go = threading.Event()
    dialog, again = shown(ctx, window, started(ctx, go))
    assert dialog.windowTitle() == "Run: 4 VMs"
    qtbot.waitUntil(lambda: dialog.table.counts() == {"running": 2, "queued": 2})
    assert dialog._cancel.isVisible()
    assert not dialog._again.isVisible()
    go.set()
    qtbot.waitUntil(lambda: dialog._outcome.text() == "Failed")
    counts = dialog.table.counts()
    assert sorted(counts.values()) == [1, 1, 2]
    assert counts["succeeded"] == 2
    first = dialog.table.row(0)
    assert getattr(first, "title", "") == "Failed"
    assert dialog._counts.text() == "2 done, 2 failed"
    assert dialog._again.text() == "Repeat: 2 VMs…"
    dialog._again.click()
    assert again == [dialog._view.id]
    gone(qtbot, dialog)


def test_vms_stand_by_name_whatever_order_they_went_in(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    names = ("web-10", "db-1", "web-2")
    members = [JobSpec("vm.start", name, lambda job: None, vms=(key(name),), hosts=("n1",)) for name in names]
    dialog, _again = shown(ctx, window, ctx.jobs.group("vm.start", "3", members, limit_per_host=1).view)
    qtbot.waitUntil(lambda: dialog.table.counts() == {"succeeded": 3})
    rows = [dialog.table.row(number) for number in range(1, 4)]
    assert [getattr(row, "name", "") for row in rows] == ["db-1", "web-2", "web-10"]
    dialog.accept()
    gone(qtbot, dialog)


def test_what_libvirt_said_stands_with_the_vm(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    go = threading.Event()
    go.set()
    dialog, _again = shown(ctx, window, started(ctx, go))
    qtbot.waitUntil(lambda: dialog._outcome.text() == "Failed")
    said = [getattr(dialog.table.row(n), "said", "") for n in range(dialog.table.rowCount())]
    assert "access denied by policy" in said


def test_it_can_be_cancelled(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog, _again = shown(ctx, window, started(ctx, threading.Event()))
    qtbot.waitUntil(lambda: "running" in dialog.table.counts())
    dialog._cancel.click()
    qtbot.waitUntil(lambda: dialog.table.counts() == {"cancelled": 4})
    assert dialog._again.text() == "Repeat: 4 VMs…"


def test_one_of_an_earlier_run_is_read_from_the_history(qtbot: QtBot, window: QWidget) -> None:
    members = [
        JobView(11, "vm.start", "web-01", (key("web-01"),), ("n1",), JobState.SUCCEEDED, parent=10),
        JobView(12, "vm.start", "gone-01", (key("gone-01"),), ("n9",), JobState.RUNNING, parent=10, interrupted=True),
        JobView(
            13,
            "vm.start",
            "web-02",
            (key("web-02"),),
            ("n1",),
            JobState.FAILED,
            parent=10,
            problem=Problem(Reason.IN_USE),
        ),
    ]
    group = JobView(10, "vm.start", "3", children=(11, 12, 13), values={"total": 3}, state=JobState.RUNNING)
    with room(bulk=Noting(members=members)) as ctx:
        dialog, _again = shown(ctx, window, replace(group, interrupted=True))
        qtbot.waitUntil(lambda: len(dialog.members()) == 3)
        assert list(dialog.table.counts()) == ["failed-It is in use.", "interrupted", "succeeded"]
        assert dialog._outcome.text() == "Interrupted"
        assert dialog._again.text() == "Repeat: 2 VMs…"
        dialog.close()
