import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextBlock
from pytestqt.qtbot import QtBot

from console.ui.theme import theme
from console.ui.widgets.xml_text import prepare
from console.ui.widgets.xml_view import XmlView


def domain(disks: int, extra: str = "") -> str:
    devices = "\n".join(
        f"    <disk type='file' device='disk'>\n      <source file='/srv/disk-{n}.qcow2'/>\n"
        f"      <target dev='vd{n}' bus='virtio'/>\n    </disk>"
        for n in range(disks)
    )
    return f"<domain type='kvm'>\n  <name>db 😀</name>\n{extra}  <devices>\n{devices}\n  </devices>\n</domain>\n"


@pytest.fixture
def view(qtbot: QtBot) -> XmlView:
    made = XmlView()
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    return made


def shown(view: XmlView) -> list[int]:
    found, block = [], view.document().begin()
    while block.isValid():
        if block.isVisible():
            found.append(block.blockNumber() + 1)
        block = block.next()
    return found


def line(view: XmlView, number: int) -> QTextBlock:
    return view.document().findBlockByNumber(number - 1)


def tinted(view: XmlView) -> int:
    count, block = 0, view.document().begin()
    while block.isValid():
        count += bool(block.layout().formats())
        block = block.next()
    return count


def test_parts_begin_folded_and_the_whole_text_stays_at_hand(view: XmlView) -> None:
    view.show_xml(prepare(domain(3)))
    assert view.complete
    assert shown(view) == [1, 2, 3, 4, 8, 12, 16, 17]
    assert view.xml.text == domain(3).rstrip("\n")
    assert view.isReadOnly()


def test_space_folds_and_the_caret_is_never_in_the_dark(view: XmlView, qtbot: QtBot) -> None:
    view.show_xml(prepare(domain(2)))
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.textCursor().blockNumber() + 1 == 4
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert shown(view)[3:8] == [4, 5, 6, 7, 8]
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert view.textCursor().blockNumber() + 1 == 4
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert not view.folded(4)
    view.collapse_all()
    assert shown(view) == [1, 2, 3, 13]
    assert view.textCursor().blockNumber() + 1 == 3
    view.expand_all()
    assert len(shown(view)) == 13


def test_the_mark_in_the_gutter_folds(view: XmlView, qtbot: QtBot) -> None:
    view.show_xml(prepare(domain(2)))
    rect = view.blockBoundingGeometry(line(view, 4)).translated(view.contentOffset())
    gutter = view.findChildren(type(view._gutter))[0]
    qtbot.mouseClick(gutter, Qt.MouseButton.LeftButton, pos=QPoint(5, int(rect.center().y())))
    assert not view.folded(4)


def test_find_unfolds_and_goes_round(view: XmlView, qtbot: QtBot) -> None:
    view.show_xml(prepare(domain(3)))
    told: list[tuple[int, int]] = []
    view.found.connect(lambda number, of: told.append((number, of)))
    view.find_text("QCOW2")
    assert view.textCursor().selectedText() == "qcow2"
    assert 5 in shown(view)
    view.find_text("QCOW2")  # typing on stays where it is
    view.find_text("QCOW2", onward=True)
    view.find_text("QCOW2", onward=True)
    view.find_text("QCOW2", onward=True)
    view.find_text("QCOW2", backward=True)
    assert told == [(1, 3), (1, 3), (2, 3), (3, 3), (1, 3), (3, 3)]
    view.find_text("no such")
    assert told[-1] == (0, 0)
    view.find_text("😀")
    assert view.textCursor().selectedText() == "😀"


def test_a_later_state_keeps_folds_and_place(view: XmlView) -> None:
    view.show_xml(prepare(domain(40)))
    view.expand_all()
    view.verticalScrollBar().setValue(60)
    view.show_xml(prepare(domain(40, "  <title>x</title>\n")), keep=True)
    assert not view.folded(5)
    assert view.verticalScrollBar().value() == 60
    view.show_xml(prepare(domain(40)))
    assert view.folded(4)
    assert view.verticalScrollBar().value() == 0


def test_ten_thousand_lines_come_in_pieces_and_are_tinted_when_seen(view: XmlView, qtbot: QtBot) -> None:
    xml = prepare(domain(2500))
    assert len(xml.lines) > 10_000
    began = time.perf_counter()
    with qtbot.waitSignal(view.loaded, timeout=10_000):
        view.show_xml(xml)
        first = time.perf_counter() - began
        assert not view.complete
    assert first < 0.25  # a piece, not the whole; ten times what it takes on an idle machine
    assert len(shown(view)) == 2505
    view.expand_all()
    assert len(shown(view)) < len(xml.lines)  # the rest follows
    view.collapse_all()
    view.expand_all()
    qtbot.waitUntil(lambda: not view._sweeper.isActive(), timeout=10_000)
    assert len(shown(view)) == len(xml.lines)
    assert 0 < tinted(view) < 400
    view.verticalScrollBar().setValue(9_000)
    assert line(view, 9_005).layout().formats()


def test_light_and_dark_retint(view: XmlView, qapp: object) -> None:
    view.show_xml(prepare(domain(1)))
    ranges = line(view, 1).layout().formats()
    element = ranges[1]
    assert element.format.foreground().color() == theme.color("accent")
    line(view, 1).layout().clearFormats()
    theme.changed.emit()
    assert len(line(view, 1).layout().formats()) == len(ranges)
    view.grab()
