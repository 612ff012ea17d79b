from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.credentials import Question, Wanted
from console.services.credentials import Pending
from console.ui.context import Context
from console.ui.dialogs.credentials import CredentialDialog, why_no_keyring
from tests.ui.rooms import gone, room


def shown(window: QWidget, ctx: Context, wanted: Any = Wanted.PASSWORD, **more: Any) -> Any:
    pending = Pending(Question("n1", "kvm-n1", wanted, **more))
    dialog = CredentialDialog(ctx, pending, window)
    dialog.show_at()
    return pending, dialog


@pytest.fixture
def ctx(qtbot: QtBot) -> Any:
    with room() as made:
        yield made


def test_a_password_is_not_shown_and_is_handed_over_once(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    pending, dialog = shown(window, ctx, detail="admin")
    assert dialog.field.echoMode() is QLineEdit.EchoMode.Password
    qtbot.waitUntil(lambda: "never written" in dialog._hint.text())
    dialog.keep.setChecked(True)
    qtbot.keyClicks(dialog.field, "s3cret")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert pending.wait(0) == "s3cret"
    assert pending.remember


@pytest.mark.parametrize("code", ["no-backend", "locked", "silent", "broken", "something-new"])
def test_without_a_keyring_it_says_why_and_offers_nothing(qtbot: QtBot, window: QWidget, code: Any) -> None:
    secrets = SimpleNamespace(why_no_keyring=None, check=lambda: code)
    with room(credentials=SimpleNamespace(secrets=secrets)) as ctx:
        pending, dialog = shown(window, ctx)
        qtbot.waitUntil(lambda: not dialog.keep.isEnabled())
        assert dialog._hint.text() == why_no_keyring(code) != ""
        assert not dialog.keep.isChecked()
        dialog.reject()
    assert pending.answered


def test_closing_it_is_no_answer(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    pending, dialog = shown(window, ctx)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    gone(qtbot, dialog)
    assert pending.wait(0) is None


def test_it_goes_when_the_host_gave_up_waiting(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    pending, dialog = shown(window, ctx)
    pending.wait(0)
    gone(qtbot, dialog)


def test_a_wrong_password_is_said(window: QWidget, ctx: Context) -> None:
    pending, dialog = shown(window, ctx, again=True)
    assert dialog._note.accessibleName() == "That was not right. Try again."
    dialog.reject()
    assert pending.answered


def test_a_user_name_is_shown_and_proposed(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    pending, dialog = shown(window, ctx, Wanted.USERNAME, detail="admin", prompt="User name:")
    assert dialog.field.echoMode() is QLineEdit.EchoMode.Normal
    assert not dialog.keep.isVisible()
    dialog.main.click()
    assert pending.wait(0) == "admin"


def test_a_host_key_shows_its_fingerprint_once_and_is_trusted_by_word(window: QWidget, ctx: Context) -> None:
    pending, dialog = shown(window, ctx, Wanted.HOST_KEY, detail="SHA256:abc")
    said = [label.text() for label in dialog.findChildren(QLabel)]
    assert "\n".join(said).count("SHA256:abc") == 1
    assert "SHA256:abc" in said
    assert not dialog.field.isVisible()
    assert dialog.main.text() == "Trust and connect"
    dialog.main.click()
    assert pending.wait(0) == "yes"
