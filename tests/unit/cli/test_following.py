from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from console.cli import following
from console.cli.base import Options, Program
from console.cli.session import Session
from console.fleet.errors import Conflict, Reason, Unreachable
from console.jobs.job import Job, JobSpec, JobState, JobView
from console.jobs.runner import JobHandle
from tests.unit.cli.conftest import Console, services

RUNNING = JobView(1, "vm.save", "web-01", state=JobState.RUNNING, fraction=0.41, rate=286 * 1024**2, eta=161)


def test_progress_in_one_line() -> None:
    line = following.progress(RUNNING).replace("\u00a0", " ")
    assert line == "Save web-01  ████████············  41 %  286 MiB/s  2 min 41 s left"
    asking = replace(RUNNING, fraction=None, rate=None, eta=None, step="asking", values={"host": "kvm-a"})
    assert following.progress(asking) == "Save web-01  Asking kvm-a"


@pytest.fixture
def session(console: Console) -> Iterator[Session]:
    """A session on a profile of its own; what it prints is for `capsys`."""
    opened = Session(Program(services=services, window=lambda _options: 0), Options(console.folder))
    yield opened
    opened.close()


def submit(session: Session, body: Callable[[Job], object]) -> JobHandle:
    return session.services.jobs.submit("vm.start", "web-01", body)


def test_the_outcome_decides_the_exit_code(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    def taken(_job: Job) -> None:
        raise Conflict(Reason.EXISTS, "web-01")

    def lost(_job: Job) -> None:
        raise Unreachable(Reason.LOST, "kvm-a")

    assert following.follow(session, submit(session, lambda _job: None)) == 0
    assert capsys.readouterr().out == "Run web-01: Done\n"
    assert following.follow(session, submit(session, taken)) == 1
    assert capsys.readouterr().err == "Could not start web-01. That name is taken. Choose another name.\n"
    assert following.follow(session, submit(session, lost)) == 3
    assert "The connection broke." in capsys.readouterr().err
    both = [JobSpec("vm.start", "a", taken), JobSpec("vm.start", "b", lost)]
    assert following.follow(session, session.services.jobs.group("vm.start", "2", both)) == 1
    some = [JobSpec("vm.start", "a", lambda _job: None), JobSpec("vm.start", "b", lost)]
    assert following.follow(session, session.services.jobs.group("vm.start", "2", some)) == 3


def test_not_waiting_means_until_the_host_has_it(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    release = threading.Event()

    def slow(job: Job) -> None:
        job.step("waiting-for-guest", seconds=180)
        release.wait(10)

    assert following.follow(session, submit(session, slow), wait=False) == 0
    assert capsys.readouterr().out == "Run web-01: Waiting for the guest, 3 min at most\n"
    release.set()


def test_ctrl_c_cancels_the_job(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def endless(job: Job) -> None:
        while True:
            job.check()
            time.sleep(0.01)

    wait = Session.wait
    pressed = []

    def press(self: Session, done: Callable[[], bool], limit: float | None) -> bool:
        if not pressed:
            pressed.append(True)
            raise KeyboardInterrupt
        return wait(self, done, limit)

    monkeypatch.setattr(Session, "wait", press)
    handle = submit(session, endless)
    assert following.follow(session, handle) == 1
    assert handle.view.state is JobState.CANCELLED
    assert capsys.readouterr().out.startswith("Run web-01: Cancelled")


def test_progress_is_shown_on_a_terminal_and_wiped(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(job: Job) -> None:
        job.step("asking", host="kvm-a")
        time.sleep(0.3)

    following.follow(session, submit(session, work))
    assert "\r" not in capsys.readouterr().err
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _self: True)
    following.follow(session, submit(session, work))
    shown = capsys.readouterr().err
    assert "Run web-01  Asking kvm-a" in shown
    assert shown.endswith("\r\x1b[K")
