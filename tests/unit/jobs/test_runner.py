from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from console.fleet.domains import VmKey
from console.fleet.errors import Busy, Conflict, Problem, Reason, Unreachable
from console.jobs.job import Cancelled, Job, JobSpec, JobState, JobView, Later
from console.jobs.runner import JobRunner

PATIENCE = 5.0


@pytest.fixture
def runner() -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    assert made.close(2.0)


class Watched:
    def __init__(self, runner: JobRunner) -> None:
        self.views: list[JobView] = []
        runner.subscribe(self.views.append)

    def states(self, job: int) -> list[JobState]:
        states: list[JobState] = []
        for view in self.views:
            if view.id == job and (not states or states[-1] is not view.state):
                states.append(view.state)
        return states


def test_a_job_goes_its_way_and_hands_back_its_result(runner: JobRunner) -> None:
    watched = Watched(runner)

    def body(job: Job) -> int:
        job.step("look", name="web")
        job.log("one line")
        return 42

    keys = (VmKey("a", "1"),)
    handle = runner.submit("vm.start", "web", body, vms=keys, hosts=["a"], command="splendid vm start web")
    view = handle.wait(PATIENCE)
    assert view.state is JobState.SUCCEEDED
    assert handle.result == 42
    assert (view.step, view.values, view.fraction) == ("look", {"name": "web"}, 1.0)
    assert (view.vms, view.hosts, view.command) == (keys, ("a",), "splendid vm start web")
    assert "@" in view.by
    assert 0 < view.created <= view.started <= view.ended
    assert [line for _, line in runner.log(handle.id)] == ["one line"]
    assert [(code, values) for _, code, values in runner.steps(handle.id)] == [("look", {"name": "web"})]
    assert watched.states(handle.id) == [JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED]
    assert runner.views() == (view,)
    assert runner.view(handle.id) == handle.view == view


def test_an_error_of_ours_is_kept_as_the_problem(runner: JobRunner) -> None:
    def body(job: Job) -> None:
        raise Conflict(Reason.WRONG_STATE, "web", text="domain is not running", code=55)

    view = runner.submit("vm.stop", "web", body).wait(PATIENCE)
    assert view.state is JobState.FAILED
    assert view.problem == Problem(Reason.WRONG_STATE, "domain is not running", 55)
    assert view.what == "web"


def test_a_bug_fails_the_job_and_its_trace_is_in_the_log(runner: JobRunner, caplog: pytest.LogCaptureFixture) -> None:
    def body(job: Job) -> None:
        raise TypeError("no such thing")

    handle = runner.submit("vm.start", "web", body)
    view = handle.wait(PATIENCE)
    assert view.state is JobState.FAILED
    assert view.problem == Problem(Reason.OTHER, "TypeError: no such thing")
    assert "Traceback" in runner.log(handle.id)[-1][1]
    assert "broke" in caplog.text


def test_cancelling_what_runs_calls_its_stops_off_the_callers_thread(runner: JobRunner) -> None:
    watched = Watched(runner)
    begun, threads = threading.Event(), []

    def body(job: Job) -> None:
        job.on_cancel(lambda: threads.append(threading.current_thread()))
        begun.set()
        job.pause(PATIENCE)

    handle = runner.submit("copy", "disk", body)
    assert begun.wait(PATIENCE)
    runner.cancel(handle.id)
    runner.cancel(handle.id)
    assert handle.wait(PATIENCE).state is JobState.CANCELLED
    assert handle.view.problem is None
    assert watched.states(handle.id)[1:] == [JobState.RUNNING, JobState.CANCELLING, JobState.CANCELLED]
    end = time.monotonic() + PATIENCE
    while not threads and time.monotonic() < end:
        time.sleep(0.01)
    assert len(threads) == 1
    assert threads[0] is not threading.current_thread()


def test_a_stop_that_fails_says_so_in_the_log(runner: JobRunner) -> None:
    begun, stopped = threading.Event(), threading.Event()

    def stop() -> None:
        stopped.set()
        raise Busy(Reason.TIMEOUT, "web", text="cannot abort")

    def body(job: Job) -> None:
        job.on_cancel(stop)
        begun.set()
        stopped.wait(PATIENCE)
        job.pause(PATIENCE)

    handle = runner.submit("copy", "disk", body)
    assert begun.wait(PATIENCE)
    handle.cancel()
    handle.wait(PATIENCE)
    end = time.monotonic() + PATIENCE
    while not runner.log(handle.id) and time.monotonic() < end:
        time.sleep(0.01)
    assert runner.log(handle.id)[0][1] == "web: cannot abort"


