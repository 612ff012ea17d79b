"""All or none, and all at one moment: one act on several VMs, carried out on models of hosts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.fleet.domains import State, VmKey
from console.fleet.errors import Conflict, Reason, UsageError
from console.fleet.snapshots.many import ManyPlan
from console.fleet.snapshots.plans import Deed, TakeOrder
from console.fleet.snapshots.taking import plan_take
from console.jobs.job import JobState, JobView
from console.words.errors import why
from tests.unit.services.snapshot_host import FakeHost, Parts, no_room

KEYS = tuple(VmKey(f"h{number}", "u") for number in range(3))


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    made = Parts(tmp_path, monkeypatch)
    yield made
    made.close()


def grown(parts: Parts, up: bool = True) -> list[FakeHost]:
    """Three hosts with a VM each, that has a snapshot "clean", and something new since."""
    hosts = []
    for key in KEYS:
        host = FakeHost(targets=("vda",))
        host.up = up
        host.write(100)
        assert host.carry_out(plan_take(host.facts(key=key), TakeOrder("clean", memory=up, kind="external")))
        host.write(200)
        hosts.append(host)
    parts.use(*hosts)
    return hosts


def told(hosts: list[FakeHost]) -> list[object]:
    return [(host.now(), host.state(), host.up, host.memory, len(host.files), host.paused) for host in hosts]


def ended(parts: Parts, many: ManyPlan) -> JobView:
    assert many.refused == ()
    return parts.service.run_many(many).wait(20)


def test_all_go_back_and_what_kept_the_state_before_is_gone(parts: Parts) -> None:
    hosts = grown(parts)
    many = parts.service.plan_many(Deed.REVERT, KEYS, "clean")
    assert many.safety == "before-clean"
    view = ended(parts, many)
    assert view.state is JobState.SUCCEEDED
    assert [host.memory for host in hosts] == [100, 100, 100]
    assert [set(host.snapshots) for host in hosts] == [{"clean"}] * 3
    assert [len(host.files) for host in hosts] == [2, 2, 2]
    assert len(view.children) >= 3, "each VM has a job of its own"
    assert parts.store.unfinished() == []


def test_a_branch_stays(parts: Parts) -> None:
    hosts = grown(parts)
    assert ended(parts, parts.service.plan_many(Deed.REVERT, KEYS, "clean", branch="kept")).state is JobState.SUCCEEDED
    assert [set(host.snapshots) for host in hosts] == [{"clean", "kept"}] * 3


@pytest.mark.parametrize("which", range(3))
def test_where_one_fails_all_are_as_they_were(parts: Parts, which: int) -> None:
    hosts = grown(parts)
    before = told(hosts)
    ended(parts, parts.service.plan_many(Deed.REVERT, KEYS, "clean"))
    calls = list(hosts[which].calls)
    for number, call in enumerate(calls):
        if call.startswith("redefine"):
            continue  # who took it could not be noted: nothing that matters
        hosts = grown(parts)
        many = parts.service.plan_many(Deed.REVERT, KEYS, "clean")
        hosts[which].fails[number] = no_room()
        view = ended(parts, many)
        assert view.state is JobState.FAILED
        assert view.problem is not None
        assert view.problem.reason is Reason.NO_SPACE
        if hosts[which].memory == 100:  # only what kept the state before could not be deleted
            assert [host.memory for host in hosts] == [100, 100, 100]
            for item in parts.store.unfinished():
                assert parts.service.finish(item).wait(10).state is JobState.SUCCEEDED
            assert all("clean" in host.snapshots for host in hosts)
        else:
            assert told(hosts) == before, number
        assert parts.store.unfinished() == []


def test_what_is_taken_together_stands_still_at_one_moment(parts: Parts) -> None:
    hosts = grown(parts)
    order = TakeOrder("moment", kind="external")
    many = parts.service.plan_many(Deed.TAKE, KEYS, "moment", order=order, together=True)
    still: list[bool] = []
    for host in hosts:
        take = host.take

        def taking(*args: object, take: object = take, **more: object) -> None:
            still.append(all(other.paused for other in hosts))
            take(*args, **more)  # type: ignore[operator]

        host.take = taking  # type: ignore[method-assign]
    assert ended(parts, many).state is JobState.SUCCEEDED
    assert still == [True, True, True]
    assert [host.paused for host in hosts] == [False, False, False]
    assert {host.snapshots["moment"].state for host in hosts} == {State.RUNNING}, "they run on when one goes back"


def test_none_is_left_standing_still_nor_taken_where_one_cannot_be(parts: Parts) -> None:
    hosts = grown(parts)
    before = told(hosts)
    order = TakeOrder("moment", kind="external")
    many = parts.service.plan_many(Deed.TAKE, KEYS, "moment", order=order, together=True)
    hosts[1].fails[1] = no_room()  # the call behind the pause
    assert ended(parts, many).state is JobState.FAILED
    assert told(hosts) == before
    assert parts.store.unfinished() == []


def test_what_cannot_be_taken_back_stays_in_the_journal(parts: Parts) -> None:
    hosts = grown(parts)
    before = told(hosts)
    ended(parts, parts.service.plan_many(Deed.REVERT, KEYS, "clean"))
    place = next(at for at, call in enumerate(hosts[1].calls) if call == "define")
    hosts = grown(parts)
    hosts[1].dies = (place, False)
    ended(parts, parts.service.plan_many(Deed.REVERT, KEYS, "clean"))
    for host in hosts:
        host.alive()
    for _again in range(2):
        hosts[1].fails = {number: no_room() for number in range(200)}
        (item,) = parts.store.unfinished()
        assert parts.service.take_back(item).wait(20).state is JobState.FAILED
    hosts[1].fails.clear()
    (item,) = parts.store.unfinished()
    assert parts.service.take_back(item).wait(20).state is JobState.SUCCEEDED
    assert told(hosts) == before


def test_what_stands_still_together_cannot_be_frozen(parts: Parts) -> None:
    grown(parts)
    with pytest.raises(UsageError) as caught:
        parts.service.plan_many(Deed.TAKE, KEYS, "m", order=TakeOrder("m", memory=False, freeze=True), together=True)
    assert why(caught.value.problem).startswith("VMs that stand still together cannot be frozen")


def test_one_that_changed_meanwhile_stops_all_before_anything_is_done(parts: Parts) -> None:
    hosts = grown(parts)
    many = parts.service.plan_many(Deed.DELETE, KEYS, "clean")
    hosts[2].up = False
    view = ended(parts, many)
    assert view.problem is not None
    assert view.problem.reason is Reason.CHANGED
    assert [host.calls for host in hosts] == [[], [], []]


def test_one_that_has_no_such_snapshot_refuses_all(parts: Parts) -> None:
    hosts = grown(parts)
    hosts[1]._forget("clean")
    many = parts.service.plan_many(Deed.REVERT, KEYS, "clean")
    assert [(plan.key, say.code) for plan, say in many.refused] == [(KEYS[1], "gone")]
    with pytest.raises(Conflict):
        parts.service.run_many(many)


@pytest.mark.parametrize("deed", [Deed.TAKE, Deed.REVERT, Deed.DELETE])
@pytest.mark.parametrize("together", [False, True])
def test_a_console_that_dies_on_the_way_is_finished_or_taken_back(parts: Parts, deed: Deed, together: bool) -> None:
    name = "moment" if deed is Deed.TAKE else "clean"
    order = TakeOrder(name, kind="external")

    def plan() -> ManyPlan:
        return parts.service.plan_many(deed, KEYS, name, order=order, together=together)

    hosts = grown(parts)
    before = told(hosts)
    assert ended(parts, plan()).state is JobState.SUCCEEDED
    wanted, count = told(hosts), len(hosts[1].calls)
    for number in range(count):
        for back in (False, True):
            hosts = grown(parts)
            many = plan()
            hosts[1].dies = (number, number % 2 == 0)
            ended(parts, many)
            for host in hosts:
                host.alive()
            first, *more = parts.store.unfinished()
            if back and not more and parts.service.can_take_back(first):
                assert parts.service.take_back(first).wait(20).state is JobState.SUCCEEDED
                assert told(hosts) == before, number
            else:
                for item in (first, *more):
                    view = parts.service.finish(item).wait(20)
                    assert view.state is JobState.SUCCEEDED, (number, view.problem)
                assert told(hosts) in (wanted, before), number
            assert parts.store.unfinished() == []


def test_retention_deletes_what_is_old(parts: Parts) -> None:
    hosts = grown(parts)
    for host in hosts[:2]:
        assert host.carry_out(plan_take(host.facts(key=KEYS[0]), TakeOrder("second", memory=True, kind="external")))
    parts.use(*hosts)
    many = parts.service.plan_retention(KEYS, keep=1)
    assert [(plan.key, plan.lost) for plan in many.plans] == [(KEYS[0], ("clean",)), (KEYS[1], ("clean",))]
    assert "--keep=1" in parts.service.command_many(many)
    assert ended(parts, many).state is JobState.SUCCEEDED
    assert [set(host.snapshots) for host in hosts] == [{"second"}, {"second"}, {"clean"}]
