"""What ssh asks before it lets us in: locked keys, passwords, unknown host keys; asked once, for all hosts that wait."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.fleet.credentials import Wanted
from console.fleet.errors import Reason
from console.fleet.hosts import HostSpec, Phase
from console.services.credentials import Pending
from tests.lab.harness.config import PASSWORD
from tests.lab.harness.host import Host
from tests.lab.harness.lab import ROOT, Lab
from tests.lab.harness.machine import run
from tests.lab.support import Console, Desk, spec_of, until

PASSPHRASE = "open-sesame-4711"


class Person:
    """Answers each kind of question from a list, after a while; None when the list is at its end."""

    def __init__(self, wait: float = 0.0, **answers: list[str]) -> None:
        self.wait = wait
        self.answers = answers
        self.asked: list[Pending] = []

    def __call__(self, pending: Pending) -> None:
        self.asked.append(pending)
        threading.Thread(target=self._answer, args=(pending,), daemon=True).start()

    def _answer(self, pending: Pending) -> None:
        time.sleep(self.wait)
        left = self.answers.get(pending.question.wanted.name.lower(), [])
        pending.answer(left.pop(0) if left else None)

    @property
    def wanted(self) -> list[Wanted]:
        return [pending.question.wanted for pending in self.asked]


@pytest.fixture
def locked(lab: Lab, tmp_path: Path) -> Iterator[Path]:
    """A key with a passphrase that root@ both hosts accepts, for one test."""
    key = tmp_path / "locked"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", PASSPHRASE, "-C", "locked", "-f", str(key))
    files = [host.home / "ssh/authorized_keys" for host in lab.hosts.values()]
    before = [file.read_text() for file in files]
    for file, text in zip(files, before, strict=True):
        file.write_text(text + key.with_suffix(".pub").read_text())
    yield key
    for file, text in zip(files, before, strict=True):
        file.write_text(text)


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A key that no host accepts: only a password helps."""
    key = tmp_path / "stranger"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "stranger", "-f", str(key))
    return key


def by_ssh(lab: Lab, host: Host, key: Path, **more: str) -> HostSpec:
    return spec_of(lab, host, "ssh", keyfile=str(key), **more)


def refused(console: Console, host: str, reason: Reason, detail: str = "") -> None:
    status = console.awaits(host, Phase.REFUSED, Phase.UNREACHABLE, Phase.LIVE, seconds=40)
    assert status.problem is not None, status
    assert (status.phase, status.problem.reason) == (Phase.REFUSED, reason), status
    assert not detail or status.problem.detail == detail, status
    assert not status.next_try


def shown_by(host: Host) -> str:
    """The fingerprint of a host's key."""
    return run("ssh-keygen", "-l", "-f", "-", stdin=host.host_key()).split()[1]


def everywhere() -> Iterator[tuple[str, bytes]]:
    """The command line and the environment of every process there is."""
    for folder in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            with contextlib.suppress(OSError):
                yield f"{folder}/{name}", (folder / name).read_bytes()


def test_one_passphrase_opens_all_hosts_of_a_key_and_is_nowhere_to_be_seen(
    lab: Lab, locked: Path, home: Path, open_console: Callable[..., Console]
) -> None:
    person = Person(2.0, passphrase=[PASSPHRASE])
    console = open_console(answers=person)
    specs = [
        by_ssh(lab, host, locked, id=f"{host.name}{number}", name=f"{host.name}{number}")
        for host in lab.hosts.values()
        for number in range(6)
    ]
    console.add(*specs, live=False)
    seen: list[str] = []
    while not all(console.inventory.status(spec.id).phase is Phase.LIVE for spec in specs):
        seen += [where for where, text in everywhere() if PASSPHRASE.encode() in text]
        seen += [str(file) for file in home.rglob("*") if file.is_file() and PASSPHRASE.encode() in file.read_bytes()]
        assert all(console.inventory.status(spec.id).phase is not Phase.REFUSED for spec in specs)
        time.sleep(0.02)
    assert person.wanted == [Wanted.PASSPHRASE]
    assert person.asked[0].question.detail == str(locked)
    assert not seen
    assert not list((home / "run").glob("splendid-*")), "what ssh asked with stayed behind"


def test_a_wrong_passphrase_is_asked_for_thrice_and_then_refused(
    lab: Lab, locked: Path, open_console: Callable[..., Console]
) -> None:
    person = Person(passphrase=["a", "b", "c", "d"])
    console = open_console(answers=person)
    console.add(by_ssh(lab, lab.hosts["alpha"], locked), live=False)
    refused(console, "alpha", Reason.PASSPHRASE, str(locked))
    assert person.wanted.count(Wanted.PASSPHRASE) == 3
    assert [pending.question.again for pending in person.asked[:3]] == [False, True, True]


