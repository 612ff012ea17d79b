from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.saved import SavedSearch
from console.ui.context import Context
from console.ui.dialogs.keep import KeepDialog
from tests.ui.rooms import gone, room


@pytest.fixture
def ctx() -> Iterator[Context]:
    with room() as made:
        made.services.search.save("Off", "state:off")
        yield made


def shown(ctx: Context, window: QWidget, query: str, name: str = "") -> Any:
    dialog = KeepDialog(ctx, query, name, window)
    dialog.show_at()
    return dialog


def test_a_query_gets_a_name(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    dialog = shown(ctx, window, "cpu>80 !tag:lab")
    assert not dialog.main.isEnabled()
    qtbot.keyClicks(dialog.field, " Hot,  not lab ")
    [button] = [b for b in dialog.findChildren(QPushButton) if b.text() == "Copy as command"]
    button.click()
    assert QGuiApplication.clipboard().text() == "splendid search 'cpu>80 !tag:lab' --save 'Hot, not lab'"
    dialog.main.click()
    gone(qtbot, dialog)
    assert ctx.services.search.searches()[1] == SavedSearch("Hot, not lab", "cpu>80 !tag:lab")


def test_a_query_like_an_option_is_none(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    dialog = shown(ctx, window, "-x", "X")
    assert dialog._command() == "splendid search --save X -- -x"
    dialog.reject()
    gone(qtbot, dialog)


def test_what_would_be_replaced_is_said(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    dialog = shown(ctx, window, "cpu>80")
    qtbot.keyClicks(dialog.field, "off")
    assert dialog._hint.text() == "It takes the place of state:off"
    assert dialog.main.isEnabled()
    dialog.reject()
    gone(qtbot, dialog)
    assert ctx.services.search.searches() == (SavedSearch("Off", "state:off"),)


def test_another_name(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    ctx.services.search.save("Hot", "cpu>80")
    dialog = shown(ctx, window, "cpu>80", "Hot")
    assert not dialog.main.isEnabled()
    dialog.field.setText("OFF")
    assert dialog._why.text() == "Another search has this name."
    dialog.field.setText("Busy")
    dialog.main.click()
    gone(qtbot, dialog)
    assert [each.name for each in ctx.services.search.searches()] == ["Off", "Busy"]
