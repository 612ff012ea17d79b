from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.fleet.errors import Conflict, Reason
from console.fleet.snapshots.plans import Deed
from console.ui.context import Context
from console.ui.dialogs.snapshot_plan import DescribeSnapshotDialog, RenameSnapshotDialog
from tests.ui.rooms import gone, key, room
from tests.ui.snapshot_story import Story, facts

KEY = key("web-01")


@pytest.fixture
def story() -> Story:
    return Story(facts(KEY, time.time(), "web-01"))


@pytest.fixture
def ctx(story: Story) -> Iterator[Context]:
    with room(snapshots=story) as context:
        yield context


def rename(ctx: Context, story: Story, qtbot: QtBot, window: QWidget, name: str = "build 4698") -> RenameSnapshotDialog:
    known = story.facts(KEY)
    one = known.snapshot(name)
    assert one is not None
    dialog = RenameSnapshotDialog(ctx, known, one, parent=window)
    dialog.show_at()
    return dialog


def test_another_name_is_planned_and_carried_out(ctx: Context, story: Story, qtbot: QtBot, window: QWidget) -> None:
    dialog = rename(ctx, story, qtbot, window)
    assert dialog.main is not None
    assert not dialog.main.isEnabled()
    dialog.name.setText("build 4698 final")
    dialog.name.textEdited.emit(dialog.name.text())
    qtbot.waitUntil(lambda: dialog.plan is not None)
    assert dialog.plan is not None
    assert dialog.plan.deed is Deed.RENAME
    dialog._copy.click()
    assert QGuiApplication.clipboard().text().startswith("splendid snapshot rename")
    dialog.main.click()
    assert [plan.deed for plan in story.ran] == [Deed.RENAME]
    gone(qtbot, dialog)


def test_a_name_that_is_taken_is_refused_with_the_reason(
    ctx: Context, story: Story, qtbot: QtBot, window: QWidget
) -> None:
    dialog = rename(ctx, story, qtbot, window)
    dialog.name.setText("clean install")
    dialog.name.textEdited.emit("clean install")
    qtbot.waitUntil(lambda: dialog.plan is not None)
    assert dialog.main is not None
    assert not dialog.main.isEnabled()
    assert "There is a snapshot clean install already." in dialog.view.notes[0].accessibleName()
    dialog.name.setText("build 4698")
    dialog.name.textEdited.emit("build 4698")
    qtbot.waitUntil(lambda: not dialog.view.notes)
    assert not dialog.main.isEnabled()
    dialog.close()


def test_another_description(ctx: Context, story: Story, qtbot: QtBot, window: QWidget) -> None:
    known = story.facts(KEY)
    one = known.snapshot("build 4698")
    assert one is not None
    dialog = DescribeSnapshotDialog(ctx, known, one, parent=window)
    dialog.show_at()
    assert dialog.text.toPlainText() == "Build 4698 installed."
    dialog.text.setPlainText("Build 4698, with licence")
    qtbot.waitUntil(lambda: dialog.plan is not None and dialog.plan.deed is Deed.DESCRIBE)
    assert dialog.main is not None
    dialog.main.click()
    assert [plan.deed for plan in story.ran] == [Deed.DESCRIBE]
    gone(qtbot, dialog)


def test_what_cannot_begin_is_said_and_the_dialog_stays(
    ctx: Context, story: Story, qtbot: QtBot, window: QWidget
) -> None:
    dialog = rename(ctx, story, qtbot, window)
    dialog.name.setText("other")
    dialog.name.textEdited.emit("other")
    qtbot.waitUntil(lambda: dialog.plan is not None)

    def refuse(_plan: object) -> None:
        raise Conflict(Reason.CHANGED, "web-01")

    story.run = refuse  # type: ignore[method-assign,assignment]
    assert dialog.main is not None
    dialog.main.click()
    assert dialog.isVisible()
    assert dialog._note is not None
    assert "renamed" in dialog._note.accessibleName()
    dialog.close()
