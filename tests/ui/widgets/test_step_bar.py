from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.ui.widgets.step_bar import Step, StepBar

STEPS = [Step("what", "What"), Step("where", "Where"), Step("how", "How"), Step("go", "Go")]
SAID = [Step("what", "What", "3 VMs"), Step("where", "Where", "kvm-s12"), *STEPS[2:]]


def bar(qtbot: QtBot, width: int = 900) -> StepBar:
    made = StepBar(STEPS, "Steps")
    qtbot.addWidget(made)
    made.resize(width, made.height())
    made.show()
    return made


def test_steps_are_done_seen_or_ahead(qtbot: QtBot) -> None:
    steps = bar(qtbot)
    steps.show_steps(SAID, 2)
    assert steps.states() == ["done", "done", "here", "ahead"]
    assert steps.current() == "how"
    assert steps._buttons[0].accessibleName() == "1. What 3 VMs"


def test_only_a_step_that_was_come_to_can_be_clicked(qtbot: QtBot) -> None:
    steps = bar(qtbot)
    chosen: list[str] = []
    steps.chosen.connect(chosen.append)
    steps.show_steps(SAID, 0, done=2)
    assert steps.states() == ["here", "done", "ahead", "ahead"]
    for button in steps._buttons:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert chosen == ["where"]


def test_arrows_go_between_the_steps_that_are_done(qtbot: QtBot) -> None:
    steps = bar(qtbot)
    steps.show_steps(SAID, 2)
    steps.activateWindow()
    steps._buttons[0].setFocus()
    qtbot.waitUntil(steps._buttons[0].hasFocus)
    QTest.keyClick(steps._buttons[0], Qt.Key.Key_Right)
    assert steps._buttons[1].hasFocus()
    QTest.keyClick(steps._buttons[1], Qt.Key.Key_Right)
    assert steps._buttons[0].hasFocus()


def test_what_was_chosen_gives_way_in_a_narrow_window(qtbot: QtBot) -> None:
    long = [Step("what", "What", "a name that is far too long for the bar of steps"), *SAID[1:]]
    steps = bar(qtbot, 420)
    steps.show_steps(long, 2)
    assert steps._buttons[0].toolTip() == long[0].said
    assert sum(button.sizeHint().width() for button in steps._buttons) < 420
    steps.resize(1400, steps.height())
    assert steps._buttons[1].toolTip() == "", "there is room for it now"


def test_it_is_painted_in_all_states(qtbot: QtBot) -> None:
    steps = bar(qtbot)
    steps.show_steps(SAID, 1)
    first = steps.grab().toImage()
    steps.show_steps(SAID, 3)
    assert steps.grab().toImage() != first
