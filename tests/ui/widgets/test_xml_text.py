import pytest

from console.fleet.errors import Failed
from console.ui.widgets.xml_text import Folds, hits, prepare, utf16

XML = """<domain type='kvm'>
  <name>shop-db-01 😀</name>
  <os>
    <type>hvm</type>
  </os>
  <devices>
    <disk type='file'>
      <source file='/srv/db.qcow2'/>
      <target dev='vda'/>
    </disk>
    <disk type='file'>
      <target dev='vdb'/>
    </disk>
  </devices>
</domain>
"""


def seen(folds: Folds) -> list[int]:
    return [line for line, shown in enumerate(folds.visible(1, 16), 1) if shown]


def test_at_first_every_part_is_one_line_and_devices_are_listed() -> None:
    assert seen(Folds(prepare(XML))) == [1, 2, 3, 6, 7, 11, 14, 15]


def test_unfolding_the_outer_keeps_the_folds_within() -> None:
    folds = Folds(prepare(XML))
    devices, disk = folds.starting(6), folds.starting(7)
    assert devices is not None
    assert disk is not None
    folds.set_folded(disk, False)
    assert folds.set_folded(devices, True)
    assert not folds.set_folded(devices, True)
    assert seen(folds) == [1, 2, 3, 6, 15]
    folds.set_folded(devices, False)
    assert seen(folds) == [1, 2, 3, 6, 7, 8, 9, 10, 11, 14, 15]


def test_visibility_of_a_stretch_knows_the_folds_around_it() -> None:
    folds = Folds(prepare(XML))
    assert list(folds.visible(8, 12)) == [False, False, False, True]


def test_all_at_once() -> None:
    folds = Folds(prepare(XML))
    folds.set_all(False)
    assert seen(folds) == list(range(1, 16))
    folds.set_all(True)
    assert seen(folds) == [1, 2, 3, 6, 15]
    assert [section.title for section in folds.hiding(8)] == ["devices", "disk"]


def test_the_innermost_part_is_around_a_line() -> None:
    folds = Folds(prepare(XML))
    around = {line: folds.around(line) for line in (1, 4, 6, 8)}
    assert {line: part.title if part else None for line, part in around.items()} == {
        1: None,
        4: "os",
        6: "devices",
        8: "disk",
    }


def test_what_was_unfolded_stays_so_when_lines_move() -> None:
    folds = Folds(prepare(XML))
    second = folds.starting(11)
    assert second is not None
    folds.set_folded(second, False)
    later = Folds(prepare(XML.replace("<name>", "<uuid>x</uuid>\n  <name>")))
    later.take_over(folds)
    assert not later.folded(12)
    assert later.folded(8)


def test_hits_are_in_any_case_and_in_qt_units() -> None:
    lines = prepare(XML).lines
    assert hits(lines, "DISK") == [(6, 5, 4), (9, 6, 4), (10, 5, 4), (12, 6, 4)]
    assert hits(("😀😀db", "no"), "db") == [(0, 4, 2)]
    assert hits(("İstanbul",), "stan") == [(0, 1, 4)]
    assert hits(lines, "") == []
    assert hits(("aaaa",), "aa") == [(0, 0, 2), (0, 2, 2)]


def test_utf16_counts_pairs() -> None:
    assert utf16("a😀b", 2) == 3


def test_what_is_no_xml_is_refused() -> None:
    with pytest.raises(Failed):
        prepare("<domain>")
