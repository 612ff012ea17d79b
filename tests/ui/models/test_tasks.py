import time
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.fleet.errors import Problem, Reason
from console.jobs.job import JobState, JobView
from console.ui.models.tasks import VIEW_ROLE, Column, Filter, TasksModel, midnight

NOW = 1_790_000_000.0


def job(number: Any, state: Any = JobState.RUNNING, **fields: Any) -> Any:
    made = {"created": NOW - 1000 + number, "started": NOW - 1000 + number, "by": "me@desk"} | fields
    if state.ended:
        made.setdefault("ended", NOW - 900 + number)
    return JobView(number, made.pop("kind", "vm.start"), made.pop("target", f"vm-{number}"), state=state, **made)


@pytest.fixture
def model(qapp: QApplication) -> Any:
    made = TasksModel(mine="me@desk", retry=lambda view: bool(view.vms), clock=lambda: NOW)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    del tester


def shown(model: Any, parent: QModelIndex | None = None) -> Any:
    parent = parent or QModelIndex()
    return [model.index(row, 0, parent).data(VIEW_ROLE).id for row in range(model.rowCount(parent))]


def test_under_way_first_then_newest(model: Any) -> None:
    model.update([job(1), job(2, JobState.SUCCEEDED), job(3, JobState.FAILED), job(4)])
    assert shown(model) == [4, 1, 3, 2]
    model.update([job(4, JobState.SUCCEEDED)])
    assert shown(model) == [1, 4, 3, 2]


def test_a_selected_row_stays_selected_while_it_moves(model: Any) -> None:
    model.update([job(1), job(2), job(3)])
    kept = QPersistentModelIndex(model.index_of(3))
    model.update([job(3, JobState.SUCCEEDED)])
    assert kept.data(VIEW_ROLE).id == 3
    assert kept.row() == 2


def test_progress_only_repaints(model: Any, qtbot: QtBot) -> None:
    model.update([job(1)])
    with (
        qtbot.waitSignal(model.dataChanged) as seen,
        qtbot.assertNotEmitted(model.rowsMoved),
        qtbot.assertNotEmitted(model.rowsInserted),
    ):
        model.update([job(1, fraction=0.5)])
    assert seen.args[0].row() == 0
    assert model.index_of(1, Column.PROGRESS).data() == "50\u00a0%"


def test_members_stand_under_their_group_failed_first(model: Any) -> None:
    group = job(1, target="3", children=(2, 3, 4), values={"total": 3, "succeeded": 0})
    members = [job(n, parent=1) for n in (2, 3, 4)]
    model.update([*members, group])
    assert shown(model) == [1]
    assert shown(model, model.index_of(1)) == [2, 3, 4]
    model.update([job(4, JobState.FAILED, parent=1), job(2, JobState.SUCCEEDED, parent=1)])
    assert shown(model, model.index_of(1)) == [4, 3, 2]
    assert model.parent(model.index_of(3)) == model.index_of(1)


def test_a_member_without_its_group_is_not_shown(model: Any) -> None:
    model.update([job(2, parent=1)])
    assert shown(model) == []


@pytest.mark.parametrize(
    ("which", "expected"),
    [(Filter.ALL, [4, 1, 3, 2]), (Filter.RUNNING, [4, 1]), (Filter.FAILED, [3]), (Filter.MINE, [4, 3, 2])],
)
def test_filters(model: Any, which: Any, expected: Any) -> None:
    model.update([job(1, by="other@desk"), job(2, JobState.SUCCEEDED), job(3, JobState.FAILED), job(4)])
    model.set_filter(which)
    assert shown(model) == expected
    model.set_filter(Filter.ALL)
    assert shown(model) == [4, 1, 3, 2]


def test_a_running_job_that_ends_leaves_the_running_ones(model: Any) -> None:
    model.set_filter(Filter.RUNNING)
    model.update([job(1), job(2)])
    model.update([job(1, JobState.SUCCEEDED)])
    assert shown(model) == [2]


