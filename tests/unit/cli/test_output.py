from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from console.cli import output
from console.cli.output import Cell, Head


def test_a_cell_is_one_line_and_moves_no_cursor() -> None:
    assert output.clean("a\nb\x1b[31m\u202eevil\u00a0x") == "a\\nb\\x1b[31m\\u202eevil x"
    assert output.clean("größe 🦊 日本") == "größe 🦊 日本"


def test_width_counts_columns_of_a_terminal() -> None:
    assert output.width("web-01") == 6
    assert output.width("日本") == 4
    assert output.width("🦊") == 2
    assert output.width("e\u0301") == 1


def test_a_table_is_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(
        [Head("Name"), Head("CPU", right=True), Head("Tags")],
        [["日本", "7\u00a0%", ""], [Cell("web-01", "green"), Cell("100 %"), "a, b"]],
    )
    assert capsys.readouterr().out.splitlines() == [
        "Name      CPU  Tags",
        "日本      7 %",
        "web-01  100 %  a, b",
    ]


def test_facts_leave_out_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    output.facts([("Name", "web-01"), ("Title", ""), ("Address", "10.0.0.1\n10.0.0.2")])
    assert capsys.readouterr().out == "Name     web-01\nAddress  10.0.0.1\n         10.0.0.2\n"


def test_notes_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    output.note("14\u00a0min")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "14 min\n")


def test_json_is_plain_where_the_terminal_knows_no_unicode(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output.document({"name": "größe"})
    assert "größe" in capsys.readouterr().out
    monkeypatch.setattr(type(sys.stdout), "encoding", "ascii", raising=False)
    output.document({"name": "größe"})
    text = capsys.readouterr().out
    assert text.isascii()
    assert json.loads(text) == {"name": "größe"}


def test_times_are_utc() -> None:
    assert output.iso(1_700_000_000.25) == "2023-11-14T22:13:20.250Z"
    assert output.iso(0) is None
    assert output.iso(None) is None


def test_a_time_no_calendar_has_is_the_first_or_last_it_has() -> None:
    assert output.iso(1e18) == "9999-12-31T23:59:59.000Z"
    assert output.iso(-1e18) == "0001-01-01T00:00:00.000Z"
    assert output.iso(float("nan")) is None


def test_a_terminal() -> None:
    assert not output.is_terminal(None)
    with Path(os.devnull).open() as stream:
        assert not output.is_terminal(stream)
    assert not output.is_terminal(stream)
    there, here = os.openpty()
    with os.fdopen(there), os.fdopen(here) as terminal:
        assert output.is_terminal(terminal)
