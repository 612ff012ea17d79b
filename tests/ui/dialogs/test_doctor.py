from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.snapshots.doctor import findings
from console.fleet.snapshots.plans import SnapshotPlan
from console.ui.context import Context
from console.ui.dialogs.base import Dialog
from console.ui.dialogs.doctor import DoctorDialog
from tests.ui.rooms import gone, key, room
from tests.ui.snapshot_story import facts, path

KEY = key("web-01")


@pytest.fixture
def ctx() -> Iterator[Context]:
    with room() as context:
        yield context


def texts(dialog: Dialog) -> str:
    return "\n".join(found.text() for found in dialog.findChildren(QLabel)).replace("\u00a0", " ")


def test_each_finding_is_named_with_its_files_and_its_repair_is_shown_first(
    ctx: Context, qtbot: QtBot, window: QWidget
) -> None:
    chosen: list[SnapshotPlan] = []
    found = findings(facts(KEY, time.time()))
    dialog = DoctorDialog(ctx, KEY, "qa-4711-a", found, chosen.append, parent=window)
    dialog.show_at(480)
    said = texts(dialog)
    assert "1 overlay that no snapshot uses, 2.2 GiB" in said
    assert path("old-try") in said
    assert "10 snapshots in the way of a migration" in said
    dialog.buttons[0].click()
    assert [plan.files_going for plan in chosen] == [(path("old-try"),)]
    gone(qtbot, dialog)


def test_where_nothing_may_be_changed_repairs_are_greyed_with_the_reason(
    ctx: Context, qtbot: QtBot, window: QWidget
) -> None:
    found = findings(facts(KEY, time.time()))
    dialog = DoctorDialog(ctx, KEY, "qa", found, lambda _plan: None, "Its host is unreachable.", parent=window)
    dialog.show_at(480)
    assert not any(button.isEnabled() for button in dialog.buttons)
    assert dialog.buttons[0].toolTip() == "Its host is unreachable."
    dialog.close()


def test_without_findings_that_is_said_and_the_line_is_copied(ctx: Context, qtbot: QtBot, window: QWidget) -> None:
    dialog = DoctorDialog(ctx, KEY, "qa", (), lambda _plan: None, parent=window)
    dialog.show_at(480)
    assert "Nothing is wrong" in texts(dialog)
    next(b for b in dialog.findChildren(type(dialog._bar.itemAt(0).widget())) if "Copy" in b.text()).click()  # type: ignore[union-attr]
    assert QGuiApplication.clipboard().text() == "splendid snapshot doctor web-01"
    dialog.close()
