from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.ui.actions import ENTRIES
from console.ui.keys import gathered
from console.ui.window import MainWindow
from tests.ui.rooms import room


def test_keys_are_those_of_the_actions(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    found = QAction("Find…", window)
    found.setShortcuts([QKeySequence("Ctrl+F"), QKeySequence("F3")])
    host = QAction("Host…", window)
    host.setShortcut(QKeySequence("Ctrl+N"))
    host.setWhatsThis("Add a host")
    for action in (found, host, QAction("About", window)):
        window.addAction(action)
    parts = dict(gathered(window))
    assert parts["Anywhere"] == [("Ctrl+F", "Find"), ("Ctrl+N", "Add a host")]
    assert {("F2", "Rename"), ("Del", "Delete")} <= set(parts["Chosen VMs"])
    assert {entry.keys for entry in ENTRIES if entry.keys} <= {keys for keys, _text in parts["Chosen VMs"]}
    assert [keys for keys, _text in parts["Chosen hosts"]] == ["Del"]
    assert {"Right", "+", "-", "PgUp", "PgDown", "0"} == {keys for keys, _text in parts["Graphs"]}


def test_no_key_of_the_window_means_two_things_or_nothing(qtbot: QtBot) -> None:
    with room() as ctx:
        window = MainWindow(ctx)
        qtbot.addWidget(window)
        keys = [key.toString() for action in window.actions() for key in action.shortcuts()]
        assert len(keys) == len(set(keys))
        anywhere = dict(dict(gathered(window))["Anywhere"])
        assert {"Ctrl+K", "Ctrl+F", "Ctrl+N", "Alt+Left", "Alt+Right", "F5", "F11", "F1", "Ctrl+Q"} <= anywhere.keys()
        assert {"Ctrl+1", "Ctrl+2", "Ctrl+3", "F9", "Ctrl+J"} <= anywhere.keys()
        assert all(anywhere.values())
        window._leaving = True
        window.close()