def test_filtered_out_group_takes_its_members_with_it_and_brings_them_back(model: Any) -> None:
    model.update([job(1, children=(2,)), job(2, parent=1)])
    model.set_filter(Filter.FAILED)
    assert shown(model) == []
    model.set_filter(Filter.ALL)
    assert shown(model) == [1]
    assert shown(model, model.index_of(1)) == [2]


def test_text_looks_in_task_target_and_outcome(model: Any) -> None:
    space = Problem(Reason.NO_SPACE)
    model.update([job(1, target="alpha"), job(2, JobState.FAILED, target="beta", problem=space)])
    model.set_filter(Filter.ALL, "ALPH")
    assert shown(model) == [1]
    model.set_filter(Filter.ALL, "enough space")
    assert shown(model) == [2]


def test_what_cells_say(model: Any) -> Any:
    failed = job(1, JobState.FAILED, problem=Problem(Reason.NO_SPACE), target="web-01", vms=(("h", "u"),))
    model.update([failed, job(2, fraction=0.38, rate=300e6, eta=161.0), job(3, JobState.FAILED, target="x")])

    def cell(number: Any, column: Any) -> Any:
        return model.index_of(number, column).data()

    assert cell(1, Column.TASK) == "Run"
    assert cell(1, Column.TARGET) == "web-01"
    assert cell(1, Column.STEP) == "There is not enough space left."
    assert cell(1, Column.PROGRESS) == ""
    assert cell(1, Column.ACT) == "Try again…"
    assert cell(3, Column.ACT) == ""
    assert cell(2, Column.RATE) == "286\u00a0MiB/s"
    assert cell(2, Column.LEFT) == "2\u00a0min 41\u00a0s"
    assert cell(2, Column.ACT) == "Cancel"
    assert model.headerData(Column.RATE, Qt.Orientation.Horizontal) == "Rate"


def test_started_today_is_a_clock_and_before_it_a_date(model: Any) -> None:
    assert midnight(NOW) <= NOW < midnight(NOW) + 86400
    model.update([job(1), job(2, started=NOW - 3 * 86400)])
    assert model.index_of(1, Column.STARTED).data().count(":") == 2
    assert model.index_of(2, Column.STARTED).data() == time.strftime("%-d %b, %H:%M", time.localtime(NOW - 3 * 86400))


def test_counts_of_the_head(model: Any) -> None:
    long_ago = job(5, JobState.FAILED, ended=NOW - 3 * 86400)
    child = job(7, JobState.FAILED, parent=6)
    model.update([job(1), job(2), job(3, JobState.FAILED), long_ago, child])
    assert [view.id for view in model.current()] == [1, 2]
    assert model.failed_today() == 1


def test_old_ended_jobs_go_and_take_their_members_along(qapp: QApplication) -> None:
    model = TasksModel(clock=lambda: NOW, kept=2)
    model.update([job(1, JobState.SUCCEEDED, children=(9,)), job(9, JobState.SUCCEEDED, parent=1), job(2)])
    model.update([job(3, JobState.SUCCEEDED), job(4, JobState.SUCCEEDED)])
    assert shown(model) == [2, 4, 3]
    assert model.rowCount(model.index_of(1)) == 3  # an index that is not there is the top
    assert 9 not in model._views


def test_a_thousand_members_one_by_one(qapp: QApplication) -> None:
    model = TasksModel(clock=lambda: NOW)
    model.update([job(1, children=tuple(range(2, 1002)))])
    model.update([job(n, parent=1, state=JobState.QUEUED) for n in range(2, 1002)])
    start = time.perf_counter()
    for number in range(2, 42):
        model.update([replace(job(number, parent=1), state=JobState.SUCCEEDED, ended=NOW)])
    assert time.perf_counter() - start < 4.0
    assert shown(model, model.index_of(1))[-40:] == list(range(2, 42))
