"""Secrets are remembered where the user wants them, a keyring that hangs or fails holds nothing up, and nothing is printed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import keyring
import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked, PasswordDeleteError

from console.settings.secrets import BROKEN, LOCKED, NO_BACKEND, SILENT, Secrets


class Memory(KeyringBackend):
    """A keyring in memory that can be told to fail or to hang."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.failure: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.reads = 0

    def _wait(self) -> None:
        self.gate.wait(20)
        if self.failure is not None:
            raise self.failure

    def get_password(self, service: str, username: str) -> str | None:
        self.reads += 1
        self._wait()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._wait()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._wait()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("none")


@pytest.fixture
def backend() -> Iterator[Memory]:
    before, memory = keyring.get_keyring(), Memory()
    keyring.set_keyring(memory)
    yield memory
    memory.gate.set()
    keyring.set_keyring(before)


def test_remembered_ones_outlive_the_session(backend: Memory) -> None:
    first = Secrets()
    assert first.put("alpha", "password", "s3cret", remember=True)
    assert first.put("beta", "password", "other")
    second = Secrets()
    assert second.get("alpha", "password") == "s3cret"
    assert second.get("beta", "password") is None
    assert first.get("beta", "password") == "other"
    assert list(backend.kept) == [("splendid", "alpha/password")]


def test_the_keyring_is_asked_once(backend: Memory) -> None:
    secrets = Secrets()
    for _ in range(3):
        assert secrets.get("alpha", "password") is None
    assert backend.reads == 1


def test_forgotten_is_forgotten_everywhere(backend: Memory) -> None:
    secrets = Secrets()
    secrets.put("alpha", "password", "x", remember=True)
    secrets.put("alpha", "passphrase", "y")
    secrets.forget("alpha")
    assert secrets.get("alpha", "password") is None
    assert secrets.get("alpha", "passphrase") is None
    assert backend.kept == {}


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (KeyringLocked("no"), LOCKED),
        (KeyringError("no"), BROKEN),
        (RuntimeError("no"), BROKEN),
        (ValueError("x"), BROKEN),
    ],
)
def test_a_keyring_that_fails_leaves_the_session(backend: Memory, failure: Exception, why: str) -> None:
    secrets = Secrets()
    backend.failure = failure
    assert secrets.get("alpha", "password") is None
    assert secrets.why_no_keyring == why
    assert not secrets.put("alpha", "password", "x", remember=True)
    assert secrets.get("alpha", "password") == "x"
    backend.failure = None
    assert secrets.check() is None


def test_a_keyring_that_hangs_is_given_up(backend: Memory) -> None:
    secrets = Secrets(limit=0.05)
    backend.gate.clear()
    start = time.monotonic()
    assert secrets.get("alpha", "password") is None
    assert time.monotonic() - start < 2
    assert secrets.why_no_keyring == SILENT
    backend.gate.set()
    for thread in threading.enumerate():
        if thread.name == "keyring":
            thread.join(5)


def test_no_keyring_at_all() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    try:
        assert Secrets().check() == NO_BACKEND
    finally:
        keyring.set_keyring(before)


def test_nothing_is_printed(backend: Memory) -> None:
    secrets = Secrets()
    secrets.put("alpha", "password", "s3cret")
    assert "s3cret" not in repr(secrets)
    assert "s3cret" not in str(secrets)
