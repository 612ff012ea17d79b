from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.cli import asking
from console.cli.session import Session
from console.fleet.credentials import Ask
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostSpec
from console.gateway import ssh
from console.gateway.probe import CheckLine, Step
from console.services import hosts as host_service
from tests.unit.cli.conftest import Console

LINE = "kvm-n11 ssh-ed25519 AAAA"
KEY: dict[str, str | int | float] = {"state": "unknown", "kind": "ED25519", "fingerprint": "SHA256:abc", "line": LINE}


def test_test_an_address_that_is_not_in_the_fleet(empty: Console) -> None:
    result = empty("host", "test", "127.0.0.1:1", "--by", "tcp", "--json")
    assert result.code == 3
    assert result.json["uri"] == "qemu+tcp://127.0.0.1:1/system"
    assert [(check["step"], check["ok"]) for check in result.json["checks"]] == [("name", True), ("port", False)]
    assert result.json["checks"][1]["problem"]["reason"] == "connection-refused"


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lines written to known_hosts; the check finds a host key that is not known."""
    written: list[str] = []

    def check(_spec: HostSpec, _ask: Ask) -> Iterator[CheckLine]:
        yield CheckLine(Step.NAME, True, {"address": "10.0.0.1"})
        known = LINE in written
        yield CheckLine(
            Step.HOST_KEY, known, KEY, None if known else Problem(Reason.HOST_KEY_UNKNOWN, detail="SHA256:abc")
        )

    monkeypatch.setattr(host_service, "check", check)
    monkeypatch.setattr(ssh, "trust", lambda line, _way: written.append(line))
    return written


def test_trust_needs_the_fingerprint_or_a_person(empty: Console, trusted: list[str]) -> None:
    nobody = empty("host", "trust", "root@kvm-n11")
    assert nobody.code == 2
    assert "SHA256:abc" in nobody.err
    wrong = empty("host", "trust", "root@kvm-n11", "--fingerprint", "SHA256:abd")
    assert wrong.code == 2
    assert trusted == []
    right = empty("host", "trust", "root@kvm-n11", "--fingerprint", "SHA256:abc")
    assert (right.code, right.out) == (0, "kvm-n11 is trusted from now on.\n")
    assert trusted == [LINE]
    assert empty("host", "trust", "root@kvm-n11", "--json").json["fingerprint"] == "SHA256:abc"


@pytest.mark.parametrize("yes", [True, False])
def test_trust_on_a_terminal(empty: Console, trusted: list[str], monkeypatch: pytest.MonkeyPatch, yes: bool) -> None:
    monkeypatch.setattr(Session, "interactive", property(lambda _self: True))
    monkeypatch.setattr(asking, "confirmed", lambda _question: yes)
    result = empty("host", "trust", "root@kvm-n11")
    assert result.code == (0 if yes else 1)
    assert "Host key not known yet  ED25519 SHA256:abc" in result.out
    assert trusted == [LINE] * yes


def test_a_changed_key_is_not_trusted(empty: Console, trusted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    changed = CheckLine(Step.HOST_KEY, False, {**KEY, "state": "changed"}, Problem(Reason.HOST_KEY_CHANGED))
    monkeypatch.setattr(host_service, "check", lambda _spec, _ask: iter([changed]))
    result = empty("host", "trust", "kvm-n11", "--fingerprint", "SHA256:abc")
    assert result.code == 3
    assert "ssh-keygen -R" in result.err
    assert trusted == []


def test_a_host_without_a_host_key_cannot_be_trusted(console: Console) -> None:
    result = console("host", "trust", "kvm-a")
    assert result.code == 2
    assert "kvm-a is not reached by ssh" in result.err


COLLEAGUE = '[[host]]\nname = "x"\nuri = "test:///x"\n[[host]]\nname = "y"\nuri = "test:///y"\n'


def test_import_from_a_file(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "theirs.toml"
    file.write_text(COLLEAGUE, "utf-8")
    offered = console("host", "import", "--file", str(file))
    assert [line.split() for line in offered.lines[1:]] == [
        ["x", "test:///x", "theirs.toml", "no"],
        ["y", "test:///y", "theirs.toml", "no"],
    ]
    assert console("host", "import", "--file", str(file), "y").out == "1 host added.\n"
    found = console("host", "import", "--file", str(file), "--all", "--json").json
    assert [host["in_fleet"] for host in found["found"]] == [False, True]
    assert [host["name"] for host in found["added"]] == ["x"]
    missing = console("host", "import", "--file", str(file), "z")
    assert missing.code == 2
    assert "z is not among them." in missing.err


def test_import_from_a_file_that_is_not_text(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "theirs.toml"
    file.write_bytes(b"\xff\xfe")
    result = console("host", "import", "--file", str(file))
    assert result.code == 1
    assert result.err.startswith(f"{file} could not be read.")


def test_import_from_ssh(empty: Console, home: Path) -> None:
    (home / ".ssh").mkdir()
    (home / ".ssh" / "config").write_text("Host kvm-n11 kvm-n12\n  User root\nHost *.lan\n", "utf-8")
    result = empty("host", "import", "--from", "ssh")
    assert [line.split()[0] for line in result.lines[1:]] == ["kvm-n11", "kvm-n12"]
    assert empty("host", "import", "--from", "ssh", "kvm-n12").out == "1 host added.\n"
