from __future__ import annotations

import time

from msgspec.structs import replace
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.lanes import NOW
from console.fleet.snapshots.values import Snapshot, SnapshotFacts
from console.ui.models.snapshots import FACE_ROLE, NAME_ROLE, Face, SnapshotRows, lay
from console.words import units
from tests.ui.snapshot_story import facts

KEY = VmKey("h", "u")
NBSP = units.NBSP


def rows(known: SnapshotFacts | None = None, now: float | None = None) -> SnapshotRows:
    now = time.time() if now is None else now
    made = SnapshotRows()
    made.show(lay(known or facts(KEY, now)), now)
    return made


def face(model: SnapshotRows, name: str) -> Face:
    found = model.index_of(name).data(FACE_ROLE)
    assert isinstance(found, Face)
    return found


def test_rows_are_oldest_first_and_now_last(qapp: object) -> None:
    model = rows()
    names = [model.index(row, 0).data(NAME_ROLE) for row in range(model.rowCount())]
    assert names[0] == "clean install"
    assert names[-2:] == ["crash: index out of range", NOW]
    assert model.rowCount() == 11
    assert model.lanes == 3
    assert model.dashed_from == 9


def test_a_row_tells_kind_size_and_who_is_built_on_it(qapp: object) -> None:
    model = rows()
    wizard = face(model, "before upgrade wizard")
    assert (wizard.about, wizard.size) == ("external, with memory", f"2.4 + 3.9{NBSP}GiB")
    assert wizard.memory
    assert face(model, "build 4711 installed").about == "external, 1 linked clone"
    now = face(model, NOW)
    assert now.title == "running"
    assert now.about.startswith("changed since ")
    assert (now.when, now.size) == (f"30{NBSP}min", f"1.8{NBSP}GiB")
    said = model.index_of(NOW).data(int(Qt.ItemDataRole.AccessibleTextRole))
    assert said.startswith("Now, running, changed since ")


def test_a_description_is_never_taken_for_html(qapp: object) -> None:
    now = time.time()
    odd = Snapshot("a", created=now, description="<img src=x>")
    model = rows(SnapshotFacts(KEY, "a", State.OFF, now, snapshots=(odd,)), now)
    assert model.index_of("a").data(int(Qt.ItemDataRole.ToolTipRole)) == "<p>&lt;img src=x&gt;</p>"
    assert model.index_of(NOW).data(int(Qt.ItemDataRole.ToolTipRole)) is None


def test_what_goes_is_marked(qapp: object) -> None:
    model = rows()
    model.set_goes(("german locale", NOW))
    assert face(model, "german locale").goes
    assert face(model, NOW).goes
    model.set_goes(())
    assert not face(model, NOW).goes


def test_rows_that_stay_keep_their_place(qapp: object) -> None:
    now = time.time()
    known = facts(KEY, now)
    model = rows(known, now)
    resets = []
    model.modelReset.connect(lambda: resets.append(1))
    kept = QPersistentModelIndex(model.index_of("build 4698"))
    without = tuple(one for one in known.snapshots if one.name not in ("german locale", "clean install"))
    more = Snapshot("new", "upgrade half done", now, State.OFF, current=True)
    model.show(lay(replace(known, snapshots=(*(replace(one, current=False) for one in without), more))), now)
    assert kept.data(NAME_ROLE) == "build 4698"
    assert kept.row() == 1
    assert [model.name(row) for row in range(model.rowCount())][-2:] == ["new", NOW]
    turned = [replace(one, created=-one.created) for one in without if one.parent == "build 4711 installed"]
    others = [one for one in without if one.parent != "build 4711 installed"]
    model.show(lay(replace(known, snapshots=(*others, *turned))), now)
    assert {model.name(row) for row in range(model.rowCount())} == {*(one.name for one in without), NOW}
    assert kept.data(NAME_ROLE) == "build 4698"
    assert not resets


def test_another_vm_takes_all_rows_and_pictures_away(qapp: object) -> None:
    model = rows()
    model.set_thumbs({NOW: QImage(4, 4, QImage.Format.Format_RGB32)})
    model.show(lay(SnapshotFacts(VmKey("h", "other"), "b", State.OFF, 0.0)), 0.0)
    assert [model.name(row) for row in range(model.rowCount())] == [NOW]
    assert model.thumbs == {}
    model.clear()
    assert model.rowCount() == 0
    assert not model.index_of(NOW).isValid()


def test_a_picture_that_was_not_there_yet_is_asked_for_again_with_the_next_facts(qapp: object) -> None:
    now = time.time()
    laid = lay(facts(KEY, now))
    model = SnapshotRows()
    model.show(laid, now)
    assert model.wants_thumb("clean install")
    model.set_thumbs({"clean install": QImage(), "build 4698": QImage(2, 2, QImage.Format.Format_RGB32), NOW: QImage()})
    assert not model.wants_thumb("clean install")
    assert not model.wants_thumb(NOW)
    model.show(laid, now)
    assert model.wants_thumb("clean install")
    assert model.wants_thumb(NOW)
    assert not model.wants_thumb("build 4698")


def test_only_now_gets_older_each_second(qapp: object) -> None:
    now = time.time()
    model = rows(now=now)
    changed: list[tuple[int, int]] = []
    face(model, NOW)
    model.dataChanged.connect(lambda first, last, _roles: changed.append((first.row(), last.row())))
    model.tick(now + 1)
    assert changed == []
    model.tick(now + 61)
    assert changed == [(10, 10)]
    assert face(model, NOW).when == f"31{NBSP}min"


def test_a_thousand_are_shown_at_once(qapp: object) -> None:
    many = tuple(Snapshot(f"s{n}", f"s{n // 3}" if n else "", float(n), current=n == 999) for n in range(1000))
    known = SnapshotFacts(KEY, "a", State.OFF, 0.0, snapshots=many)
    began = time.perf_counter()
    laid = lay(known)
    assert time.perf_counter() - began < 0.5
    began = time.perf_counter()
    model = SnapshotRows()
    model.show(laid, 0.0)
    assert time.perf_counter() - began < 0.05
    assert model.rowCount() == 1001
