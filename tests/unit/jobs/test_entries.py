"""Jobs that are remembered, and those that are let go."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from console.fleet.domains import VmKey
from console.jobs import entries as entries_module
from console.jobs.entries import Entries, Entry, JobHandle
from console.jobs.job import JobSpec, JobState
from console.jobs.runner import JobRunner


@pytest.fixture
def runner() -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    assert made.close(2.0)


def test_an_entry_is_what_was_asked_for_and_its_handle_looks_at_it() -> None:
    told: list[tuple[Entry, str]] = []
    cancelled: list[int] = []
    entries = Entries(None, lambda: 7.0)
    spec = JobSpec("vm.start", "web", lambda job: None, (VmKey("h", "u"),), ("h",), command="splendid vm start web")
    first = entries.new(spec, None, lambda entry, changes: told.append((entry, str(changes["step"]))))
    second = entries.new(spec, first.view.id, lambda entry, changes: None)
    assert [entry.view.id for entry in entries] == [1, 2]
    view = second.view
    assert (view.parent, view.created, view.vms, view.hosts) == (1, 7.0, spec.vms, ("h",))
    assert (view.state, view.command) == (JobState.QUEUED, spec.command)
    first.job.step("asking")
    first.job.log("a line")
    assert told == [(first, "asking")]
    assert entries.log(1) == ((7.0, "a line"),)
    assert entries.get(None) is entries.get(3) is None
    assert entries.running() == 1, "a part of another does not count"
    handle = JobHandle(second, cancelled.append)
    handle.cancel()
    assert (handle.id, handle.view, handle.result, cancelled) == (2, view, None, [2])
    assert handle.wait(0.01) is view


def test_old_ended_jobs_are_let_go_and_open_ones_kept(runner: JobRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries_module, "REMEMBERED", 20)
    lane: list[Callable[[], None]] = []
    waiting = runner.submit("vm.start", "waits", lambda job: None, via=lane.append)
    for number in range(40):
        runner.submit("vm.tag", str(number), lambda job: None, via=lambda work: work())
    views = runner.views()
    assert len(views) <= 20
    assert views[0].id == waiting.id
    assert views[-1].target == "39"
    assert runner.view(waiting.id + 1) is None
    assert runner.log(waiting.id + 1) == ()
    assert runner.steps(waiting.id + 1) == ()
    waiting.cancel()


def test_making_a_group_larger_than_what_is_remembered_does_not_look_through_all_for_each(
    runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries_module, "REMEMBERED", 50)
    looks: list[int] = []
    let_go = Entries._let_go

    def counted(mine: Entries) -> None:
        looks.append(1)
        let_go(mine)

    monkeypatch.setattr(Entries, "_let_go", counted)
    handle = runner.group("vm.start", "2000", [JobSpec("vm.start", "x", lambda job: None, hosts=("h",))] * 2000)
    assert handle.wait(20).state is JobState.SUCCEEDED
    assert len(looks) < 50
    for _ in range(300):
        runner.submit("vm.start", "x", lambda job: None).wait(5)
    assert len(runner.views()) <= 60
