from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from console.ui.widgets.chips import Bar
from console.ui.widgets.facts import FactGrid


def grid(qtbot: QtBot) -> FactGrid:
    made = FactGrid()
    qtbot.addWidget(made)
    made.set("system", "System", "Debian 12.7")
    made.set("mac", "MAC", "52:54:00:8a:1f:3c", mono=True)
    made.resize(300, 100)
    made.show()
    return made


def test_values_stand_beside_their_labels(qtbot: QtBot) -> None:
    facts = grid(qtbot)
    system, mac = facts.widget("system"), facts.widget("mac")
    assert isinstance(system, QLabel)
    assert isinstance(mac, QLabel)
    assert system.text() == "Debian 12.7"
    assert system.accessibleName() == "System: Debian 12.7"
    assert system.x() == mac.x() == 72
    assert system.y() < mac.y()


def test_new_value_costs_one_label(qtbot: QtBot) -> None:
    facts = grid(qtbot)
    before = facts.widget("system")
    facts.set("system", "System", "Debian 13")
    assert facts.widget("system") is before
    assert isinstance(before, QLabel)
    assert before.text() == "Debian 13"


def test_widget_of_fixed_width_does_not_narrow_the_column(qtbot: QtBot) -> None:
    facts = grid(qtbot)
    bar = Bar(44)
    facts.set_widget("vda", "vda", bar)
    facts.set("long", "Address", "10.20.1.31 by agent, 2 s ago")
    facts.layout().activate()  # type: ignore[union-attr]
    address = facts.widget("long")
    assert address is not None
    assert address.width() > 150
    assert bar.width() == 44


def test_rows_can_be_replaced_and_removed(qtbot: QtBot) -> None:
    facts = grid(qtbot)
    bar = Bar()
    facts.set_widget("system", "System", bar)
    assert facts.widget("system") is bar
    facts.remove("system")
    facts.remove("never there")
    assert facts.widget("system") is None
