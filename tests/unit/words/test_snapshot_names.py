from __future__ import annotations

import time

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.values import Snapshot, SnapshotFacts
from console.words import snapshot_names

NOW = time.mktime((2026, 11, 21, 14, 32, 0, 0, 0, -1))


def facts(*names: str, state: State = State.OFF) -> SnapshotFacts:
    return SnapshotFacts(VmKey("h", "u"), "qa", state, NOW, snapshots=tuple(map(Snapshot, names)))


def test_a_name_is_the_moment_and_never_one_that_is_taken() -> None:
    assert snapshot_names.new_name(facts(), NOW) == "2026-11-21 14.32"
    assert snapshot_names.new_name(facts("2026-11-21 14.32", "2026-11-21 14.32 2"), NOW) == "2026-11-21 14.32 3"
    assert snapshot_names.branch_name(facts(), NOW) == "before revert 11-21 14.32"
    assert snapshot_names.branch_name(facts("before revert 11-21 14.32"), NOW) == "before revert 11-21 14.32 2"


def test_what_was_there_when_the_host_was_last_seen() -> None:
    assert snapshot_names.known(0) == "Its host is not live. They are read as soon as it is."
    assert snapshot_names.known(1).startswith("1 snapshot was there when it was last seen. Its host")
    assert snapshot_names.known(7).startswith("7 snapshots were there")


def test_what_the_first_one_is_good_for() -> None:
    assert "disks and memory" in snapshot_names.why_take(facts(state=State.RUNNING))
    assert "memory" not in snapshot_names.why_take(facts())
