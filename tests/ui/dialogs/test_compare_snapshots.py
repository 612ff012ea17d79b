from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.app import App, Options
from console.fleet.errors import NotFound, Reason
from console.fleet.snapshots.lanes import NOW
from console.settings.paths import Profile
from console.ui.context import Context
from console.ui.dialogs.compare_snapshots import CompareSnapshotsDialog
from tests.ui.rooms import Noting, key, room
from tests.ui.snapshot_story import Story, facts

KEY = key("web-01")
XML = "<domain type='kvm'>\n  <name>qa-4711-a</name>\n  <memory unit='GiB'>8</memory>\n</domain>"


@pytest.fixture
def story() -> Story:
    return Story(facts(KEY, time.time(), "web-01"))


@pytest.fixture
def ctx(story: Story, tmp_path: Any) -> Iterator[Context]:
    app = App(Options(Profile.at(tmp_path)))
    with room(snapshots=story, look=Noting(xml=XML), edit=app.services.edit) as context:
        yield context
    app.close()


def opened(
    ctx: Context, story: Story, qtbot: QtBot, window: QWidget, first: str = "before upgrade wizard"
) -> CompareSnapshotsDialog:
    dialog = CompareSnapshotsDialog(ctx, story.facts(KEY), first, parent=window)
    dialog.show_at()
    return dialog


def fact(dialog: CompareSnapshotsDialog, name: str) -> str:
    return str(dialog.facts.widget(name).text()).replace("\u00a0", " ")  # type: ignore[union-attr]


def test_a_snapshot_and_now_tell_what_changed_and_what_the_disk_took(
    ctx: Context, story: Story, qtbot: QtBot, window: QWidget
) -> None:
    dialog = opened(ctx, story, qtbot, window)
    assert dialog.chosen() == ("before upgrade wizard", NOW)
    qtbot.waitUntil(lambda: dialog.facts.widget("changes") is not None)
    assert "4 GiB → 8 GiB" in fact(dialog, "changes")
    assert fact(dialog, "vda") == "5.8 GiB more in now than in before upgrade wizard"
    assert '+  <memory unit="GiB">8</memory>' in dialog.diff.text()
    dialog.close()


def test_two_of_different_branches(ctx: Context, story: Story, qtbot: QtBot, window: QWidget) -> None:
    dialog = opened(ctx, story, qtbot, window, "4698 crash")
    dialog.second.setCurrentIndex(dialog.second.findData("before upgrade wizard"))
    qtbot.waitUntil(lambda: dialog.facts.widget("vda") is not None and "only in" in fact(dialog, "vda"))
    assert fact(dialog, "changes") == "The configuration is the same."
    assert "are only in 4698 crash" in fact(dialog, "vda")
    dialog._bar.itemAt(0).widget().click()  # type: ignore[union-attr]
    assert QGuiApplication.clipboard().text() == "splendid snapshot compare web-01 '4698 crash' 'before upgrade wizard'"
    dialog.close()


def test_one_that_is_gone_meanwhile_is_told(ctx: Context, story: Story, qtbot: QtBot, window: QWidget) -> None:
    def xml(_key: object, name: str) -> str:
        raise NotFound(Reason.GONE, name)

    story.xml = xml  # type: ignore[method-assign]
    dialog = opened(ctx, story, qtbot, window)
    qtbot.waitUntil(lambda: dialog._note is not None and dialog._note.isVisible())
    dialog.close()
