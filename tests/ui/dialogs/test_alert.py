from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.alerts import AlertRule, Kind
from console.ui.context import Context
from console.ui.dialogs.alert import AlertDialog, time_text
from tests.ui.rooms import gone, room


@pytest.fixture
def ctx() -> Iterator[Context]:
    with room() as made:
        yield made


def shown(ctx: Context, window: QWidget, rule: AlertRule | None = None, query: str = "") -> Any:
    dialog = AlertDialog(ctx, rule, query, window)
    dialog.show_at()
    return dialog


def command(dialog: Any) -> str:
    [button] = [b for b in dialog.findChildren(QPushButton) if b.text() in ("Copy as command", "Copied")]
    button.click()
    return QGuiApplication.clipboard().text()


def test_a_rule_of_vms_says_how_many_it_holds_for(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    dialog = shown(ctx, window)
    assert not dialog.main.isEnabled()
    dialog.query.setText("tag:web")
    dialog.wait.setText("10m")
    dialog.name.setText("Web")
    qtbot.waitUntil(lambda: dialog.found.text() == "It holds for 2 VMs now.")
    assert command(dialog) == "splendid alert add Web 'tag:web for 10m'"
    dialog.main.click()
    gone(qtbot, dialog)
    assert ctx.services.alerts.rules() == (AlertRule("Web", "tag:web", wait=600.0),)


def test_a_name_like_an_option_is_none(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    dialog = shown(ctx, window)
    dialog.name.setText("-x")
    dialog.query.setText("tag:web")
    assert command(dialog) == "splendid alert add -- -x tag:web"
    dialog.name.setText("x")
    dialog.query.setText("-old")
    assert dialog._command() == "splendid alert add -- x -old"
    dialog.query.setText("")
    dialog.kinds.set_current(Kind.HOST_LOST.value)
    dialog.name.setText("-x")
    assert dialog._command() == "splendid alert add --host-lost -- -x"
    dialog.reject()
    gone(qtbot, dialog)


def test_pools_and_hosts(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    dialog = shown(ctx, window)
    dialog.kinds.set_current(Kind.POOL_FULL.value)
    dialog._look()
    assert dialog.limit.isVisible()
    dialog.limit.setText("85")
    dialog.name.setText("Full")
    assert command(dialog) == "splendid alert add Full --pool-full 85"
    qtbot.waitUntil(lambda: dialog.found.text() == "It watches 2 hosts.")
    dialog.main.click()
    gone(qtbot, dialog)
    dialog = shown(ctx, window)
    dialog.kinds.set_current(Kind.HOST_LOST.value)
    dialog.query.setText("zone:north")
    dialog.name.setText("Lost")
    assert command(dialog) == "splendid alert add Lost zone:north --host-lost"
    dialog.main.click()
    gone(qtbot, dialog)
    assert [(rule.kind, rule.query, rule.limit) for rule in ctx.services.alerts.rules()] == [
        (Kind.POOL_FULL, "", 85.0),
        (Kind.HOST_LOST, "zone:north", 90.0),
    ]


@pytest.mark.parametrize(
    ("query", "wait", "name", "said"),
    [
        ("", "", "x", "Say which VMs"),
        ("stat:x", "", "x", "There is no field “stat”"),
        ("cpu>95", "soon", "x", "soon is no time"),
        ("cpu>95", "", " ", "An alert wants a name."),
        ("cpu>95", "", "taken", "Another alert has this name."),
    ],
)
def test_what_is_wrong_stands_beside_the_button(
    ctx: Context, window: QWidget, query: str, wait: str, name: str, said: str
) -> None:
    ctx.services.alerts.add(AlertRule("Taken", "cpu>1"))
    dialog = shown(ctx, window)
    for field, text in ((dialog.query, query), (dialog.wait, wait), (dialog.name, name)):
        field.setText(text)
    assert said in dialog._why.text()
    assert not dialog.main.isEnabled()
    dialog.reject()


def test_a_limit_that_is_none(ctx: Context, window: QWidget) -> None:
    dialog = shown(ctx, window)
    dialog.kinds.set_current(Kind.POOL_FULL.value)
    dialog.name.setText("Full")
    dialog.limit.setText("lots")
    assert "percentage" in dialog._why.text()
    dialog.reject()


def test_a_change_under_another_name_keeps_the_silence(ctx: Context, window: QWidget, qtbot: QtBot) -> None:
    rule = AlertRule("Hot", "cpu>95", wait=90.0, silent_until=-1.0)
    ctx.services.alerts.add(rule)
    dialog = shown(ctx, window, rule)
    assert (dialog.query.text(), dialog.wait.text()) == ("cpu>95", "90s")
    dialog.name.setText("Very hot")
    dialog.main.click()
    gone(qtbot, dialog)
    assert ctx.services.alerts.rules() == (AlertRule("Very hot", "cpu>95", wait=90.0, silent_until=-1.0),)


def test_times_as_they_are_typed() -> None:
    assert [time_text(value) for value in (0, 90, 600, 7200, 172800)] == ["", "90s", "10min", "2h", "2d"]
