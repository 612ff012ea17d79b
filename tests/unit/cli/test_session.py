from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator

import pytest

from console.cli import asking
from console.cli.base import Exit, Options, Program
from console.cli.session import Session, Tried, exit_code, explained, trying, unreachable
from console.fleet.credentials import Question, Wanted
from console.fleet.errors import AuthFailed, Conflict, NotFound, Problem, Reason, Unreachable, UsageError
from console.services.credentials import Pending
from tests.unit.cli.conftest import Console, services


@pytest.fixture
def session(console: Console) -> Iterator[Session]:
    opened = Session(Program(services=services, window=lambda _options: 0), Options(console.folder, timeout=10))
    yield opened
    opened.close()


def test_services_open_when_first_needed(console: Console) -> None:
    def never(_options: Options) -> object:
        raise AssertionError("opened")

    lazy = Session(Program(services=never, window=lambda _options: 0), Options(console.folder))  # type: ignore[arg-type]
    lazy.close()


def test_only_the_hosts_that_are_needed_are_reached(session: Session) -> None:
    session.vms(["kvm-a/web-01"])
    inventory = session.services.inventory
    assert [inventory.fresh(host) for host in ("kvm-a", "kvm-b")] == [True, False]
    session.vms(["db-01"])
    assert [inventory.fresh(host) for host in ("kvm-a", "kvm-b")] == [True, True]


def test_a_host_that_does_not_answer_is_given_up_in_time(console: Console) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection and never says a word
        console.line("silent", f"qemu+tcp://127.0.0.1:{silent.getsockname()[1]}/system")
        session = Session(Program(services=services, window=lambda _options: 0), Options(console.folder, timeout=0.5))
        try:
            began = time.monotonic()
            session.reach([session.host("silent")])
            assert time.monotonic() - began < 3
            assert session.unreached["silent"].reason is Reason.SILENT
        finally:
            session.close()


def test_exit_codes() -> None:
    assert exit_code(UsageError(Reason.OTHER)) == Exit.USAGE
    assert exit_code(Unreachable(Reason.LOST)) == exit_code(AuthFailed(Reason.PASSWORD)) == Exit.UNREACHABLE
    assert exit_code(NotFound(Reason.GONE)) == exit_code(Conflict(Reason.EXISTS)) == Exit.FAILED
    assert exit_code(Conflict(Problem(Reason.LOST, detail="unreachable"))) == Exit.UNREACHABLE
    assert not unreachable(None)


def test_trying_keeps_what_was_tried() -> None:
    with pytest.raises(Tried) as caught, trying("vm.rename"):
        raise Conflict(Reason.EXISTS, "web-01")
    assert (caught.value.tried, caught.value.code) == ("vm.rename", Exit.FAILED)


def test_where_nobody_can_be_asked_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem(Reason.PASSWORD, "authentication failed", 45)
    assert "this is not a terminal" in explained(problem, "kvm-a", "host.connect")
    monkeypatch.setattr(type(sys.stdin), "isatty", lambda _self: True)
    assert "this is not a terminal" not in explained(problem, "kvm-a", "host.connect")


def test_libvirts_own_words_follow_where_they_tell_more() -> None:
    said = explained(Problem(Reason.IN_USE, "Failed to get write lock", 1), "web-01", "vm.start")
    assert said.startswith("Could not start web-01. It is in use.")
    assert said.endswith("(It says: Failed to get write lock)")


def test_questions_are_answered_while_waiting_and_their_time_does_not_count(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(pending: Pending, _keyring: bool) -> None:
        time.sleep(0.4)
        pending.answer("secret")

    monkeypatch.setattr(Session, "interactive", property(lambda _self: True))
    monkeypatch.setattr(asking, "answer", slowly)
    pending = Pending(Question("h", "kvm-a", Wanted.PASSWORD))
    handler = session.services.credentials.handler
    assert handler is not None
    handler(pending)
    assert session.wait(lambda: pending.answered, 0.2)
    assert not session.wait(lambda: False, 0.1)


def test_without_a_terminal_nobody_is_asked(session: Session) -> None:
    assert session.services.credentials.handler is None
