from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.fleet.edits import Finding, Flaw, Severity
from console.ui.theme import theme
from console.ui.widgets.xml_editor import XmlEditor

XML = "<domain>\n  <name>web</name>\n  <!-- a\n  b -->\n  <os/>\n</domain>\n"


@pytest.fixture
def editor(qtbot: QtBot) -> XmlEditor:
    made = XmlEditor()
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    made.show_text(XML)
    made.setFocus()
    return made


def colours(editor: XmlEditor, line: int) -> set[str]:
    block = editor.document().findBlockByNumber(line - 1)
    return {f.format.foreground().color().name() for f in block.layout().formats()}


def test_typing_undo_and_redo(editor: XmlEditor, qtbot: QtBot) -> None:
    assert not editor.document().isModified()
    assert not editor.document().isUndoAvailable()
    editor.go_to(2, 12)
    qtbot.keyClicks(editor, "x")
    assert "<name>webx" in editor.toPlainText() or "x" in editor.toPlainText()
    assert editor.document().isModified()
    editor.undo()
    assert editor.toPlainText() == XML
    editor.redo()
    assert editor.toPlainText() != XML


def test_lines_are_tinted_as_they_are_typed(editor: XmlEditor, qtbot: QtBot) -> None:
    assert theme.color("accent").name() in colours(editor, 2)
    assert colours(editor, 4) == {theme.color("text3").name()}  # the inside of a comment
    editor.go_to(4, 1)
    editor.insertPlainText("--><x/>")
    assert theme.color("accent").name() in colours(editor, 4)
    editor.undo()
    assert colours(editor, 4) == {theme.color("text3").name()}
    editor.go_to(1, 1)
    editor.insertPlainText("<!--")
    assert colours(editor, 2) == {theme.color("text3").name()}


def test_enter_keeps_the_indent_and_tab_makes_one(editor: XmlEditor, qtbot: QtBot) -> None:
    editor.go_to(1, 9)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "<a/>")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    qtbot.keyClicks(editor, "<b/>")
    assert editor.toPlainText().startswith("<domain>\n  <a/>\n    <b/>\n  <name>")


def test_another_text_is_one_step(editor: XmlEditor) -> None:
    editor.replace_text("<domain/>")
    assert editor.toPlainText() == "<domain/>\n"
    editor.undo()
    assert editor.toPlainText() == XML


def test_what_is_wrong_is_underlined_where_it_stands(editor: XmlEditor) -> None:
    editor.show_findings([Finding(Flaw.ELEMENT, 5, 3, "os", Severity.DOUBT, 3), Finding(Flaw.SYNTAX, 6, 99, "x")])
    marks = [s for s in editor.extraSelections() if s.format.underlineColor().isValid()]
    waves = [s.cursor.selectedText() for s in marks if s.format.fontUnderline() or s.format.underlineStyle()]
    assert "<os" in waves
    assert len(waves) == 2
    editor.show_findings([])
    assert len(editor.extraSelections()) == 1
    picture = editor.grab()
    assert not picture.isNull()


def test_a_finding_beyond_the_text_breaks_nothing(editor: XmlEditor) -> None:
    editor.show_findings([Finding(Flaw.SYNTAX, 999, 5, "x"), Finding(Flaw.TOO_BIG, text="9")])
    editor.grab()
    editor.go_to(999, 999)


def test_find(editor: XmlEditor, qtbot: QtBot) -> None:
    told: list[tuple[int, int]] = []
    editor.found.connect(lambda at, of: told.append((at, of)))
    editor.find_text("NAME")
    editor.find_text("name", onward=True)
    editor.find_text("name", backward=True)
    editor.find_text("nothing")
    assert told == [(1, 2), (2, 2), (1, 2), (0, 0)]
    assert editor.textCursor().selectedText() == "name"


def test_the_theme_can_change(editor: XmlEditor, dressed: QApplication) -> None:
    theme.apply(dressed, "dark")
    assert theme.color("accent").name() in colours(editor, 2)
    assert editor.font().styleHint() == QFont(theme.font("mono")).styleHint()


def test_ten_thousand_lines_stay_smooth(editor: XmlEditor, qtbot: QtBot) -> None:
    many = (
        "<domain>\n"
        + "".join(f"  <disk n='{n}'>\n    <source file='/a'/>\n  </disk>\n" for n in range(3400))
        + "</domain>\n"
    )
    assert many.count("\n") > 10_000
    editor.show_text(many)
    qtbot.wait(50)
    worst = 0.0
    for line in (2, 5000, 10_000):
        editor.go_to(line, 3)
        for key in "<x/>":
            start = time.perf_counter()
            qtbot.keyClicks(editor, key)
            QApplication.processEvents()
            worst = max(worst, time.perf_counter() - start)
    assert worst < 0.25, worst
    assert editor.toPlainText().count("<x/>") == 3
