"""What `host test` and the first run tell of a host, step by step, on real sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.fleet.errors import Reason
from console.fleet.hosts import HostSpec
from console.gateway import probe
from console.gateway.probe import CheckLine, Step, check
from tests.contract.console_like import OFF, RUNNING, node
from tests.contract.daemon import Daemon, daemon, free_port


@pytest.fixture
def libvirtd(tmp_path: Path) -> Iterator[Daemon]:
    with daemon(tmp_path / "daemon") as mine:
        yield mine


def checked(uri: str, **more: object) -> list[CheckLine]:
    return list(check(HostSpec("h", "h", uri, **more), lambda _question: None))  # type: ignore[arg-type]


def test_a_good_host_by_tcp(libvirtd: Daemon, tmp_path: Path) -> None:
    lines = checked(libvirtd.uri(node(tmp_path, RUNNING, OFF), "tcp"))
    assert [line.step for line in lines] == [Step.NAME, Step.PORT, Step.SIGN_IN, Step.VERSION, Step.INVENTORY]
    assert all(line.ok for line in lines)
    assert lines[0].values["address"] == "127.0.0.1"
    assert lines[1].values["port"] == libvirtd.tcp
    assert (lines[3].values["libvirt"], lines[3].values["hypervisor"]) == (9000000, "TEST")
    assert (lines[4].values["vms"], lines[4].values["running"], lines[4].values["networks"]) == (2, 1, 1)


def test_a_good_host_by_its_socket_read_only(libvirtd: Daemon, tmp_path: Path) -> None:
    lines = checked(libvirtd.uri(node(tmp_path, RUNNING)), read_only=True)
    assert [line.step for line in lines] == [Step.PORT, Step.SIGN_IN, Step.VERSION, Step.INVENTORY]
    assert all(line.ok for line in lines)
    assert lines[1].values["read_only"] == 1


def test_in_our_own_process_nothing_comes_before_signing_in() -> None:
    assert [line.step for line in checked("test:///default")] == [Step.SIGN_IN, Step.VERSION, Step.INVENTORY]


@pytest.mark.parametrize(
    ("uri", "step", "reason"),
    [
        ("nonsense", Step.NAME, Reason.BAD_URI),
        ("qemu+tcp://root:secret@a/system", Step.NAME, Reason.BAD_URI),
        ("qemu+tcp://no-such-host.invalid/system", Step.NAME, Reason.NAME_UNKNOWN),
        ("qemu+ssh://no-such-host.invalid/system", Step.NAME, Reason.NAME_UNKNOWN),
        ("qemu+tcp://127.0.0.1:{free}/system", Step.PORT, Reason.CONN_REFUSED),
        ("qemu+ssh://127.0.0.1:{free}/system", Step.PORT, Reason.CONN_REFUSED),
        ("test+unix:///default?socket=/no/such/folder/socket", Step.PORT, Reason.NO_SOCKET),
        ("test:///nowhere.xml", Step.SIGN_IN, Reason.NO_FILE),
        ("qemu+nonsense://a/system", Step.SIGN_IN, Reason.BAD_URI),
    ],
)
def test_the_check_ends_where_it_fails_and_says_why(uri: str, step: Step, reason: Reason) -> None:
    lines = checked(uri.format(free=free_port()))
    assert (lines[-1].step, lines[-1].ok) == (step, False)
    assert lines[-1].problem is not None
    assert lines[-1].problem.reason is reason
    assert all(line.ok for line in lines[:-1])
    assert "secret" not in repr(lines)


@pytest.mark.hangs
def test_a_host_that_takes_the_call_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "OPEN_LIMIT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        begun = time.monotonic()
        lines = checked(f"qemu+tcp://127.0.0.1:{listener.getsockname()[1]}/system")
        assert time.monotonic() - begun < 5
    assert lines[-1].step is Step.SIGN_IN
    assert lines[-1].problem.reason is Reason.SILENT


def test_an_old_libvirt_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "OLDEST", 99_000_000)
    line = next(line for line in checked("test:///default") if line.step is Step.VERSION)
    assert line.ok is None
    assert line.problem.reason is Reason.TOO_OLD
