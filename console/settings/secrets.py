"""Passwords and passphrases: in the desktop's keyring where the user wants that, else in this process's memory. Nowhere else."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "splendid"
KINDS = ("username", "password", "passphrase")
LIMIT = 8.0  # seconds a keyring has to answer; it may be asking the user to unlock it

NO_BACKEND = "no-backend"  # this desktop has no keyring we know, or only one that keeps secrets in a plain file
LOCKED = "locked"  # it is there and was not unlocked
SILENT = "silent"  # it did not answer in time
BROKEN = "broken"  # it answers with an error


class Secrets:
    """What was answered to hosts' questions, by host (`uris.address_of`) and kind ("password", "passphrase").

    Every call may block for `limit` seconds on the keyring: never call it from Qt's thread. Nothing here is ever printed.

    Attributes:
        why_no_keyring: a code for why the keyring cannot be used, as of the last call; None = it can, or was not asked yet.
    """

    def __init__(self, limit: float = LIMIT) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._session: dict[tuple[str, str], str] = {}
        self._none: set[tuple[str, str]] = set()  # the keyring has nothing for these
        self._hanging: threading.Thread | None = None
        self.why_no_keyring: str | None = None

    def __repr__(self) -> str:
        return f"<Secrets of {len({host for host, _ in self._session})} hosts>"

    def get(self, host: str, kind: str) -> str | None:
        """What was kept for this host, None = nothing, or the keyring does not answer."""
        with self._lock:
            if (host, kind) in self._session:
                return self._session[host, kind]
            if (host, kind) in self._none:
                return None
        found = self._ask(lambda keyring: keyring.get_password(SERVICE, _entry(host, kind)), None)
        with self._lock:
            if found is None:
                if self.why_no_keyring in (None, NO_BACKEND):
                    self._none.add((host, kind))
                return None
            return self._session.setdefault((host, kind), found)

    def put(self, host: str, kind: str, value: str, remember: bool = False) -> bool:
        """Keeps it for this session, and in the keyring if `remember`. False: it was to be remembered and could not be."""
        with self._lock:
            self._session[host, kind] = value
            self._none.discard((host, kind))
        if not remember:
            return True

        def keep(keyring: KeyringBackend) -> bool:
            keyring.set_password(SERVICE, _entry(host, kind), value)
            return True

        return self._ask(keep, False)

    def forget(self, host: str, kind: str | None = None) -> None:
        """Drops one secret of a host, or all, from the session and the keyring."""
        kinds = KINDS if kind is None else (kind,)
        with self._lock:
            for each in kinds:
                self._session.pop((host, each), None)
                self._none.discard((host, each))

        def drop(keyring: KeyringBackend) -> None:
            for each in kinds:
                if keyring.get_password(SERVICE, _entry(host, each)) is not None:
                    keyring.delete_password(SERVICE, _entry(host, each))

        self._ask(drop, None)

    def check(self) -> str | None:
        """Asks the keyring whether it answers; returns and keeps `why_no_keyring`."""
        self._ask(lambda keyring: keyring.get_password(SERVICE, "check"), None)
        return self.why_no_keyring

    def _ask(self, call: Callable[[KeyringBackend], T], otherwise: T) -> T:
        """What `call` returns, from a thread that may hang; `otherwise` where the keyring cannot be used.

        While one call hangs no other is begun: two hundred hosts that ask would each wait, and leave a thread behind.
        """
        if self._hanging is not None and self._hanging.is_alive():
            return otherwise
        result: list[T] = []
        why: list[str] = []

        def work() -> None:
            try:
                keyring = _backend()
                if keyring is None:
                    why.append(NO_BACKEND)
                else:
                    result.append(call(keyring))
            except Exception as error:  # backends raise whatever their libraries raise
                why.extend(_why(error))

        thread = threading.Thread(target=work, name="keyring", daemon=True)
        thread.start()
        thread.join(self._limit)
        if thread.is_alive():
            self._hanging = thread
            self.why_no_keyring = SILENT
            return otherwise
        self.why_no_keyring = why[0] if why else None
        return result[0] if result else otherwise


def _backend() -> KeyringBackend | None:
    """The keyring to use; None where there is none, or none that encrypts. The library loads for a quarter of a second."""
    keyring = importlib.import_module("keyring")
    chainer = importlib.import_module("keyring.backends.chainer")
    chosen = keyring.get_keyring()
    each = list(chosen.backends) if isinstance(chosen, chainer.ChainerBackend) else [chosen]
    return next((backend for backend in each if not type(backend).__module__.startswith(_UNFIT)), None)


_UNFIT = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")


def _why(error: Exception) -> tuple[str, ...]:
    """By name, since the library may not be loaded; nothing where there was only nothing to delete."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if "PasswordDeleteError" in names:
        return ()
    return (LOCKED if names & {"KeyringLocked", "InitError"} else NO_BACKEND if "NoKeyringError" in names else BROKEN,)


def _entry(host: str, kind: str) -> str:
    return f"{host}/{kind}"
