from typing import Any

from msgspec.structs import replace
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from console.fleet.errors import Problem, Reason
from console.jobs.job import JobState
from console.ui.models.tasks import Column, TasksModel
from console.ui.tasks_delegate import job_glyph
from console.ui.tasks_view import TasksView
from console.ui.theme import theme
from tests.ui.test_tasks_pane import job


def shown(qtbot: QtBot, views: Any) -> Any:
    model = TasksModel()
    view = TasksView(model)
    model.setParent(view)
    qtbot.addWidget(view)
    view.resize(1176, 200)
    model.update(views)
    view.show()
    return view


def inked(view: Any, index: Any, role: Any) -> Any:
    """How many pixels of a cell are about that colour."""
    rect = view.visualRect(index)
    image = view.viewport().grab(rect).toImage()
    wanted = theme.color(role)

    def near(color: QColor) -> bool:
        return all(abs(a - b) < 40 for a, b in zip(color.getRgb()[:3], wanted.getRgb()[:3], strict=True))

    return sum(near(image.pixelColor(x, y)) for x in range(image.width()) for y in range(2, image.height() - 2))


def test_an_ended_job_is_one_sentence_across_the_columns(qtbot: QtBot) -> None:
    text = "a reason so long that the column of the step cannot hold it, nor could the next one " * 3
    view = shown(qtbot, [job(1, JobState.FAILED, problem=Problem(Reason.OTHER, text))])
    for column in (Column.STEP, Column.PROGRESS, Column.RATE, Column.LEFT):
        assert inked(view, view._tasks.index_of(1, column), "error") > 20, column
    assert inked(view, view._tasks.index_of(1, Column.STARTED), "error") == 0


def test_a_running_job_has_a_bar_as_long_as_its_share(qtbot: QtBot) -> None:
    view = shown(qtbot, [job(1, fraction=0.25), job(2, fraction=0.75), job(3)])
    quarter, most, none = (inked(view, view._tasks.index_of(n, Column.PROGRESS), "accent") for n in (1, 2, 3))
    assert 2.0 < most / quarter < 4.0
    assert none == 0


def test_each_state_has_its_shape() -> None:
    shapes = {job_glyph(job(1, state))[0] for state in JobState}
    assert len(shapes) == len(JobState) - 1  # being cancelled and cancelled differ by colour
    assert job_glyph(job(1, JobState.CANCELLING))[1] != job_glyph(job(1, JobState.CANCELLED))[1]
    assert job_glyph(replace(job(1), interrupted=True))[0] == "triangle-bang"