def test_an_abort_that_was_asked_for_is_no_failure(runner: JobRunner) -> None:
    begun = threading.Event()

    def body(job: Job) -> None:
        begun.set()
        while not job.cancelled:
            time.sleep(0.005)
        raise Busy(Reason.OTHER, "web", text="operation aborted: migration out job", code=78)

    handle = runner.submit("migrate", "web", body)
    assert begun.wait(PATIENCE)
    handle.cancel()
    assert handle.wait(PATIENCE).state is JobState.CANCELLED


def test_a_failure_while_ending_stays_a_failure(runner: JobRunner) -> None:
    begun = threading.Event()

    def body(job: Job) -> None:
        begun.set()
        while not job.cancelled:
            time.sleep(0.005)
        raise Unreachable(Reason.LOST, "n11")

    handle = runner.submit("migrate", "web", body)
    assert begun.wait(PATIENCE)
    handle.cancel()
    assert handle.wait(PATIENCE).problem == Problem(Reason.LOST)


def test_what_was_done_before_the_cancel_came_has_succeeded(runner: JobRunner) -> None:
    begun, go = threading.Event(), threading.Event()

    def body(job: Job) -> None:
        begun.set()
        go.wait(PATIENCE)

    handle = runner.submit("vm.start", "web", body)
    assert begun.wait(PATIENCE)
    handle.cancel()
    go.set()
    assert handle.wait(PATIENCE).state is JobState.SUCCEEDED


def test_a_lane_runs_the_body_and_a_queued_job_can_be_cancelled_in_it(runner: JobRunner) -> None:
    lane: list[Callable[[], None]] = []
    ran: list[str] = []
    first = runner.submit("vm.start", "web", lambda job: ran.append("web"), via=lane.append)
    second = runner.submit("vm.start", "db", lambda job: ran.append("db"), via=lane.append)
    assert first.view.state is JobState.QUEUED
    assert runner.running() == 2
    second.cancel()
    assert second.view.state is JobState.CANCELLED
    for work in lane:
        work()
    assert ran == ["web"]
    assert first.wait(0).state is JobState.SUCCEEDED
    assert runner.running() == 0


def test_a_lane_that_takes_nothing_fails_the_job_with_its_reason(runner: JobRunner) -> None:
    def via(work: Callable[[], None]) -> None:
        raise Unreachable(Reason.SILENT, "n11")

    view = runner.submit("vm.start", "web", lambda job: None, via=via).wait(0)
    assert (view.state, view.what, view.problem) == (JobState.FAILED, "n11", Problem(Reason.SILENT))


def test_no_thread_left_to_run_in_fails_the_job(runner: JobRunner) -> None:
    def via(work: Callable[[], None]) -> None:
        raise RuntimeError("can't start new thread")

    view = runner.submit("vm.start", "web", lambda job: None, via=via).wait(0)
    assert view.problem == Problem(Reason.OTHER, "RuntimeError: can't start new thread")


def test_progress_is_told_at_most_ten_times_a_second_but_the_end_always(runner: JobRunner) -> None:
    watched = Watched(runner)

    def body(job: Job) -> None:
        for number in range(300):
            job.progress(number, 300)
            time.sleep(0.001)

    handle = runner.submit("copy", "disk", body)
    handle.wait(PATIENCE)
    mine = [view for view in watched.views if view.id == handle.id and view.state is JobState.RUNNING]
    took = handle.view.ended - handle.view.started
    assert 2 <= len(mine) <= took * 10 + 2
    assert watched.views[-1].state is JobState.SUCCEEDED
    assert watched.views[-1].rate is None


def test_a_job_that_stands_still_after_progress_is_told_nevertheless(runner: JobRunner) -> None:
    watched = Watched(runner)
    seen, go = threading.Event(), threading.Event()
    runner.subscribe(lambda view: seen.set() if view.fraction == 0.9 else None)

    def body(job: Job) -> None:
        job.progress(1, 10)
        job.progress(9, 10)
        go.wait(PATIENCE)

    handle = runner.submit("copy", "disk", body)
    assert seen.wait(1.0)
    go.set()
    handle.wait(PATIENCE)
    assert watched.views[-1].state is JobState.SUCCEEDED


