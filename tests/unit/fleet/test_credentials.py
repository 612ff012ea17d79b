from __future__ import annotations

from console.fleet.credentials import Question, Wanted


def test_a_question_says_whose_and_what() -> None:
    question = Question("a", "kvm-n11", Wanted.PASSWORD)
    assert (question.prompt, question.detail, question.again, question.address) == ("", "", False, "")
    assert question == Question("a", "kvm-n11", Wanted.PASSWORD)
    assert question != Question("a", "kvm-n11", Wanted.PASSWORD, again=True)


def test_what_is_wanted_has_a_code_secrets_can_be_filed_under() -> None:
    assert [wanted.value for wanted in Wanted] == ["username", "password", "passphrase", "host-key"]
