from __future__ import annotations

import pytest

from console.fleet.acts import Act
from console.fleet.errors import Conflict, NotFound, Problem, Reason, UsageError
from console.words import errors


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("detail", ["", "a detail"])
def test_every_reason_says_what_why_and_what_next(reason: Reason, detail: str) -> None:
    said = errors.sentence(Problem(reason, "libvirt's words", 1, detail), "kvm-n11", "host.connect")
    assert said.what == "No connection to kvm-n11."
    assert said.why
    assert "{" not in said.full
    assert said.full.startswith(said.line)
    if reason not in (Reason.NONE, Reason.OTHER):
        assert said.next


def test_every_act_has_a_sentence_for_not_having_been_done() -> None:
    for act in Act:
        assert errors.tried_sentence(f"vm.{act}", "web-01").count("web-01") == 1


def test_details_stand_in_the_sentence() -> None:
    assert errors.why(Problem(Reason.NAME_UNKNOWN, detail="kvm-n99")) == "The name kvm-n99 is not known here."
    assert errors.why(Problem(Reason.WRONG_STATE, detail="shutting-down")) == "It is shutting down."
    assert errors.why(Problem(Reason.WRONG_STATE, detail="transient")).startswith("It is transient")
    assert errors.why(Problem(Reason.WRONG_STATE, detail="?")) == "Its state does not allow this."
    assert errors.why(Problem(Reason.TIMEOUT, detail="180")) == "It was not done in 3\u00a0min."
    assert errors.why(Problem(Reason.LOST)) == "The connection broke."
    assert errors.why(Problem(Reason.LOST, detail="unreachable")) == "There is no connection to its host."
    assert errors.next_step(Problem(Reason.WRONG_STATE, detail="autostart-on")) == ""


@pytest.mark.parametrize(
    ("tried", "state", "line"),
    [
        ("vm.start", "running", "Could not start web-01. It is running already."),
        ("vm.start", "paused", "Could not start web-01. It is paused. Resume it first."),
        ("vm.start", "saved", "Could not start web-01. It is saved. Restore it, or discard its saved state first."),
        ("vm.pause", "off", "Could not pause web-01. It is off. Start it first."),
        ("vm.rename", "running", "Could not rename web-01. It is running. Shut it down first."),
        ("vm.rename", "migrating", "Could not rename web-01. It is migrating. Wait until it has moved."),
        ("vm.restore", "off", "Could not restore web-01. It is off."),
    ],
)
def test_a_wrong_state_says_what_to_do_first(tried: str, state: str, line: str) -> None:
    assert errors.sentence(Problem(Reason.WRONG_STATE, detail=state), "web-01", tried).full == line


def test_braces_in_a_detail_are_just_text() -> None:
    assert errors.why(Problem(Reason.IN_USE, detail="{x}")) == "It is in use by {x}."
    assert errors.why(Problem(Reason.AGENT, detail="frozen")).startswith("Its file systems are frozen already")
    assert errors.why(Problem(Reason.AGENT, detail="thaw")).startswith("Its guest agent could not be told")
    assert errors.why(Problem(Reason.OTHER, detail="loop")) == "Its backing files name one another in a circle."
    assert errors.why(Problem(Reason.WRONG_STATE, detail="external")).startswith("It keeps its disks in files")
    assert errors.sentence(Problem(Reason.GONE), "{detail}", "vm.start").what == "Could not start {detail}."


def test_what_libvirt_says_is_the_reason_where_nothing_better_is_known() -> None:
    said = errors.sentence(Problem(Reason.OTHER, "internal error:\n  no luck"), "web-01", "vm.start")
    assert (said.why, said.next, said.words) == ("Internal error: no luck.", "", "")
    assert errors.sentence(Problem(Reason.IN_USE, "lock held"), "web-01").words == "lock held"


def test_words_that_name_nothing_or_too_much() -> None:
    none = errors.explain(NotFound(Reason.GONE, "web", detail="web-01, web-02"), "vm.find")
    assert none.line == "No VM is called web. Similar: web-01, web-02."
    assert (
        errors.explain(NotFound(Reason.GONE, "x"), "host.find").full == "No host is called x. See splendid host list."
    )
    many = errors.explain(UsageError(Reason.EXISTS, "web", detail="a/web, b/web"), "vm.find")
    assert many.line == "web names several VMs. They are a/web, b/web."
    bad = errors.explain(UsageError(Reason.OTHER, "a b", detail="tag"), "vm.tag")
    assert bad.why == "A tag is one word without spaces or commas."


def test_a_sentence_of_ones_own() -> None:
    own = errors.explain(Conflict(Reason.EXISTS, "web-02"), "Nothing was renamed.")
    assert own.line == "Nothing was renamed. That name is taken."


def test_a_file_that_may_only_be_read_is_no_host() -> None:
    said = errors.sentence(
        Problem(Reason.READ_ONLY, "Read-only file system", 30, "/etc/fleet.toml"), "kvm-1", "host.add"
    )
    assert said.line == "kvm-1 was not added. /etc/fleet.toml cannot be written."
    assert "host's settings" not in said.next