def busy_members(
    hosts: list[str], count: Counter[str], most: Counter[str], seconds: float = 0.01, fail: str = ""
) -> list[JobSpec]:
    lock = threading.Lock()

    def body_for(name: str, host: str) -> Callable[[Job], None]:
        def body(job: Job) -> None:
            with lock:
                count[host] += 1
                most[host] = max(most[host], count[host])
            try:
                job.pause(seconds)
                if name == fail:
                    raise Conflict(Reason.IN_USE, name)
            finally:
                with lock:
                    count[host] -= 1

        return body

    return [
        JobSpec("vm.start", f"vm{number}", body_for(f"vm{number}", host), (VmKey(host, str(number)),), (host,))
        for number, host in enumerate(hosts)
    ]


def test_a_group_keeps_to_its_limit_per_host(runner: JobRunner) -> None:
    count: Counter[str] = Counter()
    most: Counter[str] = Counter()
    handle = runner.group("vm.start", "12 VMs", busy_members(["a", "b"] * 6, count, most), limit_per_host=2)
    view = handle.wait(PATIENCE)
    assert view.state is JobState.SUCCEEDED
    assert most == {"a": 2, "b": 2}
    assert view.values == {"total": 12, "succeeded": 12, "failed": 0, "cancelled": 0}
    assert (len(view.children), len(view.vms), view.hosts) == (12, 12, ("a", "b"))
    assert all((child := runner.view(job)) is not None and child.parent == view.id for job in view.children)
    assert runner.running() == 0
    assert handle.result is None


def test_a_group_with_one_failure_has_failed_and_tells_which(runner: JobRunner) -> None:
    members = busy_members(["a"] * 5, Counter(), Counter(), fail="vm3")
    view = runner.group("vm.start", "5 VMs", members).wait(PATIENCE)
    assert (view.state, view.problem, view.what) == (JobState.FAILED, Problem(Reason.IN_USE), "vm3")
    assert view.values["succeeded"] == 4


def test_cancelling_a_group_ends_all_of_it_and_starts_nothing_more(runner: JobRunner) -> None:
    watched = Watched(runner)
    handle = runner.group("vm.start", "50 VMs", busy_members(["a"] * 50, Counter(), Counter(), seconds=PATIENCE))
    time.sleep(0.05)
    handle.cancel()
    view = handle.wait(PATIENCE)
    assert view.state is JobState.CANCELLED
    assert view.values["cancelled"] == 50
    assert JobState.CANCELLING in watched.states(view.id)
    assert sum(JobState.RUNNING in watched.states(child) for child in view.children) == 2


def test_an_empty_group_succeeds_at_once(runner: JobRunner) -> None:
    assert runner.group("vm.start", "nothing", []).wait(0).state is JobState.SUCCEEDED


def test_a_group_of_thousands_in_lanes_that_run_at_once(runner: JobRunner) -> None:
    members = [JobSpec("vm.tag", str(n), lambda job: None, hosts=("a",), via=lambda work: work()) for n in range(2000)]
    assert runner.group("vm.tag", "2,000 VMs", members).wait(PATIENCE).values["succeeded"] == 2000


def test_progress_of_members_is_the_groups(runner: JobRunner) -> None:
    halfway, go = threading.Barrier(3), threading.Event()

    def body(job: Job) -> None:
        job.progress(1, 2)
        halfway.wait(PATIENCE)
        go.wait(PATIENCE)

    handle = runner.group("copy", "two disks", [JobSpec("copy", name, body, hosts=(name,)) for name in "ab"])
    halfway.wait(PATIENCE)
    assert handle.view.fraction == 0.5
    assert handle.view.state is JobState.RUNNING
    go.set()
    assert handle.wait(PATIENCE).fraction == 1.0


def test_a_part_of_a_job_is_cancelled_with_it(runner: JobRunner) -> None:
    begun = threading.Event()

    def part(job: Job) -> None:
        begun.set()
        job.pause(PATIENCE)

    def whole(job: Job) -> JobState:
        return runner.submit("copy.part", "disk", part, parent=job.id).wait(PATIENCE).state

    handle = runner.submit("copy", "disks", whole)
    assert begun.wait(PATIENCE)
    assert len(handle.view.children) == 1
    handle.cancel()
    handle.wait(PATIENCE)
    assert handle.result is JobState.CANCELLED


def test_close_never_waits_longer_than_told_whatever_hangs() -> None:
    runner = JobRunner()
    go = threading.Event()
    handle = runner.submit("vm.start", "web", lambda job: go.wait(PATIENCE))
    start = time.monotonic()
    assert not runner.close(0.2)
    assert time.monotonic() - start < 0.6
    assert handle.view.state is JobState.CANCELLING
    go.set()
    handle.wait(PATIENCE)
    assert runner.close(0.2)


