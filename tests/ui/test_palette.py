from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.updates import DomainRead
from console.ui.palette import OFFER_ROLE, RECENT_KEY, Palette
from console.ui.places import Place
from tests.ui.rooms import key, room, vm


@pytest.fixture
def shown(qtbot: QtBot) -> Any:
    with room() as ctx:
        window = QWidget()
        qtbot.addWidget(window)
        window.resize(900, 600)
        elsewhere = QLineEdit(window)
        window.show()
        elsewhere.setFocus()
        add, rename = QAction("&Add a host…", window), QAction("Rename…", window)
        add.setShortcut("Ctrl+N")
        rename.setEnabled(False)
        rename.setToolTip("Choose one VM.")
        add.done = []
        add.triggered.connect(lambda: add.done.append(True))
        palette = Palette(ctx, window, lambda: [add, rename], [("Overview", Place.fleet("overview"))])
        palette.open()
        yield ctx, palette, add, elsewhere


def titles(palette: Any) -> Any:
    return [palette.model.index(row).data(OFFER_ROLE).title for row in range(palette.model.rowCount())]


def test_opened_it_offers_what_can_be_done_here(shown: Any) -> None:
    _ctx, palette, _add, _elsewhere = shown
    assert titles(palette) == ["Add a host…", "Rename…", "Overview"]
    assert palette.field.hasFocus()
    assert palette.model.index(0).data(OFFER_ROLE).detail == "Ctrl N"


def test_typing_finds_and_enter_goes_there(shown: Any, qtbot: QtBot) -> None:
    ctx, palette, _add, elsewhere = shown
    qtbot.keyClicks(palette.field, "ldap")
    assert titles(palette)[0] == "ldap-01"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert ctx.nav.place.spot == Place.vm(key("ldap-01", "n2"))
    assert not palette.isVisible()
    assert elsewhere.hasFocus()
    assert ctx.preferences.value.layout[RECENT_KEY] == "vm n2 uuid-ldap-01"
    palette.open()
    assert titles(palette)[0] == "ldap-01"


def test_arrows_choose_and_actions_run(shown: Any, qtbot: QtBot) -> None:
    _ctx, palette, add, _elsewhere = shown
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == 2
    qtbot.keyClick(palette.field, Qt.Key.Key_PageUp)
    assert palette.list.currentIndex().row() == 0
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert add.done == [True]


def test_a_greyed_action_says_why_and_does_not_run(shown: Any, qtbot: QtBot) -> None:
    _ctx, palette, _add, _elsewhere = shown
    qtbot.keyClicks(palette.field, "rename")
    offer = palette.list.currentIndex().data(OFFER_ROLE)
    assert offer.why_not == "Choose one VM."
    assert "Choose one VM." in palette.list.currentIndex().data()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_esc_closes_and_gives_the_keyboard_back(shown: Any, qtbot: QtBot) -> None:
    _ctx, palette, _add, elsewhere = shown
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert elsewhere.hasFocus()


def test_what_had_the_keyboard_may_be_gone_by_then(shown: Any, qtbot: QtBot) -> None:
    _ctx, palette, _add, elsewhere = shown
    palette.dismiss()
    elsewhere.setFocus()
    qtbot.waitUntil(elsewhere.hasFocus)
    palette.open()
    shiboken6.delete(elsewhere)
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_going_elsewhere_closes_it(shown: Any, qtbot: QtBot) -> None:
    _ctx, palette, _add, elsewhere = shown
    elsewhere.setFocus()
    qtbot.waitUntil(lambda: not palette.isVisible())


def test_nothing_found_is_said(shown: Any, qtbot: QtBot) -> None:
    _ctx, palette, _add, _elsewhere = shown
    qtbot.keyClicks(palette.field, "qqqqq")
    assert palette._none.isVisible()
    assert "qqqqq" in palette._none.text()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_a_vm_that_comes_while_it_is_open_is_found(shown: Any, qtbot: QtBot) -> None:
    ctx, palette, _add, _elsewhere = shown
    ctx.inventory.apply(DomainRead("n1", vm("brand-new")))
    qtbot.waitUntil(lambda: palette._stale)
    qtbot.keyClicks(palette.field, "brand")
    assert titles(palette) == ["brand-new"]


def test_a_click_runs_and_toggling_opens_and_closes(shown: Any, qtbot: QtBot) -> None:
    _ctx, palette, add, _elsewhere = shown
    rect = palette.list.visualRect(palette.model.index(0))
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert add.done == [True]
    palette.toggle()
    assert palette.isVisible()
    palette.toggle()
    assert not palette.isVisible()
