import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.ui.widgets.xml_tint import Open, Part, carried, spans


def told(line: str, before: Open = Open.NOTHING) -> list[tuple[str, str]]:
    return [(line[start : start + length], part.name.lower()) for start, length, part in spans(line, before)[0]]


def test_a_line_as_libvirt_writes_it() -> None:
    assert told("  <disk type='file' device=\"disk\">") == [
        ("<", "punctuation"),
        ("disk", "element"),
        ("type", "attribute"),
        ("=", "punctuation"),
        ("'file'", "value"),
        ("device", "attribute"),
        ("=", "punctuation"),
        ('"disk"', "value"),
        (">", "punctuation"),
    ]


def test_text_stays_plain() -> None:
    assert told("<name>shop > db</name>") == [
        ("<", "punctuation"),
        ("name", "element"),
        (">", "punctuation"),
        ("</", "punctuation"),
        ("name", "element"),
        (">", "punctuation"),
    ]


@pytest.mark.parametrize(
    ("line", "before", "after"),
    [
        ("<a>", Open.NOTHING, Open.NOTHING),
        ("<!-- it goes on", Open.NOTHING, Open.COMMENT),
        ("still <a> --> over", Open.COMMENT, Open.NOTHING),
        ("<![CDATA[ <not a tag>", Open.NOTHING, Open.CDATA),
        ("]]></script>", Open.CDATA, Open.NOTHING),
        ("<disk type='file'", Open.NOTHING, Open.TAG),
        ("  device='disk'/>", Open.TAG, Open.NOTHING),
        ("", Open.COMMENT, Open.COMMENT),
    ],
)
def test_what_is_open_is_carried_over(line: str, before: Open, after: Open) -> None:
    assert spans(line, before)[1] is after


def test_states_of_lines_are_those_at_their_start() -> None:
    lines = ["<a>", "<!-- one", "two -->", "<b", "c='d'/>", "</a>"]
    assert list(carried(lines)) == [0, 0, Open.COMMENT, 0, Open.TAG, 0]


@given(st.text(alphabet="<>!-[]CDATA/='\" ab\u200f😀", max_size=60), st.sampled_from(Open))
def test_spans_are_in_order_and_within_the_line(line: str, before: Open) -> None:
    end = 0
    for start, length, part in spans(line, before)[0]:
        assert start >= end
        assert length > 0
        assert part in Part
        end = start + length
    assert end <= len(line)