def test_close_may_leave_jobs_to_finish() -> None:
    runner = JobRunner()
    handle = runner.submit("vm.start", "web", lambda job: time.sleep(0.05))
    assert runner.close(PATIENCE, cancel=False)
    assert handle.view.state is JobState.SUCCEEDED


def test_after_close_nothing_begins() -> None:
    runner = JobRunner()
    runner.close(0.1)
    ran: list[int] = []
    assert runner.submit("vm.start", "web", lambda job: ran.append(1)).wait(1.0).state is JobState.CANCELLED
    group = runner.group("vm.start", "two", [JobSpec("vm.start", "x", lambda job: ran.append(1))] * 2)
    assert group.wait(1.0).state is JobState.CANCELLED
    assert ran == []


class Notes:
    def __init__(self) -> None:
        self.views: list[JobView] = []
        self.lines: list[tuple[int, str]] = []

    def next_id(self) -> int:
        return 100 + len({view.id for view in self.views})

    def keep(self, view: JobView) -> None:
        self.views.append(view)

    def log(self, job: int, stamp: float, text: str) -> None:
        self.lines.append((job, text))


def test_a_store_gives_the_numbers_and_gets_views_and_lines() -> None:
    notes = Notes()
    runner = JobRunner(notes, clock=lambda: 1000.0)
    handle = runner.submit("vm.start", "web", lambda job: job.log("hello"))
    handle.wait(PATIENCE)
    assert handle.id == 100
    assert runner.submit("vm.start", "db", lambda job: None).id == 101
    runner.close(1.0)
    assert notes.views[0].created == 1000.0
    assert [view.state for view in notes.views if view.id == 100][-1] is JobState.SUCCEEDED
    assert notes.lines == [(100, "hello")]


class Promise(Later):
    """Ends when the test says so."""

    def __init__(self) -> None:
        self.ended: Callable[[BaseException | None], None] | None = None

    def then(self, ended: Callable[[BaseException | None], None]) -> None:
        self.ended = ended

    def end(self, error: BaseException | None = None) -> None:
        until = time.monotonic() + PATIENCE
        while self.ended is None:
            assert time.monotonic() < until
            time.sleep(0.01)
        self.ended(error)


def test_a_body_may_leave_its_end_to_somebody_else_and_holds_no_thread(runner: JobRunner) -> None:
    promise = Promise()
    handle = runner.submit("vm.start", "web", lambda job: promise)
    promises = [Promise() for _ in range(3)]
    handles = [runner.submit("vm.start", "web", lambda job, p=promise: p) for promise in promises]  # type: ignore[misc]
    assert handle.wait(0.1).state is JobState.RUNNING
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("job-")]
    promise.end()
    assert handle.wait(PATIENCE).state is JobState.SUCCEEDED
    for one, error in zip(promises, (Conflict(Reason.IN_USE, "web"), Cancelled(), ValueError("no")), strict=True):
        one.end(error)
    views = [one.wait(PATIENCE) for one in handles]
    assert [view.state for view in views] == [JobState.FAILED, JobState.CANCELLED, JobState.FAILED]
    assert [view.problem.reason for view in views if view.problem] == [Reason.IN_USE, Reason.OTHER]


def test_a_group_goes_stage_after_stage_and_stops_where_it_was_asked_to(runner: JobRunner) -> None:
    begun: list[str] = []

    def body(name: str) -> Callable[[Job], None]:
        def run(job: Job) -> None:
            begun.append(name)
            if name == "bad":
                raise Conflict(Reason.IN_USE, name)

        return run

    stages = {"late": 1, "first": 0, "last": 2}
    specs = [JobSpec("vm.start", name, body(name), hosts=("a",), stage=stage) for name, stage in stages.items()]
    view = runner.group("vm.start", "3", specs, deed="kept").wait(PATIENCE)
    assert (view.state, begun, view.deed) == (JobState.SUCCEEDED, ["first", "late", "last"], "kept")
    specs = [JobSpec("vm.start", name, body(name), hosts=("a",)) for name in ("bad", "b", "c")]
    view = runner.group("vm.start", "3", specs, limit_per_host=1, halts=True).wait(PATIENCE)
    assert (view.state, view.values["failed"], view.values["cancelled"]) == (JobState.FAILED, 1, 2)
    assert begun[3:] == ["bad"]
