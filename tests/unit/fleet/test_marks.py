"""What happened to a VM, from before and after."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from console.fleet.domains import Address, Disk, Domain, Nic, State, VmKey
from console.fleet.history import Mark, MarkKind
from console.fleet.marks import SETTINGS, marks_between

KEY = VmKey("kvm-a", "1")
VM = Domain(
    KEY, "web", State.RUNNING, vcpus=2, boot=5, disks=(Disk("vda", "/a.qcow2"),), nics=(Nic("52:54:00:00:00:01"),)
)


def kinds(before: Domain, after: Domain) -> list[MarkKind]:
    return [mark.kind for mark in marks_between(before, after, 7.0)]


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        (State.OFF, State.RUNNING, MarkKind.START),
        (State.SAVED, State.PAUSED, MarkKind.START),
        (State.RUNNING, State.OFF, MarkKind.STOP),
        (State.PAUSED, State.SAVED, MarkKind.STOP),
        (State.RUNNING, State.CRASHED, MarkKind.CRASH),
        (State.RUNNING, State.PAUSED, MarkKind.PAUSE),
        (State.RUNNING, State.SUSPENDED, MarkKind.PAUSE),
        (State.PAUSED, State.RUNNING, MarkKind.RESUME),
        (State.RUNNING, State.SHUTTING_DOWN, None),
        (State.SHUTTING_DOWN, State.OFF, MarkKind.STOP),
        (State.PAUSED, State.SUSPENDED, None),
        (State.UNKNOWN, State.RUNNING, None),
        (State.RUNNING, State.MIGRATING, None),
        (State.OFF, State.SAVED, None),
    ],
)
def test_changes_of_state(was: State, now: State, kind: MarkKind | None) -> None:
    assert kinds(replace(VM, state=was), replace(VM, state=now)) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"vcpus": 4}, "vcpus"),
        ({"tags": ("a",), "memory_kib": 5}, "memory_kib,tags"),
        ({"disks": (Disk("vda", "/b.qcow2"),)}, "disks"),
        ({"disks": (Disk("vda", "/a.qcow2", capacity=7, allocation=5),)}, ""),
        ({"nics": (Nic("52:54:00:00:00:01", target="vnet7"),)}, ""),
        ({"addresses": (Address("10.0.0.1"),), "snapshots": 3}, ""),
        ({"boot": 6, "vcpus": 4}, ""),  # another run: not a change while it ran
    ],
)
def test_changes_of_the_configuration_are_named(changes: dict[str, Any], text: str) -> None:
    expected = [Mark(7.0, MarkKind.CONFIG, KEY, text)] if text else []
    assert list(marks_between(VM, replace(VM, **changes), 7.0)) == expected


def test_what_differs_because_it_was_started_is_no_change() -> None:
    assert kinds(replace(VM, state=State.OFF, boot=0, memory_kib=9), VM) == [MarkKind.START]


def test_nothing_happened() -> None:
    assert marks_between(VM, VM, 7.0) == ()
    assert set(SETTINGS) <= set(Domain.__slots__)
