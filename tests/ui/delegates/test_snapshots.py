from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from console.fleet.domains import VmKey
from console.ui.delegates.snapshots import FIRST, HEIGHT, STEP, filling, lane_color
from console.ui.models.snapshots import SnapshotRows, lay
from console.ui.theme import theme
from console.ui.widgets.snapshot_tree import SnapshotList
from tests.ui.snapshot_story import facts, screen


@pytest.fixture
def view(qtbot: QtBot) -> SnapshotList:
    rows = SnapshotRows()
    made = SnapshotList(rows)
    qtbot.addWidget(made)
    made.resize(448, 620)
    now = time.time()
    rows.show(lay(facts(VmKey("h", "u"), now)), now)
    made.show()
    qtbot.waitExposed(made)
    return made


def pixels(view: SnapshotList, row: int, x: float) -> set[str]:
    """Colours down a column of one row."""
    image = view.viewport().grab().toImage()
    ratio = image.devicePixelRatio()
    top = view.visualRect(view.rows.index(row, 0)).top()
    return {image.pixelColor(round(x * ratio), round((top + y) * ratio)).name() for y in range(HEIGHT)}


def near(colors: set[str], wanted: QColor) -> bool:
    def off(name: str) -> int:
        other = QColor(name)
        return max(
            abs(other.red() - wanted.red()), abs(other.green() - wanted.green()), abs(other.blue() - wanted.blue())
        )

    return any(off(name) < 40 for name in colors)


def test_lanes_are_drawn_in_their_colours(view: SnapshotList) -> None:
    assert near(pixels(view, 0, FIRST), lane_color(0))
    assert near(pixels(view, 3, FIRST + 2 * STEP), lane_color(2))
    assert near(pixels(view, 2, FIRST + STEP), lane_color(1))
    assert not near(pixels(view, 0, FIRST + 2 * STEP), lane_color(2))
    assert lane_color(9) == theme.color("last-known")


def test_what_goes_is_red_in_the_graph(view: SnapshotList) -> None:
    assert not near(pixels(view, 7, FIRST), theme.color("error"))
    view.rows.set_goes(("before upgrade wizard",))
    assert near(pixels(view, 7, FIRST), theme.color("error"))


def test_rows_without_their_picture_are_asked_for_once(view: SnapshotList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.thumbs_wanted, timeout=2000) as asked:
        view.viewport().update()
    (names,) = asked.args or ((),)
    assert {"clean install", ""} <= set(names)
    view.rows.set_thumbs({name: screen("desk") for name in names})
    view.viewport().repaint()
    assert not view.itemDelegate().wanted  # type: ignore[attr-defined]
    assert near(pixels(view, 0, FIRST + 2 * STEP + 16 + 25), QColor("#35506b"))


def test_a_picture_fills_its_box() -> None:
    wide = QImage(400, 100, QImage.Format.Format_RGB32)
    assert filling(wide, QSize(46, 30), 2.0).size() == QSize(92, 60)
