from __future__ import annotations

import time

import pytest
from msgspec.structs import replace

from console.fleet.clones.values import CloneKind, Macs, Reset
from console.fleet.domains import VmKey
from console.fleet.errors import UsageError
from console.ui.models import clone_draft
from console.ui.models.clone_draft import Draft

WEB, DB, FAR = VmKey("h1", "u1"), VmKey("h1", "u2"), VmKey("h2", "u3")
NOW = time.mktime((2026, 11, 21, 14, 0, 0, 0, 0, -1))


def test_it_begins_with_a_name_that_is_free() -> None:
    assert clone_draft.begun([(WEB, "web")], {"web"}).pattern == "web-clone"
    assert clone_draft.begun([(WEB, "web")], {"web", "web-clone"}).pattern == "web-clone-2"
    assert clone_draft.begun([(WEB, "web"), (DB, "db")], ()).pattern == "{source}-clone"


def test_names_pass_over_what_is_taken() -> None:
    draft = Draft((WEB,), "qa-{n:02}", 3)
    (order,) = clone_draft.orders(draft, {WEB: "web"}, {"h1": {"qa-02"}})
    assert order.names == ("qa-01", "qa-03", "qa-04")


def test_each_of_several_is_cloned_by_its_own_name() -> None:
    draft = Draft((WEB, DB, FAR), "{source}-{n}", 2)
    made = clone_draft.orders(draft, {WEB: "web", DB: "db", FAR: "web"})
    assert [order.names for order in made] == [("web-1", "web-2"), ("db-1", "db-2"), ("web-1", "web-2")]


def test_no_two_on_a_host_are_called_alike() -> None:
    with pytest.raises(UsageError) as error:
        clone_draft.orders(Draft((WEB, DB), "same"), {WEB: "web", DB: "db"})
    assert clone_draft.why_no_names(error.value) == "Two would be called same: put {n} or {source} into the pattern."
    numbered = clone_draft.orders(Draft((WEB, DB), "qa-{n}"), {WEB: "web", DB: "db"})
    assert [order.names for order in numbered] == [("qa-1",), ("qa-2",)]


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        (Draft((WEB,), " "), "Not a name: it is empty, or has a slash or a control character."),
        (Draft((WEB,), "a/b"), "Not a name: it is empty, or has a slash or a control character."),
        (Draft((WEB,), "a", 501), "From 1 to 500 clones at once."),
    ],
)
def test_why_there_are_no_names(draft: Draft, why: str) -> None:
    with pytest.raises(UsageError) as error:
        clone_draft.orders(draft, {WEB: "web"})
    assert clone_draft.why_no_names(error.value) == why


def test_an_order_has_all_that_was_chosen() -> None:
    draft = Draft((WEB,), "a", kind=CloneKind.LINKED, snapshot="clean", host="h1", pool="fast", macs=Macs.KEPT)
    (order,) = clone_draft.orders(clone_draft.with_tags(draft, "qa, b4711 qa"), {WEB: "web"})
    assert (order.kind, order.snapshot, order.pool, order.macs) == (CloneKind.LINKED, "clean", "fast", Macs.KEPT)
    assert order.host == "", "where it is"
    assert order.tags == ("qa", "b4711")


def test_file_patterns() -> None:
    one, many = Draft((WEB,)), Draft((WEB,), count=2)
    assert clone_draft.why_no_files(one, "a") == ""
    assert clone_draft.why_no_files(replace(one, files="x-{target}.qcow2"), "a") == ""
    assert "{target}" in clone_draft.why_no_files(replace(one, files="{name}.qcow2"), "a")
    assert "{name}" in clone_draft.why_no_files(replace(many, files="x-{target}.qcow2"), "a")
    assert "slash" in clone_draft.why_no_files(replace(one, files="a/{target}"), "a")


def test_when_it_goes() -> None:
    assert clone_draft.until("3 d", NOW) == NOW + 3 * 86400
    assert clone_draft.until("18:00", NOW) == NOW + 4 * 3600
    assert clone_draft.until("2026-11-22", NOW) == NOW + 10 * 3600


@pytest.mark.parametrize("text", ["", "soon", "12:00", "2020-01-01", "99999-01-01"])
def test_what_is_no_time_to_come(text: str) -> None:
    with pytest.raises(ValueError):
        clone_draft.until(text, NOW)


def test_what_was_chosen_in_words() -> None:
    assert clone_draft.said_what(Draft((WEB,)), "web") == "web"
    assert clone_draft.said_what(Draft((WEB,), count=20, snapshot="clean"), "web") == "web at “clean”, 20 clones"
    assert clone_draft.said_what(Draft((WEB, DB), count=2), "web") == "2 VMs, 4 clones"
    assert clone_draft.said_where(Draft((WEB,), pool="fast"), "") == "same host, fast"
    assert clone_draft.said_how(Draft((WEB,), kind=CloneKind.LINKED, start=True)) == "linked, started"


def test_options_in_words() -> None:
    assert clone_draft.options(Draft((WEB,)), NOW) == [
        "New MAC addresses",
        "Guest as it is, nothing reset",
        "Left off",
        "Stays until it is deleted",
    ]
    full = Draft(
        (WEB,), macs=Macs.KEPT, reset=Reset.SEED, start=True, throw_away=True, build="4711", tags=("qa", "win")
    )
    assert clone_draft.options(full, NOW) == [
        "MAC addresses are kept",
        "Guest reset by cloud-init, with its host name",
        "Started when ready",
        "Goes with its disks when it is shut down",
        "Build 4711",
        "Tags qa, win",
    ]
