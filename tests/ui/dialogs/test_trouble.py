from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.deletion import FileItem, FileKind
from console.fleet.errors import Failed, Problem, Reason
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan
from console.fleet.snapshots.plans import Step as SnapshotStep
from console.jobs.journal import Entry, Step, Unfinished
from console.services.unfinished import Leftover
from console.settings.fleetread import Fault, FileProblem
from console.ui.dialogs.trouble import FileProblemsDialog, UnfinishedDialog
from tests.ui.rooms import Noting, gone, key, room

ENTRY = Entry(
    "vm.delete",
    "qa-01",
    (key("qa-01"),),
    {"files": ["/i/qa-01.qcow2"]},
    (Step("undefining", {}, True), Step("removing", {"path": "/i/qa-01.qcow2"})),
)
LEFT = FileItem("n1:/i/qa-01.qcow2", "/i/qa-01.qcow2", FileKind.DISK, "vda")


def texts(dialog: Any) -> Any:
    return [label.text() for label in dialog.findChildren(QLabel)]


def test_problems_of_the_file_have_line_column_and_why(window: QWidget) -> None:
    problems = (
        FileProblem(12, 7, Fault.WRONG_TYPE, {"key": "autoconnect", "wanted": "switch"}, "kvm-n1", False),
        FileProblem(31, 1, Fault.NO_URI, {}, "kvm-n3"),
    )
    dialog = FileProblemsDialog(Path("/p/fleet.toml"), problems, window)
    said = texts(dialog)
    assert dialog.windowTitle() == "2 problems in the fleet file"
    assert "Line 12, column 7, kvm-n1" in said
    assert "“autoconnect” must be true or false." in said
    assert "The host has no “uri”. The host is left out." in said
    assert "/p/fleet.toml" in said


def unfinished(count: Any = 1) -> Any:
    return [Unfinished(number, 1_790_000_000.0, ENTRY) for number in range(7, 7 + count)]


@pytest.fixture
def shown(window: QWidget, request: Any) -> Any:
    answers = getattr(request, "param", {"look": lambda one: Leftover(one, files=(LEFT,))})
    found = unfinished(2)
    with room(unfinished=Noting(**answers)) as ctx:
        dialog = UnfinishedDialog(ctx, found, window)
        dialog.show_at(420)
        yield ctx.services.unfinished, dialog, found


def looked(dialog: Any) -> Any:
    return lambda: not any("Asking the host" in text for text in texts(dialog))


def test_how_far_it_was_and_what_is_left(shown: Any, qtbot: QtBot) -> None:
    _service, dialog, _found = shown
    qtbot.waitUntil(looked(dialog))
    said = texts(dialog)
    assert "Could not delete qa-01." in said
    assert "1 step was done, then it was cut off in “Deleting /i/qa-01.qcow2”" in said
    assert "Disk vda, /i/qa-01.qcow2" in said
    assert dialog.parts[0].take_up.isEnabled()


def test_each_is_finished_or_left_and_the_last_closes_the_dialog(shown: Any, qtbot: QtBot) -> None:
    service, dialog, found = shown
    qtbot.waitUntil(looked(dialog))
    dialog.parts[0].take_up.click()
    qtbot.waitUntil(lambda: dialog.parts[0].isHidden())
    dialog.parts[1].leave.click()
    gone(qtbot, dialog)
    names = [call[0] for call in service.calls]
    assert names.count("take_up") == 1
    assert ("dismiss", found[1]) in service.calls


@pytest.mark.parametrize("shown", [{"look": lambda one: Leftover(one, problem=Problem(Reason.SILENT))}], indirect=True)
def test_a_host_that_does_not_answer_leaves_the_journal(shown: Any, qtbot: QtBot) -> None:
    _service, dialog, _found = shown
    qtbot.waitUntil(looked(dialog))
    assert not dialog.parts[0].take_up.isEnabled()
    assert any("did not answer in time" in text for text in texts(dialog))


@pytest.mark.parametrize("shown", [{"look": lambda one: Leftover(one)}], indirect=True)
def test_nothing_left_is_said(shown: Any, qtbot: QtBot) -> None:
    _service, dialog, _found = shown
    qtbot.waitUntil(looked(dialog))
    assert "Nothing is left of it: it had come to its end." in texts(dialog)
    assert not dialog.parts[0].take_up.isEnabled()


def _refuse(_left: Any) -> None:
    raise Failed(Reason.NO_SPACE, "qa-01")


@pytest.mark.parametrize("shown", [{"look": lambda one: Leftover(one, there=True), "take_up": _refuse}], indirect=True)
def test_a_refusal_is_said_and_it_stays(shown: Any, qtbot: QtBot) -> None:
    _service, dialog, _found = shown
    qtbot.waitUntil(looked(dialog))
    dialog.parts[0].take_up.click()
    qtbot.waitUntil(lambda: dialog._note is not None)
    assert dialog.parts[0].isVisible()
    assert dialog.parts[0].take_up.isEnabled()


MERGE = SnapshotStep(Op.OVERLAY, "vda", "/i/qa-01.b", "/i/qa-01.a")
PLAN = SnapshotPlan(key("qa-01"), "qa-01", Deed.REVERT, "clean", 1.0, steps=(MERGE,))


@pytest.mark.parametrize(
    "shown", [{"look": lambda one: Leftover(one, there=True, steps=((PLAN, (MERGE,)),), back=True)}], indirect=True
)
def test_an_act_on_snapshots_shows_what_is_left_and_can_be_taken_back(shown: Any, qtbot: QtBot) -> None:
    service, dialog, _found = shown
    qtbot.waitUntil(looked(dialog))
    (said,) = {text for text in texts(dialog) if "stopped with 1 step left" in text}
    assert said.splitlines()[1:] == [
        "  Making an empty overlay: qa-01.b on qa-01.a",
        "It can also be taken back: nothing is lost yet.",
    ]
    assert dialog.parts[0].back.isVisible()
    dialog.parts[0].back.click()
    qtbot.waitUntil(lambda: dialog.parts[0].isHidden())
    assert [call[0] for call in service.calls].count("take_back") == 1


def test_what_has_no_way_back_offers_none(shown: Any, qtbot: QtBot) -> None:
    _service, dialog, _found = shown
    qtbot.waitUntil(looked(dialog))
    assert not dialog.parts[0].back.isVisible()
