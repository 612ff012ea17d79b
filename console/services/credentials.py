"""The desk where a host's questions are answered: from this session, from the keyring, else by a person, once."""

from __future__ import annotations

import threading
from collections.abc import Callable

from console.fleet.credentials import Question, Wanted
from console.settings.secrets import Secrets

LIMIT = 180.0  # seconds a person has to answer


class Pending:
    """A question that waits for a person. `answer` may be called from any thread, once; later calls do nothing."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self._done = threading.Event()
        self._text: str | None = None
        self.remember = False

    def answer(self, text: str | None, remember: bool = False) -> None:
        """None means: no answer, give up. remember: keep it in the keyring."""
        if not self._done.is_set():
            self._text, self.remember = text, remember
            self._done.set()

    @property
    def answered(self) -> bool:
        return self._done.is_set()

    def wait(self, limit: float) -> str | None:
        self._done.wait(limit)
        self._done.set()
        return self._text


class CredentialDesk:
    """Answers the gateway's questions, one person's question at a time per host.

    handler: called in the asking thread with each `Pending` that a person must answer; None = nobody is there.
    on_withdrawn: called when a question was given up, so that its dialog can close.
    """

    def __init__(self, secrets: Secrets, limit: float = LIMIT) -> None:
        self._secrets = secrets
        self._limit = limit
        self._lock = threading.Lock()
        self._open: dict[tuple[str, Wanted], Pending] = {}
        self._closed = False
        self.handler: Callable[[Pending], None] | None = None

    @property
    def secrets(self) -> Secrets:
        return self._secrets

    def ask(self, question: Question) -> str | None:
        """The answer, or None. Called by the gateway in the thread that opens the connection; may block up to the limit."""
        place = question.address or question.host
        kept = question.wanted in (Wanted.PASSWORD, Wanted.PASSPHRASE)
        if kept and not question.again:
            known = self._secrets.get(place, question.wanted.value)
            if known is not None:
                return known
        elif kept:
            self._secrets.forget(place, question.wanted.value)
        pending, first = self._join(question)
        if pending is None:
            return None
        if first:
            assert self.handler is not None
            self.handler(pending)
        text = pending.wait(self._limit)
        with self._lock:
            if self._open.get((question.host, question.wanted)) is pending:
                del self._open[question.host, question.wanted]
        if text is not None and kept and first:
            self._secrets.put(place, question.wanted.value, text, remember=pending.remember)
        return text

    def _join(self, question: Question) -> tuple[Pending | None, bool]:
        """The pending question of this kind for this host, and whether the caller is the one who asked it."""
        with self._lock:
            if self.handler is None or self._closed:
                return None, False
            waiting = self._open.get((question.host, question.wanted))
            if waiting is not None:
                return waiting, False
            pending = self._open[question.host, question.wanted] = Pending(question)
            return pending, True

    def close(self) -> None:
        """Gives up all open questions."""
        with self._lock:
            self._closed = True
            waiting = list(self._open.values())
        for pending in waiting:
            pending.answer(None)
