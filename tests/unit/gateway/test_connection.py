from __future__ import annotations

import resource
from typing import Any

import libvirt
import pytest

from console.fleet.credentials import Wanted
from console.fleet.errors import AuthFailed, Denied, FleetError, NotFound, Problem, Reason, Unreachable
from console.fleet.hosts import HostSpec
from console.gateway import connection, loop, ssh
from console.gateway.asking import Asking
from console.gateway.connection import Link, look_for, open_connection, open_once, raise_file_limit
from console.gateway.errors import fleet_error
from console.gateway.uri import take_apart
from tests.contract.daemon import free_port
from tests.unit.gateway.person import Person

SSH = HostSpec("a", "alpha", "qemu+ssh://root@alpha/system")
TCP = HostSpec("a", "alpha", "qemu+tcp://alpha/system")


def asked(spec: HostSpec, person: Person, *kinds: tuple[int, str, str]) -> tuple[int, list[Any]]:
    """What libvirt's callback returns, and the answers it filled in."""
    credentials = [[kind, prompt, challenge, None, None] for kind, prompt, challenge in kinds]
    done = Asking(spec, person).for_libvirt(credentials, None)
    return done, [credential[4] for credential in credentials]


def test_the_user_of_the_uri_is_not_asked_for() -> None:
    person = Person("secret")
    kinds = (libvirt.VIR_CRED_AUTHNAME, "name", ""), (libvirt.VIR_CRED_PASSPHRASE, "Enter password", "")
    assert asked(HostSpec("a", "a", "qemu+tcp://anna@alpha/system"), person, *kinds) == (0, ["anna", "secret"])
    assert [question.wanted for question in person.asked] == [Wanted.PASSWORD]


def test_a_user_is_asked_for_where_the_uri_has_none() -> None:
    person = Person("anna", "secret")
    kinds = (libvirt.VIR_CRED_AUTHNAME, "name", ""), (libvirt.VIR_CRED_PASSPHRASE, "Enter password", "")
    assert asked(TCP, person, *kinds) == (0, ["anna", "secret"])
    assert [question.wanted for question in person.asked] == [Wanted.USERNAME, Wanted.PASSWORD]
    assert person.asked[0].host_name == "alpha"


def test_no_answer_ends_the_attempt() -> None:
    person = Person(None)
    assert asked(TCP, person, (libvirt.VIR_CRED_PASSPHRASE, "Enter password", ""))[0] == -1


def test_the_passphrase_of_a_key_is_told_from_a_password() -> None:
    person = Person("a", "b")
    asked(SSH, person, (libvirt.VIR_CRED_PASSPHRASE, "Passphrase for key '/home/me/.ssh/id'", ""))
    asked(SSH, person, (libvirt.VIR_CRED_NOECHOPROMPT, "Password:", ""))
    assert [question.wanted for question in person.asked] == [Wanted.PASSPHRASE, Wanted.PASSWORD]


@pytest.mark.parametrize(("answer", "given"), [("yes", "y"), ("no", "n"), (None, "n")])
def test_an_unknown_host_key_is_shown_with_its_fingerprint(answer: str | None, given: str) -> None:
    person = Person(answer)
    prompt = "Accept SSH host key with hash 'SHA256:abc' for host 'alpha:22' (y/n)?"
    assert asked(SSH, person, (libvirt.VIR_CRED_ECHOPROMPT, prompt, "")) == (0, [given])
    assert (person.asked[0].wanted, person.asked[0].detail) == (Wanted.HOST_KEY, "SHA256:abc")


def tries(monkeypatch: pytest.MonkeyPatch, *reasons: Reason | None, ask: Wanted | None = Wanted.PASSWORD) -> list[bool]:
    """Has open_once fail for these reasons in turn (None = it opens); each asks once. Returns each question's `again`."""
    left = list(reasons)
    again: list[bool] = []

    def once(spec: HostSpec, asking: Asking) -> connection.Opened:
        if ask is not None:
            again.append(asking.again)
            asking.question(ask)
        reason = left.pop(0)
        if reason is None:
            return connection.Opened("open")
        raise fleet_error(Problem(reason), spec.name)

    monkeypatch.setattr(connection, "open_once", once)
    monkeypatch.setattr(connection, "look_for", lambda *_: "")
    return again


def test_a_wrong_password_is_asked_for_again_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    again = tries(monkeypatch, Reason.PASSWORD, Reason.PASSWORD, None)
    assert open_connection(TCP, Asking(TCP, Person("a", "b", "c"))).conn == "open"
    assert again == [False, True, True]
    tries(monkeypatch, *[Reason.PASSWORD] * 9)
    with pytest.raises(AuthFailed):
        open_connection(TCP, Asking(TCP, Person(*"abcdefgh")))


