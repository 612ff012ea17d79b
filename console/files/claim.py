"""Of several programs on one profile, one does what must not be done twice. The kernel gives the claim back however it ends."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from pathlib import Path

import msgspec

from console.fleet.errors import Failed, Problem, Reason


class Claimant(msgspec.Struct, frozen=True):
    """Who has a claim: process number, computer, and since when (epoch)."""

    pid: int
    computer: str
    since: float


class Claim:
    """A lock on a file, in whose text stands who holds it. Used from one thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: int | None = None

    @property
    def held(self) -> bool:
        return self._held is not None

    def take(self) -> bool:
        """True: it is ours, now or before. Never waits. Errors: Failed where the file cannot be made."""
        if self._held is not None:
            return True
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            number = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Failed(
                Problem(Reason.OTHER, f"{self.path}: {error.strerror}", error.errno or 0), self.path.name
            ) from None
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(number)
            return False
        text = msgspec.json.encode(Claimant(os.getpid(), socket.gethostname(), time.time()))
        try:
            os.ftruncate(number, 0)
            os.pwrite(number, text, 0)
        except OSError:
            pass  # a full disk: the lock holds without its text
        self._held = number
        return True

    def other(self) -> Claimant | None:
        """Who else holds it now; None: nobody, or it is not written who. Never waits."""
        if self._held is not None or not self._taken():
            return None
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Claimant)
        except (OSError, msgspec.MsgspecError):
            return None

    def _taken(self) -> bool:
        try:
            number = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(number)
        return False

    def give(self) -> None:
        """Gives it back; the file stays."""
        if self._held is not None:
            os.close(self._held)
            self._held = None
