import subprocess
import sys
import time

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from console.fleet.domains import Load, State
from console.fleet.hosts import HostLoad
from console.fleet.updates import LoadsRead
from console.inventory.history import Recorder
from console.ui.context import Context
from console.ui.models.graph_plans import vm_plan
from console.ui.pages.graphs import Graphs, HostGraphs, VmGraphs, none_of
from tests.ui.pages.conftest import DB, Desk
from tests.ui.rooms import SPECS, VMS, key


def test_the_window_starts_without_numpy() -> None:
    code = "import sys, console.desktop, console.ui.window; print('numpy' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


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


def told(desk: Desk, stamp: float, cpu: float) -> None:
    load = Load(stamp, cpu, 2 << 20, 4 << 20, 10 * 1024**2, 5 * 1024**2)
    desk.ctx.inventory.apply(LoadsRead("kvm-a", HostLoad(stamp, 0.25), {DB: load}))


def test_what_is_recorded_is_shown_and_goes_on_without_the_disk(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    for ago in range(60, 0, -5):
        told(desk, now - ago, 0.5)
    page = VmGraphs(desk.ctx)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show_vm(desk.vm(), True)
    page.show()
    desk.until(lambda: page.graphs.board is not None and not page.graphs.board.plot.sheet.empty)
    board = page.graphs.board
    assert board is not None
    cpu, memory, disk = board.plot.sheet.graphs[:3]
    assert cpu.curves[0].text_at(cpu.curves[0].last()) == "50"
    assert [curve.text_at(curve.last()) for curve in memory.curves] == ["2.0", "4.0"]
    assert [curve.text_at(curve.last()) for curve in disk.curves] == ["10", "5.0"]
    assert "Recording since" in board.said.whole_text()

    def no_disk(*_arguments: object) -> None:
        raise AssertionError("the disk was read")

    desk.until(lambda: not board._asking and not board._soon.isActive())
    monkeypatch.setattr(Recorder, "read", no_disk)
    told(desk, time.time() + 4, 0.75)

    def newest() -> str:
        curve = board.plot.sheet.graphs[0].curves[0]
        return curve.text_at(curve.last())

    qtbot.waitUntil(lambda: newest() == "75", timeout=15_000)
    assert not board.note.isVisible()


def test_a_stack_goes_on_without_the_disk_in_whole_cpus(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    for ago in range(60, 0, -5):
        told(desk, now - ago, 0.5)
    page = HostGraphs(desk.ctx)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.view.set_current("vms")
    spec = desk.ctx.inventory.spec("kvm-a")
    assert spec is not None
    page.show_host(spec)
    page.show()
    desk.until(lambda: page.graphs.board is not None and not page.graphs.board.plot.sheet.empty)
    board = page.graphs.board
    assert board is not None

    def newest() -> str:
        [curve] = board.plot.sheet.graphs[0].curves
        return f"{curve.name} {curve.text_at(curve.last())}"

    assert newest() == "shop-db-01 2.0"  # half of four vCPUs

    def no_disk(*_arguments: object) -> None:
        raise AssertionError("the disk was read")

    desk.until(lambda: not board._asking and not board._soon.isActive())
    monkeypatch.setattr(Recorder, "read", no_disk)
    monkeypatch.setattr(Recorder, "subjects", no_disk)
    told(desk, time.time() + 4, 0.75)
    qtbot.waitUntil(lambda: newest() == "shop-db-01 3.0", timeout=15_000)
    assert not board.note.isVisible()


@pytest.mark.parametrize(
    ("state", "fresh", "said"),
    [(State.OFF, True, "does not run"), (State.RUNNING, False, "does not answer"), (State.RUNNING, True, "")],
)
def test_why_there_may_be_nothing(state: State, fresh: bool, said: str) -> None:
    text = none_of(replace(VMS[0], state=state), fresh)
    assert said in text
    assert bool(text) == bool(said)
