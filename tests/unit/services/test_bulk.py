"""Acts on many VMs, on libvirt's own test driver."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from console.app import App, Options
from console.fleet.acts import Act
from console.fleet.bulk import Deed, Fate, Order
from console.fleet.domains import State, VmKey
from console.fleet.errors import Conflict, NotFound, Reason, UsageError
from console.gateway.connection import Link
from console.jobs.job import JobState, JobView
from console.services import bulk as bulk_module
from console.services import power
from console.services.bulk import checked_deed, deed_words, order_words
from console.settings.paths import Profile
from tests.unit.services.conftest import OFF, RUNNING, named, write_fleet

Fleet = dict[str, dict[str, int]]
Open = Callable[[Fleet], App]


def farm(hosts: int, each: int, state: int = OFF) -> Fleet:
    return {f"h{host:02d}": {f"vm-{host:02d}-{number:02d}": state for number in range(each)} for host in range(hosts)}


def keys_of(app: App) -> list[VmKey]:
    """In order of name."""
    return [domain.key for domain in sorted(app.inventory.domains(), key=lambda domain: domain.name)]


def members(app: App, view: JobView) -> dict[str, JobState]:
    return {member.target: member.state for member in app.services.bulk.members(view.id)}


class Failing:
    """A call of the gateway's that fails for some VMs while `names` has them."""

    def __init__(self, call: Callable[[Link, str], None], app: App, names: set[str]) -> None:
        self.call, self.names = call, names
        self.uuids = {domain.key: domain.name for domain in app.inventory.domains()}
        self.order: list[str] = []

    def __call__(self, link: Link, uuid: str) -> None:
        name = self.uuids[VmKey(link.spec.id, uuid)]
        self.order.append(name)
        if name in self.names:
            raise Conflict(Reason.IN_USE, name)
        self.call(link, uuid)


def test_what_is_to_be_done_is_done_and_the_rest_is_left_alone(app: App) -> None:
    plan = app.services.bulk.plan(Act.PAUSE, keys_of(app))
    assert {item.name: item.fate for item in plan.items} == {
        "web": Fate.DO,
        "db": Fate.REFUSED,
        "mail": Fate.DO,
    }
    view = app.services.bulk.run(plan).wait(20)
    assert view.state is JobState.SUCCEEDED
    assert members(app, view) == {"web": JobState.SUCCEEDED, "mail": JobState.SUCCEEDED}
    assert named(app, "web").state is State.PAUSED
    nothing = app.services.bulk.plan(Act.PAUSE, [named(app, "web").key])
    with pytest.raises(UsageError):
        app.services.bulk.run(nothing)


