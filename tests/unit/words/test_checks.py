from __future__ import annotations

import pytest

from console.fleet.errors import Problem, Reason
from console.gateway.probe import CheckLine, Step
from console.words.checks import Finding, finding


@pytest.mark.parametrize(
    ("line", "title", "note"),
    [
        (CheckLine(Step.NAME, True, {"host": "kvm-n11", "address": "10.20.0.11"}), "Name found", "10.20.0.11"),
        (CheckLine(Step.PORT, True, {"port": 22, "seconds": 0.002}), "Port 22 answers", "in 2 ms"),
        (CheckLine(Step.PORT, True, {"socket": "/run/s", "seconds": 0.0}), "Socket answers", "/run/s"),
        (CheckLine(Step.HOST_KEY, True, {"kind": "ssh-ed25519"}), "Host key", "ED25519, as in known_hosts"),
        (CheckLine(Step.SIGN_IN, True, {"user": "root", "read_only": 1}), "Signed in", "as root, to look only"),
        (CheckLine(Step.SIGN_IN, True, {"user": "", "read_only": 0}), "Signed in", ""),
        (
            CheckLine(Step.SIGN_IN, None, {"asks": "password"}),
            "It asks for a password",
            "You are asked when it is added, and by Test.",
        ),
        (
            CheckLine(Step.SIGN_IN, None, {"asks": "passphrase"}),
            "The key is locked",
            "You are asked when it is added, and by Test.",
        ),
        (
            CheckLine(Step.VERSION, True, {"libvirt": 9_000_000, "hypervisor": "QEMU", "version": 7_002_009}),
            "libvirt 9.0.0 on QEMU 7.2.9",
            "",
        ),
        (
            CheckLine(Step.INVENTORY, True, {"vms": 26, "running": 23, "pools": 2, "networks": 4}),
            "26 VMs",
            "23 running, 3 off; 2 pools, 4 networks",
        ),
        (CheckLine(Step.INVENTORY, True, {"vms": 0, "pools": 1}), "0 VMs", "1 pool, 0 networks"),
    ],
)
def test_what_was_found(line: CheckLine, title: str, note: str) -> None:
    said = finding(line)
    assert (said.title, said.note.replace("\u00a0", " "), said.remedy) == (title, note, "")


def test_an_old_libvirt_is_a_warning() -> None:
    line = CheckLine(Step.VERSION, None, {"libvirt": 5_000_000}, Problem(Reason.TOO_OLD, detail="5000000"))
    assert finding(line).note == "old: some acts will not work"


def test_every_step_can_fail() -> None:
    problem = Problem(Reason.SILENT)
    titles = set()
    for step in Step:
        said = finding(CheckLine(step, False, {"port": 22}, problem))
        assert said.note == "It did not answer in time."
        assert said.remedy
        titles.add(said.title)
    assert len(titles) == len(Step)
    assert finding(CheckLine(Step.PORT, False, {"socket": "/s"}, problem)).title == "Socket does not answer"
    assert finding(CheckLine(Step.NAME, False)) == Finding("Name not found")


def test_a_host_key_shows_its_fingerprint() -> None:
    values: dict[str, str | int | float] = {"state": "unknown", "kind": "ssh-ed25519", "fingerprint": "SHA256:abc"}
    said = finding(CheckLine(Step.HOST_KEY, False, values, Problem(Reason.HOST_KEY_UNKNOWN, detail="SHA256:abc")))
    assert (said.title, said.note) == ("Host key not known yet", "ED25519 SHA256:abc")
    changed = finding(CheckLine(Step.HOST_KEY, False, {**values, "state": "changed"}, Problem(Reason.HOST_KEY_CHANGED)))
    assert changed.title == "Host key changed"
    assert "ssh-keygen -R" in changed.remedy
