import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from console.fleet.errors import Failed, Reason
from console.fleet.history import Mark, MarkKind
from console.fleet.updates import ChangeSet
from console.ui.bridge import Bridge
from console.ui.models.graph_plans import vm_plan
from console.ui.pages.graph_board import GraphBoard
from console.ui.widgets.plot import PlotStack
from tests.ui.fake_stats import FakeStats
from tests.ui.rooms import vm

WEB = vm("web-01", vcpus=8)


@pytest.fixture
def stats() -> FakeStats:
    return FakeStats()


@pytest.fixture
def board(qtbot: QtBot, stats: FakeStats) -> Iterator[GraphBoard]:
    bridge = Bridge()
    made = GraphBoard(bridge, stats)
    qtbot.addWidget(made)
    made.resize(846, 600)
    yield made
    stats.let_go()
    bridge.close()


def shown(board: GraphBoard, qtbot: QtBot) -> GraphBoard:
    board.show_plan(vm_plan(WEB))
    board.show()
    qtbot.waitUntil(lambda: bool(board.plot.sheet.graphs) and not board._asking)
    return board


def said(board: GraphBoard) -> str:
    return board.said.whole_text().replace("\u00a0", " ")


def test_nothing_is_read_before_it_is_looked_at(board: GraphBoard, stats: FakeStats, qtbot: QtBot) -> None:
    board.show_plan(vm_plan(WEB))
    qtbot.wait(100)
    assert not stats.asked
    shown(board, qtbot)
    _, keys, measures, start, end, points = stats.asked[0]
    assert keys == (WEB.key,)
    assert len(measures) == 8
    assert end - start == 3600
    assert end == pytest.approx(time.time(), abs=5)
    assert points == int(board.plot.frame_of().width * 1.25)
    assert said(board).endswith(", every 5 s")


def test_little_is_shown_over_ten_minutes_until_there_is_more(
    board: GraphBoard, stats: FakeStats, qtbot: QtBot
) -> None:
    stats.since = time.time() - 60
    shown(board, qtbot)
    qtbot.waitUntil(lambda: board.ranges.current() == "10m" and board.plot.end - board.plot.start == 600)
    stats.since -= 1000
    board.ranges._first = stats.since
    board.tick()
    qtbot.waitUntil(lambda: board.ranges.current() == "1h" and board.plot.end - board.plot.start == 3600)
    stats.since = time.time() - 60
    board.ranges.chosen.emit("1h")
    qtbot.waitUntil(lambda: not board._asking and board.plot.sheet.first_known() == pytest.approx(stats.since, abs=5))
    assert board.ranges.current() == "1h", "somebody chose it"


def test_of_a_host_that_does_not_answer_nothing_is_live(board: GraphBoard, stats: FakeStats, qtbot: QtBot) -> None:
    shown(board, qtbot)
    assert board.live_button.isChecked()
    board.show_plan(vm_plan(WEB), pale=True)
    assert not board.live_button.isChecked()
    assert not board.live_button.isEnabled()
    assert "does not answer" in board.live_button.toolTip()
    board.show_plan(vm_plan(WEB))
    assert board.live_button.isChecked()
    assert not board.live_button.toolTip()


def test_while_it_is_read_it_says_so(board: GraphBoard, stats: FakeStats, qtbot: QtBot) -> None:
    stats.hold()
    board.show_plan(vm_plan(WEB))
    board.show()
    qtbot.waitUntil(lambda: said(board) == "Reading…")
    stats.let_go()
    qtbot.waitUntil(lambda: "every 5 s" in said(board))


def test_an_empty_history_and_a_young_one_say_so(board: GraphBoard, stats: FakeStats, qtbot: QtBot) -> None:
    stats.since = time.time() + 999
    shown(board, qtbot)
    assert said(board) == "No figures in this span: they are recorded while the console runs."
    stats.since = time.time() // 5 * 5 - 600
    board.ranges.chosen.emit("1h")
    clock = time.strftime("%H:%M", time.localtime(stats.since))
    qtbot.waitUntil(lambda: f"Recording since {clock}" in said(board))
    stats.replayed = True
    board.reload()
    qtbot.waitUntil(lambda: "replayed load" in said(board))


def test_a_damaged_history_says_so_and_can_be_tried_again(board: GraphBoard, stats: FakeStats, qtbot: QtBot) -> None:
    stats.error = Failed(Reason.OTHER, "history", text="database disk image is malformed")
    board.show_plan(vm_plan(WEB))
    board.show()
    qtbot.waitUntil(lambda: board.note.isVisible())
    assert board.note.accessibleName() == "The load history cannot be read. Database disk image is malformed."
    stats.error = None
    board.reload()
    qtbot.waitUntil(lambda: not board.note.isVisible())
    assert board.plot.sheet.graphs


def test_an_answer_that_is_no_longer_wanted_is_dropped(board: GraphBoard, stats: FakeStats, qtbot: QtBot) -> None:
    shown(board, qtbot)
    stats.hold()
    board.reload()
    board.ranges.set_current("7d")
    board.go_live()
    board.go_live()
    before = board.plot.sheet
    spans: list[float] = []
    board.plot.show_sheet, original = lambda sheet: spans.append(sheet.step) or original(sheet), board.plot.show_sheet  # type: ignore[method-assign, func-returns-value]
    stats.let_go()
    qtbot.waitUntil(lambda: board.plot.sheet is not before and not board._asking)
    assert spans == [3600.0]
    assert board.plot.end - board.plot.start == 7 * 86400


