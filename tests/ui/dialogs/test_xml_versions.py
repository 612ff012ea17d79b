from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.fleet.edits import Version
from console.fleet.errors import Failed, Reason
from console.services.edit import EditPlan
from console.ui.context import Context
from console.ui.dialogs.xml_versions import XmlVersionsDialog
from console.ui.widgets.notes import Note
from tests.ui.rooms import Noting, gone, key, room

XML = {n: f"<domain>\n  <title>t{n}</title>\n  <vcpu>{n}</vcpu>\n</domain>\n" for n in (1, 2, 3)}
FOUND = tuple(
    Version(n, "n1", "u", "web-01", time.time() - 90_000 * (3 - n), reason, by, "")
    for n, reason, by in ((3, "edit", "me@here"), (2, "elsewhere", ""), (1, "seen", ""))
)
PLAN = EditPlan(key("web-01"), "web-01", XML[3], XML[2], (), True, reason="restore")


def version(id: int) -> Version:
    return Version(id, "n1", "u", "web-01", 0.0, "", "", "", XML[id])


@pytest.fixture
def edit() -> Noting:
    return Noting(versions=FOUND, version=version, restore=lambda _key, _id: PLAN, restore_command="splendid xml")


@pytest.fixture
def ctx(edit: Noting) -> Iterator[Context]:
    with room(edit=edit) as made:
        yield made


@pytest.fixture
def planned() -> list[EditPlan]:
    return []


@pytest.fixture
def dialog(ctx: Context, window: QWidget, qtbot: QtBot, planned: list[EditPlan]) -> XmlVersionsDialog:
    made = XmlVersionsDialog(ctx, key("web-01"), planned.append, window)
    made.show_at()
    qtbot.waitUntil(lambda: "t2" in made.diff.text())
    return made


def test_the_one_before_is_compared_with_now(dialog: XmlVersionsDialog) -> None:
    assert [dialog.table.row(n).id for n in range(3)] == [3, 2, 1]
    assert "-  <title>t2</title>" in dialog.diff.text()
    assert "+  <title>t3</title>" in dialog.diff.text()
    assert dialog.said.text() == "vCPUs 2 → 3\nTitle t2 → t3"
    assert dialog.main is not None
    assert dialog.main.isEnabled()


def test_two_are_compared_with_each_other(dialog: XmlVersionsDialog, qtbot: QtBot) -> None:
    dialog.view.selectAll()
    qtbot.waitUntil(lambda: "t1" in dialog.diff.text())
    assert "+  <title>t3</title>" in dialog.diff.text()
    assert dialog.main is not None
    assert not dialog.main.isEnabled()
    dialog.view.select(0)
    qtbot.waitUntil(lambda: dialog.diff.text() == "")
    assert dialog._why.text() == "This is how it is configured now."


def test_the_way_back(dialog: XmlVersionsDialog, edit: Noting, planned: list[EditPlan], qtbot: QtBot) -> None:
    dialog.view.select(2)
    assert dialog.main is not None
    dialog.main.click()
    qtbot.waitUntil(lambda: planned == [PLAN])
    assert ("restore", key("web-01"), 1) in edit.calls
    gone(qtbot, dialog)


def test_why_there_is_no_way_back(dialog: XmlVersionsDialog, edit: Noting, qtbot: QtBot) -> None:
    def refused(*_more: object) -> None:
        raise Failed(Reason.LOST, "web-01", detail="unreachable")

    edit.answers["restore"] = refused
    dialog._go()
    qtbot.waitUntil(lambda: any(not note.isHidden() for note in dialog.findChildren(Note)))
    (note,) = dialog.findChildren(Note)
    assert "There is no connection to its host." in note.accessibleName()
    assert dialog.main is not None
    assert dialog.main.isEnabled()


def test_a_store_that_cannot_be_read(ctx: Context, edit: Noting, window: QWidget, qtbot: QtBot) -> None:
    def locked(_key: object) -> None:
        raise Failed(Reason.IN_USE, "versions.sqlite")

    edit.answers["versions"] = locked
    made = XmlVersionsDialog(ctx, key("web-01"), lambda _plan: None, window)
    made.show_at()
    qtbot.waitUntil(lambda: bool(made.findChildren(Note)))
    assert "Could not read the earlier versions" in made.findChildren(Note)[0].accessibleName()
