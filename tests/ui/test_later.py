import sys

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from console.ui.bridge import Bridge
from console.ui.later import Later

MODULE = "console.ui.widgets.figure"


def test_a_module_is_loaded_at_the_first_look_and_the_last_word_counts(qtbot: QtBot) -> None:
    bridge = Bridge()
    later = Later(bridge, MODULE, lambda module: QLabel(module.__name__))
    qtbot.addWidget(later)
    sys.modules.pop(MODULE, None)
    later.tell(lambda widget: widget.setToolTip("first"))
    later.tell(lambda widget: widget.setToolTip("second"))
    qtbot.wait(50)
    assert later.widget is None
    assert MODULE not in sys.modules
    later.show()
    qtbot.waitUntil(lambda: later.widget is not None)
    assert later.widget is not None
    assert (later.widget.text(), later.widget.toolTip()) == (MODULE, "second")
    later.tell(lambda widget: widget.setToolTip("third"))
    assert later.widget.toolTip() == "third"
    made = later.widget
    later.hide()
    later.show()
    qtbot.wait(50)
    assert later.widget is made
    bridge.close()


def test_who_went_meanwhile_is_not_filled(qtbot: QtBot) -> None:
    bridge = Bridge()
    later = Later(bridge, MODULE, lambda module: QLabel(module.__name__))
    later.show()
    later.deleteLater()
    qtbot.wait(100)
    bridge.close()
