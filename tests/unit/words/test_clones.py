from __future__ import annotations

import time
from pathlib import Path

import pytest

from console.fleet.clones.values import (
    CloneKind,
    CloneOrder,
    ClonePlan,
    DiskDeed,
    DiskPlan,
    Macs,
    OneClone,
    Reset,
)
from console.fleet.domains import VmKey
from console.fleet.storing import Say, Weight
from console.words import clones

CONSOLE = Path(__file__).parents[3] / "console"
GIB = 1 << 30
NOW = time.mktime((2026, 11, 21, 14, 0, 0, 0, 0, -1))
KEY = VmKey("h", "u")


def plan(*names: str, kind: CloneKind = CloneKind.FULL, says: tuple[Say, ...] = ()) -> ClonePlan:
    made = tuple(
        OneClone(
            name,
            f"u-{name}",
            (DiskPlan("vda", DiskDeed.COPY, "/v/a.qcow2", "fast", f"{name}-vda.qcow2", size=2 * GIB),),
            {"52:54:00:00:00:01": "52:54:00:00:00:02"},
        )
        for name in names
    )
    return ClonePlan(CloneOrder(KEY, names, kind), "win11", NOW, made, says, needs=4 * GIB, free=40 * GIB, seconds=200)


def test_every_choice_has_words() -> None:
    for kind in CloneKind:
        assert clones.kind(kind)
        assert clones.about_kind(kind)
    for macs in Macs:
        assert clones.macs(macs)
        assert clones.about_macs(macs)
    for reset in Reset:
        assert clones.reset(reset)
        assert clones.about_reset(reset)
    for deed in DiskDeed:
        assert clones.deed(deed)
        assert clones.disk_line(DiskPlan("sda", deed)).startswith("sda: ")
    seed = DiskPlan("", DiskDeed.COPY, pool="fast", volume="qa-1-seed.iso")
    assert clones.disk_line(seed) == "qa-1-seed.iso in fast: tells the guest who it is"


def test_a_plan_that_is_refused_says_only_why() -> None:
    refused = plan(
        "qa-1",
        says=(
            Say("name-taken", {"name": "qa-1", "host": "h"}, Weight.STOP),
            Say("file-taken", {"path": "/v/x"}, Weight.WARNING),
        ),
    )
    assert clones.lines(refused, str.upper) == ["qa-1 exists on H already. Choose another name."]


def test_a_plan_names_each_file_and_address() -> None:
    said = clones.lines(plan("qa-1"), str)
    assert said == [
        "qa-1 is made:",
        "  vda: a copy of /v/a.qcow2, 2\u00a0GiB, to qa-1-vda.qcow2 in fast",
        "  MAC 52:54:00:00:00:01 becomes 52:54:00:00:00:02",
        "Takes 4\u00a0GiB of 40\u00a0GiB that are free, about 3\u00a0min.",
    ]


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (plan("qa-1"), "Clone to qa-1"),
        (plan("a", "b"), "Make 2 clones"),
        (plan("a", "b", "c", kind=CloneKind.LINKED), "Make 3 linked clones"),
    ],
)
def test_the_button_names_act_and_count(made: ClonePlan, text: str) -> None:
    assert clones.button(made) == text


def test_many_names_are_counted() -> None:
    assert clones.names(["a", "b"]) == "a, b"
    assert clones.names(f"qa-{n}" for n in range(8)) == "qa-0, qa-1, qa-2, qa-3, qa-4, qa-5, 2 more"


def test_what_is_and_is_not_reset() -> None:
    order = CloneOrder(KEY, ("a",), reset=Reset.SYSPREP)
    told = ClonePlan(order, "s", NOW, reset_done=("ssh-hostkeys", "machine-id", "abrt-data"), reset_left=("accounts",))
    assert clones.reset_lines(told) == [
        "Reset: SSH host keys, machine ID, abrt-data.",
        "Not reset: user accounts and their keys.",
    ]
