"""One job for one, a group for many; and progress of calls that tell nothing themselves."""

from __future__ import annotations

import threading

import pytest

from console.fleet.acts import Act
from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Conflict, NotFound
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.updates import DomainsRead, StatusChanged
from console.inventory.inventory import Inventory
from console.jobs.job import Job, JobSpec, JobState
from console.jobs.runner import JobRunner
from console.services.running import checked, run, watching

KEY = VmKey("a", "1")


def test_one_is_a_job_and_two_are_a_group() -> None:
    jobs = JobRunner()
    specs = [JobSpec("vm.start", name, lambda job: None) for name in ("x", "y")]
    one, two = run(jobs, specs[:1], "splendid one"), run(jobs, specs, "splendid two")
    assert (one.wait(5).state, two.wait(5).state) == (JobState.SUCCEEDED, JobState.SUCCEEDED)
    assert (one.view.target, one.view.command, one.view.children) == ("x", "splendid one", ())
    assert (two.view.target, two.view.command, len(two.view.children)) == ("2", "splendid two", 2)
    assert jobs.close()


def test_what_cannot_be_tried_is_refused_before_the_host_is_asked() -> None:
    inventory = Inventory()
    with pytest.raises(NotFound):
        checked(inventory, Act.START, KEY, "web")
    inventory.set_hosts([HostSpec("a", "a", "test:///a")])
    inventory.apply(StatusChanged("a", HostStatus(Phase.LIVE)))
    inventory.apply(DomainsRead("a", (Domain(KEY, "web", State.RUNNING),)))
    with pytest.raises(Conflict) as caught:
        checked(inventory, Act.START, KEY, "web")
    assert caught.value.problem.detail == "running"
    assert checked(inventory, Act.PAUSE, KEY, "web")[0].name == "web"


def test_progress_is_watched_while_the_call_lasts() -> None:
    jobs, told = JobRunner(), threading.Event()

    def progress() -> tuple[int, int]:
        told.set()
        return 25, 100

    def body(job: Job) -> None:
        with watching(job, progress):
            assert told.wait(5)

    handle = jobs.submit("vm.save", "x", body)
    assert handle.wait(10).state is JobState.SUCCEEDED
    assert jobs.close()
