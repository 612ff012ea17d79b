from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from console.settings.paths import Profile
from console.settings.preferences import Leaving, Mode, Preferences
from console.ui.dialogs.preferences import PreferencesDialog
from tests.ui.rooms import room


@pytest.fixture
def shown(window: QWidget) -> Any:
    given = Preferences(theme=Mode.LIGHT, interval=5.0, columns=("name",), widths={"name": 9}, leaving=Leaving.WAIT)
    secrets = SimpleNamespace(why_no_keyring=None, check=lambda: "locked")
    with room(preferences=given, credentials=SimpleNamespace(secrets=secrets)) as ctx:
        dialog = PreferencesDialog(ctx, Profile.at("/p"), window)
        dialog.show_at()
        yield ctx.preferences, dialog


def test_it_shows_what_is(shown: Any, qtbot: QtBot) -> None:
    _store, dialog = shown
    assert dialog.mode.current() == "light"
    assert dialog.interval.value() == 5.0
    assert dialog.leaving.currentData() == Leaving.WAIT
    qtbot.waitUntil(lambda: "locked" in dialog._keyring.text())


def test_each_change_takes_effect_at_once(shown: Any) -> None:
    store, dialog = shown
    dialog.mode.chosen.emit("dark")
    dialog.scale.setValue(1.25)
    dialog.compact.click()
    dialog.interval.setValue(10)
    dialog.confirm.click()
    dialog.notify.click()
    dialog.after.setValue(30)
    dialog.leaving.setCurrentIndex(dialog.leaving.findData(Leaving.CANCEL))
    dialog.language.setCurrentIndex(dialog.language.findData("en"))
    value = store.value
    assert value.theme is Mode.DARK
    assert (value.font_scale, value.interval, value.notify_after) == (1.25, 10.0, 30.0)
    assert (value.compact, value.confirm_loss, value.notifications) == (True, False, False)
    assert value.leaving is Leaving.CANCEL
    assert value.language == "en"


def test_columns_can_be_put_back(shown: Any, qtbot: QtBot) -> None:
    store, dialog = shown
    [button] = [b for b in dialog.findChildren(QPushButton) if "columns" in b.accessibleName()]
    button.click()
    assert (store.value.columns, store.value.widths) == ((), {})


def test_every_field_has_a_name(shown: Any) -> None:
    _store, dialog = shown
    for widget in (dialog.mode, dialog.scale, dialog.language, dialog.interval, dialog.after, dialog.leaving):
        assert widget.accessibleName()
