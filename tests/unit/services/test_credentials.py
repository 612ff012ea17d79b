"""A person is asked once; what they answer is known from then on, and a wrong answer is forgotten."""

from __future__ import annotations

import threading
import time

from console.fleet.credentials import Question, Wanted
from console.services.credentials import CredentialDesk, Pending
from console.settings.secrets import Secrets

QUESTION = Question("alpha", "alpha", Wanted.PASSWORD, "Password:")


def test_nobody_there_means_no_answer() -> None:
    assert CredentialDesk(Secrets()).ask(QUESTION) is None


def test_a_person_is_asked_once() -> None:
    desk, asked = CredentialDesk(Secrets()), []

    def person(pending: Pending) -> None:
        asked.append(pending.question)
        pending.answer("s3cret")

    desk.handler = person
    assert desk.ask(QUESTION) == "s3cret"
    assert desk.ask(QUESTION) == "s3cret"
    assert asked == [QUESTION]


def test_a_wrong_password_is_asked_for_again() -> None:
    desk = CredentialDesk(Secrets())
    answers = iter(["wrong", "right"])
    desk.handler = lambda pending: pending.answer(next(answers))
    assert desk.ask(QUESTION) == "wrong"
    again = Question("alpha", "alpha", Wanted.PASSWORD, "Password:", again=True)
    assert desk.ask(again) == "right"
    assert desk.ask(QUESTION) == "right"


def test_two_connections_to_a_host_share_one_question() -> None:
    desk, seen, got = CredentialDesk(Secrets()), [], []
    desk.handler = seen.append
    threads = [threading.Thread(target=lambda: got.append(desk.ask(QUESTION))) for _ in range(2)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 5
    while not seen and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(0.05)
    seen[0].answer("one")
    for thread in threads:
        thread.join(5)
    assert (len(seen), got) == (1, ["one", "one"])


def test_a_person_who_does_not_answer_holds_nothing_up() -> None:
    desk = CredentialDesk(Secrets(), limit=0.05)
    desk.handler = lambda pending: None
    assert desk.ask(QUESTION) is None


def test_closing_gives_up_what_is_open() -> None:
    desk, got = CredentialDesk(Secrets()), []
    desk.handler = lambda pending: None
    thread = threading.Thread(target=lambda: got.append(desk.ask(QUESTION)))
    thread.start()
    time.sleep(0.05)
    desk.close()
    thread.join(5)
    assert got == [None]
    assert desk.ask(QUESTION) is None


def test_a_host_key_answer_is_not_kept() -> None:
    desk, asked = CredentialDesk(Secrets()), []

    def person(pending: Pending) -> None:
        asked.append(pending)
        pending.answer("yes")

    desk.handler = person
    for _ in range(2):
        assert desk.ask(Question("alpha", "alpha", Wanted.HOST_KEY)) == "yes"
    assert len(asked) == 2
