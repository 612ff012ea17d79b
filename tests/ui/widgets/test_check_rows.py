from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from console.fleet.storing import Weight
from console.ui.widgets.check_rows import CheckLine, CheckRows, Remedy

STOP = CheckLine(Weight.STOP, "Room", "There is none.", "Choose another pool.")
WARNING = CheckLine(Weight.WARNING, "MAC", "They are kept.", on="(qa-01)")
FACTS = [CheckLine(Weight.FACT, "Moment", f"Fact {number}.") for number in range(4)]


def rows(qtbot: QtBot) -> CheckRows:
    made = CheckRows("Checks")
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    return made


def texts(made: CheckRows) -> list[str]:
    items = (made._column.itemAt(number) for number in range(made._column.count()))
    shown = (item.widget() for item in items if item is not None)
    return [part.text() for row in shown if row is not None for part in row.findChildren(QLabel) if part.text()]


def test_what_stops_comes_first(qtbot: QtBot) -> None:
    made = rows(qtbot)
    made.show_lines([FACTS[0], WARNING, STOP])
    said = texts(made)
    assert said[:3] == ["Room", "There is none.", "Choose another pool."]
    assert said[3:] == ["MAC", "They are kept.", "(qa-01)", "Moment", "Fact 0."]


def test_many_facts_fold(qtbot: QtBot) -> None:
    made = rows(qtbot)
    made.show_lines([STOP, *FACTS], folded=True)
    assert "Fact 0." not in texts(made)
    fold = made.findChildren(QPushButton)[0]
    assert fold.text() == "4 to know"
    QTest.mouseClick(fold, Qt.MouseButton.LeftButton)
    assert "Fact 3." in texts(made)


def test_only_one_weight_is_shown(qtbot: QtBot) -> None:
    made = rows(qtbot)
    made.show_lines([STOP, WARNING, *FACTS], Weight.WARNING)
    assert texts(made) == ["MAC", "They are kept.", "(qa-01)"]
    assert made.lines() == (WARNING,)


def test_a_remedy_acts(qtbot: QtBot) -> None:
    done: list[str] = []
    made = rows(qtbot)
    line = CheckLine(Weight.STOP, "Kind", "No.", remedies=(Remedy("Make it full", lambda: done.append("full")),))
    made.show_lines([line])
    QTest.mouseClick(made.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    assert done == ["full"]


def test_what_is_in_order_folds_by_itself(qtbot: QtBot) -> None:
    fine = [CheckLine(Weight.FACT, "Name", f"Free {number}.", passed=True) for number in range(3)]
    made = rows(qtbot)
    made.show_lines([*FACTS, *fine])
    assert [button.text() for button in made.findChildren(QPushButton)] == ["4 to know", "3 in order"]
    QTest.mouseClick(made.findChildren(QPushButton)[1], Qt.MouseButton.LeftButton)
    said = texts(made)
    assert "Fact 0." in said
    assert "Free 0." not in said
