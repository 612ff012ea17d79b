from __future__ import annotations

from PySide6.QtCore import QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from console.ui.models.sections import ROW_ROLE, Line, Section, SectionTable


def line(name: str) -> Line:
    return Line(name, name, "kvm-a", "Start", ("square", "text3"))


def section(id: str, *names: str) -> Section:
    return Section(id, id.title(), None, tuple(line(name) for name in names))


def rows(table: SectionTable) -> list[str]:
    found = [table.row(number) for number in range(table.rowCount())]
    return [f"[{row.title}]" if isinstance(row, Section) else row.name for row in found]


def made() -> SectionTable:
    table = SectionTable()
    QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal, table)
    table.show([section("do", "a", "b"), section("none"), section("refused", "c")])
    return table


def test_headings_stand_over_their_lines_and_empty_ones_are_left_out() -> None:
    assert rows(made()) == ["[Do]", "a", "b", "[Refused]", "c"]
    assert made().counts() == {"do": 2, "refused": 1}


def test_folding_hides_the_lines_and_lasts() -> None:
    table = made()
    table.fold("do", True)
    assert rows(table) == ["[Do]", "[Refused]", "c"]
    table.show([section("do", "a", "b", "d"), section("refused")])
    assert rows(table) == ["[Do]"]
    assert table.folded("do")
    table.fold("do", False)
    assert rows(table) == ["[Do]", "a", "b", "d"]


def test_a_line_that_moves_to_another_section_stays_selected() -> None:
    table = made()
    kept = QPersistentModelIndex(table.index(1, 2))
    gone = QPersistentModelIndex(table.index(2, 0))
    table.show([section("do", "b2"), section("refused", "c", "a")])
    assert kept.data(ROW_ROLE).name == "a"
    assert (kept.row(), kept.column()) == (4, 2)
    assert not gone.isValid()


def test_what_is_said_is_the_tip_unless_there_is_more() -> None:
    table = SectionTable()
    longer = Line(1, "a", "kvm-a", "Start", ("square", "text3"), tip="All of it")
    table.show([Section("do", "Do", None, (longer, line("b")))])
    tip = 3  # Qt.ToolTipRole
    assert [table.data(table.index(row, 2), tip) for row in (1, 2)] == ["All of it", "Start"]
    assert table.data(table.index(0, 0)) == "Do 2"
