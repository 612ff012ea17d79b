"""Host keys against a real sshd, through an `ssh` whose configuration is the test's own."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.fleet.errors import Failed, Reason, Unreachable
from console.gateway import ports, ssh
from console.gateway.ssh import KeyState
from console.gateway.uri import Target, take_apart
from tests.contract.daemon import free_port

_START = 'mount --make-rprivate / && mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec /usr/sbin/sshd "$@"'


def new_key(path: Path, kind: str = "ed25519") -> Path:
    path.unlink(missing_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)], check=True)
    return path


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """ssh's configuration for this test; the user's own is not read."""
    known = tmp_path / "known"
    path = tmp_path / "config"
    path.write_text(f"UserKnownHostsFile {known}\nGlobalKnownHostsFile /nonexistent\n")
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "ssh"
    program.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {path} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return path


@pytest.fixture
def known(tmp_path: Path, config: Path) -> Path:
    return tmp_path / "known"


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Target]:
    """A running sshd with one host key."""
    port = free_port()
    key = new_key(tmp_path / "host")
    conf = tmp_path / "sshd"
    conf.write_text(f"Port {port}\nListenAddress 127.0.0.1\nHostKey {key}\nPidFile none\nUsePAM no\n")
    server = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "unshare", "-m", "sh", "-c", _START, "sshd", "-D", "-e", "-f", str(conf)],
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 5
    while True:
        try:
            ports.knock("127.0.0.1", port, 1)
            break
        except Unreachable:
            assert time.monotonic() < end, "sshd did not come up"
            time.sleep(0.05)
    yield take_apart(f"qemu+ssh://127.0.0.1:{port}/system")
    server.kill()
    server.wait()


def test_a_key_is_unknown_then_trusted_then_changed(target: Target, known: Path, tmp_path: Path) -> None:
    way = ssh.way_to(target)
    assert (way.host, way.name, way.jumps) == ("127.0.0.1", f"[127.0.0.1]:{target.port}", False)
    found = ssh.state(way)
    assert found.state is KeyState.UNKNOWN
    (key,) = found.offered
    printed = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(tmp_path / "host.pub")], capture_output=True, text=True, check=True
    ).stdout
    assert (key.kind, key.fingerprint) == ("ED25519", printed.split()[1])

    ssh.trust(key.line, way)
    ssh.trust(key.line, way)
    assert known.read_text() == key.line + "\n"
    assert ssh.state(way).state is KeyState.KNOWN

    other = new_key(tmp_path / "other").with_suffix(".pub").read_text().split()[1]
    known.write_text(f"{way.name} ssh-ed25519 {other}\n")
    changed = ssh.state(way)
    assert changed.state is KeyState.CHANGED
    assert changed.files == (str(known),)


def test_hashed_names_are_found(target: Target, known: Path) -> None:
    way = ssh.way_to(target)
    ssh.trust(ssh.scan(way)[0].line, way)
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known)], check=True, capture_output=True)
    assert way.name not in known.read_text()
    assert ssh.state(way).state is KeyState.KNOWN


def test_a_key_of_another_kind_is_no_change(target: Target, known: Path, tmp_path: Path) -> None:
    way = ssh.way_to(target)
    rsa = new_key(tmp_path / "rsa", "ecdsa").with_suffix(".pub").read_text().split()
    known.write_text(f"{way.name} {rsa[0]} {rsa[1]}\n")
    assert ssh.state(way).state is KeyState.UNKNOWN


@pytest.mark.parametrize(
    ("lines", "host", "port", "name", "jumps"),
    [
        ("", "alpha", 22, "alpha", False),
        ("Host alpha\n HostName 10.0.0.9\n Port 2222\n", "10.0.0.9", 2222, "[10.0.0.9]:2222", False),
        ("Host alpha\n HostName 10.0.0.9\n HostKeyAlias a\n", "10.0.0.9", 22, "a", False),
        ("Host alpha\n ProxyJump gate\n", "alpha", 22, "alpha", True),
        ("Host alpha\n ProxyCommand nc %h %p\n", "alpha", 22, "alpha", True),
        ("Host alpha\n ProxyJump none\n", "alpha", 22, "alpha", False),
    ],
)
def test_the_way_is_the_one_ssh_would_take(
    config: Path, lines: str, host: str, port: int, name: str, jumps: bool
) -> None:
    config.write_text(config.read_text() + lines)
    way = ssh.way_to(take_apart("qemu+ssh://root@alpha/system"))
    assert (way.host, way.port, way.name, way.jumps, way.user) == (host, port, name, jumps, "root")
    if jumps:
        assert ssh.scan(way) == ()


def test_a_name_that_looks_like_an_option_is_none(config: Path) -> None:
    assert not ssh.way_to(Target("qemu", "ssh", "-oProxyCommand=x")).jumps


def test_what_is_no_key_is_not_trusted(known: Path) -> None:
    for line in ("", "host", "host ssh-ed25519 AAAA\nevil ssh-ed25519 BBBB"):
        with pytest.raises(Failed):
            ssh.trust(line)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    way = ssh.Way("a", 22, "a", "", False, (str(tmp_path / "file" / "known"),))
    (tmp_path / "file").write_text("")
    with pytest.raises(Failed) as caught:
        ssh.trust("a ssh-ed25519 AAAA", way)
    assert caught.value.what.endswith("known")


def test_without_ssh_that_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreachable) as caught:
        ssh.way_to(take_apart("qemu+ssh://alpha/system"))
    assert caught.value.problem.reason is Reason.NO_TOOL


def test_libssh_keeps_its_keys_where_libvirt_does(home: Path, config: Path) -> None:
    way = ssh.way_to(take_apart("qemu+libssh://root@alpha:2222/system"))
    assert (way.host, way.name, way.user) == ("alpha", "[alpha]:2222", "root")
    assert way.files == (str(home / "config/libvirt/known_hosts"),)
    named = ssh.way_to(take_apart("qemu+libssh2://alpha/system?known_hosts=/keys"))
    assert (named.name, named.files) == ("alpha", ("/keys",))


def test_other_lines_may_hold_what_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_bytes(b"other ssh-ed25519 AAAA b\xfcro\n")
    ssh.trust("h ssh-ed25519 BBBB", ssh.Way("h", 22, "h", "u", False, (str(file),)))
    assert file.read_bytes() == b"other ssh-ed25519 AAAA b\xfcro\nh ssh-ed25519 BBBB\n"
