"""What a daemon that died in the middle of taking a snapshot leaves is completed, cleared away, or left to a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.fleet.errors import Failed, Reason
from console.fleet.snapshots.plans import TakeOrder
from console.jobs.job import JobState, JobView
from console.jobs.journal import Unfinished
from tests.unit.fleet.snapshots import world
from tests.unit.fleet.snapshots.world import Image
from tests.unit.services.snapshot_host import KEY, FakeHost, Parts


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    made = Parts(tmp_path, monkeypatch)
    yield made
    made.close()


def cut_off(parts: Parts, up: bool = True, memory: bool = False) -> tuple[FakeHost, Unfinished]:
    """A host whose daemon died, and the console with it, when the snapshot "s" was to be taken."""
    host = FakeHost(targets=("vda",))
    host.up = up
    host.write(100)
    parts.use(host)
    plan = parts.service.plan_take(KEY, TakeOrder("s", "why", memory=memory, kind="external"))
    host.dies = (0, False)
    assert parts.service.run(plan).wait(10).state is JobState.FAILED
    host.alive()
    (item,) = parts.store.unfinished()
    return host, item


def finished(parts: Parts, item: Unfinished) -> JobView:
    return parts.service.finish(item).wait(10)


def test_files_that_were_just_begun_are_made_anew(parts: Parts) -> None:
    host, item = cut_off(parts, memory=True)
    host.files["/p/qa-vda.s"] = Image(format="raw")
    host.memories["/p/qa.s.mem"] = 7
    assert finished(parts, item).state is JobState.SUCCEEDED
    assert host.tops == {"vda": "/p/qa-vda.s"}
    assert host.memories == {"/p/qa.s.mem": 100}
    assert host.kept("s")["vda"] == host.now()["vda"]


def test_an_empty_file_that_qemu_does_not_write_is_made_anew(parts: Parts) -> None:
    host, item = cut_off(parts)
    host.files["/p/qa-vda.s"] = Image("/p/qa-vda.qcow2")
    host.write(300)
    assert finished(parts, item).state is JobState.SUCCEEDED
    assert host.now() == host.state()["s"], "what was written since is in it"


@pytest.mark.parametrize("memory", [False, True])
def test_a_snapshot_without_a_record_gets_one(parts: Parts, memory: bool) -> None:
    host, item = cut_off(parts, memory=memory)
    before = host.now()
    host.files["/p/qa-vda.s"] = Image("/p/qa-vda.qcow2")
    host.tops = {"vda": "/p/qa-vda.s"}
    if memory:
        host.memories["/p/qa.s.mem"] = 100
    host.write(300)
    assert finished(parts, item).state is JobState.SUCCEEDED
    (one,) = host.snapshots.values()
    assert (one.name, one.description, one.current, bool(one.memory_file)) == ("s", "why", True, memory)
    assert {target: host.kept("s")[target] for target in before} == before
    assert "take s" not in host.calls[1:]


def test_where_only_qemu_knows_a_person_is_asked_to_shut_the_guest_down(parts: Parts) -> None:
    host, item = cut_off(parts)
    before = host.now()
    host.files["/p/qa-vda.s"] = Image("/p/qa-vda.qcow2", {3: 300, 4: 301})
    host.unseen = {"/p/qa-vda.s"}
    view = finished(parts, item)
    assert view.problem is not None
    assert view.problem.detail == "snapshot-unseen:/p/qa-vda.s"
    assert "/p/qa-vda.s" in host.files, "it holds the newest state"
    host.up = False
    (item,) = parts.store.unfinished()
    assert finished(parts, item).state is JobState.SUCCEEDED
    assert host.tops == {"vda": "/p/qa-vda.s"}, "it starts from where it was"
    assert host.state()["s"] == before


def test_a_few_kilobytes_are_the_newest_state_too(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    host, item = cut_off(parts)
    monkeypatch.setattr(world, "BLOCK", 700 << 10)
    host.files["/p/qa-vda.s"] = Image("/p/qa-vda.qcow2", {3: 300})
    host.up = False
    assert finished(parts, item).state is JobState.SUCCEEDED
    assert host.tops == {"vda": "/p/qa-vda.s"}
    assert host.now()["vda"][3] == 300


def test_a_libvirt_that_counts_wrong_is_asked_again(parts: Parts) -> None:
    host, item = cut_off(parts)
    for number in range(1, 4):
        host.fails[number] = Failed(Reason.OTHER, "qa", text="Duplicate nodes with node-name='libvirt-3-storage'")
    assert finished(parts, item).state is JobState.SUCCEEDED
    assert host.calls.count("take s") == 5
