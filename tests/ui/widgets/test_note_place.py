from __future__ import annotations

from pytestqt.qtbot import QtBot

from console.ui.widgets.note_place import NotePlace
from console.ui.widgets.notes import Note


def test_one_thing_at_a_time(qtbot: QtBot) -> None:
    place = NotePlace()
    qtbot.addWidget(place)
    assert place.isHidden()
    place.tell("info", "First.")
    place.tell("warning", "Second.", "Do this.").add_button("Close", place.clear)
    assert [note.accessibleName() for note in place.findChildren(Note) if not note.isHidden()] == ["Second. Do this."]
    assert not place.isHidden()
    place.clear()
    assert place.isHidden()
