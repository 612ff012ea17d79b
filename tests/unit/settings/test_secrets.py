"""Secrets are remembered where the user wants them, a keyring that hangs or fails holds nothing up, and nothing is printed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import keyring
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError, PasswordDeleteError

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
        (InitError("dismissed"), LOCKED),
        (NoKeyringError("none"), NO_BACKEND),
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


def test_while_one_call_hangs_nobody_else_waits(backend: Memory) -> None:
    secrets = Secrets(limit=0.2)
    backend.gate.clear()
    secrets.get("alpha", "password")
    start = time.monotonic()
    for number in range(100):
        assert secrets.get(str(number), "password") is None
        assert not secrets.put(str(number), "password", "x", remember=True)
    assert time.monotonic() - start < 0.2
    assert sum(thread.name == "keyring" for thread in threading.enumerate()) == 1
    backend.gate.set()
    for thread in threading.enumerate():
        if thread.name == "keyring":
            thread.join(5)
    assert secrets.put("alpha", "password", "x", remember=True)
    assert secrets.why_no_keyring is None


class Plain(Memory):
    """Stands for a backend that writes secrets into a file."""


Plain.__module__ = "keyrings.alt.file"


@pytest.mark.parametrize("unfit", [keyring.backends.fail.Keyring, keyring.backends.null.Keyring, Plain])
def test_no_keyring_or_one_that_keeps_nothing_safe(unfit: type[KeyringBackend], backend: Memory) -> None:
    made = unfit()
    keyring.set_keyring(made)
    secrets = Secrets()
    assert secrets.check() == NO_BACKEND
    assert not secrets.put("alpha", "password", "x", remember=True)
    assert secrets.get("alpha", "password") == "x"
    assert getattr(made, "kept", {}) == {}


def test_of_several_keyrings_the_first_that_is_safe_is_used(backend: Memory) -> None:
    plain = Plain()

    class Chain(ChainerBackend):
        backends = [plain, backend]

    keyring.set_keyring(Chain())  # type: ignore[no-untyped-call]
    assert Secrets().put("alpha", "password", "x", remember=True)
    assert (plain.kept, len(backend.kept)) == ({}, 1)


def test_deleting_what_is_gone_already_is_no_failure(backend: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "get_password", lambda service, username: "just deleted by another")
    secrets = Secrets()
    secrets.forget("alpha")
    assert secrets.why_no_keyring is None


def test_the_keyring_library_is_loaded_only_when_asked() -> None:
    code = "import sys, console.settings.secrets as s; s.Secrets(); print('keyring' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "False\n"


def test_nothing_is_printed(backend: Memory) -> None:
    secrets = Secrets()
    secrets.put("alpha", "password", "s3cret")
    assert "s3cret" not in repr(secrets)
    assert "s3cret" not in str(secrets)
