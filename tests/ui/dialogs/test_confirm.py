import time
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.acts import Act
from console.fleet.domains import State
from console.fleet.updates import StateRead
from console.ui.dialogs.confirm import ConfirmDialog
from tests.ui.rooms import gone, key, room


@pytest.fixture
def shown(window: QWidget) -> Any:
    with room() as ctx:
        dialog = ConfirmDialog(ctx, Act.FORCE_OFF, (key("web-01"), key("web-02")), time.time(), window)
        dialog.show_at()
        yield ctx, dialog


def texts(dialog: Any) -> Any:
    return [label.text() for label in dialog.findChildren(QLabel)]


def test_it_names_each_vm_and_what_may_be_lost_and_asks_nothing(shown: Any) -> None:
    _ctx, dialog = shown
    said = texts(dialog)
    assert {"web-01", "web-02", "kvm-n1", "Running"} <= set(said)
    assert any("not written to its disks is lost" in text for text in said)
    assert not any("sure" in text.lower() for text in said)
    assert dialog.main.text() == "Force off: 2 VMs"


def test_the_button_does_it_to_those_that_still_can(shown: Any, qtbot: QtBot) -> None:
    ctx, dialog = shown
    ctx.inventory.apply(StateRead("n1", "uuid-web-02", State.OFF, time.time()))
    dialog.main.click()
    gone(qtbot, dialog)
    assert ctx.services.power.calls == [("act", Act.FORCE_OFF, (key("web-01"),))]


def test_when_none_is_left_the_button_says_why_not(shown: Any, qtbot: QtBot) -> None:
    ctx, dialog = shown
    for name in ("web-01", "web-02"):
        ctx.inventory.apply(StateRead("n1", f"uuid-{name}", State.OFF, time.time()))
    qtbot.waitUntil(lambda: not dialog.main.isEnabled())
    assert "off" in dialog._why.text()


def test_the_command_names_them(shown: Any) -> None:
    _ctx, dialog = shown
    [button] = [b for b in dialog.findChildren(QPushButton) if b.text() == "Copy as command"]
    button.click()
    assert QGuiApplication.clipboard().text() == "splendid vm force-off web-01 web-02"


def test_one_vm_is_named_on_the_button(window: QWidget) -> None:
    with room() as ctx:
        dialog = ConfirmDialog(ctx, Act.RESET, (key("web-01"),), time.time(), window)
        assert dialog.main.text() == "Force reset: web-01"
