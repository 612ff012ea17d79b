"""Marks out of change sets: what was seen to happen, and nothing else."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.domains import Domain, State, VmKey
from console.fleet.history import Mark, MarkKind
from console.fleet.hosts import HostFacts, HostSpec, HostStatus, Phase
from console.fleet.updates import DomainGone, DomainRead, DomainsRead, FactsRead, HostView, StateRead
from console.inventory.happenings import Happenings
from console.inventory.inventory import Inventory

A, B = HostSpec("a", "a", "test:///default"), HostSpec("b", "b", "test:///default")
NOW = 1000.0
WEB = Domain(VmKey("a", "1"), "web", State.RUNNING, since=500.0, started=500.0, vcpus=2, boot=7)


class Fleet:
    def __init__(self, *specs: HostSpec) -> None:
        self.now = NOW
        self.inventory = Inventory(lambda: self.now)
        self.inventory.set_hosts(specs or (A, B))
        self.happenings = Happenings(self.inventory)
        self.inventory.subscribe(lambda change: self.happenings.note(change, self.now))

    def full(self, host: str, *domains: Domain) -> None:
        self.inventory.apply(DomainsRead(host, domains))

    def read(self, domain: Domain) -> None:
        self.inventory.apply(DomainRead(domain.key.host, domain))

    def said(self) -> list[tuple[MarkKind, str, str]]:
        return [(mark.kind, mark.key.host, mark.text) for mark in self.happenings.marks()]


@pytest.fixture
def fleet() -> Fleet:
    made = Fleet()
    made.read(WEB)
    made.full("a", WEB)
    made.full("b")
    for host in ("a", "b"):
        made.inventory.apply(FactsRead(host, HostFacts()))
    assert made.said() == []  # the first sight of a VM is nothing that happened
    return made


def test_the_time_is_that_of_the_event(fleet: Fleet) -> None:
    fleet.inventory.apply(StateRead("a", "1", State.OFF, 998.5))
    assert fleet.happenings.marks() == [Mark(998.5, MarkKind.STOP, WEB.key)]
    assert fleet.happenings.marks() == []


def test_what_was_known_at_the_beginning_is_compared_with(fleet: Fleet) -> None:
    late = Happenings(fleet.inventory)
    late.begin()
    changed = fleet.inventory.apply(DomainRead("a", replace(WEB, name="web-2")))
    assert late.note(changed, NOW)
    assert late.marks() == [Mark(NOW, MarkKind.CONFIG, WEB.key, "name")]


def test_what_passes_between_two_looks_is_not_lost(fleet: Fleet) -> None:
    for state in (State.PAUSED, State.RUNNING, State.CRASHED, State.RUNNING):
        fleet.inventory.apply(StateRead("a", "1", state, fleet.now))
    assert [kind for kind, _host, _text in fleet.said()] == [
        MarkKind.PAUSE,
        MarkKind.RESUME,
        MarkKind.CRASH,
        MarkKind.START,
    ]


def test_a_change_of_the_configuration(fleet: Fleet) -> None:
    fleet.read(replace(WEB, vcpus=4, tags=("prod",)))
    assert fleet.happenings.marks() == [Mark(NOW, MarkKind.CONFIG, WEB.key, "vcpus,tags")]


def test_a_balloon_that_goes_in_steps_is_one_change(fleet: Fleet) -> None:
    for kib in (90, 80, 70):
        fleet.now += 10
        fleet.read(replace(WEB, memory_kib=kib))
    assert fleet.said() == [(MarkKind.CONFIG, "a", "memory_kib")]
    fleet.now += 3600
    fleet.read(replace(WEB, memory_kib=100))
    assert fleet.said() == [(MarkKind.CONFIG, "a", "memory_kib")]


def test_the_balloon_after_a_start_is_no_change(fleet: Fleet) -> None:
    fleet.read(replace(WEB, state=State.OFF, since=NOW - 10))
    fleet.now += 20
    fleet.read(up := replace(WEB, since=fleet.now, started=fleet.now))
    fleet.now += 10
    fleet.read(replace(up, memory_kib=90))
    assert [kind for kind, _, _ in fleet.said()] == [MarkKind.STOP, MarkKind.START]
    fleet.now += 5
    fleet.read(replace(up, memory_kib=90, vcpus=3))
    assert fleet.said() == [(MarkKind.CONFIG, "a", "vcpus")]


def test_vms_that_are_made_and_taken_away(fleet: Fleet) -> None:
    fleet.read(replace(WEB, key=VmKey("a", "2"), name="db", state=State.OFF))
    fleet.inventory.apply(DomainGone("a", "2"))
    assert fleet.said() == [(MarkKind.ADDED, "a", "db"), (MarkKind.REMOVED, "a", "db")]


def test_what_was_known_from_an_earlier_run_is_no_happening() -> None:
    fleet = Fleet()
    old = replace(WEB, vcpus=1, state=State.OFF)
    gone = replace(WEB, key=VmKey("a", "2"), name="gone")
    same = replace(WEB, key=VmKey("a", "3"), name="same")
    fleet.inventory.restore(HostView("a", HostStatus(Phase.OFF, seen=900.0)), (old, gone, same))
    fleet.read(WEB)
    fleet.full("a", WEB, same)
    fleet.inventory.apply(FactsRead("a", HostFacts()))
    assert fleet.said() == []
    fleet.read(replace(WEB, vcpus=4))
    fleet.read(replace(same, vcpus=8))
    assert fleet.said() == [(MarkKind.CONFIG, "a", "vcpus")] * 2


def test_a_state_that_changed_at_a_time_nobody_knows_is_no_happening(fleet: Fleet) -> None:
    fleet.full("a", replace(WEB, state=State.OFF, boot=0, since=0.0, started=0.0))
    assert fleet.said() == []


def test_a_vm_that_moved_and_is_gone_where_it_was(fleet: Fleet) -> None:
    fleet.inventory.apply(DomainGone("a", "1"))
    fleet.read(replace(WEB, key=VmKey("b", "1")))
    kinds = fleet.said()
    assert kinds[1:] == [(MarkKind.MIGRATION, "a", "b"), (MarkKind.MIGRATION, "b", "a")]


def test_a_vm_that_came_there_before_it_stopped_here(fleet: Fleet) -> None:
    fleet.read(replace(WEB, key=VmKey("b", "1")))
    fleet.now += 5
    fleet.inventory.apply(StateRead("a", "1", State.OFF, fleet.now))
    assert fleet.said() == [
        (MarkKind.ADDED, "b", "web"),
        (MarkKind.STOP, "a", ""),
        (MarkKind.MIGRATION, "b", "a"),
        (MarkKind.MIGRATION, "a", "b"),
    ]


def test_one_that_left_long_ago_did_not_move(fleet: Fleet) -> None:
    fleet.inventory.apply(DomainGone("a", "1"))
    fleet.now += 3600
    fleet.read(replace(WEB, key=VmKey("b", "1")))
    assert fleet.said() == [(MarkKind.REMOVED, "a", "web"), (MarkKind.ADDED, "b", "web")]


def test_only_what_is_about_vms_is_noted(fleet: Fleet) -> None:
    change = fleet.inventory.set_hosts((A,))
    assert change.fleet
    assert not fleet.happenings.note(replace(change, removed=frozenset()), NOW)
