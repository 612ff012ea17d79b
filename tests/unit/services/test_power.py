"""Every power act on libvirt's own test driver, seen to arrive by the way in."""

from __future__ import annotations

import threading

import pytest

from console.app import App
from console.fleet.acts import Act
from console.fleet.domains import State
from console.fleet.errors import Reason
from console.jobs.job import JobState
from console.services.running import run
from tests.unit.services.conftest import named


@pytest.mark.parametrize(
    ("acts", "end"),
    [
        ([Act.PAUSE], State.PAUSED),
        ([Act.PAUSE, Act.RESUME], State.RUNNING),
        ([Act.SHUTDOWN], State.OFF),
        ([Act.SHUTDOWN, Act.START], State.RUNNING),
        ([Act.REBOOT], State.RUNNING),
        ([Act.FORCE_OFF], State.OFF),
        ([Act.SAVE], State.SAVED),
        ([Act.SAVE, Act.RESTORE], State.RUNNING),
        ([Act.SAVE, Act.DISCARD_SAVE], State.OFF),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_acts_arrive(app: App, acts: list[Act], end: State) -> None:
    for act in acts:
        view = app.services.power.act(act, [named(app, "web").key]).wait(20)
        assert view.state is JobState.SUCCEEDED, view
    assert named(app, "web").state is end


def test_autostart_is_switched(app: App) -> None:
    key = named(app, "db").key
    assert app.services.power.act(Act.AUTOSTART_ON, [key]).wait(20).state is JobState.SUCCEEDED
    assert named(app, "db").autostart
    off = app.services.power.act(Act.AUTOSTART_OFF, [key])
    assert off.wait(20).state is JobState.SUCCEEDED
    assert not named(app, "db").autostart
    assert off.view.command == "splendid vm autostart db --off"


def test_what_makes_no_sense_is_refused_with_the_state(app: App) -> None:
    view = app.services.power.act(Act.START, [named(app, "web").key]).wait(20)
    assert (view.state, view.what) == (JobState.FAILED, "web")
    assert view.problem is not None
    assert (view.problem.reason, view.problem.detail) == (Reason.WRONG_STATE, "running")


def test_several_are_a_group_with_a_result_each(app: App) -> None:
    keys = [named(app, name).key for name in ("web", "db", "mail")]
    view = app.services.power.act(Act.PAUSE, keys).wait(20)
    assert view.state is JobState.FAILED
    children = [app.jobs.view(child) for child in view.children]
    assert {child.target: child.state for child in children if child} == {
        "web": JobState.SUCCEEDED,
        "db": JobState.FAILED,
        "mail": JobState.SUCCEEDED,
    }


def test_a_host_that_is_off_is_not_asked(app: App) -> None:
    app.services.hosts.disconnect("beta")
    app.gateway.wait_settled("beta", 5)
    view = app.services.power.act(Act.PAUSE, [named(app, "mail").key]).wait(20)
    assert view.problem is not None
    assert (view.state, view.problem.reason) == (JobState.FAILED, Reason.LOST)


def test_a_shutdown_the_guest_ignores_ends_with_time_and_can_be_cancelled(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        __import__("console.services.power", fromlist=["CALLS"]).CALLS, Act.SHUTDOWN, lambda link, uuid: None
    )
    app.services.power.shutdown_limit = 0.3
    view = app.services.power.act(Act.SHUTDOWN, [named(app, "web").key]).wait(20)
    assert view.problem is not None
    assert (view.state, view.problem.reason) == (JobState.FAILED, Reason.TIMEOUT)
    app.services.power.shutdown_limit = 60
    handle = app.services.power.act(Act.SHUTDOWN, [named(app, "web").key])
    handle.cancel()
    assert handle.wait(10).state is JobState.CANCELLED


def test_what_waits_in_the_lane_of_a_host_that_leaves_the_fleet_ends(app: App) -> None:
    held = threading.Event()

    def hold() -> None:
        held.wait(10)

    app.gateway.run_in_lane("alpha")(hold)
    waiting = app.services.power.act(Act.START, [named(app, "db").key])
    member = app.services.power.member(Act.START, named(app, "db").key)
    app.services.hosts.remove("alpha")
    held.set()
    late = run(app.jobs, [member], "")
    for handle in (waiting, late):
        view = handle.wait(5)
        assert view.problem is not None
        assert (view.state, view.problem.reason) == (JobState.FAILED, Reason.GONE)
