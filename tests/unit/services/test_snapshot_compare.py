"""Two moments beside each other; the manner in which each was written is no difference."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from console.fleet.domains import State, VmKey
from console.fleet.errors import NotFound
from console.fleet.snapshots.comparing import Grown
from console.fleet.snapshots.values import DiskNow, How, ImageFile, Snapshot, SnapshotDisk, SnapshotFacts
from console.libvirtxml import changes, diffing
from console.services.snapshot_compare import compare, domain_of

KEY = VmKey("h", "u")
DOMAIN = "<domain type='kvm' id='3'><name>web</name><memory unit='KiB'>{memory}</memory><vcpu>2</vcpu>{more}</domain>"
EDIT: Any = SimpleNamespace(
    compare=changes.compare,
    waiting=changes.waiting,
    patch=lambda before, after, old, new: list(diffing.patch(before, after, old, new)),
)


def compared(
    then: str, now: str, first: str = "s", second: str = "", was: State = State.OFF, state: State = State.OFF
) -> Any:
    asked: list[bool] = []
    facts = SnapshotFacts(
        KEY,
        "web",
        state,
        0.0,
        disks=(DiskNow("vda", "/b"),),
        snapshots=(
            Snapshot("s", state=was, disks=(SnapshotDisk("vda", How.EXTERNAL, "/a", "/b"),)),
            Snapshot("t", "s", state=was, disks=(SnapshotDisk("vda", How.EXTERNAL, "/b", "/c"),)),
        ),
        files={"/a": ImageFile("/a", allocation=9), "/b": ImageFile("/b", allocation=4, backing="/a")},
    )
    service: Any = SimpleNamespace(
        xml=lambda _key, name: f"<domainsnapshot>{then if name == 's' else now}</domainsnapshot>"
    )
    look: Any = SimpleNamespace(xml=lambda _key, inactive: (asked.append(inactive), now)[1])
    found = compare(service, look, EDIT, facts, first, second, (first, second or "now"))
    return found, asked


def test_what_is_written_in_another_manner_is_the_same() -> None:
    then = DOMAIN.format(memory=1024, more="").replace("'", '"').replace("><", ">\n        <")
    found, asked = compared(then, DOMAIN.format(memory=1024, more="").replace("id='3'", "id='4'"))
    assert (found.changes, found.patch, asked) == ((), (), [True])
    assert found.disks == (Grown("vda", 0, 4),)


def test_what_differs_by_meaning_and_by_line() -> None:
    found, _asked = compared(DOMAIN.format(memory=1024, more=""), DOMAIN.format(memory=2048, more=""), second="t")
    assert [(change.part, change.before, change.after) for change in found.changes] == [("memory", "1024", "2048")]
    assert [line for line in found.patch if line.startswith(("-", "+"))] == [
        *("--- s", "+++ t", '-  <memory unit="KiB">1024</memory>', '+  <memory unit="KiB">2048</memory>')
    ]


def test_what_is_noted_beside_it_is_no_difference() -> None:
    noted = "<metadata><vm xmlns='urn:splendid:domain:1'>{taken}<tag>x</tag></vm></metadata>"
    then = DOMAIN.format(memory=1024, more=noted.format(taken="<taken at='1' by='me'/>"))
    found, asked = compared(then, DOMAIN.format(memory=1024, more=noted.format(taken="")), state=State.RUNNING)
    assert (found.changes, found.patch) == ((), ())
    bare, _asked = compared(
        DOMAIN.format(memory=1024, more="<metadata><vm xmlns='urn:splendid:domain:1'><taken at='1'/></vm></metadata>"),
        DOMAIN.format(memory=1024, more=""),
    )
    assert (bare.changes, bare.patch) == ((), ())
    assert asked == [True], "a snapshot has the configuration as it is stored, so now is told as it is stored"


def test_one_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(NotFound) as told:
        compared("", "", "nobody")
    assert told.value.problem.detail == "s, t"


def test_a_snapshot_that_knows_no_configuration() -> None:
    assert domain_of("<domainsnapshot><name>old</name></domainsnapshot>", "old") == "<domain/>"
