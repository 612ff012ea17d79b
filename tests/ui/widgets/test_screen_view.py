import threading
import time
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from console.fleet.domains import State, VmKey
from console.fleet.errors import Reason, Unsupported
from console.services.look import Screen
from console.ui.widgets import screen_view
from console.ui.widgets.screen_view import ScreenView
from tests.ui.rooms import VMS, room


def png(width: int = 720, height: int = 400) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0x203040)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


class Look:
    """Gives a picture, or raises; notes who was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.data = png()
        self.none = False
        self.gate = threading.Event()
        self.gate.set()

    def screen(self, key: VmKey) -> Screen:
        self.asked.append(key.uuid)
        assert self.gate.wait(5)
        if self.none:
            raise Unsupported(Reason.TOO_OLD, "web-01")
        return Screen(self.data, "image/png", time.time())


@pytest.fixture
def look() -> Look:
    return Look()


@pytest.fixture
def view(look: Look, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScreenView]:
    monkeypatch.setattr(screen_view, "EVERY_MS", 60)
    with room(look=look) as ctx:
        made = ScreenView(ctx)
        qtbot.addWidget(made)
        made.resize(278, 200)
        made.show()
        yield made
        look.gate.set()


def text(view: ScreenView) -> str:
    return view.text.replace("\u00a0", " ")


def test_a_running_vm_is_looked_at_again_and_again(view: ScreenView, look: Look, qtbot: QtBot) -> None:
    view.show_vm(VMS[0], True)
    qtbot.waitUntil(lambda: len(look.asked) >= 3, timeout=5000)
    assert text(view).startswith("Screen, 0 s ago 720 × 400")
    view.grab()


def test_a_slow_host_is_asked_once_at_a_time(view: ScreenView, look: Look, qtbot: QtBot) -> None:
    look.gate.clear()
    view.show_vm(VMS[0], True)
    qtbot.wait(300)
    assert len(look.asked) == 1


def test_nothing_is_asked_while_hidden_off_or_not_live(view: ScreenView, look: Look, qtbot: QtBot) -> None:
    view.show_vm(replace(VMS[0], state=State.OFF), True)
    assert text(view) == "No screen: the VM is not running"
    view.show_vm(VMS[0], False)
    assert "not live" in text(view)
    view.hide()
    view.show_vm(VMS[0], True)
    qtbot.wait(200)
    assert look.asked == []
    view.show()
    qtbot.waitUntil(lambda: bool(look.asked))


def test_a_vm_without_a_screen_says_so_and_is_left_alone(view: ScreenView, look: Look, qtbot: QtBot) -> None:
    look.none = True
    with qtbot.waitSignal(view.refreshed):
        view.show_vm(VMS[0], True)
    assert text(view).startswith("No screen: ")
    view.show_vm(VMS[0], True)
    qtbot.wait(200)
    assert len(look.asked) == 1
    look.none = False
    view.show_vm(replace(VMS[0], started=5.0), True)  # started anew: it may have one now
    qtbot.waitUntil(lambda: text(view).startswith("Screen, "))


def test_a_picture_that_is_none_is_said(view: ScreenView, look: Look, qtbot: QtBot) -> None:
    look.data = b"not a picture"
    with qtbot.waitSignal(view.refreshed):
        view.show_vm(VMS[0], True)
    assert text(view) == "The host gave a picture that cannot be shown"


def test_the_picture_of_another_vm_is_never_shown(view: ScreenView, look: Look, qtbot: QtBot) -> None:
    look.gate.clear()
    view.show_vm(VMS[0], True)
    qtbot.waitUntil(lambda: len(look.asked) == 1)
    view.show_vm(replace(VMS[1], state=State.OFF), True)
    look.gate.set()
    qtbot.wait(200)
    assert text(view) == "No screen: the VM is not running"
