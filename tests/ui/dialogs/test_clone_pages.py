from __future__ import annotations

from pytestqt.qtbot import QtBot

from console.fleet.snapshots.values import How, Snapshot, SnapshotDisk
from console.ui.dialogs.clone_pages import WhatPage
from console.ui.models.clone_draft import Draft
from tests.ui.rooms import key

SNAPSHOTS = (
    Snapshot("clean", created=1000.0, disks=(SnapshotDisk("vda", How.EXTERNAL),)),
    Snapshot("tools", "clean", 2000.0, disks=(SnapshotDisk("vda", How.EXTERNAL),), description="agent\nand more"),
)
DRAFT = Draft((key("web-01"),), "qa-{n}", 2)


def page(qtbot: QtBot, draft: Draft = DRAFT, several: bool = False) -> WhatPage:
    made = WhatPage(draft, several)
    qtbot.addWidget(made)
    made.show()
    return made


def test_names_go_into_the_draft(qtbot: QtBot) -> None:
    what = page(qtbot)
    told: list[bool] = []
    what.changed.connect(lambda: told.append(True))
    what.pattern.setText("x-{n}")
    what.count.setValue(5)
    what.first.setValue(7)
    put = what.put(DRAFT)
    assert (put.pattern, put.count, put.first, put.snapshot) == ("x-{n}", 5, 7, "")
    assert len(told) == 3


def test_the_newest_snapshot_is_offered_first(qtbot: QtBot) -> None:
    what = page(qtbot)
    what.moment._choose(1)
    assert what.about.text() == "Asking the host for its snapshots…"
    assert what.why_not() == "Choose a snapshot, or clone it as it is now."
    what.show_snapshots(SNAPSHOTS)
    assert what.put(DRAFT).snapshot == "tools"
    assert what.about.text().startswith("external, taken ")
    assert what.about.text().endswith(". agent")
    what.snapshot.setCurrentIndex(1)
    assert what.put(DRAFT).snapshot == "clean"
    what.moment._choose(0)
    assert what.put(DRAFT).snapshot == ""


def test_it_opens_at_the_snapshot_it_was_called_for(qtbot: QtBot) -> None:
    what = page(qtbot, Draft((key("web-01"),), "a", snapshot="clean"))
    assert what.put(DRAFT).snapshot == "clean", "before the host has answered too"
    what.show_snapshots(SNAPSHOTS)
    assert what.snapshot.currentText() == "clean"


def test_none_in_common_is_said(qtbot: QtBot) -> None:
    what = page(qtbot, several=True)
    what.moment._choose(1)
    what.show_snapshots(())
    assert what.about.text() == "They have no snapshot of the same name."
    what.show_snapshots((), "Its host is unreachable.")
    assert what.about.text() == "Its host is unreachable."


def test_what_is_wrong_is_shown_at_the_field(qtbot: QtBot) -> None:
    what = page(qtbot)
    what.say_wrong("qa-1 exists already.")
    assert what.pattern.property("wrong")
    assert what.wrong.text() == "qa-1 exists already."
    what.say_wrong("")
    assert not what.pattern.property("wrong")
