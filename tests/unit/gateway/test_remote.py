from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from console.fleet.errors import Failed, FleetError, Reason, Unsupported
from console.fleet.hosts import HostSpec
from console.gateway import remote

HERE = HostSpec("h", "here", "qemu:///system")
THERE = HostSpec("t", "there", "qemu+ssh://root@there:2222/system?no_tty=1", keyfile="/k")


def nobody(_question: Any) -> None:
    return None


@pytest.mark.parametrize(
    ("uri", "able"),
    [
        ("qemu:///system", True),
        ("qemu+ssh://a/system", True),
        ("qemu+tcp://a/system", False),
        ("qemu+libssh://a/system", False),
        ("test:///default", False),
    ],
)
def test_where_programs_can_be_run(uri: str, able: bool) -> None:
    spec = HostSpec("h", "h", uri)
    assert remote.can(spec) is able
    if not able:
        with pytest.raises(Unsupported):
            remote.run(spec, nobody, ["true"], limit=1)


def test_what_it_said_and_how_it_ended() -> None:
    assert remote.run(HERE, nobody, ["sh", "-c", "echo out; echo err >&2; exit 3"], limit=5) == remote.Ran(
        3, "out\nerr"
    )


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(FleetError) as caught:
        remote.run(HERE, nobody, ["splendid-no-such-program"], limit=5)
    assert caught.value.problem.reason is Reason.NO_TOOL


def test_it_ends_when_told_and_when_it_takes_too_long() -> None:
    for more in ({"limit": 0.5}, {"limit": 60.0, "ended": lambda: True}):
        start = time.monotonic()
        with pytest.raises(Failed):
            remote.run(HERE, nobody, ["sh", "-c", "sleep 30 & sleep 30"], **more)  # type: ignore[arg-type]
        assert time.monotonic() - start < 5


def test_ssh_is_told_all_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = tmp_path / "ssh"
    stand_in.write_text('#!/bin/sh\nfor word; do echo "$word"; done\nexit $CODE\n')
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("CODE", "0")
    said = remote.run(THERE, nobody, ["virt-sysprep", "-d", "a name"], limit=5).text.splitlines()
    assert said[-3:] == ["--", "there", "virt-sysprep -d 'a name'"]
    for option, value in (("-p", "2222"), ("-l", "root"), ("-i", "/k"), ("-o", "BatchMode=yes")):
        assert value in [said[at + 1] for at, word in enumerate(said) if word == option]
    monkeypatch.setenv("CODE", "255")
    with pytest.raises(FleetError) as caught:
        remote.run(THERE, nobody, ["true"], limit=5)
    assert caught.value.problem.reason is Reason.LOST
