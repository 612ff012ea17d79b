from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.domains import VmKey
from console.ui.bridge import Bridge
from console.ui.models.graph_plans import Plan
from console.ui.pages.graph_export import Exporter
from console.ui.theme import theme
from console.ui.widgets.plot import PlotStack
from console.ui.widgets.plot_data import Sheet
from tests.ui.widgets.curves import END, sheet


@pytest.fixture
def exporter(qtbot: QtBot) -> Iterator[Exporter]:
    parent = QWidget()
    qtbot.addWidget(parent)
    plot = PlotStack("Load")
    plot.setParent(parent)
    plot.resize(600, 400)
    plot.show_sheet(sheet())
    plot.show_span(END - 3600, END, END)
    bridge = Bridge()
    made = Exporter(bridge, plot, parent)
    made.name = "shop-db-01"
    made.words_of = lambda keys: {(VmKey("n1", "u1"),): ["shop-db-01"]}[tuple(keys)]
    made.plan = Plan((), command=("stats", VmKey("n1", "u1")))
    yield made
    bridge.close()


def test_a_picture_is_what_is_shown_and_says_of_what(exporter: Exporter, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "load.png"
    exporter.save(path, "png")
    qtbot.waitUntil(lambda: exporter.button.text() == "Saved")
    image = QImage(str(path))
    assert image.width() == 600 + 32
    assert image.height() > 400 + 32
    head = image.copy(0, 0, 300, 40)
    assert len({head.pixel(x, y) for x in range(300) for y in range(40)}) > 3
    assert image.pixelColor(0, 0) == theme.color("base")
    assert exporter.button.toolTip() == str(path)
    assert [file.name for file in tmp_path.iterdir()] == ["load.png"]


def test_figures_are_of_the_span_that_is_shown(exporter: Exporter, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "load.csv"
    exporter.save(path, "csv")
    qtbot.waitUntil(lambda: exporter.button.text() == "Saved")
    lines = path.read_bytes().decode().split("\r\n")
    assert lines[0].startswith("time,CPU %: of its vCPUs,Memory GiB: guest uses")
    assert len(lines) == 1 + 720 + 1


@pytest.mark.parametrize("kind", ["png", "csv"])
def test_what_cannot_be_written_is_said_and_leaves_nothing(
    exporter: Exporter, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    said: list[tuple[str, str]] = []
    exporter.on_failed = lambda cause, why: said.append((cause, why))
    (tmp_path / "folder").mkdir()
    exporter.save(tmp_path / "folder", kind)
    qtbot.waitUntil(lambda: bool(said))
    assert said == [("folder could not be written.", "Is a directory.")]
    assert [file.name for file in tmp_path.iterdir()] == ["folder"]
    assert exporter.button.text() == "Export"


def test_the_command_tells_the_same_span(exporter: Exporter) -> None:
    exporter.command.trigger()
    text = QGuiApplication.clipboard().text()
    assert text == "splendid stats shop-db-01 --since 2026-11-21T11:00:00 --until 2026-11-21T12:00:00"
    assert exporter.button.text() == "Copied"


def test_the_file_is_asked_for_and_named_after_what_is_shown(
    exporter: Exporter, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda self: opened.append(self))
    exporter.name = "kvm/n1"
    exporter.picture.trigger()
    exporter.figures.trigger()
    assert [Path(dialog.selectedFiles()[0]).name for dialog in opened] == ["kvm-n1.png", "kvm-n1.csv"]
    assert all(dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave for dialog in opened)


def test_nothing_shown_is_nothing_to_save(exporter: Exporter) -> None:
    exporter._plot.show_sheet(Sheet())
    exporter.plan = Plan(())
    exporter._judge()
    assert not any(a.isEnabled() for a in (exporter.picture, exporter.figures, exporter.command))
