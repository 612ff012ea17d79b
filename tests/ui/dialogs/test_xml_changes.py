from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.fleet.edits import Change, Hold, Step, Way, When
from console.services.edit import EditPlan
from console.ui.context import Context
from console.ui.dialogs.xml_changes import XmlChangesDialog
from tests.ui.rooms import Noting, gone, key, room

BASE = "<domain>\n  <title>a</title>\n  <graphics passwd='geheim'/>\n</domain>\n"
TEXT = BASE.replace(">a<", ">b<").replace("geheim", "anders")
TITLE = Change("title", before="a", after="b", when=When.NOW, step=Step(Way.TITLE, "b"))
CRASH = Change("on_crash", before="destroy", after="restart", hold=Hold.FIXED)


@pytest.fixture
def ctx() -> Iterator[Context]:
    with room(edit=Noting(command=lambda plan: f"splendid {plan.live}")) as made:
        yield made


def dialog(ctx: Context, window: QWidget, plan: EditPlan) -> tuple[XmlChangesDialog, list[EditPlan]]:
    applied: list[EditPlan] = []
    made = XmlChangesDialog(ctx, plan, applied.append, window)
    made.show_at()
    return made, applied


def test_changes_lines_and_the_button_that_counts(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    plan = EditPlan(key("web-01"), "web-01", BASE, TEXT, (TITLE, CRASH), running=True)
    made, applied = dialog(ctx, window, plan)
    qtbot.waitUntil(lambda: "+  <title>b</title>" in made.diff.text())
    assert "geheim" not in made.diff.text()
    assert "anders" not in made.diff.text()
    assert made.windowTitle() == "Change web-01"
    assert made.main is not None
    assert made.main.text() == "Apply 2 changes"
    made.main.click()
    assert applied == [plan]
    gone(qtbot, made)


def test_only_the_next_start(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    plan = EditPlan(key("web-01"), "web-01", BASE, TEXT, (TITLE, CRASH), running=True)
    made, applied = dialog(ctx, window, plan)
    assert made.live.isVisible()
    before = made._area.height()
    assert before > 30
    made.live.click()
    assert abs(made._area.height() - before) < 30
    assert made.changes.names() == "Title a → b (next start); After a crash destroy → restart (next start)"
    buttons = [b for b in made.findChildren(type(made.main)) if b.text() == "Copy as command"]  # type: ignore[type-var]
    buttons[0].click()
    assert QGuiApplication.clipboard().text() == "splendid False"
    assert made.main is not None
    made.main.click()
    assert [(p.live, [c.hold for c in p.changes]) for p in applied] == [(False, [Hold.NOT_WANTED, Hold.FIXED])]


def test_a_vm_that_is_off_and_a_plan_without_changes(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    off, _applied = dialog(ctx, window, EditPlan(key("db-01"), "db-01", BASE, TEXT, (CRASH,), running=False))
    assert not off.live.isVisible()
    same, _applied = dialog(
        ctx, window, EditPlan(key("db-01"), "db-01", BASE, BASE, (), running=False, reason="restore")
    )
    assert same.windowTitle() == "Go back: db-01"
    assert same.main is not None
    assert not same.main.isEnabled()
    assert same._why.text() == "Nothing changes."
    qtbot.wait(50)
