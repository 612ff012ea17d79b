from __future__ import annotations

import time
from typing import Any

from pytestqt.qtbot import QtBot

from console.fleet.clones.values import CloneKind, CloneOrder, ClonePlan, DiskDeed, DiskPlan, OneClone, Reset
from console.fleet.storing import Say, Weight
from console.ui.dialogs.clone_check import REMEDIES, CheckPage, lines, title
from console.words.clone_checks import _CHECKS
from tests.ui.rooms import key

ONE = OneClone(
    "qa-01",
    "u",
    (
        DiskPlan("vda", DiskDeed.LINK, "/v/base.qcow2", "fast", "qa-01-vda.qcow2", "/v/qa-01-vda.qcow2", size=1 << 18),
        DiskPlan("sda", DiskDeed.EMPTY),
        DiskPlan("", DiskDeed.COPY, pool="fast", volume="qa-01-seed.iso", size=1 << 20),
    ),
    {"52:54:00:00:00:01": "52:54:00:00:00:09"},
    "/nv/qa-01.fd",
)
TAKEN = Say("name-taken", {"name": "qa-01", "host": "n1"}, Weight.STOP)
GROWS = Say("not-whole", {"pool": "fast", "bytes": 2, "free": 1}, Weight.WARNING)


def plan(source: str, *says: Say, **more: Any) -> ClonePlan:
    order = CloneOrder(key(source), ("qa-01",), CloneKind.LINKED)
    return ClonePlan(order, source, time.time() - 5, (ONE,), says, **more)


def page(qtbot: QtBot) -> CheckPage:
    made = CheckPage()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    return made


def test_each_thing_is_said_once_with_its_remedies() -> None:
    mended: list[str] = []
    said = [
        line
        for line in lines([plan("web", TAKEN, GROWS), plan("db", TAKEN)], str.upper, mended.append)
        if not line.passed
    ]
    assert [(line.about, line.finding, line.on) for line in said] == [
        ("Name", "qa-01 exists on N1 already.", ""),
        ("Room", said[1].finding, "(web)"),
    ]
    said[0].remedies[0].act()
    assert mended == ["what"]


def test_what_is_reset_and_what_not_is_said() -> None:
    said = lines([plan("web", reset_done=("machine-id",), reset_left=("accounts",))], str, str)
    assert [line.finding for line in said if not line.passed] == [
        "Reset: machine ID.",
        "Not reset: user accounts and their keys.",
    ]
    assert [line.about for line in said if line.passed] == ["Name", "File", "MAC address"]


def test_every_remedy_is_for_something_that_is_said() -> None:
    assert set(REMEDIES) <= set(_CHECKS)
    leads = {what for offered in REMEDIES.values() for _text, what in offered}
    assert leads == {"what", "where", "full", "linked", "new-macs", "no-start", "no-reset"}
    assert str(Reset.NONE) == "none"


def test_checks_are_counted_and_can_be_chosen(qtbot: QtBot) -> None:
    check = page(qtbot)
    check.wait("Asking…")
    assert not check.waiting.isHidden()
    found = lines([plan("web", TAKEN, GROWS, Say("tpm-new", {}, Weight.WARNING))], str, str)
    check.show_lines("1 clone on n1", found, time.time() - 5, fold=False)
    assert check.waiting.isHidden()
    assert [segment.title for segment in check.only._segments] == ["All 5", "1", "2", "2"]
    check.only._choose(1)
    assert [line.about for line in check.rows.lines()] == ["Name"]
    assert check._age.text() == "checked 5\u00a0s ago"


def test_each_file_of_a_clone_is_named(qtbot: QtBot) -> None:
    check = page(qtbot)
    check.show_clone(ONE)
    assert check.of.text() == "qa-01"
    assert check.macs.whole_text() == "MAC 52:54:00:00:00:09, UEFI variables in /nv/qa-01.fd"
    cells = [[check.table.index(row, column).data() for column in range(6)] for row in range(3)]
    assert cells == [
        ["vda", "built on it", "base.qcow2", "256\u00a0KiB", "fast", "qa-01-vda.qcow2"],
        ["sda", "empty", "–", "–", "–", "–"],
        ["seed", "copied", "–", "1\u00a0MiB", "fast", "qa-01-seed.iso"],
    ]
    check.show_clone(None)
    assert check.files.isHidden()


def test_the_title_counts() -> None:
    assert title([plan("web"), plan("db")], "kvm-1") == "2 linked clones on kvm-1"
