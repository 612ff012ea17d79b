from __future__ import annotations

import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from console.libvirtxml import diffing
from console.libvirtxml.diffing import Row

texts = st.lists(st.sampled_from("abcd"), max_size=30).map(lambda lines: "".join(f"{line}\n" for line in lines))
OLD = "".join(f"{number}\n" for number in range(1, 31))


def test_rows_side_by_side() -> None:
    new = OLD.replace("15\n", "fifteen\nand a half\n")
    rows = diffing.rows(OLD, new)
    assert [row.skipped for row in rows if row.skipped] == [11, 12]
    assert [(r.old, r.new, r.before, r.after) for r in rows if not r.same] == [
        (15, 15, "15", "fifteen"),
        (0, 16, "", "and a half"),
    ]
    assert [row.before for row in rows if row.same and not row.skipped] == ["12", "13", "14", "16", "17", "18"]


def test_rows_below_each_other() -> None:
    rows = diffing.unified(diffing.rows("a\nb\nc\nd\n", "a\nB\nC\nd\n"))
    assert [(r.before, r.after) for r in rows] == [("a", "a"), ("b", ""), ("c", ""), ("", "B"), ("", "C"), ("d", "d")]


def test_nothing_to_tell() -> None:
    assert diffing.patch(OLD, OLD, "a", "b") == []
    assert diffing.rows("", "") == []
    assert diffing.rows("", "a\n") == [Row(0, 1, "", "a", same=False)]


def sides(rows: list[Row]) -> tuple[str, str]:
    return (
        "".join(f"{row.before}\n" for row in rows if row.old),
        "".join(f"{row.after}\n" for row in rows if row.new),
    )


@given(texts, texts)
def test_both_texts_can_be_read_off_the_rows(old: str, new: str) -> None:
    rows = diffing.rows(old, new, None)
    assert sides(rows) == (old, new)
    assert all(row.before == row.after for row in rows if row.same)
    below = diffing.unified(rows)
    assert sides([row for row in below if row.old])[0] == old
    assert sides([row for row in below if row.new])[1] == new


def test_other_tools_take_our_diffs(tmp_path: Path) -> None:
    for number, (old, new) in enumerate(
        [
            (OLD, OLD.replace("3\n", "", 1).replace("20\n", "twenty\n") + "31\n"),
            (OLD, "0\n" + OLD),
            ("a\n", "b\n"),
            (OLD, OLD.replace("10\n", "x\n").replace("14\n", "y\n").replace("27\n", "")),
        ]
    ):
        place = tmp_path / f"{number}"
        place.write_text(old)
        lines = "\n".join(diffing.patch(old, new, f"a/{number}", f"b/{number}")) + "\n"
        subprocess.run(["git", "apply"], input=lines, text=True, check=True, cwd=tmp_path)
        assert place.read_text() == new
