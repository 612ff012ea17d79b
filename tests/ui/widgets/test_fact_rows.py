from pytestqt.qtbot import QtBot

from console.ui.models.facts import Fact
from console.ui.widgets.fact_rows import FactRows

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
    assert held.text() == "10.0.0.2"
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
