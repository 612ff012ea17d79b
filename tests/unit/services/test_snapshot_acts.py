"""Wherever a console dies, or a call fails, what was begun comes to its end or goes back: carried out on a model of images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.fleet.errors import Busy, Conflict, Failed, Problem, Reason
from console.fleet.snapshots.plans import SnapshotPlan, TakeOrder
from console.fleet.snapshots.taking import plan_take
from console.jobs.job import JobState
from console.jobs.journal import Entry, Unfinished
from console.services.easing import frozen_in
from tests.unit.services.snapshot_host import KEY, Dead, FakeHost, Parts, no_room


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    made = Parts(tmp_path, monkeypatch)
    yield made
    made.close()


def ended(parts: Parts, plan: SnapshotPlan) -> JobState:
    assert plan.refused == (), plan.refused
    return parts.service.run(plan).wait(10).state


def grown(parts: Parts, up: bool, external: bool = True) -> None:
    """A host with three snapshots in a row, something new between them; the VM is up, or off."""
    host = FakeHost()
    host.up = up
    for number, name in enumerate(("a", "b", "c")):
        host.write(100 + number * 37)
        order = TakeOrder(name, memory=up, kind="external" if external else "internal")
        assert host.carry_out(plan_take(host.facts(key=KEY), order))
    host.write(999)
    parts.use(host)


Act = Callable[[Parts], SnapshotPlan]
ACTS: dict[str, tuple[bool, bool, Act]] = {
    "take": (True, True, lambda parts: parts.service.plan_take(KEY, TakeOrder("d"))),
    "take-inside": (True, False, lambda parts: parts.service.plan_take(KEY, TakeOrder("d"))),
    "take-disk": (False, True, lambda parts: parts.service.plan_take(KEY, TakeOrder("d", memory=False))),
    "revert": (True, True, lambda parts: parts.service.plan_revert(KEY, "b")),
    "revert-branch": (True, True, lambda parts: parts.service.plan_revert(KEY, "a", branch="kept")),
    "revert-off": (False, True, lambda parts: parts.service.plan_revert(KEY, "b", start=True)),
    "revert-off-branch": (False, True, lambda parts: parts.service.plan_revert(KEY, "b", branch="kept")),
    "revert-inside": (True, False, lambda parts: parts.service.plan_revert(KEY, "b")),
    "revert-inside-branch": (True, False, lambda parts: parts.service.plan_revert(KEY, "b", branch="kept")),
    "delete": (True, True, lambda parts: parts.service.plan_delete(KEY, "b")),
    "delete-last": (True, True, lambda parts: parts.service.plan_delete(KEY, "c")),
    "delete-off": (False, True, lambda parts: parts.service.plan_delete(KEY, "c")),
    "delete-first": (False, True, lambda parts: parts.service.plan_delete(KEY, "a")),
    "delete-below": (True, True, lambda parts: parts.service.plan_delete(KEY, "b", below=True)),
    "delete-inside": (True, False, lambda parts: parts.service.plan_delete(KEY, "b")),
    "rename": (True, True, lambda parts: parts.service.plan_rename(KEY, "b", "new")),
    "describe": (True, True, lambda parts: parts.service.plan_describe(KEY, "b", "words")),
}


def told(host: FakeHost) -> tuple[object, ...]:
    """All that matters of how it is: contents, files, records, memory."""
    records = sorted(
        (one.name, one.parent, one.description, one.current, one.memory_file) for one in host.snapshots.values()
    )
    return (host.now(), host.state(), sorted(host.files), sorted(host.memories), records, host.up, host.memory)


@pytest.mark.parametrize("name", ACTS)
def test_a_console_that_dies_at_any_call_is_brought_to_its_end(name: str, parts: Parts) -> None:
    up, external, act = ACTS[name]
    grown(parts, up, external)
    assert ended(parts, act(parts)) is JobState.SUCCEEDED
    wanted, count = told(parts.host), len(parts.host.calls)
    assert count, "it does something"
    for number in range(count):
        for behind in (False, True):
            grown(parts, up, external)
            parts.host.dies = (number, behind)
            assert ended(parts, act(parts)) is JobState.FAILED
            (item,) = parts.store.unfinished()
            parts.host.alive()
            assert parts.service.left(item), "what is left can be shown"
            view = parts.service.finish(item).wait(10)
            assert view.state is JobState.SUCCEEDED, (number, behind, view.problem)
            assert told(parts.host) == wanted, (parts.host.calls[number], behind)
            assert parts.store.unfinished() == []


@pytest.mark.parametrize("name", [name for name in ACTS if name.startswith(("take", "revert"))])
def test_what_can_be_taken_back_is_as_it_was(name: str, parts: Parts) -> None:
    """As it was: all that can be read, now and in every snapshot; and no file is left over."""
    up, external, act = ACTS[name]
    grown(parts, up, external)
    now, kept, files = parts.host.now(), parts.host.state(), len(parts.host.files) + len(parts.host.memories)
    memory = parts.host.memory
    assert ended(parts, act(parts)) is JobState.SUCCEEDED
    count, backs = len(parts.host.calls), 0
    for number in range(count):
        for behind in (False, True):
            grown(parts, up, external)
            parts.host.dies = (number, behind)
            assert ended(parts, act(parts)) is JobState.FAILED
            (item,) = parts.store.unfinished()
            parts.host.alive()
            if not parts.service.can_take_back(item):
                continue
            backs += 1
            view = parts.service.take_back(item).wait(10)
            place = (parts.host.calls[number], behind)
            assert view.state is JobState.SUCCEEDED, (*place, view.problem)
            assert (parts.host.now(), parts.host.state()) == (now, kept), place
            assert len(parts.host.files) + len(parts.host.memories) == files, place
            assert parts.host.up is up
            if "branch" in name or name.startswith("take"):
                assert parts.host.memory == memory, place
            assert parts.store.unfinished() == []
    assert bool(backs) is (name != "revert-inside"), (
        "there is a way back where the state of now is kept, or was not touched yet"
    )


@pytest.mark.parametrize("name", [name for name in ACTS if "revert" in name or "take" in name])
def test_a_full_disk_leaves_nothing_half_done(name: str, parts: Parts) -> None:
    """Every call that makes something may find no room. It is as it was then, or finished later, as the journal says."""
    up, external, act = ACTS[name]
    grown(parts, up, external)
    now, kept = parts.host.now(), parts.host.state()
    assert ended(parts, act(parts)) is JobState.SUCCEEDED
    wanted, calls = told(parts.host), list(parts.host.calls)
    for number, call in enumerate(calls):
        if not call.startswith(("take", "overlay", "define", "restore", "start")):
            continue
        grown(parts, up, external)
        parts.host.fails[number] = no_room()
        view = parts.service.run(act(parts)).wait(10)
        assert view.problem is not None
        assert (view.state, view.problem.reason) == (JobState.FAILED, Reason.NO_SPACE)
        left = parts.store.unfinished()
        if left:
            parts.host.fails.clear()
            assert parts.service.finish(left[0]).wait(10).state is JobState.SUCCEEDED
            assert told(parts.host) == wanted, call
        else:
            assert (parts.host.now(), parts.host.state(), parts.host.up) == (now, kept, up), call


def test_a_plan_that_no_longer_holds_is_refused_with_what_changed(parts: Parts) -> None:
    grown(parts, True)
    plan = parts.service.plan_delete(KEY, "b")
    parts.host._forget("b")
    view = parts.service.run(plan).wait(10)
    assert view.problem is not None
    assert (view.problem.reason, view.problem.detail) == (Reason.CHANGED, "snapshot-snapshot-gone:b")
    assert parts.host.calls == []
    assert parts.store.unfinished() == []


def test_a_name_that_is_taken_meanwhile_and_a_connection_that_only_looks(parts: Parts) -> None:
    grown(parts, True)
    plan = parts.service.plan_take(KEY, TakeOrder("d"))
    parts.host.fails[0] = Conflict(Reason.EXISTS, "qa", detail="d")
    view = parts.service.run(plan).wait(10)
    assert view.problem is not None
    assert view.problem.reason is Reason.EXISTS
    assert parts.store.unfinished() == [], "nothing had changed"
    parts.host.writable = False
    view = parts.service.run(parts.service.plan_take(KEY, TakeOrder("e"))).wait(10)
    assert view.problem is not None
    assert view.problem.reason is Reason.READ_ONLY
    with pytest.raises(Conflict):
        parts.service.run(parts.service.plan_take(KEY, TakeOrder("a")))


def test_who_loses_a_race_for_a_name_leaves_the_winners_snapshot_alone(parts: Parts) -> None:
    grown(parts, True)
    host, take = parts.host, parts.host.take
    plan = parts.service.plan_take(KEY, TakeOrder("d"))
    other = plan_take(host.facts(key=KEY), TakeOrder("d"))

    def second(*args: object, **more: object) -> None:
        assert host.carry_out(other)
        take(*args, **more)  # type: ignore[arg-type]

    host.take = second  # type: ignore[method-assign]
    view = parts.service.run(plan).wait(10)
    assert view.problem is not None
    assert view.problem.reason is Reason.EXISTS
    assert "d" in host.snapshots
    assert host.state()["d"]["vda"] == host.now()["vda"]
    assert parts.store.unfinished() == []


def test_a_frozen_guest_goes_on_whatever_happened(parts: Parts) -> None:
    grown(parts, True)
    facts = parts.service.facts(KEY)
    facts = replace(facts, has_agent=True, freezes=True)
    plan = parts.service.plan_take(KEY, TakeOrder("d", memory=False, freeze=True, kind="external"), facts)
    parts.host.dies = (0, False)
    assert ended(parts, plan) is JobState.FAILED
    (item,) = parts.store.unfinished()
    parts.host.alive()
    assert parts.service.finish(item).wait(10).state is JobState.SUCCEEDED
    assert parts.host.thawed == 1


def test_old_memory_does_not_meet_disks_that_were_written_since(parts: Parts) -> None:
    grown(parts, True)
    assert ended(parts, parts.service.plan_revert(KEY, "b")) is JobState.SUCCEEDED
    place = next(at for at, call in enumerate(parts.host.calls) if call.startswith("restore"))
    grown(parts, True)
    parts.host.dies = (place, False)
    assert ended(parts, parts.service.plan_revert(KEY, "b")) is JobState.FAILED
    (item,) = parts.store.unfinished()
    parts.host.alive()
    for value in range(300, 304):  # it was started, used and shut down meanwhile
        parts.host.write(value)
    view = parts.service.finish(item).wait(10)
    assert view.problem is not None
    assert view.problem.detail == "snapshot-written-since"
    assert not parts.host.up
    assert len(parts.store.unfinished()) == 1


def test_what_came_to_its_end_is_not_done_once_more(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The console dies while it waits for the inventory; the VM runs on."""
    grown(parts, True, external=False)
    host = parts.host

    def dying(*_args: object) -> None:
        host.dead = True
        raise Dead

    with monkeypatch.context() as patch:
        patch.setattr(host, "read_state", dying)
        patch.setattr(parts.store, "settle", dying)
        assert ended(parts, parts.service.plan_revert(KEY, "b")) is JobState.FAILED
    (item,) = parts.store.unfinished()
    host.alive()
    host.write(4711)
    now = host.now()
    assert parts.service.finish(item).wait(10).state is JobState.SUCCEEDED
    assert host.now() == now


