import subprocess
import sys
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from console.fleet.domains import State
from console.ui.context import Context
from console.ui.models.graph_plans import vm_plan
from console.ui.pages.graphs import Graphs, HostGraphs, VmGraphs, none_of
from tests.ui.rooms import SPECS, VMS, key


def test_the_window_starts_without_numpy_and_pyqtgraph() -> None:
    code = (
        "import sys, console.desktop, console.ui.window; print([m for m in ('numpy', 'pyqtgraph') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_a_board_is_made_at_the_first_look(ctx: Context, qtbot: QtBot) -> None:
    graphs = Graphs(ctx, compare=True)
    qtbot.addWidget(graphs)
    graphs.show_plan(vm_plan(VMS[0]))
    qtbot.wait(50)
    assert graphs.board is None
    graphs.show()
    qtbot.waitUntil(lambda: graphs.board is not None, timeout=10_000)
    board = graphs.board
    assert board is not None
    assert board.plan.name == "web-01"
    with qtbot.waitSignal(graphs.compare_wanted):
        board.compare_wanted.emit()


def test_a_vm_has_all_its_graphs_in_its_tab(ctx: Context, qtbot: QtBot) -> None:
    page = VmGraphs(ctx)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show_vm(VMS[0], True)
    page.show()
    board = page.graphs
    qtbot.waitUntil(lambda: board.board is not None and len(board.board.plot.sheet.graphs) == 6, timeout=10_000)


def test_a_host_has_its_own_load_or_that_of_its_vms(ctx: Context, qtbot: QtBot) -> None:
    ctx.services.stats.vms = (key("web-01"), key("web-02"))  # type: ignore[attr-defined]
    page = HostGraphs(ctx)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    page.view.chosen.emit("own")  # before a host is shown
    page.show_host(SPECS[0])
    graphs = page.graphs
    qtbot.waitUntil(lambda: graphs.board is not None and len(graphs.board.plot.sheet.graphs) == 5, timeout=10_000)
    page.view.set_current("vms")
    page.view.chosen.emit("vms")
    board = graphs.board
    assert board is not None
    qtbot.waitUntil(lambda: len(board.plot.sheet.graphs) == 4, timeout=10_000)
    cpu = board.plot.sheet.graphs[0]
    assert cpu.stacked
    assert {curve.name for curve in cpu.curves} == {"web-01", "web-02"}


@pytest.mark.parametrize(
    ("state", "fresh", "said"),
    [(State.OFF, True, "does not run"), (State.RUNNING, False, "does not answer"), (State.RUNNING, True, "")],
)
def test_why_there_may_be_nothing(state: State, fresh: bool, said: str) -> None:
    text = none_of(replace(VMS[0], state=state), fresh)
    assert said in text
    assert bool(text) == bool(said)
