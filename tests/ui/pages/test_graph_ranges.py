from pytestqt.qtbot import QtBot

from console.ui.pages.graph_ranges import FEW, Ranges


def test_the_short_span_suits_what_is_young_and_is_outgrown(qtbot: QtBot) -> None:
    ranges = Ranges()
    qtbot.addWidget(ranges)
    assert ranges.seconds == 3600
    assert not ranges.suit(None, 5000.0), "nothing is recorded"
    assert not ranges.suit(1000.0, 1000.0 + FEW + 1)
    assert ranges.suit(1000.0, 1060.0)
    assert ranges.seconds == 600
    assert not ranges.outgrown(1000.0 + FEW)
    assert ranges.outgrown(1000.0 + FEW + 1)
    assert ranges.seconds == 3600
    assert not ranges.outgrown(9e9)


def test_another_vm_begins_with_the_longer_one(qtbot: QtBot) -> None:
    ranges = Ranges()
    qtbot.addWidget(ranges)
    assert not ranges.anew()
    assert ranges.suit(1000.0, 1060.0)
    assert ranges.anew()
    assert ranges.current() == "1h"


def test_what_somebody_chose_stays(qtbot: QtBot) -> None:
    ranges = Ranges()
    qtbot.addWidget(ranges)
    ranges.chosen.emit("1h")
    assert not ranges.suit(1000.0, 1060.0)
    assert ranges.current() == "1h"
