"""How ssh's questions reach the console: ssh runs a helper of ours (`askpass`), which asks over a socket in a private folder.

libvirt starts ssh with few variables of the environment, so a wrapper sets what ssh needs; it knows by its own name, a
random token, which attempt it serves. Nothing secret is in a file, a variable or a process list: answers go through the
socket, to processes of the same user alone. The folder is there while connections are being opened, and goes with the last.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import functools
import json
import logging
import os
import re
import secrets
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from console.gateway import askpass

log = logging.getLogger(__name__)

Answer = Callable[[str, str, str], str | None]
"""(prompt, hint, asker) to what is answered; None = nothing, and ssh is ended. May block as long as a person takes. asker: names
the process of ssh that asks: there are several where one host is behind another."""

OLDEST = (8, 5)  # of OpenSSH: from here on what a host makes it ask is marked with the host's name
READ_LIMIT = 5.0  # seconds the helper has to put its question
LONGEST = 65536  # bytes of a question
SCARCE = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ECONNABORTED)
AGAIN = 0.2  # seconds until the next look, where the system has nothing left for a question
PATH_LIMIT = 70  # characters of the folder: a socket's path must be shorter than 108

WRAPPER = f"""#!/bin/sh
SSH_ASKPASS="${{0%/*}}/ask" SSH_ASKPASS_REQUIRE=force {askpass.TOKEN}="${{0##*/}}"
export SSH_ASKPASS SSH_ASKPASS_REQUIRE {askpass.TOKEN}
exec ssh "$@"
"""
HELPER = """#!/bin/sh
exec {python} -I -S {helper} "${{0%/*}}/socket" "$@"
"""


@functools.cache
def able() -> bool:
    """This computer's ssh can ask through a helper, and says whose question it is."""
    try:
        said = subprocess.run(["ssh", "-V"], capture_output=True, text=True, errors="replace", timeout=5).stderr
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = re.match(r"OpenSSH\D*(\d+)\.(\d+)", said)
    return bool(found and (int(found[1]), int(found[2])) >= OLDEST and sys.executable)


class Desk:
    """The folder with wrapper, helper and socket, and a thread that takes questions. Errors: OSError."""

    def __init__(self) -> None:
        self.folder = _private_folder()
        self.users = 0
        self._answers: dict[str, Answer] = {}
        try:
            helper = HELPER.format(python=shlex.quote(sys.executable), helper=shlex.quote(askpass.__file__))
            for name, text in (("ssh", WRAPPER), ("ask", helper)):
                (self.folder / name).write_text(text)
                (self.folder / name).chmod(0o700)
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(self.folder / "socket"))
            (self.folder / "socket").chmod(0o600)
            self._listener.listen(512)
        except OSError:
            self.remove()
            raise
        threading.Thread(target=self._serve, name="ssh-questions", daemon=True).start()

    def add(self, answer: Answer) -> str:
        """A new token; a program of that name in the folder is ssh, with questions that `answer` gets."""
        token = secrets.token_hex(16)
        self._answers[token] = answer
        (self.folder / token).symlink_to("ssh")
        return token

    def drop(self, token: str) -> None:
        """From now on nobody can ask by that token."""
        del self._answers[token]
        (self.folder / token).unlink(missing_ok=True)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self._listener.close()
        self.remove()

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError as error:
                if error.errno not in SCARCE:
                    return
                time.sleep(AGAIN)
                continue
            threading.Thread(target=self._take, args=(caller,), name="ssh-question", daemon=True).start()

    def _take(self, caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            question = _read(caller)
            answer = self._answers.get(question.get("token", ""))
            if answer is None or not _is_me(caller):
                return
            text = answer(question.get("prompt", ""), question.get("hint", ""), question.get("asker", ""))
            caller.settimeout(READ_LIMIT)
            caller.sendall(askpass.STOP if text is None else askpass.ANSWER + text.encode())


def _read(caller: socket.socket) -> dict[str, str]:
    """The question of a helper; empty where it is none."""
    caller.settimeout(READ_LIMIT)
    data = b""
    while len(data) < LONGEST and (part := caller.recv(LONGEST)):
        data += part
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _is_me(caller: socket.socket) -> bool:
    """The process at the other end is of this user."""
    size = struct.calcsize("3i")
    _pid, uid, _gid = struct.unpack("3i", caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return bool(uid == os.geteuid())


def _private_folder() -> Path:
    """A new folder of this user alone, where programs may be run. Errors: OSError."""
    for base in (os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir()):
        with contextlib.suppress(OSError):
            if base.startswith("/") and len(base) < PATH_LIMIT and not os.statvfs(base).f_flag & os.ST_NOEXEC:
                return Path(tempfile.mkdtemp(prefix="splendid-", dir=base))
    raise OSError(f"no folder for programs: neither XDG_RUNTIME_DIR nor {tempfile.gettempdir()}")


_lock = threading.Lock()
_desk: Desk | None = None


@contextlib.contextmanager
def program(answer: Answer) -> Iterator[str]:
    """The path of a program that is ssh and puts its questions to `answer`, inside; "" where there can be none."""
    global _desk
    token = ""
    can = able()
    with _lock:
        try:
            if can:
                desk = _desk = _desk or Desk()
                token = desk.add(answer)
                desk.users += 1
        except OSError as error:
            log.warning("ssh cannot ask for passwords and passphrases: %s", error)
    if not token:
        yield ""
        return
    try:
        yield str(desk.folder / token)
    finally:
        with _lock:
            desk.drop(token)
            desk.users -= 1
            if not desk.users:
                desk.close()
                _desk = None if _desk is desk else _desk


@atexit.register
def abandon() -> None:
    """The program ends: what hangs in being opened can ask no more, and leaves no folder behind."""
    global _desk
    with _lock:
        if _desk is not None:
            _desk.close()
            _desk = None
