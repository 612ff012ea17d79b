from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.ui.context import Context
from console.ui.dialogs.retention import RetentionDialog
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


def opened(ctx: Context, qtbot: QtBot, window: QWidget) -> RetentionDialog:
    dialog = RetentionDialog(ctx, [KEY], parent=window)
    dialog.show_at(520)
    qtbot.waitUntil(lambda: dialog.many is not None)
    return dialog


def listed(dialog: RetentionDialog) -> list[str]:
    return [name for name, _size in dialog.list.rows]


def test_what_the_rule_lets_go_is_named_before(ctx: Context, story: Story, qtbot: QtBot, window: QWidget) -> None:
    dialog = opened(ctx, qtbot, window)
    assert dialog.rules() == (5, 0.0)
    assert listed(dialog) == ["clean install", "agent and tools", "german locale", "build 4698", "4698 crash"]
    assert dialog.heading.text().startswith("5 snapshots go")
    dialog.count.setValue(8)
    qtbot.waitUntil(lambda: len(listed(dialog)) == 2)
    assert dialog.main is not None
    assert dialog.main.text().startswith("Delete 2 snapshots")
    many = dialog.many
    dialog.main.click()
    assert story.ran == [many]
    gone(qtbot, dialog)


def test_days_are_a_rule_of_their_own(ctx: Context, story: Story, qtbot: QtBot, window: QWidget) -> None:
    dialog = opened(ctx, qtbot, window)
    dialog.by_count.click()
    assert dialog.rules() == (0, 0.0)
    qtbot.waitUntil(lambda: dialog.heading.text() == "No rule, so all of them stay.")
    assert dialog.main is not None
    assert not dialog.main.isEnabled()
    dialog.by_days.click()
    dialog.days.setValue(10)
    qtbot.waitUntil(lambda: "build 4698" not in listed(dialog) and len(listed(dialog)) == 3)
    dialog.days.setValue(3000)
    qtbot.waitUntil(lambda: dialog.heading.text() == "Nothing goes: the rules keep all of them.")
    assert dialog.many is None
    dialog.close()