@pytest.mark.parametrize("up", [False, True])
def test_what_was_written_to_a_merged_file_is_merged_too(parts: Parts, up: bool) -> None:
    """The VM still names it, and was started before the rest of the deletion was done."""
    grown(parts, False)
    assert ended(parts, parts.service.plan_delete(KEY, "c")) is JobState.SUCCEEDED
    wanted, place = set(parts.host.files), parts.host.calls.index("define")
    grown(parts, False)
    parts.host.fails[place] = no_room()
    assert ended(parts, parts.service.plan_delete(KEY, "c")) is JobState.FAILED
    (item,) = parts.store.unfinished()
    parts.host.fails.clear()
    parts.host.up = up
    for value in (4711, 4712):
        parts.host.write(value)
    now = parts.host.now()
    assert parts.service.finish(item).wait(10).state is JobState.SUCCEEDED
    assert (parts.host.now(), set(parts.host.files)) == (now, wanted)


def test_a_guest_that_may_be_frozen_still_is_not_forgotten(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    grown(parts, True)
    facts = replace(parts.service.facts(KEY), has_agent=True, freezes=True)
    plan = parts.service.plan_take(KEY, TakeOrder("d", memory=False, freeze=True, kind="external"), facts)
    expected: list[Entry] = []
    monkeypatch.setattr(parts.service.easing, "expect", expected.append)
    parts.host.fails[0] = Busy(Problem(Reason.AGENT, detail="thaw"), "qa")
    assert ended(parts, plan) is JobState.FAILED
    (item,) = parts.store.unfinished()
    assert [frozen_in(entry) for entry in expected] == [{KEY}]
    parts.host.hears = False
    view = parts.service.finish(item).wait(10)
    assert view.problem is not None
    assert view.problem.detail == "thaw"
    assert parts.host.calls == ["take d"], "nothing was begun on a guest that may be frozen"
    (item,) = parts.store.unfinished()
    parts.host.hears = True
    assert parts.service.finish(item).wait(10).state is JobState.SUCCEEDED


def test_a_guest_that_stands_still_since_its_daemon_died_goes_on(parts: Parts) -> None:
    for back in (False, True):
        grown(parts, True, external=False)
        parts.host.dies = (0, False)
        assert ended(parts, parts.service.plan_take(KEY, TakeOrder("d"))) is JobState.FAILED
        (item,) = parts.store.unfinished()
        parts.host.alive()
        parts.host.paused = True
        act = parts.service.take_back if back else parts.service.finish
        assert act(item).wait(10).state is JobState.SUCCEEDED
        assert not parts.host.paused


def test_a_failed_way_back_leaves_no_new_files(parts: Parts) -> None:
    grown(parts, False)
    files = set(parts.host.files)
    parts.host.fails[1] = no_room()
    assert ended(parts, parts.service.plan_revert(KEY, "b")) is JobState.FAILED
    assert [call.split()[0] for call in parts.host.calls[:2]] == ["overlay", "overlay"]
    assert set(parts.host.files) == files
    assert parts.store.unfinished() == []


def test_a_rename_that_was_cut_off_is_not_said_to_be_taken_back(parts: Parts) -> None:
    grown(parts, True)
    parts.host.fails[1] = no_room()
    assert ended(parts, parts.service.plan_rename(KEY, "b", "new")) is JobState.FAILED
    assert {"b", "new"} <= parts.host.snapshots.keys()
    (item,) = parts.store.unfinished()
    assert parts.service.finish(item).wait(10).state is JobState.SUCCEEDED
    assert set(parts.host.snapshots) == {"a", "new", "c"}


def test_a_vm_that_went_back_in_our_own_way_is_told_of(parts: Parts) -> None:
    grown(parts, True)
    assert ended(parts, parts.service.plan_revert(KEY, "b")) is JobState.SUCCEEDED
    assert parts.host.reverted == [KEY]


def test_a_cancelled_act_goes_back_before_and_stays_behind_the_point_without_return(parts: Parts) -> None:
    grown(parts, False)
    now = parts.host.now()
    plan = parts.service.plan_revert(KEY, "b", start=True)
    define = parts.host.define

    def cancelled(*args: object, **more: object) -> str:
        for view in parts.jobs.views():
            parts.jobs.cancel(view.id)
        return define(*args, **more)  # type: ignore[arg-type]

    parts.host.define = cancelled  # type: ignore[method-assign]
    assert ended(parts, plan) is JobState.CANCELLED
    assert (parts.host.now(), parts.host.up) == (now, False)
    assert parts.store.unfinished() == []


def test_an_unfinished_act_of_another_version_is_told_as_that(parts: Parts) -> None:
    item = Unfinished(7, 1.0, Entry("snapshot.take", "qa", (KEY,), {"kept": "{}"}))
    assert not parts.service.can_take_back(item)
    with pytest.raises(Failed):
        parts.service.finish(item)
