from __future__ import annotations

import pytest

from console.fleet.credentials import Question, Wanted
from console.words import questions


@pytest.mark.parametrize("wanted", list(Wanted))
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("detail", ["", "root"])
def test_every_question_can_be_asked(wanted: Wanted, again: bool, detail: str) -> None:
    asked = questions.ask(Question("h", "kvm-n11", wanted, "Password: ", detail, again))
    assert "kvm-n11" in asked.title
    assert asked.text
    assert asked.secret is (wanted in (Wanted.PASSWORD, Wanted.PASSPHRASE))
    assert "{" not in asked.title + asked.text + asked.label


def test_the_host_key_shows_its_fingerprint() -> None:
    asked = questions.ask(Question("h", "kvm-n11", Wanted.HOST_KEY, detail="SHA256:abc"))
    assert "SHA256:abc" in asked.text
    assert asked.accept == "Trust and connect"
    assert not asked.keepable


def test_a_wrong_answer_is_said() -> None:
    assert "not right" in questions.ask(Question("h", "kvm-n11", Wanted.PASSWORD, again=True)).wrong
    assert not questions.ask(Question("h", "kvm-n11", Wanted.PASSWORD)).wrong


def test_a_locked_key_is_named_and_a_code_is_not_kept() -> None:
    asked = questions.ask(Question("h", "kvm-n11", Wanted.PASSPHRASE, detail="/home/me/.ssh/id"))
    assert "/home/me/.ssh/id" in asked.text
    assert asked.keepable
    code = questions.ask(Question("h", "kvm-n11", Wanted.PASSWORD, "Verification code: ", once=True))
    assert "Verification code:" in code.text
    assert code.secret
    assert not code.keepable
