"""The way of a question from ssh to the console; a stand-in for ssh asks what it is told to."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.gateway import askpass, prompts


@pytest.fixture(autouse=True)
def stand_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """`ssh PROMPT` asks that, and prints the answer and how it was asked."""
    folder = home / "bin"
    folder.mkdir()
    path = folder / "ssh"
    path.write_text(
        "#!/bin/sh\n[ \"$1\" = -V ] && { echo 'OpenSSH_9.2p1 Debian-2' >&2; exit; }\n"
        '"$SSH_ASKPASS" "$1"; echo "$?" "$SSH_ASKPASS_REQUIRE" "$SPLENDID_TOKEN"; exit 0\n'
    )
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    prompts.able.cache_clear()
    yield path
    prompts.able.cache_clear()


def ssh(program: str, prompt: str) -> list[str]:
    return subprocess.run([program, prompt], capture_output=True, text=True, timeout=10).stdout.splitlines()


def test_each_program_asks_its_own(home: Path) -> None:
    asked: list[tuple[str, str]] = []

    def answer(prompt: str, hint: str, asker: str) -> str:
        assert asker.isdigit()
        asked.append((prompt, hint))
        return "one"

    with prompts.program(answer) as one, prompts.program(lambda *_: "two") as two:
        first, second = ssh(one, "Password: "), ssh(two, "Password: ")
    assert first[0] == "one"
    assert first[1].split() == ["0", "force", Path(one).name]
    assert second[0] == "two"
    assert asked == [("Password: ", "")]
    assert not list((home / "run").iterdir())


def test_nobody_else_gets_at_it() -> None:
    with prompts.program(lambda *_: "") as program:
        folder = Path(program).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "socket").stat().st_mode) == 0o600
        assert ssh(str(folder / "ssh"), "Password: ")[0].split()[0] == "1", "not without a token"


def test_a_token_is_good_for_one_attempt() -> None:
    with prompts.program(lambda *_: "secret") as later:
        with prompts.program(lambda *_: "secret") as program:
            token, folder = Path(program).name, Path(program).parent
        assert not Path(program).exists()
        asked = askpass.exchange(str(folder / "socket"), {"token": token, "prompt": "Password: ", "hint": ""})
        assert asked == b""
        assert askpass.exchange(str(folder / "socket"), {"token": Path(later).name}) == b"=secret"


@pytest.mark.parametrize("sent", [b"", b"nonsense", b"[1]", b"\xff\xfe", b'{"token": {}}'])
def test_nonsense_gets_no_answer(sent: bytes) -> None:
    import socket  # noqa: PLC0415

    with prompts.program(lambda *_: "secret") as program, socket.socket(socket.AF_UNIX) as door:
        door.connect(str(Path(program).parent / "socket"))
        door.sendall(sent)
        door.shutdown(socket.SHUT_WR)
        assert door.recv(100) == b""


def test_many_at_once() -> None:
    got: list[str] = []

    def attempt(number: int) -> None:
        with prompts.program(lambda *_: f"answer {number}") as program:
            got.append(ssh(program, "Password: ")[0])

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(got) == sorted(f"answer {number}" for number in range(12))


def test_what_hangs_at_the_end_leaves_nothing_behind(home: Path) -> None:
    with prompts.program(lambda *_: "secret") as hung:
        prompts.abandon()
        assert not list((home / "run").iterdir())
        with prompts.program(lambda *_: "anew") as later:
            assert ssh(later, "Password: ")[0] == "anew"
            assert Path(later).parent != Path(hung).parent
    prompts.abandon()


@pytest.mark.parametrize("version", ["OpenSSH_8.4p1", "Sun_SSH_2.4", ""])
def test_an_old_ssh_is_left_alone(stand_in: Path, version: str) -> None:
    stand_in.write_text(f"#!/bin/sh\necho '{version}' >&2\n")
    with prompts.program(lambda *_: "") as program:
        assert program == ""


def test_without_ssh_there_is_nothing_to_ask(stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert not prompts.able()


def test_without_a_folder_for_programs_it_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "relative")
    monkeypatch.setattr(prompts.tempfile, "gettempdir", lambda: "/nonexistent")
    with prompts.program(lambda *_: "") as program:
        assert program == ""
    assert "no folder for programs" in caplog.text


def test_when_no_file_can_be_opened_for_a_moment_who_asks_waits_and_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with prompts.program(lambda prompt, hint, asker: "secret") as program:
        desk, place = prompts._desk, str(Path(program).parent / "socket")
        assert desk is not None
        real = desk._listener

        class Full:
            """The listener, on a day when there are no file descriptors left, once."""

            tried = 0

            def accept(self) -> object:
                self.tried += 1
                if self.tried == 1:
                    raise OSError(errno.EMFILE, "Too many open files")
                return real.accept()

            def __getattr__(self, name: str) -> object:
                return getattr(real, name)

        full = Full()
        monkeypatch.setattr(desk, "_listener", full)
        question = {"token": Path(program).name, "prompt": "Password: "}
        assert askpass.exchange(place, question) == b"=secret"  # taken by the call that was under way
        answers: list[bytes] = []
        asker = threading.Thread(target=lambda: answers.append(askpass.exchange(place, question)), daemon=True)
        asker.start()
        asker.join(5)
        assert answers == [b"=secret"]
        assert full.tried > 1
