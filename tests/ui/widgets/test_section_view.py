from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from console.ui.models.sections import Line, Section, SectionTable
from console.ui.widgets.section_view import SectionView


def view(qtbot: QtBot) -> SectionView:
    table = SectionTable()
    lines = tuple(
        Line(n, f"vm-{n:02d}", "kvm-a", "Start", ("square", "text3"), ("disc-check", "good")) for n in range(3)
    )
    table.show([Section("do", "Will be done", ("disc-check", "good"), lines, "a note")])
    made = SectionView(table, "What will happen")
    table.setParent(made)
    qtbot.addWidget(made)
    made.resize(600, 300)
    made.show()
    return made


def test_a_heading_folds_by_click_and_by_key(qtbot: QtBot) -> None:
    made = view(qtbot)
    at = made.visualRect(made.table.index(0, 0)).center()
    qtbot.mouseClick(made.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert made.table.rowCount() == 1
    made.setCurrentIndex(made.table.index(0, 0))
    qtbot.keyClick(made, Qt.Key.Key_Right)
    assert made.table.rowCount() == 4
    qtbot.keyClick(made, Qt.Key.Key_Space)
    assert made.table.folded("do")


def test_selected_lines_are_copied(qtbot: QtBot) -> None:
    made = view(qtbot)
    made.selectRow(1)
    qtbot.keyClick(made, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "kvm-a/vm-00\tStart"


def test_it_paints_headings_across_and_lines_in_columns(qtbot: QtBot) -> None:
    made = view(qtbot)
    image = QImage(made.size(), QImage.Format.Format_ARGB32)
    made.render(image, QPoint())
    seen = {image.pixelColor(x, 13).name() for x in range(image.width())}
    assert len(seen) > 4  # glyph, title, count and note
    assert sum(made.columnWidth(column) for column in range(3)) <= made.width()
