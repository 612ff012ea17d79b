from __future__ import annotations

import time

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.fleet.domains import VmKey
from console.fleet.snapshots.lanes import NOW
from console.ui.models.snapshots import lay
from console.ui.widgets.snapshot_tree import SnapshotTree
from tests.ui.snapshot_story import facts


@pytest.fixture
def tree(qtbot: QtBot) -> SnapshotTree:
    made = SnapshotTree()
    qtbot.addWidget(made)
    made.resize(448, 640)
    now = time.time()
    made.show_laid(lay(facts(VmKey("h", "u"), now)), now)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_sum_is_told_over_the_list(tree: SnapshotTree) -> None:
    assert tree._sum.whole_text().replace("\u00a0", " ") == "10 on disk, 50.1 GiB"


def test_a_click_and_the_keys_choose(tree: SnapshotTree, qtbot: QtBot) -> None:
    picked: list[str] = []
    tree.list.picked.connect(picked.append)
    assert tree.list.go_to("build 4698")
    assert not tree.list.go_to("gone")
    assert picked == []
    qtbot.keyClick(tree.list, Qt.Key.Key_Down)
    assert picked == ["4698 crash"]
    at = tree.list.visualRect(tree.rows.index_of(NOW)).center()
    qtbot.mouseClick(tree.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert picked[-1] == NOW
    assert tree.list.current() == NOW


def test_where_the_chosen_one_goes_nobody_has_chosen_another(tree: SnapshotTree) -> None:
    picked: list[str] = []
    tree.list.picked.connect(picked.append)
    tree.list.go_to("build 4698")
    now = time.time()
    known = facts(VmKey("h", "u"), now)
    left = tuple(one for one in known.snapshots if one.name != "build 4698")
    tree.show_laid(lay(replace(known, snapshots=left)), now)
    assert picked == []


def test_delete_and_rename_are_meant_for_the_snapshot_not_for_the_vm(tree: SnapshotTree, qtbot: QtBot) -> None:
    meant_for_vm: list[int] = []
    action = QAction(tree)
    action.setShortcut(QKeySequence("Del"))
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.triggered.connect(lambda: meant_for_vm.append(1))
    tree.addAction(action)
    tree.list.go_to("build 4698")
    tree.list.setFocus()
    with qtbot.waitSignal(tree.list.delete_pressed):
        qtbot.keyClick(tree.list, Qt.Key.Key_Delete)
    with qtbot.waitSignal(tree.list.rename_pressed):
        qtbot.keyClick(tree.list, Qt.Key.Key_F2)
    assert meant_for_vm == []


def test_a_menu_is_wanted_for_the_row_under_the_pointer(tree: SnapshotTree, qtbot: QtBot) -> None:
    wanted: list[tuple[str, QPoint]] = []
    tree.list.menu_wanted.connect(lambda name, at: wanted.append((name, at)))
    at = tree.list.visualRect(tree.rows.index_of("german locale")).center()
    viewport = tree.list.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
    QApplication.sendEvent(viewport, event)
    assert [name for name, _at in wanted] == ["german locale"]


def test_the_doctor_says_what_is_wrong_and_hides_otherwise(tree: SnapshotTree, qtbot: QtBot) -> None:
    assert tree.doctor.isHidden()
    tree.doctor.say("1 overlay that no snapshot uses, 2.2 GiB")
    assert tree.doctor.isVisible()
    assert tree.doctor.text().startswith("1 overlay")
    with qtbot.waitSignal(tree.doctor.shown):
        tree.doctor.button.click()
    tree.doctor.say("")
    assert tree.doctor.isHidden()
