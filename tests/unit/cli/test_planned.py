"""What becomes of a plan: printed, refused, asked for, done one after the other until one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import click
import pytest

from console.cli import asking, planned
from console.cli.base import Exit
from console.cli.planned import Dry
from console.fleet.domains import VmKey
from console.fleet.errors import Conflict, Reason, Unreachable
from console.jobs.job import Job
from console.jobs.runner import JobHandle, JobRunner


class Desk:
    """A session of which only what `go` needs is there, with a real runner of jobs."""

    def __init__(self) -> None:
        self.json = False
        self.interactive = False
        self.left = False
        self.jobs = JobRunner(None)
        self.services = SimpleNamespace(jobs=self.jobs, history=SimpleNamespace(left=lambda _job: self.left))

    def wait(self, done: Callable[[], bool], _limit: float | None) -> bool:
        while not done():
            pass
        return True

    def say_unreached(self) -> int:
        return Exit.DONE

    def unreached_records(self) -> list[Any]:
        return []

    def job(self, name: str, work: Callable[[Job], None] = lambda _job: None) -> Callable[[], JobHandle]:
        return lambda: self.jobs.submit("vm.start", name, work, vms=(VmKey("a", name),))

    def group(self, *members: Callable[[Job], None]) -> Callable[[], JobHandle]:
        """A job with members; it fails as the first of them that does."""

        def work(job: Job) -> None:
            handles = [
                self.jobs.submit("vm.start", f"vm{number}", member, vms=(VmKey("a", f"{number}"),), parent=job.id)
                for number, member in enumerate(members)
            ]
            for handle in handles:
                view = handle.wait(5)
                if view.problem is not None:
                    raise Conflict(view.problem, view.target)

        return lambda: self.jobs.submit("vm.start", "both", work)


@pytest.fixture
def desk() -> Iterator[Any]:
    made = Desk()
    yield made
    made.jobs.close(2)


def fail(_job: Job) -> None:
    raise Conflict(Reason.WRONG_STATE, detail="running")


def gone(_job: Job) -> None:
    raise Unreachable(Reason.LOST, "vm")


def dry(run: Callable[[], JobHandle], **more: Any) -> Dry:
    return Dry(["line"], {"x": 1}, "vm.start", run, **more)


def test_a_plan_alone_is_printed_and_nothing_runs(desk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert planned.go(desk, dry(desk.job("a")), only_plan=True, yes=False) == Exit.DONE
    assert capsys.readouterr().out == "line\n"
    desk.json = True
    assert planned.go(desk, dry(desk.job("a"), refused=True), only_plan=True, yes=False) == Exit.FAILED
    told = capsys.readouterr()
    assert ('"x": 1' in told.out, told.err) == (True, "")


def test_one_that_is_refused_is_not_tried_whatever_is_said(desk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert planned.go(desk, dry(desk.job("a"), refused=True), only_plan=False, yes=True) == Exit.FAILED
    assert capsys.readouterr() == ("", "line\n")


def test_nobody_can_be_asked_without_a_terminal(desk: Any) -> None:
    with pytest.raises(click.UsageError, match="then say --yes"):
        planned.go(desk, dry(desk.job("a")), only_plan=False, yes=False)
    assert planned.go(desk, dry(desk.job("a"), asks=False), only_plan=False, yes=False) == Exit.DONE


@pytest.mark.parametrize(
    ("wanted", "typed", "ends"), [("clean", "clean", 0), ("clean", "x", None), ("", "yes", 0), ("", "", None)]
)
def test_the_word_is_typed(
    desk: Any, monkeypatch: pytest.MonkeyPatch, wanted: str, typed: str, ends: int | None
) -> None:
    desk.interactive = True
    monkeypatch.setattr(asking, "_read", lambda _prompt: typed)
    if ends is None:
        with pytest.raises(click.Abort):
            planned.go(desk, dry(desk.job("a"), wanted=wanted), only_plan=False, yes=False)
    else:
        assert planned.go(desk, dry(desk.job("a"), wanted=wanted), only_plan=False, yes=False) == ends


def test_one_after_the_other_until_one_fails(desk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    third = dry(desk.job("a"), more=[lambda: None, desk.job("b", fail), desk.job("c")])
    assert planned.go(desk, third, only_plan=False, yes=True) == Exit.FAILED
    told = capsys.readouterr()
    assert told.out == "Run a: Done\n"
    assert "Could not start b." in told.err
    fine = dry(desk.job("a"), more=[desk.job("b")], done=lambda name: f"{name} is done")
    assert planned.go(desk, fine, only_plan=False, yes=True) == Exit.DONE
    assert capsys.readouterr().out == "a is done\nb is done\n"


def test_of_many_that_fail_those_that_went_back_are_not_told_as_done(
    desk: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert planned.go(desk, dry(desk.group(lambda _job: None, fail)), only_plan=False, yes=True) == Exit.FAILED
    told = capsys.readouterr()
    assert told.out == ""
    assert "Could not start vm1." in told.err
    assert told.err.endswith("All or none: the others are as they were.\n")
    desk.left = True
    planned.go(desk, dry(desk.group(fail)), only_plan=False, yes=True)
    assert "see splendid job unfinished" in capsys.readouterr().err


def test_hosts_that_were_lost_are_told_by_the_exit_code(desk: Any) -> None:
    assert planned.go(desk, dry(desk.job("a", gone)), only_plan=False, yes=True) == Exit.UNREACHABLE


def test_many_lines_are_counted_where_a_person_is_asked(
    desk: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.interactive = True
    monkeypatch.setattr(asking, "_read", lambda _prompt: "yes")
    long = Dry([f"line {number}" for number in range(planned.MOST + 3)], {}, "vm.start", desk.job("a"))
    planned.go(desk, long, only_plan=False, yes=False)
    assert "3 more lines\n" in capsys.readouterr().err
