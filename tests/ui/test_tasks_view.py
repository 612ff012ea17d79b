from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from console.jobs.job import JobState
from console.ui.models.tasks import Column, TasksModel
from console.ui.retry import can_retry
from console.ui.tasks_view import TasksView
from tests.ui.rooms import key
from tests.ui.test_tasks_pane import job


@pytest.fixture
def view(qtbot: QtBot) -> Any:
    model = TasksModel(retry=can_retry)
    made = TasksView(model)
    model.setParent(made)
    qtbot.addWidget(made)
    made.resize(1176, 260)
    made.show()
    model.update(
        [
            job(1, kind="vm.delete", children=(11, 12), command="splendid vm delete a b"),
            job(11, JobState.FAILED, parent=1, target="a", vms=(key("a"),)),
            job(12, parent=1, target="b"),
            job(2, JobState.FAILED, target="c", vms=(key("c"),)),
            job(3, JobState.SUCCEEDED),
        ]
    )
    return made


def click(qtbot: QtBot, view: Any, index: Any, *, at_right: Any = False) -> None:
    rect = view.visualRect(index)
    pos = QPoint(rect.right() - 20, rect.center().y()) if at_right else rect.center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=pos)


def test_a_group_unfolds_by_click_and_by_key(view: Any, qtbot: QtBot) -> None:
    group = view._tasks.index_of(1)
    click(qtbot, view, group)
    assert view.isExpanded(group)
    assert [view._tasks.index(row, 1, group).data() for row in range(2)] == ["a", "b"]
    view.setCurrentIndex(group)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert not view.isExpanded(group)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.isExpanded(group)


def test_links_ask_for_what_they_say(view: Any, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.cancel_wanted) as told:
        click(qtbot, view, view._tasks.index_of(1, Column.ACT), at_right=True)
    assert told.args[0].id == 1
    with qtbot.waitSignal(view.retry_wanted) as told:
        click(qtbot, view, view._tasks.index_of(2, Column.ACT), at_right=True)
    assert told.args[0].id == 2


def test_a_row_without_a_link_does_nothing(view: Any, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.cancel_wanted), qtbot.assertNotEmitted(view.retry_wanted):
        click(qtbot, view, view._tasks.index_of(3, Column.ACT), at_right=True)


def test_enter_and_double_click_want_the_log_and_del_cancels(view: Any, qtbot: QtBot) -> None:
    view.setCurrentIndex(view._tasks.index_of(2))
    with qtbot.waitSignal(view.log_wanted) as told:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert told.args[0].id == 2
    rect = view.visualRect(view._tasks.index_of(3, Column.TARGET))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    with qtbot.waitSignal(view.log_wanted) as told:
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert told.args[0].id == 3
    view.setCurrentIndex(view._tasks.index_of(1))
    with qtbot.waitSignal(view.cancel_wanted):
        qtbot.keyClick(view, Qt.Key.Key_Delete)


def test_the_menu_offers_log_act_and_command(view: Any) -> None:
    menu = view.menu_for(view._tasks.view_at(view._tasks.index_of(1)))
    assert [action.text() for action in menu.actions()] == ["Open the log", "Cancel", "Copy as command"]
    menu.actions()[2].trigger()
    assert QGuiApplication.clipboard().text() == "splendid vm delete a b"
    menu.deleteLater()


def test_a_narrow_view_leaves_out_rate_and_time(view: Any) -> None:
    assert not view.isColumnHidden(Column.RATE)
    view.resize(860, 260)
    assert view.isColumnHidden(Column.RATE)
    assert view.isColumnHidden(Column.LEFT)
    view.resize(1176, 260)
    assert not view.isColumnHidden(Column.RATE)
