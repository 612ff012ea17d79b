from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.ui.widgets.choice_card import Choice, ChoiceCards

FULL = Choice("full", "Full", "Disks of its own, which take time and room.", "12 GiB")
LINKED = Choice("linked", "Linked", "At once.")
NOT_LINKED = Choice("linked", "Linked", "At once.", why_not="Only on its own host.")


def cards(qtbot: QtBot, *choices: Choice) -> ChoiceCards:
    made = ChoiceCards(choices, "Kind")
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show()
    return made


def test_the_first_that_can_be_is_chosen(qtbot: QtBot) -> None:
    assert cards(qtbot, FULL, LINKED).current() == "full"
    assert cards(qtbot, NOT_LINKED, FULL).current() == "full"
    assert cards(qtbot, NOT_LINKED).current() == ""


def test_a_click_chooses_and_one_that_cannot_be_stays_away(qtbot: QtBot) -> None:
    made = cards(qtbot, FULL, LINKED)
    chosen: list[str] = []
    made.chosen.connect(chosen.append)
    QTest.mouseClick(made._cards[1], Qt.MouseButton.LeftButton)
    assert chosen == ["linked"]
    assert made.accessibleName() == "Kind: Linked"
    made.show_choices([FULL, NOT_LINKED])
    assert made.current() == "full", "what cannot be is not chosen any longer"
    QTest.mouseClick(made._cards[1], Qt.MouseButton.LeftButton)
    made.set_current("linked")
    assert (made.current(), chosen) == ("full", ["linked"])


def test_keys_go_round(qtbot: QtBot) -> None:
    made = cards(qtbot, FULL, NOT_LINKED, Choice("third", "Third"))
    QTest.keyClick(made, Qt.Key.Key_Down)
    assert made.current() == "third"
    QTest.keyClick(made, Qt.Key.Key_Down)
    assert made.current() == "full"


def test_a_card_is_as_high_as_its_words_need(qtbot: QtBot) -> None:
    made = cards(qtbot, FULL, Choice("bare", "Bare"))
    wide, bare = made._cards
    assert wide.heightForWidth(180) > wide.heightForWidth(400) > bare.heightForWidth(400)


def test_fewer_choices_leave_no_card_behind(qtbot: QtBot) -> None:
    made = cards(qtbot, FULL, LINKED)
    made.show_choices([LINKED])
    assert [choice.id for choice in made.choices()] == ["linked"]
    assert made.current() == "linked"


def test_a_refused_one_looks_refused(qtbot: QtBot) -> None:
    one, other = cards(qtbot, LINKED, FULL), cards(qtbot, NOT_LINKED, FULL)
    assert one.grab().toImage() != other.grab().toImage()
