from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Busy, Problem, Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.updates import DomainGone, DomainRead, DomainsRead, StatusChanged
from console.inventory.inventory import Inventory
from console.jobs.job import Job, JobState, JobView
from console.jobs.runner import JobHandle, JobRunner
from console.services import settling
from console.services.settling import Settler

KEY = VmKey("a", "1")
OFF = Domain(KEY, "web", State.OFF)


class Room:
    def __init__(self) -> None:
        self.inventory = Inventory()
        self.inventory.set_hosts([HostSpec("a", "kvm-a", "test:///default")])
        self.phase(Phase.LIVE)
        self.inventory.apply(DomainsRead("a", (OFF,)))
        self.jobs = JobRunner()
        self.settler = Settler(self.inventory)

    def phase(self, phase: Phase, problem: Problem | None = None) -> None:
        self.inventory.apply(StatusChanged("a", HostStatus(phase, problem=problem)))

    def waits(self, limit: float = 5.0, late: BaseException | None = None, cancellable: bool = True) -> JobHandle:
        """A job that waits until the VM runs."""
        began = threading.Event()

        def body(job: Job) -> object:
            began.set()
            running: Callable[[Domain | None], bool] = lambda now: now is not None and now.state is State.RUNNING  # noqa: E731
            return self.settler.settle(job, KEY, "web", running, limit, late, cancellable)

        handle = self.jobs.submit("vm.start", "web", body, vms=(KEY,), hosts=("a",))
        assert began.wait(5)
        return handle


@pytest.fixture
def room() -> Room:
    return Room()


def reason(view: JobView) -> Reason | None:
    return view.problem.reason if view.problem else None


def test_a_job_ends_when_the_way_in_shows_it(room: Room) -> None:
    handle = room.waits()
    assert handle.wait(0.1).state is JobState.RUNNING
    room.inventory.apply(DomainRead("a", replace(OFF, state=State.RUNNING)))
    assert handle.wait(5).state is JobState.SUCCEEDED


def test_what_is_so_already_ends_at_once(room: Room) -> None:
    room.inventory.apply(DomainRead("a", replace(OFF, state=State.RUNNING)))
    assert room.waits().wait(5).state is JobState.SUCCEEDED


def test_after_its_time_it_ends_as_was_said(room: Room) -> None:
    assert room.waits(0.1).wait(5).state is JobState.SUCCEEDED
    view = room.waits(0.1, Busy(Reason.TIMEOUT, "web")).wait(5)
    assert (view.state, reason(view)) == (JobState.FAILED, Reason.TIMEOUT)


def test_a_vm_that_vanishes_is_gone_and_not_waited_for(room: Room) -> None:
    handle = room.waits()
    room.inventory.apply(DomainGone("a", "1"))
    view = handle.wait(2)
    assert (view.state, view.what, reason(view)) == (JobState.FAILED, "web", Reason.GONE)


def test_a_host_that_stays_lost_ends_it_with_the_hosts_own_reason(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "LOST_LIMIT", 0.2)
    handle = room.waits(60)
    room.phase(Phase.UNREACHABLE, Problem(Reason.SILENT))
    view = handle.wait(5)
    assert (view.state, view.what, reason(view)) == (JobState.FAILED, "kvm-a", Reason.SILENT)


def test_a_host_that_comes_back_is_waited_for_on(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "LOST_LIMIT", 0.3)
    handle = room.waits(60)
    room.phase(Phase.UNREACHABLE, Problem(Reason.LOST))
    assert handle.wait(0.1).state is JobState.RUNNING
    room.phase(Phase.LIVE)
    assert handle.wait(0.5).state is JobState.RUNNING
    room.inventory.apply(DomainRead("a", replace(OFF, state=State.RUNNING)))
    assert handle.wait(5).state is JobState.SUCCEEDED


def test_cancelling_ends_it_at_once(room: Room) -> None:
    handle = room.waits(60)
    handle.cancel()
    assert handle.wait(2).state is JobState.CANCELLED


def test_what_the_host_has_done_already_is_not_taken_back_by_cancelling(room: Room) -> None:
    handle = room.waits(60, cancellable=False)
    handle.cancel()
    assert handle.wait(0.2).state is JobState.CANCELLING
    room.inventory.apply(DomainRead("a", replace(OFF, state=State.RUNNING)))
    assert handle.wait(5).state is JobState.SUCCEEDED


def test_hundreds_wait_in_one_thread_that_goes_with_the_last(room: Room) -> None:
    handles = [room.waits(60) for _ in range(300)]
    named = [thread.name for thread in threading.enumerate() if thread.name == "settler"]
    assert named == ["settler"]
    room.inventory.apply(DomainRead("a", replace(OFF, state=State.RUNNING)))
    assert {handle.wait(5).state for handle in handles} == {JobState.SUCCEEDED}
