from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from console.fleet.clones.values import CloneKind
from console.ui.dialogs.clone_sides import NewName, Source, SubjectSide, WaySide

SOURCES = [Source(f"vm-{n}", "on kvm-1, off", ("square", "text3")) for n in range(5)]


def test_names_that_are_taken_stand_out(qtbot: QtBot) -> None:
    side = SubjectSide(SOURCES[:1])
    qtbot.addWidget(side)
    side.show_names([NewName(0, "qa-1"), NewName(1, "qa-2", "qa-2 exists already.")])
    assert side.count.text() == "2 clones"
    assert side.table.index(1, 0).data() == "qa-2"
    assert side.shown_name() == "qa-1"
    told: list[str] = []
    side.chosen.connect(told.append)
    side.view.select(1)
    assert (told, side.shown_name()) == (["qa-2"], "qa-2")


def test_many_sources_are_counted(qtbot: QtBot) -> None:
    side = SubjectSide(SOURCES)
    qtbot.addWidget(side)
    assert "2 more" in [one.text() for one in side.findChildren(QLabel)]
    assert side.shown_name() == ""


def test_room_is_shown_when_it_is_known(qtbot: QtBot) -> None:
    side = SubjectSide(SOURCES[:1])
    qtbot.addWidget(side)
    side.show()
    assert side.room.isHidden()
    side.show_room("fast", 0.6, 0.7, "Takes 10 GiB.", "60 → 70 %")
    assert not side.room.isHidden()
    assert side.full.text() == "60 → 70 %"
    side.show_room("", None, None, "Takes 10 GiB.", "")
    assert side.bar.isHidden()
    assert side.needs.text() == "Takes 10 GiB."


def test_kinds_say_what_they_take_and_why_not(qtbot: QtBot) -> None:
    side = WaySide(CloneKind.LINKED)
    qtbot.addWidget(side)
    assert side.kinds.current() == "linked"
    side.show_kinds("about 12 GiB", "at once", "Only on its own host.")
    assert side.kinds.current() == "full"
    assert side.kinds.choices()[0].aside == "about 12 GiB"


def test_options_lead_to_their_page(qtbot: QtBot) -> None:
    side = WaySide(CloneKind.FULL)
    qtbot.addWidget(side)
    side.show()
    wanted: list[bool] = []
    side.change_wanted.connect(lambda: wanted.append(True))
    side.show_options(["New MAC addresses", "Left off"], can_change=True)
    assert side.options.count() == 2
    side.change.click()
    assert wanted == [True]
    side.show_options(["Left off"], can_change=False)
    assert (side.options.count(), side.change.isHidden()) == (1, True)
