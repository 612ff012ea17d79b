from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from console.gateway import askpass


class Console:
    """Takes one question and gives one reply."""

    def __init__(self, folder: Path, reply: bytes) -> None:
        self.place = folder / "socket"
        self.asked: dict[str, str] = {}
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.place))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, args=(reply,), daemon=True)
        self._thread.start()

    def _serve(self, reply: bytes) -> None:
        caller, _ = self._listener.accept()
        with caller:
            data = b""
            while part := caller.recv(100):
                data += part
            self.asked = json.loads(data)
            caller.sendall(reply)

    def close(self) -> None:
        self._thread.join(5)
        self._listener.close()


def test_it_prints_what_the_console_answers(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(askpass.TOKEN, "t0")
    monkeypatch.setenv(askpass.HINT, "confirm")
    console = Console(home, "=grün und 'geheim'".encode())
    assert askpass.main([str(console.place), "Password:"]) == 0
    console.close()
    assert console.asked == {"token": "t0", "prompt": "Password:", "hint": "confirm", "asker": str(os.getppid())}
    assert capsys.readouterr().out == "grün und 'geheim'\n"


@pytest.mark.parametrize("reply", [b"", b"?"])
def test_without_an_answer_it_prints_nothing(home: Path, reply: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(home, reply)
    assert askpass.main([str(console.place), "Password:"]) == 1
    console.close()
    assert capsys.readouterr().out == ""


def test_without_a_console_it_prints_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert askpass.main([str(home / "socket"), "Password:"]) == 1
    assert capsys.readouterr().out == ""


def test_it_ends_the_ssh_that_asks_where_nobody_answers(home: Path) -> None:
    console = Console(home, b"!")
    asks = f"{sys.executable} -I -S {askpass.__file__} {console.place} Password:; sleep 30"
    ended = subprocess.run(["sh", "-c", asks], timeout=10)
    console.close()
    assert ended.returncode == -signal.SIGTERM


def test_what_is_only_to_be_said_stays_until_it_is_ended() -> None:
    command = [sys.executable, "-I", "-S", askpass.__file__, "/nowhere", "Touch your key"]
    with subprocess.Popen(command, env=os.environ | {askpass.HINT: "none"}) as helper:
        time.sleep(0.5)
        assert helper.poll() is None
        helper.terminate()
        assert helper.wait(5) == -signal.SIGTERM
