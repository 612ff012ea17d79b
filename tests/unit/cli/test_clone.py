"""`splendid clone` on libvirt's test driver: web-10 is off, web-01 runs. Each run finds its host as the fixture made it."""

from __future__ import annotations

import shlex
import time

import pytest

from tests.unit.cli.conftest import Console
from tests.unit.cli.snapshotted import snapshotted, turn_off

__all__ = ["snapshotted"]
IMAGES = "/srv/images"


@pytest.fixture
def fleet(snapshotted: Console) -> Console:
    turn_off(snapshotted, "web-10")
    return snapshotted


def test_the_plan_names_each_vm_and_file(fleet: Console) -> None:
    result = fleet("clone", "web-10", "qa-1", "--plan")
    assert result.code == 0
    assert "qa-1 is made:" in result.lines
    plan = fleet("clone", "web-10", "qa-1", "qa-2", "--linked", "--plan", "--json").json["plan"]
    assert (plan["source"]["name"], plan["kind"], plan["refused"]) == ("web-10", "linked", False)
    assert plan["command"] == "splendid clone web-10 qa-1 qa-2 --linked"
    assert [(one["name"], [disk["path"] for disk in one["disks"]]) for one in plan["clones"]] == [
        *(("qa-1", [f"{IMAGES}/qa-1-vda.qcow2"]), ("qa-2", [f"{IMAGES}/qa-2-vda.qcow2"]))
    ]
    assert plan["clones"][0]["disks"][0]["deed"] == "link"
    assert fleet("job", "list").lines == []


def test_a_clone_is_made_without_a_question_and_a_base_with_one(fleet: Console) -> None:
    done = fleet("clone", "web-10", "qa-1")
    assert (done.code, done.out) == (0, "web-10 is cloned: qa-1\n")
    asked = fleet("clone", "web-10", "qa-1", "--linked")
    assert (asked.code, "Nobody can be asked here." in asked.err) == (2, True)
    linked = fleet("clone", "web-10", "qa", "--count", "3", "--linked", "--yes", "--json")
    assert linked.code == 0
    assert [job["state"] for job in linked.json["jobs"]] == ["succeeded"]


def test_names_with_a_number_pass_over_what_is_taken(fleet: Console) -> None:
    def names(*words: str) -> list[str]:
        return [one["name"] for one in fleet("clone", "web-10", *words, "--plan", "--json").json["plan"]["clones"]]

    assert names("--pattern", "web-{n:02}", "--count", "2") == ["web-03", "web-04"]
    assert names("qa", "--count", "2") == ["qa-1", "qa-2"]
    assert names("qa-{n}") == ["qa-1"]
    assert names("--pattern", "one") == ["one"]


