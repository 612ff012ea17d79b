"""Starts of QEMU processes, from a made-up /proc and from this computer's."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from console.fleet.domains import Domain, State, VmKey
from console.gateway import local

ONE, TWO = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
TICKS = os.sysconf("SC_CLK_TCK")


def domain(uuid: str, state: State = State.RUNNING, started: float = 0.0) -> Domain:
    return Domain(VmKey("h", uuid), "vm", state, started=started)


def process(proc: Path, pid: int, *words: str, after: float = 0.0) -> None:
    """A process that started `after` seconds after the computer."""
    (proc / str(pid)).mkdir()
    (proc / str(pid) / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))
    stat = f"{pid} (qemu) x) S 1 " + " ".join(["0"] * 17) + f" {int(after * TICKS)} 0 0"
    (proc / str(pid) / "stat").write_text(stat)


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "stat").write_text("cpu 1 2 3\nbtime 1000\n")
    (tmp_path / "sys").mkdir()
    process(tmp_path, 7, "/usr/bin/qemu-system-x86_64", "-name", "guest=web", "-uuid", ONE, after=50)
    process(tmp_path, 8, "grep", "-uuid", TWO)
    process(tmp_path, 9, "/usr/bin/qemu-img", "-uuid")
    (tmp_path / "10").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("uri", "here"),
    [
        ("qemu:///system", True),
        ("qemu:///session", True),
        ("qemu+unix:///system?socket=/run/other", True),
        ("qemu+ssh://root@alpha/system", False),
        ("qemu+tcp://alpha/system", False),
        ("qemu://alpha/system", False),
        ("test:///default", False),
        ("qemu://[", False),
    ],
)
def test_which_hosts_are_this_computer(uri: str, here: bool) -> None:
    assert local.is_local(uri) is here


def test_a_start_is_read_from_the_process_that_has_the_uuid(proc: Path) -> None:
    assert local.starts(proc) == {ONE: 1050.0}


def test_only_what_runs_for_an_unknown_time_gets_a_start(proc: Path) -> None:
    off, seen = domain(ONE, State.OFF), domain(ONE, started=1100.0)
    assert local.with_starts((off, seen, domain(TWO)), proc) == (off, seen, domain(TWO))
    assert [one.started for one in local.with_starts((domain(ONE), domain(TWO)), proc)] == [1050.0, 0.0]


def test_a_computer_that_tells_nothing_is_no_fault(tmp_path: Path) -> None:
    assert local.starts(tmp_path) == {}
    assert local.with_starts((domain(ONE),), tmp_path) == (domain(ONE),)


def test_this_computers_own_processes() -> None:
    before = time.time()
    sleeper = subprocess.Popen(
        ["qemu-like", "-c", "import time; time.sleep(30)", "-uuid", ONE], executable=sys.executable
    )
    try:
        assert local.starts()[ONE] == pytest.approx(before, abs=3.0)
    finally:
        sleeper.kill()
        sleeper.wait()
