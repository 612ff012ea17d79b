from pytestqt.qtbot import QtBot

from console.ui.widgets.figure import Figure


def test_a_figure_is_read_out_whole(qtbot: QtBot) -> None:
    figure = Figure("CPU")
    qtbot.addWidget(figure)
    figure.say("57 %", "of 208 threads", "warning")
    assert figure.text == "57 % of 208 threads"
    assert figure.accessibleName() == "CPU: 57 % of 208 threads"
    assert figure._value.property("tone") == "warning"
    figure.say("–")
    assert figure.accessibleName() == "CPU: –"
