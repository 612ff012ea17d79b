from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from console.ui.widgets.xml_editor import XmlEditor
from console.ui.widgets.xml_gutter import Gutter, NumberedText
from console.ui.widgets.xml_text import prepare
from console.ui.widgets.xml_view import XmlView


@pytest.mark.parametrize("kind", [XmlEditor, XmlView])
def test_the_gutter_grows_with_the_number_of_lines(kind: type[NumberedText], qtbot: QtBot) -> None:
    text = kind()
    qtbot.addWidget(text)
    text.resize(400, 300)
    text.show()
    [gutter] = text.findChildren(Gutter)
    narrow = gutter.width()
    assert gutter.geometry().left() == text.contentsRect().left()
    assert text.viewport().geometry().left() >= narrow
    for lines in (998, 12_000):
        if isinstance(text, XmlEditor):
            text.show_text("x\n" * lines)
        else:
            assert isinstance(text, XmlView)
            text.show_xml(prepare("<a>\n" + "<b/>\n" * (lines - 2) + "</a>"))
        assert (gutter.width() > narrow) is (lines > 999)
    text.resize(500, 500)
    assert gutter.height() == text.contentsRect().height()


def test_the_line_with_the_caret_is_marked(qtbot: QtBot) -> None:
    text = XmlEditor()
    qtbot.addWidget(text)
    text.resize(400, 300)
    text.show()
    text.show_text("<a>\n</a>")
    [gutter] = text.findChildren(Gutter)
    first = gutter.grab().toImage()
    text.go_to(2, 1)
    assert gutter.grab().toImage() != first


def test_a_press_in_the_gutter_of_an_editor_changes_nothing(qtbot: QtBot) -> None:
    text = XmlEditor()
    qtbot.addWidget(text)
    text.resize(400, 300)
    text.show()
    text.show_text("<a>\n</a>")
    [gutter] = text.findChildren(Gutter)
    qtbot.mouseClick(gutter, Qt.MouseButton.LeftButton, pos=QPoint(5, 30))
    assert text.toPlainText() == "<a>\n</a>\n"
    assert text.textCursor().blockNumber() == 0
