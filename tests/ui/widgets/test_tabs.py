import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from console.ui.theme import theme
from console.ui.widgets.tabs import Segment, Segmented, Tab, TabBar

TABS = (Tab("o", "Overview"), Tab("v", "VMs"), Tab("a", "Alerts", "2", True))


@pytest.fixture
def bar(qtbot: QtBot) -> TabBar:
    made = TabBar(TABS)
    qtbot.addWidget(made)
    made.resize(500, made.height())
    made.show()
    return made


def test_bar_is_36_high_over_a_line(bar: TabBar) -> None:
    assert bar.height() == 36
    assert bar.grab().toImage().pixelColor(480, 35).name() == theme.hex("border")


def test_click_chooses(bar: TabBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.chosen) as told:
        qtbot.mouseClick(bar._buttons["v"], Qt.MouseButton.LeftButton)
    assert told.args == ["v"]
    assert bar.current() == "v"


def test_arrow_keys_go_along_and_around(bar: TabBar, qtbot: QtBot) -> None:
    told: list[str] = []
    bar.chosen.connect(lambda id: told.append(id))
    bar.set_current("v")
    for _step in range(2):
        qtbot.keyClick(bar, Qt.Key.Key_Right)
    qtbot.keyClick(bar, Qt.Key.Key_Left)
    assert told == ["a", "o", "a"]


def test_setting_tells_nobody(bar: TabBar, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(bar.chosen):
        bar.set_current("a")
        bar.set_current("unknown")
    assert bar.current() == "a"


def test_other_counts_keep_the_buttons(bar: TabBar) -> None:
    before = dict(bar._buttons)
    bar.set_current("v")
    bar.set_tabs((*TABS[:2], Tab("a", "Alerts", "3", True)))
    assert bar._buttons == before
    assert bar._buttons["a"].accessibleName() == "Alerts 3"
    bar.set_tabs(TABS[1:])
    assert bar.current() == "v"
    bar.set_tabs(TABS[2:])
    assert bar.current() == "a"


def test_current_tab_is_underlined(bar: TabBar) -> None:
    bar.set_current("o")
    button = bar._buttons["o"]
    assert button.grab().toImage().pixelColor(10, 35).name() == theme.hex("accent")


SEGMENTS = (Segment("all", "All 25"), Segment("bad", "1", ("octagon-cross", "error")), Segment("good", "21"))


@pytest.fixture
def segmented(qtbot: QtBot) -> Segmented:
    made = Segmented(SEGMENTS, "Which checks")
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    made.show()
    return made


def test_segment_is_chosen_by_mouse_and_key(segmented: Segmented, qtbot: QtBot) -> None:
    told: list[str] = []
    segmented.chosen.connect(lambda id: told.append(id))
    edges = segmented._edges()
    qtbot.mouseClick(segmented, Qt.MouseButton.LeftButton, pos=QPoint(edges[1] + 4, 10))
    qtbot.keyClick(segmented, Qt.Key.Key_Right)
    qtbot.keyClick(segmented, Qt.Key.Key_Right)
    assert told == ["bad", "good", "all"]
    assert segmented.accessibleName() == "Which checks"
    assert segmented.accessibleDescription() == "All 25"


def test_chosen_segment_is_tinted(segmented: Segmented) -> None:
    segmented.set_current("good")
    image = segmented.grab().toImage()
    edges = segmented._edges()
    assert image.pixelColor(edges[2] + 4, 5).name() == theme.hex("selection")
    assert image.pixelColor(edges[0] + 4, 5).name() == theme.hex("base")


def test_other_segments_keep_the_choice(segmented: Segmented, qtbot: QtBot) -> None:
    segmented.set_current("good")
    with qtbot.assertNotEmitted(segmented.chosen):
        segmented.set_segments([Segment("good", "22"), Segment("all", "All 26")])
    assert segmented.current() == "good"
    segmented.set_segments([Segment("x", "X")])
    assert segmented.current() == "x"


def test_equal_segments_share_the_width(qtbot: QtBot) -> None:
    made = Segmented([Segment(c, c * 5) for c in "abcd"], "x", equal=True, small=True)
    qtbot.addWidget(made)
    made.resize(248, 22)
    assert made._edges() == [0, 62, 124, 186, 248]
    assert made.sizeHint().height() == 22
    assert made.minimumSizeHint().width() < made.sizeHint().width()
