from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.settings import fleettext

FILE = """\
# Our fleet.
schema = 1

# the old one
[[host]]
name = "a"   # first
uri = "qemu+ssh://a/system"

[host.notes]
bought = 2019

# about b

# right above b
[[ "host" ]]
"name" = "b"
tags = [
  "x",  # why x
  "y",
]
[colours]
north = "blue"
"""


def test_a_file_is_cut_into_hosts_with_what_stands_right_above_them() -> None:
    blocks = fleettext.split(FILE)
    assert "".join(block.text for block in blocks) == FILE
    assert [block.is_host for block in blocks] == [False, True, True, False]
    assert [(block.line, block.header) for block in blocks] == [(1, 1), (4, 5), (14, 15), (21, 21)]
    assert blocks[1].text.startswith("# the old one\n[[host]]")
    assert blocks[1].text.endswith("# about b\n\n")


@given(st.text(alphabet='[host]"=#\n\r ab', max_size=80))
def test_the_blocks_joined_are_the_file_whatever_it_is(text: str) -> None:
    assert "".join(block.text for block in fleettext.split(text)) == text


def test_a_comment_that_begins_the_file_is_nobodys() -> None:
    first, second = fleettext.split('# Our fleet\n[[host]]\nname = "a"\n')
    assert first.text == "# Our fleet\n"
    assert second.is_host


def test_a_value_is_found_by_line_and_column() -> None:
    block = fleettext.split(FILE)[2]
    assert block.place("name") == (16, 10)
    assert block.place("tags") == (17, 8)
    assert block.place("zone") == (15, 1)


def test_changing_a_host_keeps_everything_else() -> None:
    block = fleettext.split(FILE)[1]
    text = fleettext.changed(block.text, {"name": "c", "uri": None, "zone": "north", "read_only": True})
    assert text == (
        '# the old one\n[[host]]\nname = "c"   # first\nzone = "north"\nread_only = true\n\n'
        "[host.notes]\nbought = 2019\n\n# about b\n\n"
    )


@pytest.mark.parametrize("wanted", [["x"], ["x", "z"], ["z"], ["y", "x"], ["x", "y"], []])
def test_a_list_is_changed_in_place(wanted: list[str]) -> None:
    block = fleettext.split(FILE)[2]
    text = fleettext.changed(block.text, {"tags": wanted})
    assert tomllib.loads(text)["host"][0]["tags"] == wanted
    if wanted[:1] == ["x"]:
        assert "# why x" in text


def test_no_change_is_no_change() -> None:
    block = fleettext.split(FILE)[2]
    assert fleettext.changed(block.text, {"name": "b", "tags": ["x", "y"], "zone": None}) == block.text


def test_windows_line_ends_stay() -> None:
    text = '[[host]]\r\nname = "a"\r\n\r\n'
    changed = fleettext.changed(text, {"zone": "north"})
    assert changed == '[[host]]\r\nname = "a"\r\nzone = "north"\r\n\r\n'
    assert "\n" not in fleettext.appended(changed, fleettext.new({"name": "b"})).replace("\r\n", "")


def test_a_new_host_says_only_what_it_must_and_quotes_well() -> None:
    text = fleettext.new({"name": 'a "b" \\ 🦊', "uri": "test:///default", "zone": "", "tags": [], "read_only": True})
    assert text.count("\n") == 4
    assert tomllib.loads(text)["host"] == [{"name": 'a "b" \\ 🦊', "uri": "test:///default", "read_only": True}]


@pytest.mark.parametrize("before", ["", "\n", "a = 1", "a = 1\n", "a = 1\n\n", "# only words"])
def test_a_host_is_appended_after_one_empty_line(before: str) -> None:
    text = fleettext.appended(before, "[[host]]\n")
    assert text.startswith(before)
    assert tomllib.loads(text)["host"] == [{}]
    assert not before.strip() or text.endswith("\n\n[[host]]\n")
