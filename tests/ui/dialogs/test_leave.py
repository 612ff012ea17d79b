from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from console.jobs.job import JobState
from console.ui.dialogs.leave import LeaveDialog, leaving
from tests.ui.rooms import gone
from tests.ui.test_tasks_pane import job


def test_a_request_the_host_has_goes_on_and_the_rest_stops() -> None:
    asked = job(1, kind="vm.shutdown", step="waiting-for-guest", values={"seconds": 180})
    not_yet = job(2, JobState.QUEUED, kind="vm.start")
    own = job(3, kind="vm.delete", step="removing", values={"path": "/a"})
    group, done = job(4, children=(1, 5)), job(5, JobState.SUCCEEDED, parent=4)
    found = leaving([asked, not_yet, own, group, done])
    assert found.goes_on == (asked,)
    assert found.stops == (not_yet, own)


@pytest.mark.parametrize(
    ("button", "called"),
    [("Leave when done", ["wait"]), ("Cancel all and leave", ["cancel"]), ("Leave now", ["leave"]), ("Stay", [])],
)
def test_each_button_does_what_it_says(qtbot: QtBot, window: QWidget, button: Any, called: Any) -> None:
    calls = []
    views = [job(1, kind="vm.delete", step="removing", values={"path": "/a"}, target="web-01")]
    dialog = LeaveDialog(
        views, lambda: calls.append("wait"), lambda: calls.append("cancel"), lambda: calls.append("leave"), window
    )
    assert dialog.windowTitle() == "1 task runs"
    assert any("Delete: web-01 – Deleting /a" in label.text() for label in dialog.findChildren(QLabel))
    dialog.show_at()
    [found] = [each for each in dialog.findChildren(QPushButton) if each.text() == button]
    found.click()
    gone(qtbot, dialog)
    assert calls == called


def test_many_jobs_are_counted(window: QWidget) -> None:
    dialog = LeaveDialog(
        [job(n, kind="vm.delete") for n in range(1, 21)], lambda: None, lambda: None, lambda: None, window
    )
    assert any(label.text() == "12 more" for label in dialog.findChildren(QLabel))