def test_who_gives_no_password_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    again = tries(monkeypatch, Reason.PASSWORD, None)
    with pytest.raises(AuthFailed):
        open_connection(TCP, Asking(TCP, Person(None)))
    assert again == [False]


OFFERED = ssh.HostKey("ED25519", "SHA256:abc", "alpha ssh-ed25519 AAAA")


@pytest.mark.parametrize(("answer", "trusted"), [("yes", ["alpha ssh-ed25519 AAAA"]), ("no", []), (None, [])])
def test_an_unknown_key_of_ssh_is_trusted_by_the_users_word_alone(
    monkeypatch: pytest.MonkeyPatch, answer: str | None, trusted: list[str]
) -> None:
    tries(monkeypatch, Reason.HOST_KEY_UNKNOWN, None, ask=None)
    lines: list[str] = []
    monkeypatch.setattr(ssh, "state", lambda _way: ssh.Known(ssh.KeyState.UNKNOWN, (OFFERED,)))
    monkeypatch.setattr(ssh, "trust", lambda line, _way: lines.append(line))
    person = Person(answer)
    if trusted:
        assert open_connection(SSH, Asking(SSH, person)).conn == "open"
    else:
        with pytest.raises(AuthFailed) as caught:
            open_connection(SSH, Asking(SSH, person))
        assert caught.value.problem.detail == "SHA256:abc"
    assert lines == trusted
    assert person.asked[0].detail == "ED25519 SHA256:abc"


def test_a_changed_key_is_never_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    tries(monkeypatch, Reason.HOST_KEY_CHANGED, None, ask=None)
    person = Person("yes")
    with pytest.raises(AuthFailed):
        open_connection(SSH, Asking(SSH, person))
    assert person.asked == []


def test_nobody_is_looked_for_where_only_ssh_knows_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh, "way_to", lambda _target: ssh.Way("far", 22, "far", "", True, ()))
    assert look_for(take_apart(SSH.uri), SSH) == ""
    assert look_for(take_apart("test:///default"), SSH) == ""


def test_a_port_is_looked_at_before_libvirt_opens() -> None:
    uri = f"qemu+tcp://127.0.0.1:{free_port()}/system"
    with pytest.raises(Unreachable):
        look_for(take_apart(uri), TCP)


@pytest.fixture
def events() -> Any:
    loop.acquire()
    yield
    loop.release()


@pytest.mark.usefixtures("events")
def test_opening_for_real_and_looking_up() -> None:
    opened = open_once(HostSpec("t", "t", "test:///default"), Asking(TCP, Person()))
    link = Link(HostSpec("t", "t", "test:///default"), opened.conn)
    with pytest.raises(NotFound):
        link.domain("00000000-0000-4000-8000-000000000099")
    link.writable()
    with pytest.raises(Denied):
        Link(link.spec, opened.conn, read_only=True).writable()
    opened.cut()  # a driver in our own process has no wire
    opened.conn.close()


@pytest.mark.usefixtures("events")
def test_read_only_is_opened_read_only() -> None:
    opened = open_once(HostSpec("t", "t", "test:///default", read_only=True), Asking(TCP, Person()))
    with pytest.raises(libvirt.libvirtError, match="read only"):
        opened.conn.lookupByName("test").destroy()
    opened.conn.close()


@pytest.mark.usefixtures("events")
@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("test:///nowhere.xml", Reason.NO_FILE),
        ("test:///dev/null", Reason.BAD_FILE),
        ("test:///", Reason.BAD_URI),
        ("qemu+nonsense://a/system", Reason.BAD_URI),
        ("qemu+tls://127.0.0.1/system?pkipath=/nonexistent", Reason.TLS_SETUP),
        ("qemu+unix:///system?socket=/no/such/folder/socket", Reason.NO_SOCKET),
    ],
)
def test_why_it_could_not_be_opened(uri: str, reason: Reason) -> None:
    spec = HostSpec("t", "t", uri)
    with pytest.raises(FleetError) as caught:
        open_once(spec, Asking(spec, Person()))
    assert caught.value.problem.reason is reason


def test_the_limit_of_open_files_is_raised() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        raise_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 256
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("events")
def test_a_domain_is_looked_up_once_and_what_is_gone_is_noticed_by_its_use() -> None:
    opened = open_once(HostSpec("t", "t", "test:///default"), Asking(TCP, Person()))
    link = Link(HostSpec("t", "t", "test:///default"), opened.conn)
    uuid = opened.conn.lookupByName("test").UUIDString()
    first = link.domain(uuid)
    assert link.domain(uuid) is first
    with pytest.raises(NotFound):
        link.domain("00000000-0000-4000-8000-000000000000")
    assert link.handles == {uuid: first}
    assert hash(link) == hash(Link(link.spec, opened.conn))
    link.handles.clear()
    opened.conn.close()