def test_a_wrong_passphrase_put_right_opens_all(lab: Lab, locked: Path, open_console: Callable[..., Console]) -> None:
    person = Person(1.0, passphrase=["wrong", PASSPHRASE])
    console = open_console(answers=person)
    console.add(*(by_ssh(lab, host, locked) for host in lab.hosts.values()))
    assert person.wanted == [Wanted.PASSPHRASE] * 2


def test_no_answer_is_one_for_all_and_try_now_asks_again(
    lab: Lab, locked: Path, open_console: Callable[..., Console]
) -> None:
    person = Person(1.0)
    console = open_console(answers=person)
    console.add(*(by_ssh(lab, host, locked) for host in lab.hosts.values()), live=False)
    for host in lab.hosts:
        refused(console, host, Reason.PASSPHRASE, str(locked))
    assert person.wanted == [Wanted.PASSPHRASE]
    person.answers["passphrase"] = [PASSPHRASE]
    for host in lab.hosts:
        console.services.hosts.try_now(host)
        console.awaits(host, Phase.LIVE)
    assert person.wanted == [Wanted.PASSPHRASE] * 2


def test_a_key_in_the_agent_is_asked_for_by_nobody(
    lab: Lab, locked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_console: Callable[..., Console]
) -> None:
    door = tmp_path / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(door)], stdout=subprocess.DEVNULL) as agent:
        try:
            until(door.exists, "the agent is there")
            helper = tmp_path / "say"
            helper.write_text(f"#!/bin/sh\necho {PASSPHRASE}\n")
            helper.chmod(0o700)
            asked = {"SSH_ASKPASS": str(helper), "SSH_ASKPASS_REQUIRE": "force", "SSH_AUTH_SOCK": str(door)}
            subprocess.run(["ssh-add", "-q", str(locked)], env=os.environ | asked, check=True, stdin=subprocess.DEVNULL)
            monkeypatch.setenv("SSH_AUTH_SOCK", str(door))
            person = Person()
            console = open_console(answers=person)
            console.add(by_ssh(lab, lab.hosts["alpha"], locked))
            assert not person.asked
        finally:
            agent.terminate()


def test_a_password_is_asked_for_once(lab: Lab, stranger: Path, open_console: Callable[..., Console]) -> None:
    person = Person(password=[PASSWORD])
    console = open_console(answers=person)
    console.add(by_ssh(lab, lab.hosts["alpha"], stranger))
    assert person.wanted == [Wanted.PASSWORD]
    assert person.asked[0].question.detail == "root"
    console.services.hosts.disconnect("alpha")
    console.services.hosts.connect("alpha")
    console.awaits("alpha", Phase.LIVE)
    assert len(person.asked) == 1, "the answer is known for this session"


def test_wrong_and_missing_passwords_are_refused(
    lab: Lab, stranger: Path, open_console: Callable[..., Console]
) -> None:
    person = Person(password=["wrong"] * 5)
    console = open_console(answers=person)
    console.add(by_ssh(lab, lab.hosts["alpha"], stranger), live=False)
    refused(console, "alpha", Reason.PASSWORD)
    assert person.wanted == [Wanted.PASSWORD] * 3
    person.answers.clear()
    console.services.hosts.try_now("alpha")
    until(lambda: len(person.asked) == 4, "asked again")
    until(lambda: console.inventory.status("alpha").phase is Phase.REFUSED, "refused")
    refused(console, "alpha", Reason.PASSWORD)


def test_nobody_there_is_refused_at_once(lab: Lab, locked: Path, stranger: Path, console: Console) -> None:
    console.add(by_ssh(lab, lab.hosts["alpha"], locked), by_ssh(lab, lab.hosts["beta"], stranger), live=False)
    refused(console, "alpha", Reason.PASSPHRASE)
    refused(console, "beta", Reason.PASSWORD)


def test_an_unknown_host_key_is_asked_about_with_its_fingerprint(
    lab: Lab, alpha: Host, open_console: Callable[..., Console]
) -> None:
    lab.known_hosts.write_text("")
    person = Person(host_key=["yes"])
    console = open_console(answers=person)
    console.add(spec_of(lab, alpha, "ssh"))
    assert [pending.question.detail for pending in person.asked] == [f"ED25519 {shown_by(alpha)}"]
    assert lab.known_hosts.read_text().count("ssh-ed25519") == 1


def test_hosts_behind_another_are_asked_for_by_its_name(
    lab: Lab, locked: Path, beta: Host, open_console: Callable[..., Console]
) -> None:
    settings = lab.keyfile.parent / "config"
    alpha = lab.hosts["alpha"]
    settings.write_text(
        f"Host far*\n HostName {beta.address}\n User root\n ProxyJump root@{alpha.address}\n"
        f"Host *\n IdentityFile {locked}\n IdentitiesOnly yes\n"
    )
    lab.known_hosts.write_text("")
    try:
        person = Person(0.5, host_key=["yes"] * 4, passphrase=[PASSPHRASE])
        console = open_console(answers=person)
        console.add(HostSpec("far1", "far1", "qemu+ssh://far1/system"))
        names = [(pending.question.wanted, pending.question.host_name) for pending in person.asked]
        assert names == [(Wanted.HOST_KEY, alpha.address), (Wanted.PASSPHRASE, "far1"), (Wanted.HOST_KEY, "far1")]
        console.add(HostSpec("far2", "far2", "qemu+ssh://far2/system"))
        assert len(person.asked) == 3
    finally:
        settings.unlink()


