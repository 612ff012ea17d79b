import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from console.ui.icons import icon
from console.ui.theme import theme
from console.ui.widgets.action_bar import ActionBar, Slot, menu_button
from console.ui.widgets.tabs import Segment


@pytest.fixture
def actions(qtbot: QtBot) -> list[QAction]:
    made = [QAction(icon("play"), "Run"), QAction(icon("pause"), "Pause"), QAction(icon("tag"), "Tag…")]
    for action in made:
        action.setToolTip(f"why {action.text()}")
    return made


@pytest.fixture
def bar(actions: list[QAction], qtbot: QtBot) -> ActionBar:
    made = ActionBar((Slot(), Slot(actions[0]), Slot(actions[1]), Slot(), Slot(actions[2])), "Quick filters")
    qtbot.addWidget(made)
    made.resize(900, 38)
    made.show()
    return made


def button(bar: ActionBar, name: str) -> QPushButton:
    return next(b for b in bar.findChildren(QPushButton) if b.accessibleName() == name)


def test_filters_give_way_to_acts_without_moving_anything(bar: ActionBar, qtbot: QtBot) -> None:
    assert bar.height() == 38
    assert not bar.acting
    bar.say("4 selected", "on 2 hosts")
    assert bar.acting
    assert bar.height() == 38
    assert bar.grab().toImage().pixelColor(600, 10).name() == theme.hex("selection")
    bar.say("", "")
    assert not bar.acting


def test_button_does_its_action(bar: ActionBar, actions: list[QAction], qtbot: QtBot) -> None:
    bar.say("1 selected", "")
    with qtbot.waitSignal(actions[0].triggered):
        qtbot.mouseClick(button(bar, "Run"), Qt.MouseButton.LeftButton)


def test_what_cannot_be_done_is_grey_with_its_reason(bar: ActionBar, actions: list[QAction]) -> None:
    bar.say("1 selected", "")
    actions[0].setEnabled(False)
    actions[0].setToolTip("It runs already.")
    assert not button(bar, "Run").isEnabled()
    assert button(bar, "Run").toolTip() == "It runs already."
    actions[0].setText("Resume")
    assert button(bar, "Resume").text() == "Resume"


def test_sum_goes_first_then_the_labels(bar: ActionBar) -> None:
    bar.say("4 selected", "on 2 hosts, 64 GiB memory, and more words to take room")
    assert bar._sum.isVisible()
    bar.resize(420, 38)
    assert not bar._sum.isVisible()
    assert button(bar, "Run").text() == "Run"
    bar.resize(280, 38)
    assert button(bar, "Run").text() == ""
    assert button(bar, "Run").accessibleName() == "Run"
    bar.resize(900, 38)
    assert button(bar, "Run").text() == "Run"
    assert bar._sum.isVisible()


def test_clear_and_filters_are_told(bar: ActionBar, qtbot: QtBot) -> None:
    bar.say("1 selected", "")
    with qtbot.waitSignal(bar.cleared):
        qtbot.mouseClick(button(bar, "Clear the selection"), Qt.MouseButton.LeftButton)
    bar.say("", "")
    bar.set_filters([Segment("", "All 5"), Segment("off", "Off 2")], "")
    with qtbot.waitSignal(bar.filtered) as told:
        qtbot.keyClick(bar._filters, Qt.Key.Key_Right)
    assert told.args == ["off"]


def test_menu_buttons(qtbot: QtBot) -> None:
    labelled, bare = menu_button("power", "Shut down", "Stop it"), menu_button("more", "", "More acts")
    for made in (labelled, bare):
        qtbot.addWidget(made)
    assert (labelled.text(), labelled.accessibleName()) == ("Shut down", "Stop it")
    assert (bare.text(), bare.accessibleName()) == ("", "More acts")
