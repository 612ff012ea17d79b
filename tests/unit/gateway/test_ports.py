from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.fleet.errors import Denied, FleetError, Reason, Unreachable
from console.gateway import ports


@contextlib.contextmanager
def silent_port() -> Iterator[int]:
    """A port whose queue is full: further connections get no answer, as if their packets were dropped."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filling = stack.enter_context(socket.socket())
            filling.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filling.connect(listener.getsockname())
        yield listener.getsockname()[1]


def reason(call: object, *arguments: object) -> Reason:
    with pytest.raises(FleetError) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.problem.reason


def test_somebody_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert ports.knock("127.0.0.1", listener.getsockname()[1], 1) == "127.0.0.1"


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable) as caught:
        ports.knock("127.0.0.1", port, 1)
    assert caught.value.problem.reason is Reason.CONN_REFUSED
    assert caught.value.problem.detail == f"127.0.0.1:{port}"


def test_nobody_answers_within_the_limit() -> None:
    with silent_port() as port:
        begun = time.monotonic()
        assert reason(ports.knock, "127.0.0.1", port, 0.3) is Reason.SILENT
        assert time.monotonic() - begun < 1.5


def test_a_name_that_nobody_knows() -> None:
    assert reason(ports.knock, "no-such-host.invalid", 22, 1) is Reason.NAME_UNKNOWN
    assert reason(ports.resolve, "x" * 80 + ".example", 22) is Reason.NAME_UNKNOWN


def test_no_way_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "resolve", lambda *_: [(socket.AF_INET, ("255.255.255.255", 22))])
    assert reason(ports.knock, "far", 22, 1) in (Reason.NO_ROUTE, Reason.PERMISSION)


def test_the_next_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        both = [(socket.AF_INET, ("127.0.0.2", 1)), (socket.AF_INET, ("127.0.0.1", port))]
        monkeypatch.setattr(ports, "resolve", lambda *_: both)
        assert ports.knock("two", port, 1) == "127.0.0.1"


def test_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "s"
    assert reason(ports.knock_socket, str(path), 1) is Reason.NO_SOCKET
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        assert reason(ports.knock_socket, str(path), 1) is Reason.CONN_REFUSED
        listener.listen()
        ports.knock_socket(str(path), 1)
    assert reason(ports.knock_socket, str(path), 1) is Reason.CONN_REFUSED
    (tmp_path / "file").write_text("")
    assert reason(ports.knock_socket, str(tmp_path / "file"), 1) is Reason.NO_SOCKET


def test_a_socket_one_may_not_use() -> None:
    assert isinstance(ports.of_os(PermissionError(13, "Permission denied"), "/run/x"), Denied)
    assert ports.of_os(OSError(113, "No route to host")).problem.reason is Reason.NO_ROUTE
    assert ports.of_os(TimeoutError()).problem.reason is Reason.SILENT
    assert ports.of_os(OSError(5, "Input/output error")).problem.reason is Reason.OTHER
