"""The desk where a host's questions are answered: from this session, from the keyring, else by a person, once."""

from __future__ import annotations

import threading
import time
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
        self.known = False

    def answer(self, text: str | None, remember: bool = False, known: bool = False) -> None:
        """None means: no answer, give up. remember: keep it in the keyring. known: no person was asked."""
        if not self._done.is_set():
            self._text, self.remember, self.known = text, remember, known
            self._done.set()

    @property
    def answered(self) -> bool:
        return self._done.is_set()

    @property
    def refused(self) -> bool:
        """A person gave no answer, or none in time."""
        return self.answered and self._text is None and not self.known

    def said(self, text: str) -> bool:
        """It has been answered, with this."""
        return self.answered and self._text == text

    def wait(self, limit: float) -> str | None:
        self._done.wait(limit)
        self._done.set()
        return self._text


Key = tuple[str, Wanted, str]


class CredentialDesk:
    """Answers the gateway's questions. Attempts that ask for the same secret at the same time share one question, and its
    answer; a refusal holds for all attempts that had begun by then.

    handler: called in the asking thread with each `Pending` that a person must answer; None = nobody is there.
    """

    def __init__(self, secrets: Secrets, limit: float = LIMIT) -> None:
        self._secrets = secrets
        self._limit = limit
        self._lock = threading.Lock()
        self._open: dict[Key, Pending] = {}
        self._refused: dict[Key, float] = {}  # when a person last gave no answer (time.monotonic)
        self._closed = False
        self.handler: Callable[[Pending], None] | None = None

    @property
    def secrets(self) -> Secrets:
        return self._secrets

    def ask(self, question: Question) -> str | None:
        """The answer, or None. Called by the gateway in the thread that opens the connection; may block up to the limit."""
        place = question.address or question.host
        kept = question.wanted in (Wanted.PASSWORD, Wanted.PASSPHRASE) and not question.once
        key = (place if kept else question.host, question.wanted, question.prompt if question.once else "")
        if question.wanted is Wanted.HOST_KEY:
            key = (question.detail, question.wanted, question.host_name)  # many hosts may be behind one
        pending, first = self._join(key, question)
        if pending is None:
            return None
        if first:
            try:
                self._settle(pending, place, kept)
                text = pending.wait(self._limit)
                if kept and text is not None and not pending.known:
                    self._secrets.put(place, question.wanted.value, text, remember=pending.remember)
            finally:
                with self._lock:
                    if self._open.get(key) is pending:
                        del self._open[key]
                    if pending.refused:
                        self._refused[key] = time.monotonic()
            return text
        return pending.wait(self._limit)

    def known(self, question: Question) -> str | None:
        """The answer where nobody need be asked for it; None where one has to be, or what was known is wrong. Blocks."""
        if question.again or question.once or question.wanted not in (Wanted.PASSWORD, Wanted.PASSPHRASE):
            return None
        return self._secrets.get(question.address or question.host, question.wanted.value)

    def _join(self, key: Key, question: Question) -> tuple[Pending | None, bool]:
        """The pending question for this answer, and whether the caller is the first to ask it. None: it is refused already."""
        with self._lock:
            if self._closed or 0 < question.began < self._refused.get(key, 0.0):
                return None, False
            waiting = self._open.get(key)
            if waiting is not None and not (question.again and waiting.said(question.tried)):
                return waiting, False
            pending = self._open[key] = Pending(question)
            return pending, True

    def _settle(self, pending: Pending, place: str, kept: bool) -> None:
        """Answers from what is known, else has a person asked."""
        question, wanted = pending.question, pending.question.wanted.value
        if kept:
            known = self._secrets.get(place, wanted)
            if known is not None and (not question.again or (question.tried and known != question.tried)):
                pending.answer(known, known=True)  # perhaps it was put right while this attempt had the wrong one
                return
            if question.again:
                self._secrets.forget(place, wanted)
        handler = self.handler
        if handler is None:
            pending.answer(None, known=True)
        else:
            handler(pending)

    def close(self) -> None:
        """Gives up all open questions."""
        with self._lock:
            self._closed = True
            waiting = list(self._open.values())
        for pending in waiting:
            pending.answer(None)
