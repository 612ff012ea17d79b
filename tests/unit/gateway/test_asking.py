from __future__ import annotations

import pytest

from console.fleet.credentials import Wanted
from console.fleet.hosts import HostSpec
from console.gateway import ssh
from console.gateway.asking import Asking, fingerprint, place_of
from tests.unit.gateway.person import Person

HOST = HostSpec("a", "alpha", "qemu+ssh://root@alpha:2222/system")
KEY = "Enter passphrase for key '/home/me/.ssh/id': "
UNKNOWN = (
    "The authenticity of host 'alpha (10.0.0.1)' can't be established.\n"
    "ED25519 key fingerprint is SHA256:abc/def+1.\nThis key is not known by any other names.\n"
    "Are you sure you want to continue connecting (yes/no/[fingerprint])? "
)


@pytest.fixture(autouse=True)
def way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh, "way_to", lambda _target: ssh.Way("10.0.0.1", 2222, "alpha", "root", False, ()))


def test_a_passphrase_is_that_of_the_key_not_of_the_host() -> None:
    person = Person("open")
    assert Asking(HOST, person).for_ssh(KEY, "") == "open"
    asked = person.asked[0]
    assert (asked.wanted, asked.address, asked.detail) == (
        Wanted.PASSPHRASE,
        "key:/home/me/.ssh/id",
        "/home/me/.ssh/id",
    )
    assert not asked.again
    assert asked.began > 0


@pytest.mark.parametrize(
    ("prompt", "address", "detail"),
    [
        ("root@alpha's password: ", "ssh://root@alpha:2222", "root"),
        ("root@10.0.0.1's password: ", "ssh://root@alpha:2222", "root"),
        ("(root@alpha) Password: ", "ssh://root@alpha:2222", "root"),
        ("(anna@Gate) Passwort:", "ssh://anna@gate", "anna@Gate"),
        ("anna@gate's password: ", "ssh://anna@gate", "anna@gate"),
    ],
)
def test_whose_password_it_is(prompt: str, address: str, detail: str) -> None:
    person = Person("secret")
    assert Asking(HOST, person).for_ssh(prompt, "") == "secret"
    asked = person.asked[0]
    assert (asked.wanted, asked.address, asked.detail, asked.once) == (Wanted.PASSWORD, address, detail, False)


@pytest.mark.parametrize(
    "prompt",
    [
        "(root@alpha) Verification code: ",
        "(root@alpha) New password: ",
        "(root@alpha) Enter passphrase for key '/home/me/.ssh/id': ",
        "Enter PIN for ED25519-SK key /home/me/.ssh/sk: ",
        "Enter root@alpha's new password: ",
    ],
)
def test_what_is_good_once_is_never_kept_and_a_host_gets_no_passphrase_by_asking_for_it(prompt: str) -> None:
    person = Person("123456")
    assert Asking(HOST, person).for_ssh(prompt, "") == "123456"
    assert (person.asked[0].wanted, person.asked[0].once) == (Wanted.PASSWORD, True)
    assert not person.asked[0].address.startswith("key:")
    assert person.asked[0].prompt in prompt


def test_a_wrong_answer_is_known_and_three_are_enough() -> None:
    person = Person("a", "b", "c", "d")
    asking = Asking(HOST, person)
    assert [asking.for_ssh(KEY, "") for _ in range(4)] == ["a", "b", "c", ""]
    assert [(asked.again, asked.tried) for asked in person.asked] == [(False, ""), (True, "a"), (True, "b")]
    assert asking.for_ssh("root@alpha's password: ", "") is None, "ssh would go on with a password"
    assert asking.declined is not None
    assert (asking.declined.wanted, asking.declined.detail) == (Wanted.PASSPHRASE, "/home/me/.ssh/id")
    assert asking.gave(Wanted.PASSPHRASE) == "/home/me/.ssh/id"
    assert asking.gave(Wanted.PASSWORD) is None


def test_another_ssh_of_the_same_attempt_that_asks_the_same_does_not_mean_it_was_wrong() -> None:
    person = Person("open", "open")
    asking = Asking(HOST, person)
    assert [asking.for_ssh(KEY, "", asker) for asker in ("11", "12")] == ["open", "open"]
    assert [asked.again for asked in person.asked] == [False, False]


def test_a_wrong_answer_is_in_no_text() -> None:
    person = Person("s3cret", None)
    asking = Asking(HOST, person)
    for _ in range(2):
        asking.for_ssh(KEY, "")
    assert person.asked[1].tried == "s3cret"
    assert "s3cret" not in repr(person.asked)


def test_without_a_passphrase_ssh_goes_on_to_keys_that_need_none_and_ends_before_passwords() -> None:
    person = Person(None)
    asking = Asking(HOST, person)
    assert asking.for_ssh(KEY, "") == ""
    assert asking.for_ssh(KEY.replace("id", "other"), "") == ""
    assert asking.for_ssh("root@alpha's password: ", "") is None
    assert len(person.asked) == 1


@pytest.mark.parametrize(("answer", "given"), [("yes", "SHA256:abc/def+1"), ("no", "no"), (None, "no")])
def test_an_unknown_key_is_trusted_by_its_fingerprint(answer: str | None, given: str) -> None:
    person = Person(answer)
    asking = Asking(HOST, person)
    assert asking.for_ssh(UNKNOWN, "") == given
    assert (person.asked[0].wanted, person.asked[0].detail) == (Wanted.HOST_KEY, "ED25519 SHA256:abc/def+1")
    assert asking.shown == "SHA256:abc/def+1"
    assert (asking.declined is None) is (answer == "yes")


@pytest.mark.parametrize(("trusted", "asked"), [("SHA256:abc/def+1", 0), ("SHA256:another", 1)])
def test_who_agreed_to_a_fingerprint_is_not_asked_for_it_again(trusted: str, asked: int) -> None:
    person = Person()
    assert Asking(HOST, person, trusted).for_ssh(UNKNOWN, "") == ("no" if asked else trusted)
    assert len(person.asked) == asked


def test_the_key_of_a_host_on_the_way_is_asked_about_by_that_name() -> None:
    person = Person("yes", "yes", "yes")
    asking = Asking(HOST, person)
    for shown in ("gate (10.0.0.9)", "[gate]:2222 ([10.0.0.9]:2222)", "[10.0.0.1]:2222 ([10.0.0.1]:2222)"):
        asking.for_ssh(UNKNOWN.replace("alpha (10.0.0.1)", shown), "")
    assert [asked.host_name for asked in person.asked] == ["gate", "[gate]:2222", "alpha"]


def test_an_agent_gets_no_key_by_us() -> None:
    person = Person("yes")
    assert Asking(HOST, person).for_ssh("Add key /home/me/.ssh/id to agent?", "confirm") == "no"
    assert not person.asked


def test_the_hash_of_libssh_is_written_as_people_know_it() -> None:
    assert fingerprint(":".join(["00"] * 32)) == "SHA256:" + "A" * 43
    assert fingerprint("aa:bb") == "aa:bb"
    assert fingerprint("SHA256:abc") == "SHA256:abc"


def test_places() -> None:
    assert place_of("key:/home/me/.ssh/id") == "/home/me/.ssh/id"
    assert place_of("ssh://root@alpha:2222") == "root@alpha:2222"
