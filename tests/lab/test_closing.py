"""Closing takes a second at most, whatever hangs: opening, calls, ssh's questions, and what ssh is asked with goes too."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from console.fleet.hosts import HostSpec
from console.services.credentials import Pending
from tests.lab.harness.host import Host
from tests.lab.harness.lab import ROOT, Lab
from tests.lab.support import Console, spec_of, until
from tests.lab.test_asking import by_ssh, locked

__all__ = ["locked"]  # a fixture

PROMISED = 1.0  # seconds


@pytest.mark.hangs
def test_with_calls_and_openings_that_hang(lab: Lab, beta: Host, open_console: Callable[..., Console]) -> None:
    console = open_console()
    transports = ("tcp", "tls", "ssh")
    specs = [spec_of(lab, beta, transport, id=transport, name=transport) for transport in transports]
    console.add(*specs, spec_of(lab, lab.hosts["alpha"]))
    beta.freeze()
    console.services.hosts.refresh()
    with beta.silent_port(17001):
        console.add(
            *(HostSpec(f"m{n}", f"m{n}", f"qemu+tcp://{beta.address}:17001/system") for n in range(20)), live=False
        )
        time.sleep(0.5)
        assert console.close() <= PROMISED


@pytest.mark.hangs
def test_with_a_host_that_is_cut_off(lab: Lab, beta: Host, open_console: Callable[..., Console]) -> None:
    console = open_console()
    console.add(spec_of(lab, beta, "ssh", id="s", name="s"), spec_of(lab, beta))
    beta.cut()
    console.services.hosts.refresh()
    time.sleep(0.5)
    assert console.close() <= PROMISED


def test_while_a_person_is_asked(lab: Lab, locked: Path, home: Path, open_console: Callable[..., Console]) -> None:
    asked: list[Pending] = []
    console = open_console(answers=asked.append)
    console.add(*(by_ssh(lab, host, locked) for host in lab.hosts.values()), live=False)
    until(lambda: asked, "somebody is asked")
    assert console.close() <= PROMISED
    until(lambda: not list((home / "run").glob("splendid-*")), "nothing is left of what ssh asked with")
    assert all(pending.answered for pending in asked)


LOOKS = 0.5  # seconds until a window that is asleep sees a signal


@pytest.mark.parametrize("window", [True, False])
def test_the_whole_program(lab: Lab, beta: Host, locked: Path, home: Path, window: bool) -> None:
    """The window, and a command that waits, told to end while one host hangs in a call, others in opening or in a question."""
    profile = home / "whole"
    profile.mkdir()
    specs = [
        spec_of(lab, beta, "tcp"),
        spec_of(lab, lab.hosts["alpha"], "tcp"),
        by_ssh(lab, beta, locked, name="locked"),
    ]
    specs += [HostSpec("", f"mute{n}", f"qemu+tcp://{beta.address}:17002/system") for n in range(8)]
    specs.append(HostSpec("", "mute-ssh", f"qemu+ssh://root@{beta.address}:17002/system"))
    tables = [f'[[host]]\nname = "{s.name}"\nuri = "{s.uri}"\nkeyfile = "{s.keyfile}"\n' for s in specs]
    (profile / "fleet.toml").write_text("\n".join(tables))
    words = [] if window else ["--timeout", "60", "vm", "list"]
    command = lab.argv(
        "setpriv", "--pdeathsig", "KILL", sys.executable, "-m", "console", "--profile", str(profile), *words
    )
    environment = lab.environment() | {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(home / "run")}
    environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    with (
        beta.silent_port(17002),
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE) as program,
    ):
        try:
            until(lambda: _connected(lab, 17002) >= 8, "all is under way", 30)
            time.sleep(1.5)
            beta.freeze()
            time.sleep(1.0)
            assert program.poll() is None
            began = time.monotonic()
            program.send_signal(signal.SIGTERM if window else signal.SIGINT)
            program.wait(20)
            took = time.monotonic() - began
        finally:
            program.kill()
        assert program.stderr is not None
        said = program.stderr.read().decode()
    assert took <= PROMISED + LOOKS * window, said
    assert "Traceback" not in said
    assert not list((home / "run").glob("splendid-*")), "what ssh asked with stayed behind"


def _connected(lab: Lab, port: int) -> int:
    """How many connections the workstation has to that port."""
    listed = subprocess.run(lab.argv("ss", "-Htn", "state", "established"), capture_output=True, text=True, check=True)
    return sum(line.split()[-1].endswith(f":{port}") for line in listed.stdout.splitlines() if line.strip())
