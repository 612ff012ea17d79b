from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from console.fleet.errors import Reason, Unsupported
from console.fleet.snapshots.lanes import NOW
from console.fleet.snapshots.plans import Deed
from console.fleet.snapshots.values import Snapshot
from console.ui.dialogs.base import Dialog
from console.ui.pages.vm_snapshots import VmSnapshots
from tests.ui.rooms import Noting, gone, room, vm
from tests.ui.snapshot_story import Story, facts, path

VM = vm("web-01", snapshots=10)


def no_screen(_key: object) -> None:
    raise Unsupported(Reason.OTHER, "web-01")


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[VmSnapshots]:
    look = Noting(screen=no_screen)
    with room(snapshots=Story(facts(VM.key, time.time(), "web-01")), look=look) as ctx:
        made = VmSnapshots(ctx)
        qtbot.addWidget(made)
        made.resize(1176, 700)
        made.show_vm(VM, True)
        made.show()
        qtbot.waitUntil(lambda: made.laid is not None and made.panel.plan is not None)
        yield made


def names(menu: Any) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def test_the_menu_of_a_row_is_about_that_row(page: VmSnapshots, qtbot: QtBot) -> None:
    menu = page._acts.pop_up("build 4698", QPoint(10, 10))
    assert page.chosen == "build 4698"
    assert names(menu)[:4] == ["Revert…", "Keep now, then revert…", "Clone from here…", "Compare…"]
    assert page._acts.action("delete-below").isEnabled()
    menu.close()
    gone(qtbot, menu)
    menu = page._acts.pop_up(NOW, QPoint(10, 10))
    assert names(menu) == ["Take…", "Clone from here…", "Retention…", "Doctor…"]
    menu.close()
    gone(qtbot, menu)


def test_what_makes_no_sense_is_greyed_with_the_reason(page: VmSnapshots) -> None:
    page.choose("german locale")
    act = page._acts.action("delete-below")
    assert not act.isEnabled()
    assert act.toolTip() == "None goes on from it."
    page.choose(NOW)
    assert not page._acts.action("compare").isEnabled()
    assert page._acts.action("take").isEnabled()
    page._acts.judge("Its host is unreachable.")
    assert page._acts.action("take").toolTip() == "Its host is unreachable."
    assert page._acts.take() is None
    assert page._acts.retention() is None


@pytest.mark.parametrize("act", ["take", "rename", "describe", "compare", "retention", "doctor"])
def test_each_dialog_opens_over_the_page_and_closes(page: VmSnapshots, qtbot: QtBot, act: str) -> None:
    page.choose("before upgrade wizard")
    dialog = getattr(page._acts, act)()
    assert isinstance(dialog, Dialog)
    assert dialog.isVisible()
    qtbot.wait(50)
    dialog.reject()
    gone(qtbot, dialog)


def test_a_repair_is_shown_in_the_panel_and_stays_until_one_turns_away(page: VmSnapshots, qtbot: QtBot) -> None:
    dialog = page._acts.doctor()
    assert dialog is not None
    dialog.buttons[0].click()
    plan = page.panel.plan
    assert plan is not None
    assert plan.deed is Deed.REPAIR
    assert plan.files_going == (path("old-try"),)
    assert page.panel.go.text() == "Repair, 1 file goes"
    page.read()
    qtbot.wait(200)
    assert page.panel.plan is plan
    page.panel.cancel.click()
    assert page.panel.plan is None


def test_after_a_rename_the_new_name_is_chosen(page: VmSnapshots, qtbot: QtBot) -> None:
    dialog = page._acts
    page.choose("build 4698")
    rename = dialog.rename()
    assert rename is not None
    rename.name.setText("german locale")
    rename.accept()
    page.read()
    qtbot.waitUntil(lambda: page.chosen == "german locale")


def test_one_that_was_taken_is_chosen_as_soon_as_it_is_there(page: VmSnapshots, qtbot: QtBot) -> None:
    dialog = page._acts.take()
    assert dialog is not None
    dialog.name.setText("brand new")
    dialog.accept()
    page.read()
    qtbot.wait(200)
    assert page.chosen == "crash: index out of range"
    story: Any = page._ctx.services.snapshots
    story.known = replace(story.known, snapshots=(*story.known.snapshots, Snapshot("brand new", created=time.time())))
    page.read()
    qtbot.waitUntil(lambda: page.chosen == "brand new")
