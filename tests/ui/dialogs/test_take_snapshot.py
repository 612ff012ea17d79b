from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.fleet.domains import State
from console.fleet.errors import Reason, Unreachable
from console.fleet.snapshots.plans import Deed
from console.fleet.snapshots.values import DiskNow, ImageFile
from console.ui.context import Context
from console.ui.dialogs.take_snapshot import TakeSnapshotDialog
from tests.ui.rooms import gone, key, room
from tests.ui.snapshot_story import FOLDER, Story, facts

KEY = key("web-01")


@pytest.fixture
def story() -> Story:
    return Story(facts(KEY, time.time(), "web-01"))


@pytest.fixture
def ctx(story: Story) -> Iterator[Context]:
    with room(snapshots=story) as context:
        yield context


def opened(ctx: Context, qtbot: QtBot, window: QWidget) -> TakeSnapshotDialog:
    dialog = TakeSnapshotDialog(ctx, KEY, parent=window)
    dialog.show_at(620)
    qtbot.waitUntil(lambda: dialog.plan is not None)
    return dialog


def test_memory_and_disk_it_needs_are_shown_first(ctx: Context, story: Story, qtbot: QtBot, window: QWidget) -> None:
    dialog = opened(ctx, qtbot, window)
    assert dialog.plan is not None
    assert dialog.memory.isChecked()
    assert dialog.name.text().startswith("20")
    assert dialog.build.text() == "4711, release candidate 2"
    assert dialog.plan.needs > 0
    assert dialog.plan.order is not None
    assert dialog.plan.order.memory
    said = dialog.view.glance._needs.text.text() + dialog.view.glance._stops.text.text()
    assert "needs" in said
    dialog.close()


def test_what_is_wanted_stands_in_the_plan_that_is_carried_out(
    ctx: Context, story: Story, qtbot: QtBot, window: QWidget
) -> None:
    dialog = opened(ctx, qtbot, window)
    dialog.name.setText("with licence")
    dialog.name.textEdited.emit("with licence")
    dialog.about.setPlainText("Licence entered")
    dialog.memory.click()
    dialog.freeze.click()
    qtbot.waitUntil(lambda: dialog.plan is not None and dialog.plan.order is not None and dialog.plan.order.freeze)
    assert dialog.plan is not None
    assert dialog.plan.deed is Deed.TAKE
    assert dialog.main is not None
    assert dialog.main.text() == "Take snapshot"
    dialog.main.click()
    (ran,) = story.ran
    order = ran.order
    assert (order.name, order.description, order.memory, order.freeze) == (
        "with licence",
        "Licence entered",
        False,
        True,
    )
    gone(qtbot, dialog)


def test_memory_and_freezing_exclude_each_other(ctx: Context, story: Story, qtbot: QtBot, window: QWidget) -> None:
    dialog = opened(ctx, qtbot, window)
    assert not dialog.freeze.isEnabled()
    assert "whole anyway" in dialog.freeze.toolTip()
    dialog.memory.click()
    assert dialog.freeze.isEnabled()
    dialog.freeze.click()
    dialog.memory.click()
    assert not dialog.freeze.isChecked()
    dialog.close()


def test_of_a_vm_that_is_off_there_is_no_memory(ctx: Context, story: Story, qtbot: QtBot, window: QWidget) -> None:
    story.known = replace(story.known, state=State.OFF)
    dialog = opened(ctx, qtbot, window)
    assert not dialog.memory.isChecked()
    assert not dialog.memory.isEnabled()
    assert not dialog.freeze.isEnabled()
    dialog.close()


def test_disks_can_be_left_out_where_there_are_several(
    ctx: Context, story: Story, qtbot: QtBot, window: QWidget
) -> None:
    data = f"{FOLDER}/qa-data.qcow2"
    story.known = replace(
        story.known,
        disks=(*story.known.disks, DiskNow("vdb", data, format="qcow2")),
        files={**story.known.files, data: ImageFile(data, "qa-fast", "qa-data.qcow2", "qcow2", 1 << 30, 1 << 20)},
    )
    dialog = opened(ctx, qtbot, window)
    assert dialog.disks.isVisible()
    dialog.memory.click()
    dialog._targets["vdb"].click()
    qtbot.waitUntil(
        lambda: dialog.plan is not None and dialog.plan.order is not None and dialog.plan.order.targets == ("vda",)
    )
    dialog.close()


def test_a_name_that_is_taken_is_refused_at_once(ctx: Context, story: Story, qtbot: QtBot, window: QWidget) -> None:
    dialog = opened(ctx, qtbot, window)
    dialog.name.setText("clean install")
    dialog.name.textEdited.emit("clean install")
    assert dialog.plan is None
    qtbot.waitUntil(lambda: dialog.plan is not None)
    assert dialog.main is not None
    assert not dialog.main.isEnabled()
    dialog.close()


def test_a_host_that_does_not_answer_is_told(ctx: Context, story: Story, qtbot: QtBot, window: QWidget) -> None:
    story.trouble = Unreachable(Reason.SILENT, "kvm-n1")
    dialog = TakeSnapshotDialog(ctx, KEY, parent=window)
    dialog.show_at(620)
    qtbot.waitUntil(lambda: bool(dialog.view.notes) and "Could not read" in dialog.view.notes[0].accessibleName())
    assert dialog.main is not None
    assert not dialog.main.isEnabled()
    dialog.close()
