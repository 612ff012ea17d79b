from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.fleet.acts import Act
from console.fleet.errors import Problem, Reason
from console.jobs.job import JobState, JobView
from console.words import acts, jobs

ONE = JobView(1, "vm.shutdown", "web-01", state=JobState.RUNNING, started=100.0)
MANY = replace(ONE, target="3", children=(2, 3, 4), values={"total": 3, "succeeded": 1, "failed": 1, "cancelled": 0})


def test_every_act_is_a_titled_job() -> None:
    for act in Act:
        assert jobs.title(replace(ONE, kind=f"vm.{act}")) != f"vm.{act}"
        assert jobs.kind(f"vm.{act}") == acts.label(act), "as the menu and the plan call it"
    assert jobs.title(replace(ONE, kind="unknown")) == "unknown"
    assert jobs.kind("start") == "start"
    assert all(jobs.state(state) for state in JobState)


def test_target() -> None:
    assert jobs.target(ONE) == "web-01"
    assert jobs.target(MANY) == "3 VMs"


@pytest.mark.parametrize(
    ("code", "values", "text"),
    [
        ("asking", {"host": "kvm-n11"}, "Asking kvm-n11"),
        ("waiting-for-guest", {"seconds": 180}, "Waiting for the guest, 3\u00a0min at most"),
        ("removing", {"path": "/srv/{a}.qcow2"}, "Deleting /srv/{a}.qcow2"),
        ("undefining", {}, "Removing it from its host"),
        ("something new", {}, "something new"),
        ("", {}, ""),
    ],
)
def test_steps(code: str, values: dict[str, str | int | float], text: str) -> None:
    assert jobs.step(replace(ONE, step=code, values=values)) == text


def test_where_it_stands() -> None:
    assert jobs.step(replace(ONE, state=JobState.QUEUED)) == "Waiting for its turn"
    cancelling = replace(ONE, state=JobState.CANCELLING, step="asking", values={"host": "a"})
    assert jobs.step(cancelling) == "Cancelling, Asking a"
    assert jobs.step(MANY) == "1 of 3 done, 1 failed"
    assert jobs.left(replace(ONE, eta=161)) == "2\u00a0min 41\u00a0s"
    assert jobs.left(ONE) == ""


def test_how_it_ended() -> None:
    done = replace(ONE, state=JobState.SUCCEEDED, ended=111.0)
    assert jobs.ended(ONE) == ""
    assert jobs.ended(done) == jobs.step(done) == "Done in 11\u00a0s"
    assert jobs.ended(replace(done, ended=100.2)) == "Done"
    assert jobs.ended(replace(done, state=JobState.CANCELLED, fraction=0.41)) == "Cancelled at 41\u00a0%"
    assert jobs.ended(replace(done, state=JobState.CANCELLED)) == "Cancelled"
    assert jobs.ended(replace(done, state=JobState.CANCELLED, started=0.0)) == "Cancelled before it began"
    failed = replace(done, state=JobState.FAILED, problem=Problem(Reason.WRONG_STATE, detail="off"))
    assert jobs.ended(failed) == "It is off."
    assert jobs.ended(replace(ONE, interrupted=True)).startswith("Splendid ended while")


def test_how_a_group_ended() -> None:
    problem = Problem(Reason.WRONG_STATE, detail="off")
    failed = replace(MANY, state=JobState.FAILED, ended=111.0, problem=problem, what="web-02")
    assert jobs.ended(failed) == "1 of 3 failed. web-02: It is off."
    assert jobs.ended(replace(MANY, state=JobState.CANCELLED, ended=111.0)) == "Cancelled, 1 of 3 were done"


def test_a_failed_job_is_explained() -> None:
    failed = replace(ONE, state=JobState.FAILED, problem=Problem(Reason.TIMEOUT, detail="180"), what="web-01")
    said = jobs.explained(failed)
    assert said is not None
    assert said.line == "Could not shut down web-01. It was not done in 3\u00a0min."
    assert jobs.explained(ONE) is None


def test_every_step_a_service_tells_has_words() -> None:
    folder = Path(jobs.__file__).parents[1] / "services"
    told = {
        code
        for path in folder.glob("*.py")
        for code in re.findall(r'job\.step\(\s*"([a-z-]+)"', path.read_text("utf-8"))
    }
    assert len(told) > 15
    assert told <= set(jobs._STEPS)
