from __future__ import annotations

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from console.ui.widgets.edit_bar import EditBar
from console.ui.widgets.xml_editor import XmlEditor


def test_undo_and_redo_are_offered_when_there_is_something(qtbot: QtBot) -> None:
    editor = XmlEditor()
    qtbot.addWidget(editor)
    bar = EditBar(editor)
    qtbot.addWidget(bar)
    editor.show_text("<a/>")
    undo, redo = (
        next(b for b in bar.findChildren(QPushButton) if b.accessibleName() == text) for text in ("Undo", "Redo")
    )
    assert not undo.isEnabled()
    editor.insertPlainText("<b/>")
    assert undo.isEnabled()
    undo.click()
    assert editor.toPlainText() == "<a/>\n"
    assert redo.isEnabled()
    bar.finder.field.setText("a")
    assert bar.finder.hits.text() == "1 of 1"