def test_a_changed_key_of_libssh_is_refused_and_nobody_is_asked(
    lab: Lab, alpha: Host, tmp_path: Path, open_console: Callable[..., Console]
) -> None:
    known = tmp_path / "known"
    known.write_text(alpha.host_key())
    alpha.new_host_key()
    alpha.sshd()
    person = Person(host_key=["yes"])
    console = open_console(answers=person)
    console.add(spec_of(lab, alpha, "libssh", uri=f"{alpha.uri('libssh')}?known_hosts={known}"), live=False)
    refused(console, "alpha", Reason.HOST_KEY_CHANGED)
    assert not person.asked


@pytest.mark.hangs  # libvirt's libssh takes five seconds for a long reply, and can't be hurried
@pytest.mark.parametrize("transport", ["ssh", "libssh"])
def test_a_key_that_was_refused_is_trusted_from_the_hosts_page(
    lab: Lab, alpha: Host, tmp_path: Path, open_console: Callable[..., Console], transport: str
) -> None:
    lab.known_hosts.write_text("")
    person = Person()
    console = open_console(answers=person)
    uri = alpha.uri(transport) + (f"?known_hosts={tmp_path / 'known'}" if transport == "libssh" else "")
    console.add(spec_of(lab, alpha, transport, uri=uri), live=False)
    refused(console, "alpha", Reason.HOST_KEY_UNKNOWN)
    problem = console.inventory.status("alpha").problem
    assert problem is not None
    assert problem.detail == shown_by(alpha)
    console.services.hosts.trust_shown("alpha", problem.detail)
    console.awaits("alpha", Phase.LIVE)
    assert person.wanted == [Wanted.HOST_KEY], "who has agreed is not asked again"


@pytest.mark.hangs
def test_libssh_asks_for_a_password(
    lab: Lab, stranger: Path, tmp_path: Path, open_console: Callable[..., Console]
) -> None:
    uri = f"{lab.hosts['alpha'].uri('libssh')}?known_hosts={tmp_path / 'known'}"
    person = Person(host_key=["yes"], password=["wrong", PASSWORD])
    console = open_console(answers=person)
    console.add(spec_of(lab, lab.hosts["alpha"], "libssh", uri=uri, keyfile=str(stranger)))
    assert person.wanted == [Wanted.HOST_KEY, Wanted.PASSWORD, Wanted.PASSWORD]
    assert person.asked[0].question.detail == shown_by(lab.hosts["alpha"])
    assert [pending.question.again for pending in person.asked] == [False, False, True]
    person.answers["password"] = ["wrong"] * 9
    console.services.credentials.secrets.forget(f"libssh://root@{lab.hosts['alpha'].address}")
    console.services.hosts.disconnect("alpha")
    console.services.hosts.connect("alpha")
    until(lambda: console.inventory.status("alpha").phase is Phase.REFUSED, "refused")
    refused(console, "alpha", Reason.PASSWORD)
    assert person.wanted[3:] == [Wanted.PASSWORD] * 3


# the command line


def test_without_a_terminal_the_command_line_says_so(lab: Lab, locked: Path, desk: Desk) -> None:
    desk.fleet(by_ssh(lab, lab.hosts["alpha"], locked))
    said = desk("vm", "list")
    assert said.code == 3
    assert "passphrase" in said.err
    assert "not a terminal" in said.err


def test_the_command_line_asks_on_its_terminal(lab: Lab, locked: Path, desk: Desk) -> None:
    desk.fleet(*(by_ssh(lab, host, locked) for host in lab.hosts.values()))
    ours, theirs = pty.openpty()
    command = lab.argv("setsid", "-cw", sys.executable, "-m", "console", "--profile", str(desk.profile), "host", "list")
    environment = lab.environment() | {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as program:
        os.close(theirs)
        try:
            told = read_until(ours, "Passphrase of the key:")
            assert str(locked) in told
            os.write(ours, f"{PASSPHRASE}\n".encode())
            told = read_until(ours, None)
            assert program.wait(20) == 0, told
        finally:
            program.kill()
            os.close(ours)
    assert "Passphrase" not in told, "asked once"
    assert PASSPHRASE not in told


def read_until(terminal: int, text: str | None, seconds: float = 30.0) -> str:
    """What a program writes, until it has written `text`, or has ended."""
    end, told = time.monotonic() + seconds, ""
    while text is None or text not in told:
        assert time.monotonic() < end, told
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                told += os.read(terminal, 4096).decode(errors="replace")
            except OSError:  # how a terminal says that nobody has it open any more
                return told
    return told