@pytest.mark.timeout(120)
def test_500_of_which_40_fail_and_are_repeated(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app(farm(10, 50))
    failing = Failing(
        power.CALLS[Act.START], app, {f"vm-{host:02d}-{number:02d}" for host in range(10) for number in range(4)}
    )
    monkeypatch.setitem(power.CALLS, Act.START, failing)
    handle = app.services.bulk.run(app.services.bulk.plan(Act.START, keys_of(app)))
    view = handle.wait(60)
    assert view.state is JobState.FAILED
    assert {name: view.values[name] for name in ("total", "succeeded", "failed", "cancelled")} == {
        "total": 500, "succeeded": 460, "failed": 40, "cancelled": 0,
    }  # fmt: skip
    assert {name for name, state in members(app, view).items() if state is JobState.FAILED} == failing.names
    failing.names = set()
    failing.order.clear()
    plan = app.services.bulk.again(view.id)
    assert (len(plan.items), {item.fate for item in plan.items}) == (40, {Fate.DO})
    second = app.services.bulk.run(plan).wait(60)
    assert (second.state, len(failing.order)) == (JobState.SUCCEEDED, 40)
    assert {domain.state for domain in app.inventory.domains()} == {State.RUNNING}


def test_steps_wait_for_each_other_and_for_the_guests(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app(farm(2, 4))
    db = [domain.key for domain in app.inventory.domains() if domain.name.endswith(("01", "03"))]
    assert app.services.describe.tag(db, add=("db",)).wait(20).state is JobState.SUCCEEDED
    calls = Failing(power.CALLS[Act.START], app, set())
    monkeypatch.setitem(power.CALLS, Act.START, calls)
    plan = app.services.bulk.plan(Act.START, keys_of(app), Order(("db",), patience=20))
    assert plan.steps == ("db", "")
    view = app.services.bulk.run(plan).wait(40)
    assert view.state is JobState.SUCCEEDED
    assert {name[-2:] for name in calls.order[:4]} == {"01", "03"}
    assert (view.values["total"], len(view.children)) == (8, 9)  # the wait between the steps is none of the VMs
    gate = next(child for child in map(app.jobs.view, view.children) if child and child.kind == "vm.await")
    assert (gate.state, gate.target) == (JobState.SUCCEEDED, "db")
    stops = app.services.bulk.plan(Act.SHUTDOWN, keys_of(app), Order(("db",)))
    assert stops.steps == ("", "db")


def test_guests_that_are_not_up_in_time_hold_up_the_rest_only_where_it_was_asked_for(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app(farm(1, 2))
    first = named(app, "vm-00-00").key
    assert app.services.describe.tag([first], add=("db",)).wait(20).state is JobState.SUCCEEDED
    monkeypatch.setattr(bulk_module.BulkService, "_up", lambda *_: False)
    plan = app.services.bulk.plan(Act.START, keys_of(app), Order(("db",), stop=True, patience=0.2))
    view = app.services.bulk.run(plan).wait(20)
    assert view.state is JobState.FAILED
    assert members(app, view) == {"vm-00-00": JobState.SUCCEEDED, "vm-00-01": JobState.CANCELLED}
    rest = app.services.bulk.plan(Act.RESET, [first]).going
    assert [item.name for item in rest] == ["vm-00-00"]


def test_one_failure_stops_the_others_only_where_it_was_asked_for(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app(farm(1, 20))
    monkeypatch.setitem(power.CALLS, Act.START, Failing(power.CALLS[Act.START], app, {"vm-00-00"}))
    plan = app.services.bulk.plan(Act.START, keys_of(app), Order(limit=1, stop=True))
    view = app.services.bulk.run(plan).wait(20)
    assert (view.values["failed"], view.values["succeeded"], view.values["cancelled"]) == (1, 0, 19)
    assert view.what == "vm-00-00"
    plan = app.services.bulk.plan(Act.START, keys_of(app), Order(limit=1))
    view = app.services.bulk.run(plan).wait(30)
    assert (view.values["failed"], view.values["succeeded"]) == (1, 19)


def test_no_more_at_once_than_the_limit(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app(farm(2, 6, RUNNING))
    monkeypatch.setitem(power.CALLS, Act.SHUTDOWN, lambda link, uuid: None)
    handle = app.services.bulk.run(app.services.bulk.plan(Act.SHUTDOWN, keys_of(app), Order(limit=3)))
    end = time.monotonic() + 10
    while sum(state is JobState.RUNNING for state in members(app, handle.view).values()) < 6:
        assert time.monotonic() < end
        time.sleep(0.02)
    time.sleep(0.2)
    assert sum(state is JobState.RUNNING for state in members(app, handle.view).values()) == 6
    handle.cancel()
    assert handle.wait(10).state is JobState.CANCELLED
    assert set(members(app, handle.view).values()) == {JobState.CANCELLED}


def test_cancelling_in_the_middle_says_what_was_done_and_the_rest_can_be_repeated(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app(farm(1, 10))
    call = power.CALLS[Act.START]
    handles: list[object] = []

    def start(link: Link, uuid: str) -> None:
        call(link, uuid)
        handles.append(uuid)
        if len(handles) == 4:
            handle.cancel()

    monkeypatch.setitem(power.CALLS, Act.START, start)
    handle = app.services.bulk.run(app.services.bulk.plan(Act.START, keys_of(app), Order(limit=1)))
    view = handle.wait(20)
    assert view.state is JobState.CANCELLED
    running = {domain.name for domain in app.inventory.domains() if domain.state is State.RUNNING}
    done = {name for name, state in members(app, view).items() if state is JobState.SUCCEEDED}
    assert done == running == {f"vm-00-{number:02d}" for number in range(4)}  # what was under way was done
    plan = app.services.bulk.again(view.id)
    assert {item.name for item in plan.going} == {f"vm-00-{number:02d}" for number in range(10)} - running
    assert app.services.bulk.run(plan).wait(20).state is JobState.SUCCEEDED


def test_a_host_lost_in_the_middle_costs_only_its_own(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app(farm(3, 6))
    call = power.CALLS[Act.START]
    seen: list[str] = []

    def start(link: Link, uuid: str) -> None:
        call(link, uuid)
        if link.spec.id == "h01":
            seen.append(uuid)
            if len(seen) == 2:
                app.services.hosts.disconnect("h01")

    monkeypatch.setitem(power.CALLS, Act.START, start)
    monkeypatch.setattr("console.services.settling.LOST_LIMIT", 0.3)
    view = app.services.bulk.run(app.services.bulk.plan(Act.START, keys_of(app), Order(limit=1))).wait(30)
    assert view.state is JobState.FAILED
    ends = members(app, view)
    assert {state for name, state in ends.items() if not name.startswith("vm-01")} == {JobState.SUCCEEDED}
    lost = [member for member in app.services.bulk.members(view.id) if member.state is JobState.FAILED]
    assert len(lost) >= 4
    assert {member.problem.reason for member in lost if member.problem} == {Reason.LOST}


def test_a_vm_that_vanishes_meanwhile_is_one_failure(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app(farm(1, 4))
    call = power.CALLS[Act.START]
    victim = named(app, "vm-00-03").key

    def start(link: Link, uuid: str) -> None:
        call(link, uuid)
        if uuid == named(app, "vm-00-00").key.uuid:
            link.conn.lookupByUUIDString(victim.uuid).undefine()

    monkeypatch.setitem(power.CALLS, Act.START, start)
    view = app.services.bulk.run(app.services.bulk.plan(Act.START, keys_of(app), Order(limit=1))).wait(20)
    ends = members(app, view)
    assert [name for name, state in ends.items() if state is not JobState.SUCCEEDED] == ["vm-00-03"]
    gone = next(member for member in app.services.bulk.members(view.id) if member.target == "vm-00-03")
    assert gone.problem is not None
    assert gone.problem.reason is Reason.GONE


def test_tags_words_and_deletion_go_the_same_way(open_app: Open) -> None:
    app = open_app(farm(2, 3))
    bulk, keys = app.services.bulk, keys_of(app)
    tagged = bulk.plan(Deed((Act.TAG,), add=("farm",)), keys)
    assert bulk.run(tagged).wait(20).state is JobState.SUCCEEDED
    assert {domain.tags for domain in app.inventory.domains()} == {("farm",)}
    told = bulk.plan(Deed((Act.DESCRIBE,), title="Farm", text="All of it"), keys)
    assert bulk.run(told).wait(20).state is JobState.SUCCEEDED
    assert {(domain.title, domain.description) for domain in app.inventory.domains()} == {("Farm", "All of it")}
    gone = bulk.plan(Deed((Act.DELETE,)), keys)
    assert {item.deletion.name for item in gone.going if item.deletion} == {
        domain.name for domain in app.inventory.domains()
    }
    view = bulk.run(gone).wait(30)
    assert view.state is JobState.SUCCEEDED, view.problem
    assert app.inventory.domains() == ()


def test_a_killed_console_leaves_a_history_that_says_what_was_done(tmp_path: Path) -> None:
    """Killed in the middle: what is told as done was done, what was cut off says so, and the rest can be repeated."""
    fleet = write_fleet(tmp_path, farm(1, 30))
    done = tmp_path / "done"
    program = textwrap.dedent(
        f"""
        import time
        from pathlib import Path
        from console.app import App, Options
        from console.fleet.acts import Act
        from console.fleet.bulk import Order
        from console.services import power
        from console.settings.paths import Profile

        app = App(Options(Profile.at(Path({str(tmp_path / "profile")!r})), Path({str(fleet)!r})))
        app.start(watch=False)
        app.gateway.wait_settled("h00", 10)
        call = power.CALLS[Act.START]
        def slow(link, uuid):
            time.sleep(0.1)
            call(link, uuid)
            with open({str(done)!r}, "a") as file:
                file.write(uuid + "\\n")
        power.CALLS[Act.START] = slow
        keys = [domain.key for domain in app.inventory.domains()]
        app.services.bulk.run(app.services.bulk.plan(Act.START, keys, Order(limit=1)))
        print("begun", flush=True)
        time.sleep(60)
        """
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as console:
        assert console.stdout is not None
        assert console.stdout.readline() == "begun\n"
        end = time.monotonic() + 20
        while not done.exists() or len(done.read_text().split()) < 8:
            assert time.monotonic() < end
            time.sleep(0.02)
        os.kill(console.pid, signal.SIGKILL)
        console.wait()
    acted = set(done.read_text().split())
    app = App(Options(Profile.at(tmp_path / "profile"), fleet))
    app.start(watch=False)
    try:
        assert app.gateway.wait_settled("h00", 10)
        group = next(view for view in app.history.history() if view.children)
        assert group.interrupted
        told = app.services.bulk.members(group.id)
        assert len(told) == 30
        succeeded = {key.uuid for member in told if member.state is JobState.SUCCEEDED for key in member.vms}
        assert succeeded
        assert succeeded <= acted
        assert len(acted - succeeded) <= 5  # of the last moment, before it was on the disk
        assert all(member.interrupted for member in told if member.state is not JobState.SUCCEEDED)
        plan = app.services.bulk.again(group.id)
        assert {item.key.uuid for item in plan.items} == {key.uuid for member in told for key in member.vms} - succeeded
        assert (plan.deed.act, plan.order.limit) == (Act.START, 1)
    finally:
        app.close()


def test_only_what_can_be_repeated_is(app: App) -> None:
    with pytest.raises(NotFound):
        app.services.bulk.again(12345678)
    deleted = app.services.describe.rename(named(app, "db").key, "other")
    assert deleted.wait(20).state is JobState.SUCCEEDED
    with pytest.raises(UsageError):
        app.services.bulk.again(deleted.id)
    few = app.services.power.act(Act.START, keys_of(app))
    few.wait(20)
    assert app.services.bulk.again(few.id).deed == Deed((Act.START,))


def test_the_line_that_does_the_same() -> None:
    assert deed_words(Deed((Act.AUTOSTART_OFF,))) == ["autostart", "--off"]
    assert deed_words(Deed((Act.TAG,), add=("a",), remove=("b",))) == ["tag", "--add", "a", "--remove", "b"]
    assert deed_words(Deed((Act.DELETE,), files=True)) == ["delete", "--all-disks", "--yes"]
    assert order_words(Order(("db", "web"), 8, True)) == ["--order", "db,web", "--limit", "8", "--stop"]


def test_by_query_the_line_names_the_query(app: App) -> None:
    plan = app.services.bulk.plan(Act.PAUSE, keys_of(app), where="tag:farm state:off")
    assert app.services.bulk.command(plan) == "splendid vm pause --where 'tag:farm state:off'"


@pytest.mark.parametrize("deed", [Deed(()), Deed((Act.SCALE,)), Deed((Act.TAG,), add=("two words",))])
def test_what_cannot_be_meant_is_refused_before_anything(deed: Deed) -> None:
    with pytest.raises(UsageError):
        checked_deed(deed)
