from pytestqt.qtbot import QtBot

from console.ui.models.facts import Fact
from console.ui.widgets.fact_rows import FactRows, whole_text

FACTS = (
    Fact("Address", "10.0.0.1", "by agent"),
    Fact("", "2001:db8::1", mono=True),
    Fact("vda", "51 of 80 GiB", "nvme", share=0.64),
)


def test_new_texts_keep_the_widgets_and_new_shapes_do_not(qtbot: QtBot) -> None:
    rows = FactRows()
    qtbot.addWidget(rows)
    rows.show()
    rows.show_facts(FACTS)
    assert rows.texts() == {"Address": "10.0.0.1 by agent\n2001:db8::1", "vda": "51 of 80 GiB nvme"}
    held = rows._rows[0].value
    rows.show_facts((Fact("Address", "10.0.0.2", "by lease"), *FACTS[1:]))
    assert rows._rows[0].value is held
    assert whole_text(held) == "10.0.0.2"
    assert held.accessibleName() == "Address: 10.0.0.2 by lease"
    rows.show_facts(FACTS[:1])
    assert rows.texts() == {"Address": "10.0.0.1 by agent"}
    rows.grab()


def test_a_nearly_full_disk_warns(qtbot: QtBot) -> None:
    rows = FactRows()
    qtbot.addWidget(rows)
    rows.show_facts((Fact("vda", "x", share=0.95),))
    bar = rows._rows[0].bar
    assert bar is not None
    assert bar._role == "warning-glyph"


def test_what_does_not_fit_keeps_both_ends_and_its_tooltip_says_all(qtbot: QtBot) -> None:
    rows = FactRows()
    qtbot.addWidget(rows)
    name = "a-very-long-name-of-a-pool-of-the-shop.fast"
    rows.show_facts((Fact("vda", "51 GiB", name, share=0.64), Fact("NIC", name * 2, "x", tip="all of it")))
    rows.resize(400, 60)
    rows.show()
    note = rows._rows[0].note
    assert note.text().startswith("a-v")
    assert "…" in note.text()
    assert note.text().endswith("fast")
    assert note.toolTip() == name
    assert rows._rows[1].note.toolTip() == "all of it"
    assert whole_text(rows._rows[1].value) == name * 2
    assert "…" in rows._rows[1].value.text()
    assert rows.texts() == {"vda": f"51 GiB {name}", "NIC": f"{name * 2} x"}


def test_a_note_that_finds_no_room_stands_below(qtbot: QtBot) -> None:
    rows = FactRows()
    qtbot.addWidget(rows)
    rows.show_facts((Fact("Address", "192.168.122.141", "by agent, 2 s ago"),))
    value, note = rows._rows[0].value, rows._rows[0].note
    rows.resize(400, 40)
    rows.show()
    qtbot.waitUntil(lambda: note.x() > value.x())
    assert note.y() < value.geometry().bottom()
    rows.resize(220, 60)
    qtbot.waitUntil(lambda: note.y() >= value.geometry().bottom())
    assert "…" not in value.text() + note.text()
    rows.show_facts((Fact("Address", "192.168.1.4", "by me"),))
    qtbot.waitUntil(lambda: note.x() > value.x())


def test_a_row_is_as_high_as_its_width_makes_it_before_it_is_laid_out(qtbot: QtBot) -> None:
    rows = FactRows()
    qtbot.addWidget(rows)
    rows.show_facts((Fact("Address", "192.168.122.141", "by agent, 12 s ago"), Fact("Agent", "answers")))
    rows.resize(600, 80)
    rows.show()
    wide, narrow = rows.heightForWidth(600), rows.heightForWidth(210)
    cell = rows._rows[0].cell
    assert cell is not None
    assert narrow - wide > 10
    rows.resize(210, narrow)
    qtbot.waitUntil(lambda: rows._rows[0].note.y() >= rows._rows[0].value.geometry().bottom())
    assert cell.height() >= rows._rows[0].note.geometry().bottom()
    assert rows._rows[1].name.y() >= cell.geometry().bottom()
