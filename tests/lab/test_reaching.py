"""Hosts that cannot be reached, or must not be: each ends in a said state with the reason, and costs nobody else anything."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.fleet.errors import Reason
from console.fleet.hosts import HostSpec, Phase
from console.services.credentials import Pending
from tests.lab.harness.config import PASSWORD, SASL_USER
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import SSH_PORT, TCP_PORT, TLS_PORT, Host
from tests.lab.harness.lab import Lab
from tests.lab.harness.pki import Authority
from tests.lab.support import Console, spec_of


def refused(console: Console, spec: HostSpec, reason: Reason) -> None:
    """The host is refused for that reason, and not tried again by itself."""
    console.add(spec, live=False)
    status = console.awaits(spec.id, Phase.REFUSED, Phase.UNREACHABLE, Phase.LIVE)
    assert status.problem is not None, status
    assert (status.phase, status.problem.reason) == (Phase.REFUSED, reason), status
    assert not status.next_try


def unreachable(console: Console, spec: HostSpec, reason: Reason, seconds: float = 20.0) -> None:
    """The host, which was added, is unreachable for that reason, and tried again by itself."""
    status = console.awaits(spec.id, Phase.REFUSED, Phase.UNREACHABLE, Phase.LIVE, seconds=seconds)
    assert status.problem is not None, status
    assert (status.phase, status.problem.reason) == (Phase.UNREACHABLE, reason), status
    assert status.next_try > time.time() - 5


def test_a_changed_ssh_host_key_is_refused(lab: Lab, alpha: Host, console: Console) -> None:
    alpha.new_host_key()
    alpha.sshd()
    refused(console, spec_of(lab, alpha, "ssh"), Reason.HOST_KEY_CHANGED)


def test_an_unknown_ssh_host_key_is_refused_until_it_is_trusted(lab: Lab, alpha: Host, console: Console) -> None:
    lab.known_hosts.write_text("")
    spec = spec_of(lab, alpha, "ssh")
    refused(console, spec, Reason.HOST_KEY_UNKNOWN)
    offered = [line.values["line"] for line in console.services.hosts.check(spec) if line.step == "host-key"]
    assert offered
    console.services.hosts.trust_host_key(spec, str(offered[0]))
    console.awaits(spec.id, Phase.LIVE)


def test_a_key_that_no_host_knows_is_refused(lab: Lab, alpha: Host, console: Console, tmp_path: Path) -> None:
    settings = alpha.home / "ssh/sshd_config"
    before = settings.read_text()
    (alpha.home / "ssh/authorized_keys").rename(tmp_path / "authorized_keys")
    settings.write_text(before.replace("PasswordAuthentication yes", "PasswordAuthentication no"))
    alpha.sshd()
    try:
        refused(console, spec_of(lab, alpha, "ssh"), Reason.KEY_REJECTED)
    finally:
        shutil.copy(tmp_path / "authorized_keys", alpha.home / "ssh/authorized_keys")
        settings.write_text(before)
        alpha.sshd()


def test_a_check_while_typing_says_that_a_password_would_be_asked(lab: Lab, alpha: Host, console: Console) -> None:
    person = Person("never asked")
    console.app.desk.handler = person
    spec = spec_of(lab, alpha, "ssh")
    spec = replace(spec, uri=spec.uri.replace("root@", "nobody@"))
    *before, last = console.services.hosts.check(spec, asking=False)
    assert [(line.step, line.ok) for line in before] == [("name", True), ("port", True), ("host-key", True)]
    assert (last.step, last.ok, last.values.get("asks")) == ("sign-in", None, "password"), last
    assert person.asked == []


class Person:
    """Answers what is asked, from a list of passwords, and counts how often she was asked."""

    def __init__(self, *passwords: str) -> None:
        self.passwords = list(passwords)
        self.asked: list[str] = []

    def __call__(self, pending: Pending) -> None:
        wanted = pending.question.wanted.value
        self.asked.append(wanted)
        pending.answer(SASL_USER if wanted == "username" else self.passwords.pop(0) if self.passwords else None)


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_a_host_that_asks_for_a_password_opens_with_the_right_one(
    lab: Lab, beta: Host, open_console: Callable[..., Console], transport: str
) -> None:
    beta.configure(password=True)
    beta.restart()
    person = Person(PASSWORD)
    console = open_console(answers=person)
    console.add(spec_of(lab, beta, transport))
    assert person.asked.count("password") == 1


def test_a_wrong_password_is_refused(lab: Lab, beta: Host, open_console: Callable[..., Console]) -> None:
    beta.configure(password=True)
    beta.restart()
    console = open_console(answers=Person("wrong"))
    refused(console, spec_of(lab, beta), Reason.PASSWORD)


def test_a_certificate_for_another_name_is_refused(lab: Lab, beta: Host, console: Console, tmp_path: Path) -> None:
    Authority(lab.folder / "authority", "").server(tmp_path / "other", "other.example")
    beta.certificate(tmp_path / "other")
    beta.restart()
    refused(console, spec_of(lab, beta, "tls"), Reason.TLS_NAME)
    # The user's own word for this one host, and only that, lets it pass.
    console.add(spec_of(lab, beta, "tls", id="unverified", name="unverified", verify=False))


def test_a_certificate_of_a_stranger_is_refused(lab: Lab, beta: Host, console: Console, tmp_path: Path) -> None:
    Authority(tmp_path / "stranger", "Stranger").server(tmp_path / "strange", beta.name, [beta.address])
    beta.certificate(tmp_path / "strange")
    beta.restart()
    refused(console, spec_of(lab, beta, "tls"), Reason.TLS_UNTRUSTED)


def test_a_port_where_nothing_listens_is_unreachable(lab: Lab, console: Console) -> None:
    address = lab.hosts["alpha"].address
    spec = HostSpec("none", "none", f"qemu+tcp://{address}:16999/system")
    console.add(spec, live=False)
    unreachable(console, spec, Reason.CONN_REFUSED)


def test_hosts_that_say_nothing_are_silent_and_the_others_live(
    lab: Lab, guests: dict[str, Guest], beta: Host, console: Console
) -> None:
    """Three where no packet is answered, and one that takes the call and never says a word."""
    console.add(spec_of(lab, lab.hosts["alpha"]))
    for port in (TCP_PORT, TLS_PORT, SSH_PORT):
        beta.drop_port(port)
    specs = [spec_of(lab, beta, transport, id=transport, name=transport) for transport in ("tcp", "tls", "ssh")]
    with beta.silent_port(17000):
        specs.append(HostSpec("mute", "mute", f"qemu+tcp://{beta.address}:17000/system"))
        console.add(*specs, live=False)
        for spec in specs:
            unreachable(console, spec, Reason.SILENT, 30)
    assert console.inventory.fresh("alpha")
