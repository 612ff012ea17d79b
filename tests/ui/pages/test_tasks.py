import time
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from console.fleet.errors import Failed, Reason
from console.jobs.job import JobState, JobView
from console.ui.models.tasks import VIEW_ROLE, Column
from console.ui.pages.tasks import TasksPage
from console.ui.places import Place
from tests.ui.rooms import Noting, key, room


def old(number: Any, state: Any = JobState.SUCCEEDED, **fields: Any) -> Any:
    begun = time.time() - 86400 * 2 - number
    made = {"kind": "vm.start", "target": f"old-{number}", "created": begun, "started": begun} | fields
    if state.ended:
        made.setdefault("ended", begun + 1)
    return JobView(number, made.pop("kind"), made.pop("target"), state=state, **made)


HISTORY = [
    old(1001),
    old(1002, JobState.FAILED, vms=(key("web-01"),)),
    old(1003, JobState.RUNNING, interrupted=True, target="half-way"),
    old(1004, children=(1005,)),
    old(1005, parent=1004, target="member"),
]


@pytest.fixture
def shown(qtbot: QtBot) -> Any:
    with room(history=Noting(history=HISTORY, lines=())) as ctx:
        page = TasksPage(ctx)
        qtbot.addWidget(page)
        page.resize(1100, 500)
        page.show()
        yield ctx, page


def targets(page: Any) -> Any:
    return [page.model.index(row, Column.TARGET).data() for row in range(page.model.rowCount())]


def test_an_empty_history_says_what_it_is_for(shown: Any) -> None:
    _ctx, page = shown
    assert page._empty.isVisible()
    assert page._count.text() == "0 tasks"


def test_the_history_is_read_and_cut_off_jobs_say_so(shown: Any, qtbot: QtBot) -> None:
    _ctx, page = shown
    page.show_place(Place("tasks"))
    qtbot.waitUntil(lambda: page.model.rowCount() == 4)
    assert page.view.isVisible()
    row = targets(page).index("half-way")
    assert page.model.index(row, Column.STEP).data().startswith("Splendid ended while")


def test_filter_and_search(shown: Any, qtbot: QtBot) -> None:
    _ctx, page = shown
    page.show_place(Place("tasks"))
    qtbot.waitUntil(lambda: page.model.rowCount() == 4)
    page.filters.set_current("failed")
    page._filter()
    assert sorted(targets(page)) == ["half-way", "old-1002"]
    page.filters.set_current("all")
    page.search.setText("OLD-1001")
    assert targets(page) == ["old-1001"]
    page.search.setText("nothing has this")
    assert page._empty.isVisible()
    assert "nothing has this" in page._empty._title.text()


def test_jobs_of_this_run_move_in_it(shown: Any, qtbot: QtBot) -> None:
    ctx, page = shown
    page.show_place(Place("tasks"))
    qtbot.waitUntil(lambda: page.model.rowCount() == 4)

    def body(handle: Any) -> None:
        raise Failed(Reason.NO_SPACE, "web-02")

    handle = ctx.jobs.submit("vm.start", "web-02", body, vms=(key("web-02"),))
    handle.wait(5)
    qtbot.waitUntil(lambda: targets(page)[0] == "web-02")
    assert page.model.index(0, 0).data(VIEW_ROLE).state is JobState.FAILED


def test_an_old_failure_can_be_tried_again(shown: Any, qtbot: QtBot) -> None:
    ctx, page = shown
    with qtbot.waitSignal(page.log_wanted):
        page._on_retry(HISTORY[1])  # web-01 runs already
    assert ctx.services.power.calls == []