def test_all_that_can_be_wanted_is_in_the_order(fleet: Console) -> None:
    plan = fleet(
        *("clone", "web-10", "qa", "--pool", "images", "--file", "{name}.{target}", "--reset", "seed", "--keep-mac"),
        *("--throw-away", "--until", "3d", "--build", "4711", "--note", "it's", "--tag", "x", "--start"),
        *("--host", "kvm-a", "--plan", "--json"),
    ).json["plan"]
    assert (plan["macs"], plan["reset"], plan["throw_away"], plan["build"], plan["note"], plan["start"]) == (
        *("kept", "seed", True, "4711", "it's", True),
    )
    assert plan["clones"][0]["disks"][0]["volume"] == "qa.vda"
    assert plan["expires"]
    assert "--host" not in plan["command"], "the source's own host needs no word"
    again = fleet(*shlex.split(plan["command"])[1:], "--plan")
    assert again.code == 0, again.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Say how the clones are called"),
        (("a", "--pattern", "b"), "Say how the clones are called"),
        (("a", "a"), "Two clones cannot have one name: a."),
        (("a", "b", "--count", "2"), "--count goes with one name or a pattern, not with 2 names."),
        (("a", "--count", "0"), "range"),
        (("a", "--count", "100000"), "range"),
        (("",), "It is empty."),
        ((" ", "--plan"), "It is empty."),
        (("a/b",), "A VM's name is one line without a slash, and not empty."),
        (("a", "--keep-hostname"), "--keep-hostname only says something together with --reset."),
        (("a", "--reset", "odd"), "odd"),
        (("a", "--until", "yesterday"), "It is no time"),
        (("a", "--until", "2020-01-01"), "That is over already: 2020-01-01."),
        (("a", "--until", "99999999999999d"), "No calendar goes that far"),
        (("a", "--file", "x/y"), "A volume's name is one line without a slash, and not empty."),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(fleet: Console, words: tuple[str, ...], said: str) -> None:
    result = fleet("clone", "web-10", *words)
    assert (result.code, result.out) == (2, ""), result.err
    assert said in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("web-10", "web-01"), "web-01 exists on kvm-a already."),
        (("web-10", "a", "b", "--file", "one.qcow2"), "one.qcow2 is there already."),
        (("web-10", "a", "--pool", "nix"), "no active pool"),
        (("web-01", "a"), "Shut it down first."),
        (("web-10", "a", "--from", "nosuch"), "nosuch"),
    ],
)
def test_what_stands_in_the_way_is_told_before_anything_is_made(
    fleet: Console, words: tuple[str, ...], said: str
) -> None:
    result = fleet("clone", *words, "--yes")
    assert (result.code, result.out) == (1, "")
    assert said in result.err
    assert fleet("clone", *words, "--plan", "--json").json["plan"]["command"] is None


def test_a_host_or_vm_that_nobody_knows(fleet: Console) -> None:
    assert fleet("clone", "nobody", "a").code == 1
    assert fleet("clone", "web-10", "a", "--host", "nowhere").code == 1
    fleet.line("kvm-x", "test:///nowhere.xml")
    assert fleet("clone", "web-10", "a", "--host", "kvm-x").code == 3


def test_the_word_make_may_be_left_out_but_a_vm_of_that_name_needs_it(empty: Console) -> None:
    empty.host("kvm-a", ("make", "family"))
    assert empty("clone", "make", "kvm-a/make", "x", "--plan", "--json").json["plan"]["source"]["name"] == "make"
    assert empty("clone", "kvm-a/family", "x", "--plan", "--json").json["plan"]["source"]["name"] == "family"
    assert empty("clone", "--help").code == 0
    assert empty("clone", "--linked", "kvm-a/make", "x", "--plan", "--json").json["plan"]["kind"] == "linked"


def test_moments_are_read_as_people_write_them(fleet: Console) -> None:
    for text, ahead in (("8h", 8 * 3600), ("3d", 3 * 86400)):
        plan = fleet("clone", "web-10", "a", "--until", text, "--plan", "--json").json["plan"]
        told = time.mktime(time.strptime(plan["expires"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
        assert abs(told - time.time() - ahead) < 60, text


def test_who_is_built_on_whom(fleet: Console) -> None:
    nobody = fleet("clone", "family", "web-01")
    assert (nobody.code, nobody.out) == (0, "Nobody is built on it, and it is built on nobody.\n")
    assert fleet("clone", "family", "web-01", "--json").json == {"family": None}


def test_what_is_no_linked_clone_cannot_be_flattened(fleet: Console) -> None:
    result = fleet("clone", "flatten", "web-10", "--yes")
    assert (result.code, result.out) == (1, "")
    assert "web-10" in result.err
    assert fleet("clone", "flatten", "web-10", "--plan", "--json").json["plan"]["refused"]


def test_a_clone_that_goes_by_itself_or_stays(fleet: Console) -> None:
    plan = fleet("clone", "keep", "web-10", "--throw-away", "--plan", "--json").json["plan"]
    assert (plan["act"], plan["command"]) == ("keep", "splendid clone keep web-10 --throw-away")
    done = fleet("clone", "keep", "web-10", "--until", "3d", "--yes")
    assert done.code == 0, done.err
    assert fleet("clone", "keep", "web-10", "--until", "odd").code == 2
