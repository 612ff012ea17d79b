from __future__ import annotations

from console.ui.theme import theme
from console.ui.widgets.xml_paint import formats
from console.ui.widgets.xml_tint import Open


def test_each_part_has_its_colour_and_place() -> None:
    found = formats("<a b='c'/>", Open.NOTHING)
    told = [(f.start, f.length, f.format.foreground().color().name()) for f in found]
    assert (1, 1, theme.color("accent").name()) in told
    assert (3, 1, theme.color("text2").name()) in told
    assert (5, 3, theme.color("good").name()) in told


def test_places_are_counted_as_qt_counts() -> None:
    (comment, *_rest) = formats("🦊 --><a/>", Open.COMMENT)
    assert (comment.start, comment.length) == (0, 6)  # the fox takes two
