"""A person is asked once; what they answer is known from then on, and a wrong answer is forgotten."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from console.fleet.credentials import Question, Wanted
from console.services.credentials import CredentialDesk, Pending
from console.settings.secrets import Secrets

QUESTION = Question("alpha", "alpha", Wanted.PASSWORD, "Password:")


def test_nobody_there_means_no_answer() -> None:
    assert CredentialDesk(Secrets()).ask(QUESTION) is None


def test_what_is_known_is_told_without_asking_anybody() -> None:
    desk, asked = CredentialDesk(Secrets()), []
    desk.handler = lambda pending: (asked.append(pending.question), pending.answer("s3cret"))[1]
    assert desk.known(QUESTION) is None
    assert asked == []
    desk.ask(QUESTION)
    assert desk.known(QUESTION) == "s3cret"
    assert desk.known(replace(QUESTION, again=True)) is None
    assert desk.known(replace(QUESTION, once=True)) is None
    assert len(asked) == 1


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


KEY = "key:/home/me/.ssh/id"


def passphrase(host: str, **more: object) -> Question:
    return Question(host, host, Wanted.PASSPHRASE, f"Enter passphrase for key ({host})", address=KEY, **more)  # type: ignore[arg-type]


def all_at_once(desk: CredentialDesk, questions: list[Question]) -> list[str | None]:
    got: list[str | None] = []
    threads = [threading.Thread(target=lambda q=q: got.append(desk.ask(q))) for q in questions]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return got


def after(seconds: float, text: str | None) -> Callable[[Pending], None]:
    def handler(pending: Pending) -> None:
        seen.append(pending)
        timer = threading.Timer(seconds, lambda: pending.answer(text))
        timer.start()

    seen: list[Pending] = []
    handler.seen = seen  # type: ignore[attr-defined]
    return handler


def test_two_hundred_hosts_of_one_key_ask_once() -> None:
    desk = CredentialDesk(Secrets())
    handler = desk.handler = after(0.3, "open")
    assert all_at_once(desk, [passphrase(f"h{number}") for number in range(200)]) == ["open"] * 200
    assert len(handler.seen) == 1  # type: ignore[attr-defined]
    assert desk.ask(passphrase("late")) == "open"


def test_one_refusal_holds_for_all_that_had_begun() -> None:
    desk = CredentialDesk(Secrets())
    handler = desk.handler = after(0.1, None)
    began = time.monotonic()
    assert all_at_once(desk, [passphrase(f"h{number}", began=began) for number in range(20)]) == [None] * 20
    assert desk.ask(passphrase("slow", began=began)) is None
    assert len(handler.seen) == 1  # type: ignore[attr-defined]
    desk.handler = after(0.0, "open")
    assert desk.ask(passphrase("anew", began=time.monotonic())) == "open"


def test_an_answer_that_was_put_right_meanwhile_is_not_asked_for_again() -> None:
    desk, answers = CredentialDesk(Secrets()), iter(["wrong", "right"])
    desk.handler = lambda pending: pending.answer(next(answers))
    assert desk.ask(passphrase("a")) == "wrong"
    assert desk.ask(passphrase("a", again=True, tried="wrong")) == "right"
    assert desk.ask(passphrase("b", again=True, tried="wrong")) == "right"
    assert desk.ask(passphrase("c")) == "right"


def test_what_is_good_once_is_asked_each_time_and_not_kept() -> None:
    desk, asked = CredentialDesk(Secrets()), []

    def person(pending: Pending) -> None:
        asked.append(pending)
        pending.answer("123456", remember=True)

    desk.handler = person
    code = Question("alpha", "alpha", Wanted.PASSWORD, "Verification code:", once=True)
    assert [desk.ask(code), desk.ask(code)] == ["123456"] * 2
    assert len(asked) == 2
    assert desk.secrets.get("alpha", "password") is None


def test_what_is_kept_is_used_where_nobody_is_there() -> None:
    secrets = Secrets()
    secrets.put(KEY, "passphrase", "open", remember=True)
    assert CredentialDesk(Secrets()).ask(passphrase("a")) == "open"
    assert CredentialDesk(Secrets()).ask(passphrase("b", again=True, tried="open")) is None