def test_the_whole_range_is_offered_and_each_is_read_at_its_own_grain(
    board: GraphBoard, stats: FakeStats, qtbot: QtBot
) -> None:
    shown(board, qtbot)
    for id, length in (("10m", 600), ("6h", 21600), ("24h", 86400), ("30d", 30 * 86400), ("1y", 365 * 86400)):
        board.ranges.set_current(id)
        board.go_live()
        qtbot.waitUntil(lambda: not board._asking)
        assert board.plot.end - board.plot.start == length
        assert len(board.plot.sheet.graphs[0].curves[0].times) <= 832
        board.plot.grab()


def test_live_asks_only_for_what_is_new_and_repaints_once(board: GraphBoard, stats: FakeStats, qtbot: QtBot) -> None:
    board.ranges.set_current("10m")
    board.go_live()
    shown(board, qtbot)
    qtbot.waitUntil(lambda: not board._soon.isActive() and not board._asking)
    qtbot.wait(200)
    stats.asked.clear()
    painted: list[int] = []
    paint = PlotStack._paint_still
    board.plot._paint_still = lambda ratio: painted.append(1) or paint(board.plot, ratio)  # type: ignore[method-assign, func-returns-value]
    end = board.plot.end
    qtbot.waitUntil(lambda: board.plot.end > end + 2, timeout=9000)
    qtbot.wait(50)
    asked = [what for what in stats.asked if what[0] == "series"]
    assert asked
    assert not [what for what in stats.asked if what[0] == "marks"]
    assert all(now - start < 30 for _, _keys, _measures, start, now, _points in asked)
    assert len(painted) <= len(asked)
    assert board.plot.end - board.plot.start == pytest.approx(600)


def test_going_back_in_time_ends_live_and_double_click_comes_back(
    board: GraphBoard, stats: FakeStats, qtbot: QtBot
) -> None:
    shown(board, qtbot)
    assert board.live
    board.plot.pan(-1.0)
    assert not board.live
    assert not board.live_button.isChecked()
    start = board.plot.start
    qtbot.waitUntil(lambda: any(what[3] == start for what in stats.asked if what[0] == "series"))
    qtbot.wait(1200)
    assert board.plot.start == start
    board.plot.reset_wanted.emit()
    assert board.live
    qtbot.waitUntil(lambda: board.plot.end == pytest.approx(time.time(), abs=3))
    board.live_button.click()
    assert not board.live
    board.live_button.click()
    assert board.live


def test_the_strip_shows_the_longer_span_and_leads_there(board: GraphBoard, stats: FakeStats, qtbot: QtBot) -> None:
    shown(board, qtbot)
    qtbot.waitUntil(lambda: board.strip._graph is not None)
    assert board.strip._name.replace("\u00a0", " ") == "Last 24 h, CPU"
    assert board.strip.end - board.strip.start == 86400
    board.strip.chosen.emit(time.time() - 40_000, time.time() - 36_400)
    assert not board.live
    assert board.plot.end - board.plot.start == pytest.approx(3600, abs=1)
    board.resize(846, 440)
    qtbot.waitUntil(lambda: not board.strip.isVisible())


def test_an_event_is_read_when_its_vm_changed(board: GraphBoard, stats: FakeStats, qtbot: QtBot) -> None:
    shown(board, qtbot)
    stats.found_marks = [Mark(time.time() - 60, MarkKind.CRASH, WEB.key)]
    board._bridge.changed.emit(ChangeSet(changed=frozenset({vm("web-02").key})))
    qtbot.wait(50)
    assert not board._soon.isActive()
    board._bridge.changed.emit(ChangeSet(changed=frozenset({WEB.key})))
    qtbot.waitUntil(lambda: bool(board.plot.sheet.marks), timeout=4000)


def test_another_vm_takes_the_place_of_the_first(board: GraphBoard, stats: FakeStats, qtbot: QtBot) -> None:
    shown(board, qtbot)
    count = len(stats.asked)
    board.show_plan(vm_plan(WEB))
    assert len(stats.asked) == count
    other = vm("web-02")
    board.show_plan(vm_plan(other), pale=True, none="It does not run.")
    assert not board.plot.sheet.graphs
    qtbot.waitUntil(lambda: board.plot.sheet.pale)
    assert any(what[1] == (other.key,) for what in stats.asked)
    stats.since = time.time() + 99
    board.reload()
    qtbot.waitUntil(lambda: said(board) == "It does not run.")


def test_a_clock_put_back_is_no_standstill(
    board: GraphBoard, qtbot: QtBot, stats: FakeStats, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(board, qtbot)
    real = time.time
    monkeypatch.setattr("console.ui.pages.graph_board.time.time", lambda: real() - 7200)
    board.tick()
    qtbot.waitUntil(lambda: board.plot.end < real() - 7000)
