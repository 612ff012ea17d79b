"""Snapshots on libvirt's test driver, which has internal ones alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.fleet.domains import State
from console.fleet.errors import Conflict, Denied, FleetError, NotFound, Reason
from console.fleet.hosts import HostSpec, Phase
from console.fleet.snapshots.values import How, Snapshot
from console.gateway import domains, snapshots
from console.gateway.connection import Link
from console.libvirtxml.snapshot_writing import new_snapshot, told_anew
from tests.contract.console_like import OFF, RUNNING, Console, console, node, uuid_of

UP, DOWN = uuid_of(0), uuid_of(1)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Console]:
    """One host; vm0 runs, vm1 is off."""
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING, OFF)}")) as mine:
        assert mine.settled() is Phase.LIVE
        yield mine


@pytest.fixture
def link(at: Console) -> Link:
    return at.gateway.link("h")


def take(link: Link, uuid: str, *names: str) -> None:
    for name in names:
        snapshots.take(link, uuid, new_snapshot(name, f"about {name}", memory="internal"), disk_only=False)


def tree(link: Link, uuid: str) -> dict[str, str]:
    """Parents by name; that of the current one has a star."""
    return {one.name: one.parent + "*" * one.current for one in snapshots.listed(link, uuid)}


def test_taken_gone_back_to_and_erased(at: Console, link: Link) -> None:
    assert snapshots.listed(link, UP) == ()
    take(link, UP, "a", "b")
    assert tree(link, UP) == {"a": "", "b": "a*"}
    (first, _second) = snapshots.listed(link, UP)
    assert (first.state, first.memory, first.description) == (State.RUNNING, How.INTERNAL, "about a")
    assert first.created > 1.6e9
    at.until(0, lambda vm: vm is not None and vm.snapshots == 2)
    with pytest.raises(Conflict) as caught:
        take(link, UP, "a")
    assert (caught.value.problem.reason, caught.value.problem.detail) == (Reason.EXISTS, "a")
    domains.destroy(link, UP)
    snapshots.revert(link, UP, "a")
    assert domains.read(link, UP).state is State.RUNNING
    assert tree(link, UP) == {"a": "*", "b": "a"}
    take(link, UP, "c")
    assert tree(link, UP) == {"a": "", "b": "a", "c": "a*"}
    for _twice in range(2):
        snapshots.erase(link, UP, "a")
    assert tree(link, UP) == {"b": "", "c": "*"}
    with pytest.raises(NotFound):
        snapshots.revert(link, UP, "a")


@pytest.mark.parametrize(
    ("taken_on", "start", "paused", "state"),
    [
        (UP, None, False, State.RUNNING),
        (UP, None, True, State.PAUSED),
        (UP, True, False, State.RUNNING),
        (UP, False, False, State.OFF),
        (UP, False, True, State.OFF),
        (DOWN, None, False, State.OFF),
        (DOWN, None, True, State.OFF),
        (DOWN, True, False, State.RUNNING),
        (DOWN, True, True, State.PAUSED),
        (DOWN, False, False, State.OFF),
    ],
)
def test_what_the_vm_does_afterwards(link: Link, taken_on: str, start: bool | None, paused: bool, state: State) -> None:
    take(link, taken_on, "a")
    for before in (domains.start, domains.destroy):
        if domains.read(link, taken_on).state.active is (before is domains.destroy):
            before(link, taken_on)
        snapshots.revert(link, taken_on, "a", start=start, paused=paused)
        assert domains.read(link, taken_on).state is state


def test_a_saved_image_goes_since_its_memory_fits_other_disks(link: Link) -> None:
    take(link, DOWN, "a")
    domains.start(link, DOWN)
    domains.save(link, DOWN)
    snapshots.revert(link, DOWN, "a")
    assert domains.read(link, DOWN).state is State.OFF


def test_records_forgotten_told_anew_and_current(link: Link) -> None:
    take(link, UP, "a", "b", "c")
    other = told_anew(snapshots.xml(link, UP, "b", secrets=True), description="another")
    snapshots.redefine(link, UP, other)
    assert [one.description for one in snapshots.listed(link, UP)] == ["about a", "another", "about c"]
    assert tree(link, UP) == {"a": "", "b": "a", "c": "b*"}
    now = told_anew(snapshots.xml(link, UP, "c", secrets=True), description="now")
    snapshots.redefine(link, UP, now)
    assert tree(link, UP)["c"] == "b*", "what is current stays so"
    snapshots.set_current(link, UP, "a")
    assert tree(link, UP) == {"a": "*", "b": "a", "c": "b"}
    for _twice in range(2):
        snapshots.forget(link, UP, "b")
    assert tree(link, UP) == {"a": "*", "c": "a"}
    assert snapshots.exists(link, UP, "c")
    assert not snapshots.exists(link, UP, "b")
    with pytest.raises(NotFound):
        snapshots.xml(link, UP, "b")
    with pytest.raises(NotFound):
        snapshots.set_current(link, UP, "b")
    with pytest.raises(FleetError):
        snapshots.redefine(link, UP, told_anew(other, parent="none"))


def test_libvirt_itself_lays_no_hand_on_external_ones(link: Link) -> None:
    take(link, DOWN, "a")
    text = snapshots.xml(link, DOWN, "a")
    outside = "<disk name='vda' snapshot='external' type='file'><source file='/images/vm1.a'/></disk>"
    assert "<disk name='vda' snapshot='internal'/>" in text
    snapshots.redefine(link, DOWN, text.replace("<disk name='vda' snapshot='internal'/>", outside))
    (one,) = snapshots.listed(link, DOWN)
    assert one.external
    for act in (snapshots.erase, snapshots.revert):
        with pytest.raises(Conflict) as caught:
            act(link, DOWN, "a")
        assert caught.value.problem.detail == "external"
    snapshots.forget(link, DOWN, "a")
    assert snapshots.listed(link, DOWN) == ()


def test_a_host_that_may_only_be_looked_at(tmp_path: Path) -> None:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING)}", read_only=True)) as mine:
        assert mine.settled() is Phase.LIVE
        looking = mine.gateway.link("h")
        assert snapshots.listed(looking, UP) == ()
        with pytest.raises(Denied):
            take(looking, UP, "a")
        with pytest.raises(Denied):
            snapshots.thaw(looking, UP)


def test_parents_come_before_their_children() -> None:
    made = [Snapshot(f"s{n}", f"s{(n - 1) // 2}" if n else "", created=5.0) for n in range(300)]
    made += [Snapshot("alone", "gone", created=1.0), Snapshot("late", "s0", created=9.0)]
    random.Random(3).shuffle(made)
    ordered = snapshots.in_order(made)
    assert len(ordered) == len(made)
    places = {one.name: place for place, one in enumerate(ordered)}
    assert all(places[one.parent] < places[one.name] for one in made if one.parent in places)
    assert ordered[0].name == "alone"
