from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.ui.context import Context
from console.ui.dialogs.describe import DescribeDialog, RenameDialog, TagDialog
from tests.ui.rooms import key, room

pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support (raise|grabbing)", extend=True
)  # completion pops up


@pytest.fixture
def at(window: QWidget) -> Any:
    with room() as ctx:
        yield ctx, window


def done(ctx: Context) -> Any:
    return ctx.services.describe.calls


@pytest.mark.parametrize(
    ("name", "works"),
    [
        ("db-02", True),
        ("  db-02 ", True),
        ("数据库 🐘", True),
        ("", False),
        ("  ", False),
        ("a/b", False),
        ("..", False),
        ("db-01", False),
        ("web-01", False),
    ],
)
def test_names(at: Any, qtbot: QtBot, name: Any, works: Any) -> None:
    ctx, window = at
    dialog = RenameDialog(ctx, key("db-01"), window)
    dialog.show_at()
    assert not dialog.main.isEnabled()
    dialog.field.setText(name)
    assert dialog.main.isEnabled() is works
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert done(ctx) == ([("rename", key("db-01"), name)] if works else [])


def test_a_taken_name_is_said(at: Any) -> None:
    ctx, window = at
    dialog = RenameDialog(ctx, key("db-01"), window)
    dialog.field.setText("web-01")
    assert dialog._why.text() == "web-01 exists already."


def test_only_what_was_changed_is_written(at: Any, qtbot: QtBot) -> None:
    ctx, window = at
    dialog = DescribeDialog(ctx, (key("web-01"),), window)
    dialog.show_at()
    assert dialog.text_field.toPlainText() == "Front of the shop"
    assert not dialog.main.isEnabled()
    dialog.title_field.setText("Shop")
    assert dialog._command() == "splendid vm describe web-01 --title Shop"
    dialog.main.click()
    assert done(ctx) == [("describe", (key("web-01"),), "Shop", None)]


def test_a_text_can_be_taken_away(at: Any) -> None:
    ctx, window = at
    dialog = DescribeDialog(ctx, (key("web-01"),), window)
    dialog.text_field.clear()
    assert dialog.changes() == (None, "")


def test_of_several_vms_different_texts_are_not_shown_as_one(at: Any) -> None:
    ctx, window = at
    dialog = DescribeDialog(ctx, (key("web-01"), key("web-02")), window)
    assert dialog.text_field.toPlainText() == ""
    assert "Different" in dialog.text_field.placeholderText()
    assert dialog.changes() == (None, None)
    dialog.text_field.setPlainText("Same now")
    assert dialog.changes() == (None, "Same now")


def tags(ctx: Context, window: QWidget, *names: Any) -> Any:
    dialog = TagDialog(ctx, tuple(key(name) for name in names), window)
    dialog.show_at()
    return dialog


def test_a_tag_on_some_stays_on_some_until_it_is_touched(at: Any) -> None:
    ctx, window = at
    dialog = tags(ctx, window, "web-01", "web-02")
    prod, web = dialog.ticks._boxes["prod"], dialog.ticks._boxes["web"]
    assert prod.checkState() is Qt.CheckState.PartiallyChecked
    assert prod.text() == "prod, on 1 of 2"
    assert web.checkState() is Qt.CheckState.Checked
    assert dialog.changes() == ([], [])
    prod.setCheckState(Qt.CheckState.Checked)
    assert dialog.changes() == (["prod"], [])
    prod.setCheckState(Qt.CheckState.Unchecked)
    web.setCheckState(Qt.CheckState.Unchecked)
    assert dialog.changes() == ([], ["prod", "web"])


def test_enter_in_the_field_adds_and_does_not_save(at: Any, qtbot: QtBot) -> None:
    ctx, window = at
    dialog = tags(ctx, window, "web-01")
    qtbot.keyClicks(dialog.field, "new, newer")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert done(ctx) == []
    assert dialog.isVisible()
    assert dialog.changes() == (["new", "newer"], [])
    dialog.main.click()
    assert done(ctx) == [("tag", (key("web-01"),), ["new", "newer"], [])]


def test_what_is_still_in_the_field_is_saved_too(at: Any, qtbot: QtBot) -> None:
    ctx, window = at
    dialog = tags(ctx, window, "db-01")
    assert not dialog.main.isEnabled()
    qtbot.keyClicks(dialog.field, "db")
    assert dialog.main.isEnabled()
    assert dialog._command() == "splendid vm tag db-01 --add db"
    dialog.main.click()
    assert done(ctx) == [("tag", (key("db-01"),), ["db"], [])]


def test_known_tags_complete(at: Any) -> None:
    ctx, window = at
    completer = tags(ctx, window, "db-01").field.completer()
    completer.setCompletionPrefix("pr")
    assert completer.currentCompletion() == "prod"
