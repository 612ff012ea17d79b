from __future__ import annotations

import time

from pytestqt.qtbot import QtBot

from console.fleet.domains import VmKey
from console.fleet.snapshots.lanes import NOW
from console.ui.models.snapshots import lay
from console.ui.widgets.snapshot_detail import SnapshotDetail
from tests.ui.snapshot_story import facts, screen

KEY = VmKey("h", "u")


def detail(qtbot: QtBot, name: str) -> SnapshotDetail:
    made = SnapshotDetail()
    qtbot.addWidget(made)
    made.resize(700, 110)
    now = time.time()
    made.show_snapshot(lay(facts(KEY, now)), name, screen("desk"), now)
    made.show()
    return made


def plain(made: SnapshotDetail) -> dict[str, str]:
    return {name: value.replace("\u00a0", " ") for name, value in made.facts().items()}


def test_a_snapshot_tells_when_how_and_what_goes_on_from_it(qtbot: QtBot) -> None:
    made = detail(qtbot, "before upgrade wizard")
    told = plain(made)
    assert told["Taken"].endswith(" by t.okafor")
    del told["Taken"]
    assert told == {
        "Kind": "external, with memory",
        "Build": "4711, release candidate 2",
        "Disk": "2.4 GiB since build 4711 installed",
        "Memory": "3.9 GiB, in qa-4711-a.upgrade.mem",
        "Then": "upgrade half done, crash, now",
    }
    assert made.about.whole_text() == "Fresh 4711, licence entered, wizard not opened yet."
    assert not made.grab().isNull()


def test_more_below_are_counted(qtbot: QtBot) -> None:
    told = plain(detail(qtbot, "clean install"))
    assert told["Then"] == "agent and tools, 8 more, now"
    assert told["Memory"] == "not kept"
    assert plain(detail(qtbot, "german locale"))["Then"] == "nothing"


def test_now_tells_where_it_comes_from(qtbot: QtBot) -> None:
    made = detail(qtbot, NOW)
    told = plain(made)
    assert made.name.whole_text() == "Now"
    assert told["State"] == "running"
    assert told["From"] == "crash: index out of range"
    assert told["Chain"] == "7 files"


def test_where_the_window_is_low_it_is_one_line(qtbot: QtBot) -> None:
    made = detail(qtbot, "before upgrade wizard")
    high = made.sizeHint().height()
    made.set_low(True)
    qtbot.waitUntil(lambda: made.sizeHint().height() < high / 2)
    assert made.beside.whole_text().startswith("Fresh 4711")
    made.set_low(False)
    assert made.beside.whole_text() == ""
    assert made.thumb.isVisible()
