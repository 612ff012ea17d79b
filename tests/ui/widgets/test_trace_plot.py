from pytestqt.qtbot import QtBot

from console.ui.theme import theme
from console.ui.widgets.trace_plot import TracePlot, runs

NOW = 10_000.0


def test_a_hole_breaks_the_line() -> None:
    trace = [(0.0, 0.1), (10.0, 0.2), (60.0, 0.3), (70.0, 0.4), (80.0, 0.5)]
    assert [[at for at, _ in piece] for piece in runs(trace)] == [[0.0, 10.0], [60.0, 70.0, 80.0]]
    assert runs([]) == []


def painted(qtbot: QtBot, fresh: bool, trace: list[tuple[float, float]]) -> set[int]:
    plot = TracePlot()
    qtbot.addWidget(plot)
    plot.resize(400, 150)
    plot.show_trace(trace, NOW, fresh)
    image = plot.grab().toImage()
    return {image.pixel(x, y) for x in range(400) for y in range(150)}


def test_live_and_last_known_differ(qtbot: QtBot) -> None:
    trace = [(NOW - 10 * n, 0.5) for n in range(60, -1, -1)]
    live, old = painted(qtbot, True, trace), painted(qtbot, False, trace)
    assert theme.fill(theme.color("series1")).rgb() in live
    assert theme.fill(theme.color("series1")).rgb() not in old


def test_nothing_known_is_an_empty_frame_and_read_out(qtbot: QtBot) -> None:
    assert theme.color("border").rgb() in painted(qtbot, True, [])
    plot = TracePlot()
    qtbot.addWidget(plot)
    plot.show_trace([(NOW, 0.25)], NOW, True)
    assert plot.accessibleName().replace("\u00a0", " ") == "CPU over ten minutes, last 25 %"
    plot.grab()
