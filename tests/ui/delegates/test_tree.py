from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.ui.delegates.text import Texts
from console.ui.delegates.tree import TreeView, paint_face
from console.ui.models.lines import Face
from console.ui.models.tree import Tree
from console.ui.places import Place
from console.ui.theme import theme
from tests.ui.models.vm_fleet import Fleet, vm


@pytest.fixture
def view(qtbot: QtBot) -> TreeView:
    fleet = Fleet()
    fleet.host("a", zone="north")
    fleet.vms("a", [vm("a", "1", "web"), vm("a", "2", "db")])
    made = TreeView("Fleet")
    made.setModel(Tree(fleet.inventory, made, fleet.clock))
    qtbot.addWidget(made)
    made.resize(264, 300)
    made.show()
    tree = made.model()
    assert isinstance(tree, Tree)
    qtbot.waitUntil(lambda: tree.node(tree.fleet_index).total == 2)
    made.expandAll()
    made.clearFocus()
    return made


def at(view: TreeView, place: Place) -> QModelIndex:
    tree = view.model()
    assert isinstance(tree, Tree)
    return tree.index_of(place)


def test_rows_have_the_height_of_the_design(view: TreeView) -> None:
    assert view.visualRect(at(view, Place.fleet())).height() == 26


def test_selected_line_is_tinted_with_a_bar(view: TreeView) -> None:
    view.setCurrentIndex(at(view, Place.zone("north")))
    image = view.viewport().grab().toImage()
    middle = 26 + 13
    assert [image.pixelColor(x, middle).name() for x in (0, 2)] == [theme.hex("accent")] * 2
    assert image.pixelColor(4, middle).name() == theme.hex("selection")
    assert image.pixelColor(view.viewport().width() - 2, middle).name() == theme.hex("selection")
    assert image.pixelColor(4, 4).name() == theme.hex("window")


def test_figure_stands_at_the_right(view: TreeView) -> None:
    image = view.viewport().grab().toImage()
    ground = theme.color("window").rgb()
    inked = [x for x in range(image.width()) if any(image.pixel(x, y) != ground for y in range(26))]
    assert view.viewport().width() - 15 < inked[-1] < view.viewport().width() - 8


def test_click_chooses_and_chevron_folds(view: TreeView) -> None:
    chosen: list[QModelIndex] = []
    view.chosen.connect(chosen.append)
    zone = at(view, Place.zone("north"))
    box = view.visualRect(zone)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(120, box.center().y()))
    assert chosen == [zone]
    assert view.isExpanded(zone)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(12 + 15, box.center().y()))
    assert not view.isExpanded(zone)
    assert len(chosen) == 1


def test_keys_choose_and_open(view: TreeView) -> None:
    chosen: list[str] = []
    opened: list[str] = []
    view.chosen.connect(lambda index: chosen.append(index.data()))
    view.opened.connect(lambda index: opened.append(index.data()))
    view.setFocus()
    view.setCurrentIndex(at(view, Place.fleet()))
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert chosen == ["north"]
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert opened == ["north"]
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert not view.isExpanded(at(view, Place.zone("north")))


def test_double_click_opens(view: TreeView) -> None:
    opened: list[str] = []
    view.opened.connect(lambda index: opened.append(index.data()))
    box = view.visualRect(at(view, Place.host("a")))
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(140, box.center().y()))
    assert opened == ["a"]


def test_menu_is_wanted_by_mouse_and_key(view: TreeView) -> None:
    wanted: list[str] = []
    view.menu_wanted.connect(lambda index, _point: wanted.append(index.data()))
    reason = QContextMenuEvent.Reason
    box = view.visualRect(at(view, Place.host("a")))
    QApplication.sendEvent(view.viewport(), QContextMenuEvent(reason.Mouse, box.center(), box.center()))
    view.setCurrentIndex(at(view, Place.zone("north")))
    QApplication.sendEvent(view.viewport(), QContextMenuEvent(reason.Keyboard, QPoint(), QPoint()))
    assert wanted == ["a", "north"]
    empty = QPoint(10, 290)
    QApplication.sendEvent(view.viewport(), QContextMenuEvent(reason.Mouse, empty, empty))
    assert len(wanted) == 2


def test_a_date_gives_way_to_a_long_name() -> None:
    def drawn(label: str, **more: Any) -> QImage:
        picture = QPixmap(220, 26)
        picture.fill(theme.color("window"))
        painter = QPainter(picture)
        face = Face(label, glyph=("square", "text3"), mark=("hourglass", "text3"), **more)
        paint_face(painter, Texts(), face, QRect(0, 0, 220, 26), 40)
        painter.end()
        return picture.toImage()

    assert drawn("qa-01", age="27 Nov", yields=True) == drawn("qa-01", age="27 Nov")
    long = "a-name-that-takes-its-room"
    assert drawn(long, age="27 Nov", yields=True) == drawn(long)
    assert drawn(long, age="27 Nov", yields=True) != drawn(long, age="27 Nov")
