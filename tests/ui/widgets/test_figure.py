from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.ui.widgets.figure import Figure


def test_a_figure_is_read_out_whole(qtbot: QtBot) -> None:
    figure = Figure("CPU")
    qtbot.addWidget(figure)
    assert figure.text == "–", "nothing is known yet"
    assert figure.accessibleName() == "CPU: –"
    figure.say("57 %", "of 208 threads", "warning")
    assert figure.text == "57 % of 208 threads"
    assert figure.accessibleName() == "CPU: 57 % of 208 threads"
    assert figure._value.property("tone") == "warning"
    figure.say("–")
    assert figure.accessibleName() == "CPU: –"


def test_a_figure_that_leads_somewhere_is_followed_by_mouse_and_key(qtbot: QtBot) -> None:
    leads, plain = Figure("VMs", leads=True), Figure("CPU")
    followed: list[str] = []
    for figure in (leads, plain):
        qtbot.addWidget(figure)
        figure.say("4")
        figure.resize(100, 60)
        figure.show()
        figure.clicked.connect(lambda name=figure._name: followed.append(name))
        qtbot.mouseClick(figure, Qt.MouseButton.LeftButton)
        qtbot.keyClick(figure, Qt.Key.Key_Space)
    assert followed == ["VMs", "VMs"]
    assert (leads.focusPolicy(), plain.focusPolicy()) == (Qt.FocusPolicy.TabFocus, Qt.FocusPolicy.NoFocus)
    leads.setFocus()
    assert not leads.grab().isNull()
