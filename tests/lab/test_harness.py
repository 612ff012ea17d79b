"""The lab itself: it ends with its owner however that ends, labs do not see each other, and faults are real."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.lab.harness import lab as labs
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import TCP_PORT, Host
from tests.lab.harness.lab import ROOT, Lab
from tests.lab.harness.machine import environment
from tests.lab.support import until

OWNER = """
import json, time
from tests.lab.harness.lab import Lab
lab = Lab.up(["solo"])
solo = lab.hosts["solo"]
print(json.dumps([str(lab.folder), lab.guardian, lab.workstation, solo.pid, solo.uuid]), flush=True)
time.sleep(600)
"""


def alive(*pids: int) -> list[int]:
    """Those that have not ended; one that nobody buried yet has."""
    found = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
    return found


@pytest.mark.parametrize("victim", ["owner", "guardian"])
def test_nothing_outlives_a_killed_lab(lab: Lab, victim: str) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], cwd=ROOT, stdout=subprocess.PIPE, env=environment())
    assert owner.stdout is not None
    try:
        folder, guardian, workstation, first, uuid = json.loads(owner.stdout.readline())
        solo = Host(Path(folder), "solo", "10.77.0.1", first)
        # It stands beside the lab of this run, at the same addresses, and neither sees the other.
        assert uuid != lab.hosts["alpha"].uuid
        assert solo.virsh("hostname") == "solo"
        assert solo.exec("hostname").strip() == "solo"
        assert lab.hosts["alpha"].exec("hostname").strip() == "alpha"
        inside = [pid for pid in psutil.pids() if _in(pid, first)]
        assert len(inside) >= 4, "first process, libvirtd, sshd, dnsmasq"
        os.kill(owner.pid if victim == "owner" else guardian, signal.SIGKILL)
        until(lambda: not alive(guardian, workstation, first, *inside), "all of it has ended", 10)
        if victim == "owner":
            assert not Path(folder).exists()
        else:  # nobody was left to remove the files: the next lab does
            os.utime(folder, (time.time() - 600,) * 2)
            labs.sweep()
            assert not Path(folder).exists()
    finally:
        owner.kill()
        owner.wait()
        owner.stdout.close()


def _in(pid: int, first: int) -> bool:
    """The process lives in the PID namespace of that first process."""
    try:
        return Path(f"/proc/{pid}/ns/pid").readlink() == Path(f"/proc/{first}/ns/pid").readlink()
    except OSError:
        return False


def knock(host: Host, port: int = TCP_PORT) -> str:
    """From the workstation: "open", "refused" or "silent"."""
    try:
        socket.create_connection((host.address, port), 1).close()
    except ConnectionRefusedError:
        return "refused"
    except TimeoutError:
        return "silent"
    return "open"


def test_a_cut_host_is_silent_and_a_healed_one_answers(lab: Lab, beta: Host, on_workstation: None) -> None:
    assert knock(beta) == "open"
    beta.cut()
    assert (knock(beta), knock(lab.hosts["alpha"])) == ("silent", "open")
    beta.heal()
    assert knock(beta) == "open"
    beta.drop_port(TCP_PORT)
    assert (knock(beta), knock(beta, 22), knock(beta, 1)) == ("silent", "open", "refused")


def test_a_silent_port_takes_calls_and_says_nothing(lab: Lab, beta: Host, on_workstation: None) -> None:
    with beta.silent_port(17777), socket.create_connection((beta.address, 17777), 1) as call:
        call.settimeout(0.5)
        with pytest.raises(TimeoutError):
            call.recv(1)
    assert knock(beta, 17777) == "refused"


def test_a_slow_host_is_slow(lab: Lab, beta: Host, on_workstation: None) -> None:
    def seconds() -> float:
        start = time.monotonic()
        subprocess.run(
            [*("virsh", "-q", "-c", beta.uri("tcp")), "capabilities"],
            capture_output=True,
            check=True,
            env=environment(),
        )
        return time.monotonic() - start

    quick = seconds()
    beta.slow(64)
    assert seconds() > quick + 0.5
    beta.fast()
    assert seconds() < quick + 0.5


def test_a_full_disk_is_full(lab: Lab, beta: Host) -> None:
    def room() -> int:
        return int(beta.exec("df", "--output=avail", "/var/lib/libvirt/images").split()[-1])

    free = room()
    beta.fill()
    assert room() == 0
    beta.unfill()
    beta.fill(1024)
    assert 900 <= room() <= 1100
    beta.unfill()
    assert room() == free


def test_a_crash_leaves_guests_running(lab: Lab, guests: dict[str, Guest], beta: Host) -> None:
    beta.crash()
    assert not beta.daemon_pid()
    beta.daemon()
    assert guests["mail"].state() == "running"


def test_two_labs_of_one_machine_have_keys(lab: Lab) -> None:
    assert lab.key in {running.key for running in Lab.running()}
    assert Lab.find(lab.key).hosts["beta"].uuid == lab.hosts["beta"].uuid
