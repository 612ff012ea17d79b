from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.libvirtxml.merging import merge

BASE = "a\nb\nc\nd\ne\nf\ng\n"
texts = st.lists(st.sampled_from("abcd"), min_size=1, max_size=14).map(lambda lines: "".join(f"{x}\n" for x in lines))


def test_changes_in_different_places_are_both_taken() -> None:
    found = merge(BASE, BASE.replace("b", "B"), BASE.replace("f\n", "f\nnew\n").replace("d\n", ""))
    assert found.clashes == ()
    assert found.text() == "a\nB\nc\ne\nf\nnew\ng\n"


def test_the_same_change_on_both_sides_is_no_clash() -> None:
    both = BASE.replace("c", "C")
    assert merge(BASE, both, both).text() == both
    assert merge(BASE, both, both).clashes == ()


def test_a_clash_is_chosen() -> None:
    found = merge(BASE, BASE.replace("c", "theirs"), BASE.replace("c", "mine").replace("f", "F"))
    (clash,) = found.clashes
    assert (clash.base, clash.theirs, clash.mine) == (("c",), ("theirs",), ("mine",))
    assert found.text() == "a\nb\nmine\nd\ne\nF\ng\n"
    assert found.text([False]) == "a\nb\ntheirs\nd\ne\nF\ng\n"


def test_neighbours_do_not_clash() -> None:
    found = merge(BASE, BASE.replace("c", "C"), BASE.replace("d", "D"))
    assert found.clashes == ()
    assert found.text() == BASE.replace("c", "C").replace("d", "D")
    mixed = merge(BASE, BASE.replace("c\nd", "C\nD"), BASE.replace("d", "own"))
    assert [clash.mine for clash in mixed.clashes] == [("own",)]
    assert mixed.text() == BASE.replace("c\nd", "C\nown")


def test_changed_there_and_deleted_here_is_a_clash() -> None:
    found = merge(BASE, BASE.replace("c", "C"), BASE.replace("c\n", ""))
    assert [clash.mine for clash in found.clashes] == [()]


@given(texts, texts)
def test_who_changed_nothing_gets_the_other(base: str, other: str) -> None:
    assert merge(base, other, base).text() == other
    assert merge(base, base, other).text() == other
    assert merge(base, other, other).text() == other
    assert merge(base, base, base).clashes == ()


@given(texts, texts, texts)
def test_the_pieces_hold_all_three_texts(base: str, theirs: str, mine: str) -> None:
    pieces = merge(base, theirs, mine).pieces
    for name, text in (("base", base), ("theirs", theirs), ("mine", mine)):
        assert "".join(f"{line}\n" for piece in pieces for line in getattr(piece, name)) == text
    chosen = merge(base, theirs, mine)
    if all(p.mine == p.base or p.clash for p in pieces):
        assert chosen.text([False] * 99) == theirs
