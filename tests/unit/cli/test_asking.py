from __future__ import annotations

import io
import sys

import pytest

from console.cli import asking
from console.fleet.credentials import Question, Wanted
from console.services.credentials import Pending


def answered(wanted: Wanted, monkeypatch: pytest.MonkeyPatch, text: str) -> str | None:
    """What the host gets when `text` is typed."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    monkeypatch.setattr(asking, "getpass", lambda _prompt: text)
    pending = Pending(Question("h", "kvm-n11", wanted, "Password:", "SHA256:abc"))
    asking.answer(pending)
    assert pending.answered
    return pending.wait(0)


def test_secrets_are_read_without_an_echo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert answered(Wanted.PASSWORD, monkeypatch, "secret") == "secret"
    assert answered(Wanted.PASSPHRASE, monkeypatch, "") is None
    told = capsys.readouterr()
    assert told.out == ""
    assert "secret" not in told.err
    assert "kvm-n11 asks for the password of SHA256:abc." in told.err


def test_a_user_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(Wanted.USERNAME, monkeypatch, "root\n") == "root"
    assert answered(Wanted.USERNAME, monkeypatch, "") is None


@pytest.mark.parametrize(("text", "given"), [("yes\n", "yes"), ("y\n", None), ("no\n", None), ("\n", None), ("", None)])
def test_a_host_key_wants_the_whole_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, given: str | None
) -> None:
    assert answered(Wanted.HOST_KEY, monkeypatch, text) == given
    assert "SHA256:abc" in capsys.readouterr().err


def test_ctrl_c_answers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(asking, "getpass", interrupted)
    pending = Pending(Question("h", "kvm-n11", Wanted.PASSWORD))
    with pytest.raises(KeyboardInterrupt):
        asking.answer(pending)
    assert pending.answered
    assert pending.wait(0) is None


def test_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(" web-01 \n"))
    assert asking.typed("Name?") == "web-01"
    assert asking.typed("Name?") == ""


@pytest.mark.parametrize(
    ("typed", "keyring", "once", "kept"),
    [
        ("yes\n", True, False, True),
        ("\n", True, False, False),
        ("yes\n", False, False, False),
        ("yes\n", True, True, False),
    ],
)
def test_a_secret_is_kept_in_the_keyring_if_wanted(
    monkeypatch: pytest.MonkeyPatch, typed: str, keyring: bool, once: bool, kept: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    monkeypatch.setattr(asking, "getpass", lambda _prompt: "secret")
    pending = Pending(Question("h", "kvm-n11", Wanted.PASSPHRASE, once=once))
    asking.answer(pending, keyring)
    assert (pending.wait(0), pending.remember) == ("secret", kept)


def test_a_wrong_answer_is_told_before_the_next_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(asking, "getpass", lambda _prompt: "")
    asking.answer(Pending(Question("h", "kvm-n11", Wanted.PASSPHRASE, detail="/id", again=True)))
    said = capsys.readouterr().err
    assert said.index("not right") < said.index("/id is locked")
