from __future__ import annotations

import string
import time

from console.fleet.domains import VmKey
from console.fleet.snapshots import doctor, obstacles
from console.fleet.snapshots.plans import Deed, SnapshotPlan
from console.fleet.storing import Say, Weight
from console.words import snapshot_says, units

NOW = time.mktime((2026, 11, 21, 14, 32, 0, 0, 0, -1))


def test_every_code_that_a_plan_says_has_words_and_only_those() -> None:
    assert set(snapshot_says.SAYS) == set(obstacles.SAYS)


def test_words_use_only_the_values_that_a_plan_gives() -> None:
    for code, texts in snapshot_says.SAYS.items():
        fields = {field for text in texts for _text, field, *_more in string.Formatter().parse(text) if field}
        assert fields <= set(obstacles.SAYS[code]), code


def test_every_sentence_can_be_said() -> None:
    for code, texts in snapshot_says.SAYS.items():
        fields = {field for text in texts for _text, field, *_more in string.Formatter().parse(text) if field}
        said = snapshot_says.say(Say(code, dict.fromkeys(fields, 1)), NOW)
        assert said.line
        assert "{" not in said.line


def test_values_are_said_as_people_read_them() -> None:
    said = snapshot_says.say(Say("lost", {"when": int(NOW - 292 * 60)}, Weight.WARNING), NOW)
    assert said.cause == "09:40 today is lost:"
    assert snapshot_says.say(Say("own-delete", {"libvirt": 9000000}), NOW).sentence.startswith(
        "libvirt 9.0 there can’t"
    )
    clone = Say("clone-reads", {"name": "dev-mira-4711", "file": "/v/qa.agent"})
    assert snapshot_says.say(clone, NOW).line == "Linked clone dev-mira-4711 reads qa.agent, which is not touched."
    room = Say("no-room", {"pool": "fast", "needs": 3 << 30, "free": 1 << 30}, Weight.STOP)
    assert snapshot_says.say(room, NOW).line.replace(units.NBSP, " ") == (
        "There is not enough room in fast: it needs 3 GiB, and 1 GiB are free."
    )
    assert "a backup" in snapshot_says.say(Say("busy", {"job": "backup"}, Weight.STOP), NOW).line


def test_a_plan_that_is_refused_says_only_why() -> None:
    plan = SnapshotPlan(
        VmKey("h", "u"), "qa", Deed.DELETE, "a", NOW, says=(Say("own-way"), Say("lost-disk", {"when": 0}))
    )
    assert [say.code for say in snapshot_says.told(plan)] == ["own-way", "lost-disk"]
    stop = Say("block-job", {"target": "vda"}, Weight.STOP)
    refused = SnapshotPlan(VmKey("h", "u"), "qa", Deed.DELETE, "a", NOW, says=(*plan.says, stop))
    assert snapshot_says.lines(refused, NOW) == ["A block job runs on disk vda. Wait for it, or cancel it in Tasks."]


def test_every_finding_has_words_and_only_those() -> None:
    assert set(snapshot_says.FINDINGS) == set(doctor.FINDINGS)
    for code in doctor.FINDINGS:
        values = {"target": "vda", "n": 30, "days": 90, "names": "splendid-merge-1"}
        said = snapshot_says.finding(doctor.Finding(code, ("/v/qa.x",), ("clean",), 3 << 30, values=values))
        assert said.cause
        assert "{" not in said.line


def test_the_worst_is_said_under_the_list() -> None:
    orphan = doctor.Finding("orphan", ("/v/qa.x",), bytes=3 << 30)
    assert snapshot_says.finding(orphan).line.replace(units.NBSP, " ") == (
        "1 overlay that no snapshot uses, 3 GiB. Nothing is built on it and no VM names it: qa.x."
    )
    old = doctor.Finding("old", (), ("a",), 0, Weight.FACT, {"days": 90})
    always = doctor.Finding("blocks-migration", snapshots=("a", "b"))
    assert snapshot_says.found([always]) == ""
    said = snapshot_says.found([orphan, always, old]).replace(units.NBSP, " ")
    assert said == "1 overlay that no snapshot uses, 3 GiB, 1 more"
