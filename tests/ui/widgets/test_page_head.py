from pytestqt.qtbot import QtBot

from console.ui.widgets.buttons import Button
from console.ui.widgets.page_head import PageHead
from console.ui.widgets.tabs import Tab


def test_only_what_is_known_takes_room(qtbot: QtBot) -> None:
    head = PageHead((Tab("one", "One"), Tab("two", "Two")))
    qtbot.addWidget(head)
    head.resize(900, 110)
    head.show()
    head.add_button(Button("Refresh"))
    head.show_name("shop-db-01", "Crashed", ("diamond-bang", "error"), "error")
    head.show_place("", "", "", ())
    assert not any(widget.isVisible() for widget in (head._link, head._where, head._about, *head._dots, head._tags))
    head.show_place("kvm-n11", "in N1, north", "PostgreSQL", ("a",))
    assert all(widget.isVisible() for widget in (head._link, head._where, head._about, *head._dots, head._tags))
    assert head.state.property("tone") == "error"
    assert head.glyph.accessibleName() == "Crashed"
    with qtbot.waitSignal(head.place_opened):
        head._link.click()
    head.grab()


def test_names_of_any_script_and_length_fit(qtbot: QtBot) -> None:
    head = PageHead((Tab("one", "One"),))
    qtbot.addWidget(head)
    head.resize(600, 110)
    head.show()
    head.show_name("שרת 😀\nsecond line " + "x" * 300, "Running", ("play", "good"))
    assert "\n" not in head.name.whole_text()
    assert head.minimumSizeHint().width() < 600
    head.grab()
