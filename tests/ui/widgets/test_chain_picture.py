from __future__ import annotations

from pytestqt.qtbot import QtBot

from console.fleet.snapshots.plans import Chain, Fate, FileBox
from console.ui.widgets.chain_picture import ChainPicture, lay_out, said
from console.words import units

GIB = 1 << 30
NBSP = units.NBSP


def box(name: str, size: float = 1.2, fate: Fate = Fate.STAYS, into: str = "") -> FileBox:
    return FileBox(f"/v/qa.{name}", f".{name}", int(size * GIB), fate, f"/v/qa.{into}" if into else "")


BEFORE = Chain(
    "vda",
    (
        box("qcow2", 11.4),
        box("clean"),
        box("agent", 6.9),
        box("4711", 2.4, Fate.GROWS),
        box("wizard", 3.1, Fate.GOES, "4711"),
        box("half", 0.9),
        box("crash", 1.8, Fate.WRITTEN),
    ),
)
AFTER = Chain("vda", tuple(one for one in BEFORE.boxes if one.fate is not Fate.GOES))


def test_a_box_says_its_size_and_what_becomes_of_it() -> None:
    assert said(BEFORE.boxes[4]) == (".wizard", f"3.1{NBSP}GiB, goes")
    assert said(box("clean"), unit="GiB") == (".clean", "1.2")
    assert said(BEFORE.boxes[6], unit="GiB") == (".crash", "1.8, written")
    assert said(BEFORE.boxes[3], unit="GiB") == (".4711", f"2.4{NBSP}GiB")
    assert said(box("a", 0, Fate.NEW)) == (".a", "new")
    assert said(box("a"), several=7) == ("…", "7 files")


def test_what_takes_in_another_stands_under_both() -> None:
    picture = lay_out(BEFORE, AFTER, 1000)
    spans = {one.label: (first, last) for one, first, last in picture.spans}
    assert spans[".4711"] == (3, 4)
    assert spans[".half"] == (5, 5)
    assert len(picture.columns) == 7


def test_a_new_file_stands_where_it_will_be_read() -> None:
    after = Chain("vda", (*BEFORE.boxes[:3], box("new", 0, Fate.NEW)))
    gone = Chain("vda", (*BEFORE.boxes[:3], box("crash", 1.8, Fate.GOES)))
    picture = lay_out(gone, after, 1000)
    assert [(one.before and one.before.label, one.after and one.after.label) for one in picture.columns][3:] == [
        (".crash", None),
        (None, ".new"),
    ]


def test_where_there_is_no_room_files_that_stay_are_drawn_as_one() -> None:
    long = tuple(box(f"step-{n:02}") for n in range(30))
    before = Chain("vda", (box("qcow2"), *long, box("wizard", 3, Fate.GOES)))
    after = Chain("vda", before.boxes[:-1])
    picture = lay_out(before, after, 500)
    assert [one.several for one in picture.columns] == [1, 30, 1]
    assert picture.columns[-1].left + picture.columns[-1].width <= 500


def test_names_are_cut_only_where_all_of_them_change() -> None:
    changing = tuple(box(f"a-rather-long-name-{n}", 1, Fate.GOES) for n in range(8))
    picture = lay_out(Chain("vda", changing), Chain("vda", ()), 400)
    assert picture.columns[-1].left + picture.columns[-1].width <= 400


def test_hundreds_that_go_are_drawn_as_one(qtbot: QtBot) -> None:
    going = tuple(box(f"s{n}", 1, Fate.GOES) for n in range(900))
    before = Chain("vda", (box("qcow2"), *going, box("crash", 1, Fate.WRITTEN)))
    picture = lay_out(before, Chain("vda", (before.boxes[0], before.boxes[-1])), 600)
    assert [one.several for one in picture.columns] == [1, 900, 1]
    assert said(going[0], several=900) == ("…", "900 files, goes")


def test_paths_are_told_and_read_out(qtbot: QtBot) -> None:
    widget = ChainPicture()
    qtbot.addWidget(widget)
    widget.resize(760, 120)
    widget.show_chains([BEFORE], [AFTER])
    widget.show()
    first = widget.pictures()[0].columns[0]
    found = widget.box_at(60 + first.left + 4, 10)
    assert found is not None
    assert found.path == "/v/qa.qcow2"
    assert widget.box_at(1, 1) is None
    assert "Before: vda .qcow2" in widget.accessibleDescription()
    assert "goes" in widget.accessibleDescription()
    assert not widget.grab().toImage().isNull()


def test_many_disks_are_counted(qtbot: QtBot) -> None:
    widget = ChainPicture()
    qtbot.addWidget(widget)
    chains = [Chain(f"vd{letter}", BEFORE.boxes[:2]) for letter in "abcde"]
    widget.show_chains(chains, chains)
    assert len(widget.pictures()) == 3
    assert widget._more == 2
    one = widget.sizeHint().height()
    widget.show_chains(chains[:1], chains[:1])
    assert widget.sizeHint().height() < one / 3
    widget.show_chains([], [])
    assert widget.isHidden()
