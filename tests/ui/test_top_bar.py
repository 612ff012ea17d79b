import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from console.ui.theme import theme
from console.ui.top_bar import Alarm, Crumb, TopBar


@pytest.fixture
def bar(qtbot: QtBot) -> TopBar:
    preferences, host = QAction("Preferences…"), QAction("Host…")
    made = TopBar((preferences, None), (host,))
    for action in (preferences, host):
        action.setParent(made)
    qtbot.addWidget(made)
    made.resize(1440, 40)
    made.show()
    return made


def test_parts_stand_where_the_design_has_them(bar: TopBar) -> None:
    assert bar.height() == 40
    assert bar.field.width() == 268
    assert bar.new_button.geometry().right() == 1440 - 8 - 1
    assert bar.menu_button.x() == 8
    assert bar.crumbs.x() == pytest.approx(140, abs=2)
    assert bar.grab().toImage().pixelColor(700, 39).name() == theme.hex("border")


def test_crumbs_lead_back(bar: TopBar, qtbot: QtBot) -> None:
    went: list[str] = []
    bar.crumbs.show_crumbs([Crumb("Fleet", lambda: went.append("fleet")), Crumb("north", None)])
    assert bar.crumbs.texts() == ["Fleet", "north"]
    assert bar.crumbs.accessibleName() == "Fleet › north"
    buttons = bar.crumbs.findChildren(QAbstractButton)
    qtbot.waitUntil(lambda: all(button.isVisible() for button in buttons))
    qtbot.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert went == ["fleet"]
    bar.grab()


@pytest.mark.parametrize(
    ("button", "signal"),
    [
        ("back_button", "back"),
        ("forward_button", "forward"),
        ("refresh_button", "refresh"),
        ("field", "palette_wanted"),
    ],
)
def test_wishes_are_told(bar: TopBar, qtbot: QtBot, button: str, signal: str) -> None:
    with qtbot.waitSignal(getattr(bar, signal)):
        qtbot.mouseClick(getattr(bar, button), Qt.MouseButton.LeftButton)
    assert getattr(bar, button).accessibleName()


def test_bell_counts_and_lists(bar: TopBar) -> None:
    went: list[str] = []
    assert bar.bell.accessibleName() == "Nothing wants attention"
    empty = bar.bell.menu_of_alarms()
    assert not empty.actions()[0].isEnabled()
    bar.bell.show_alarms([Alarm("kvm-n13 unreachable", ("struck", "error"), lambda: went.append("n13"))] * 2)
    assert bar.bell.accessibleName() == "2 things want attention"
    image = bar.bell.grab().toImage()
    red = theme.hex("danger")
    assert any(image.pixelColor(x, y).name() == red for x in range(28) for y in range(14))
    menu = bar.bell.menu_of_alarms()
    menu.actions()[0].trigger()
    assert went == ["n13"]
    for made in (empty, menu):
        made.deleteLater()


def test_new_menu_is_there(bar: TopBar) -> None:
    menu = bar.new_button.menu()
    assert [action.text() for action in menu.actions()] == ["Host…"]


def test_narrow_bar_cuts_the_crumbs_first(bar: TopBar) -> None:
    bar.crumbs.show_crumbs([Crumb("a-very-long-name-of-a-virtual-machine-" * 3)])
    bar.resize(700, 40)
    assert bar.new_button.geometry().right() == 700 - 8 - 1
    bar.grab()
