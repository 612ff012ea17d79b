"""A claim: one holder, known by name, and free again when its process ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from console.files.claim import Claim
from console.fleet.errors import Failed

HOLD = """
import sys
from pathlib import Path
from console.files.claim import Claim
print(Claim(Path(sys.argv[1])).take(), flush=True)
sys.stdin.read()
"""


def test_one_has_it_and_the_other_learns_who(tmp_path: Path) -> None:
    one, two = Claim(tmp_path / "a" / "lock"), Claim(tmp_path / "a" / "lock")
    assert two.other() is None
    assert one.take()
    assert one.take()
    assert not two.take()
    who = two.other()
    assert who is not None
    assert who.pid == os.getpid()
    assert one.other() is None  # it is itself
    one.give()
    assert two.other() is None
    assert two.take()
    assert not one.held
    two.give()


def test_a_killed_process_leaves_no_claim(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        mine = Claim(path)
        assert not mine.take()
        who = mine.other()
        assert who is not None
        assert who.pid == process.pid
        process.kill()
        process.wait()
        assert mine.take()
        mine.give()


def test_who_is_not_known_where_the_text_is_none(tmp_path: Path) -> None:
    one, two = Claim(tmp_path / "lock"), Claim(tmp_path / "lock")
    one.take()
    (tmp_path / "lock").write_text("?")
    assert two.other() is None
    assert not two.take()
    one.give()


def test_a_file_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failed, match="lock"):
        Claim(tmp_path / "file" / "lock").take()
