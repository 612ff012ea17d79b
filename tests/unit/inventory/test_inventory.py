from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from console.fleet.domains import Address, Domain, Load, State, VmKey
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostFacts, HostLoad, HostSpec, HostStatus, Network, Phase, Pool
from console.fleet.updates import (
    AddressesRead,
    ChangeSet,
    DomainGone,
    DomainRead,
    DomainsRead,
    FactsRead,
    HostView,
    LoadsRead,
    NetworksRead,
    PoolsRead,
    StateRead,
    StatusChanged,
    Update,
)
from console.inventory.inventory import Inventory, running
from console.inventory.traces import POINTS

A, B = HostSpec("a", "a", "test:///default"), HostSpec("b", "b", "test:///default")
ONE, TWO = VmKey("a", "1"), VmKey("a", "2")
WEB, DB = Domain(ONE, "web", State.RUNNING, started=50.0), Domain(TWO, "db", State.OFF)


def inventory(*specs: HostSpec, clock: Callable[[], float] = lambda: 1000.0) -> Inventory:
    made = Inventory(clock)
    made.set_hosts(specs or (A, B))
    return made


def filled() -> Inventory:
    made = inventory()
    made.apply(StatusChanged("a", HostStatus(Phase.LIVE, 900.0, 990.0)))
    made.apply(DomainsRead("a", (WEB, DB)))
    return made


def loads(stamp: float, cpu: float | None = 0.5) -> LoadsRead:
    return LoadsRead("a", HostLoad(stamp, 0.1), {"1": Load(stamp, cpu)})


# reading and writing


def test_what_a_host_tells_can_be_read() -> None:
    made = filled()
    made.apply(FactsRead("a", HostFacts("alpha")))
    made.apply(NetworksRead("a", (Network("default"),)))
    made.apply(PoolsRead("a", (Pool("default"),)))
    made.apply(loads(1.0))
    assert made.specs() == (A, B)
    assert made.spec("a") == A
    assert made.domains() == made.domains_of("a") == (WEB, DB)
    assert (made.domain(ONE), made.domain(VmKey("a", "9"))) == (WEB, None)
    assert made.load(ONE) == Load(1.0, 0.5)
    view = made.view("a")
    assert view.facts == HostFacts("alpha")
    assert (view.networks, view.pools, view.load) == ((Network("default"),), (Pool("default"),), HostLoad(1.0, 0.1))
    assert made.status("a").phase is Phase.LIVE
    assert (made.fresh("a"), made.fresh("b")) == (True, False)
    assert made.view("unknown") == HostView("unknown")
    assert made.told("a", PoolsRead)
    assert not made.told("b", PoolsRead)
    assert running(made.domains()) == 1


def test_unknown_hosts_tell_nothing() -> None:
    made = inventory()
    assert made.apply(DomainsRead("x", (WEB,))) == ChangeSet()
    assert made.domains() == ()


def test_all_domains_of_a_host_at_once() -> None:
    made = filled()
    change = made.apply(DomainsRead("a", (replace(WEB, name="web2"), Domain(VmKey("a", "3"), "new"))))
    assert change == ChangeSet(
        added=frozenset({VmKey("a", "3")}),
        changed=frozenset({ONE}),
        removed=frozenset({TWO}),
        hosts=frozenset({"a"}),
    )
    assert {domain.name for domain in made.domains()} == {"web2", "new"}


def test_the_same_again_is_no_change() -> None:
    made = filled()
    for update in (
        DomainsRead("a", (WEB, DB)),
        DomainRead("a", WEB),
        StateRead("a", "1", State.RUNNING, 5.0),
        DomainGone("a", "9"),
        AddressesRead("a", "9", ()),
        StateRead("a", "9", State.OFF, 1.0),
        NetworksRead("a", ()),
        StatusChanged("a", made.status("a")),
    ):
        assert made.apply(update) == ChangeSet(), update


def test_one_domain_comes_changes_and_goes() -> None:
    made = filled()
    third = Domain(VmKey("a", "3"), "new")
    assert made.apply(DomainRead("a", third)).added == {third.key}
    assert made.apply(DomainRead("a", replace(third, title="x"))) == ChangeSet(changed=frozenset({third.key}))
    gone = made.apply(DomainGone("a", "3"))
    assert (gone.removed, gone.hosts) == ({third.key}, {"a"})
    assert made.domain(third.key) is None


def test_one_uuid_on_two_hosts_is_two_vms() -> None:
    made = filled()
    made.apply(DomainsRead("b", (replace(WEB, key=VmKey("b", "1"), name="twin"),)))
    made.apply(DomainGone("a", "1"))
    assert [domain.name for domain in made.domains()] == ["db", "twin"]


def test_a_change_of_state_touches_the_hosts_counts() -> None:
    made = filled()
    change = made.apply(StateRead("a", "1", State.OFF, 1200.0))
    assert change == ChangeSet(changed=frozenset({ONE}), hosts=frozenset({"a"}))
    assert made.domain(ONE) == replace(WEB, state=State.OFF, since=1200.0, started=0.0)
    made.apply(StateRead("a", "1", State.RUNNING, 1300.0))
    now = made.domain(ONE)
    assert now is not None
    assert (now.since, now.started) == (1300.0, 1300.0)
    made.apply(StateRead("a", "1", State.PAUSED, 1400.0))
    now = made.domain(ONE)
    assert now is not None
    assert (now.since, now.started) == (1400.0, 1300.0), "a pause does not end the uptime"


def test_since_when_and_addresses_outlive_a_reading_that_does_not_know_them() -> None:
    made = filled()
    made.apply(StateRead("a", "1", State.PAUSED, 1200.0))
    made.apply(AddressesRead("a", "1", (Address("10.0.0.1"),)))
    made.apply(DomainRead("a", Domain(ONE, "web", State.PAUSED)))
    kept = made.domain(ONE)
    assert kept is not None
    assert (kept.since, kept.started, kept.addresses) == (1200.0, 50.0, (Address("10.0.0.1"),))
    made.apply(DomainRead("a", Domain(ONE, "web", State.OFF)))
    off = made.domain(ONE)
    assert off is not None
    assert (off.since, off.started, off.addresses) == (0.0, 0.0, ())  # no event told it: nobody knows since when
    assert off.met == 1000.0


def test_what_began_at_an_unknown_time_is_at_least_as_old_as_its_first_sight() -> None:
    now = [1000.0]
    made = inventory(clock=lambda: now[0])
    up, off = Domain(ONE, "web", State.RUNNING, boot=7), Domain(TWO, "db", State.OFF)

    def met(key: VmKey) -> float:
        domain = made.domain(key)
        assert domain is not None
        return domain.met

    made.apply(DomainsRead("a", (up, off)))
    now[0] = 1500.0
    made.apply(DomainsRead("a", (up, off)))
    assert (met(ONE), met(TWO)) == (1000.0, 1000.0)
    made.apply(DomainRead("a", replace(up, state=State.PAUSED)))
    assert met(ONE) == 1000.0, "a pause is the same run"
    made.apply(DomainRead("a", replace(up, boot=9)))
    assert met(ONE) == 1500.0, "somebody started it anew, and nobody saw when"
    made.apply(StateRead("a", "2", State.RUNNING, 1600.0))
    assert met(TWO) == 0.0, "its start was seen"
    now[0] = 1700.0
    made.apply(DomainRead("a", replace(off, state=State.RUNNING, boot=10)))
    started = made.domain(TWO)
    assert started is not None
    assert (started.started, started.met) == (1600.0, 0.0)


def test_a_start_nobody_saw_is_not_the_one_before() -> None:
    made = filled()
    made.apply(DomainRead("a", replace(WEB, boot=7)))
    made.apply(DomainRead("a", Domain(ONE, "web", State.RUNNING, boot=8)))
    again = made.domain(ONE)
    assert again is not None
    assert (again.started, again.since, again.met) == (0.0, 0.0, 1000.0)


def test_when_addresses_were_last_told() -> None:
    now = [1000.0]
    made = inventory(clock=lambda: now[0])
    told = (Address("10.0.0.1"),)
    made.apply(DomainsRead("a", (WEB, DB)))
    assert made.heard(ONE) == 0.0
    assert made.apply(AddressesRead("a", "1", told)).changed == {ONE}
    now[0] = 1030.0
    assert not made.apply(AddressesRead("a", "1", told)), "the same again is no change"
    assert made.heard(ONE) == 1030.0
    made.apply(DomainGone("a", "1"))
    assert made.heard(ONE) == 0.0


def test_addresses_from_the_cache_are_as_old_as_the_sight_of_their_host() -> None:
    made = inventory()
    view = HostView("a", HostStatus(Phase.LIVE, 1.0, 700.0), HostFacts("alpha"))
    made.restore(view, (replace(WEB, addresses=(Address("10.0.0.1"),)), DB))
    assert (made.heard(ONE), made.heard(TWO)) == (700.0, 0.0)


def test_no_guest_runs_for_longer_than_its_host() -> None:
    made = filled()  # at 1000
    day = 86400.0
    up, young = replace(WEB, since=50 * day, started=50 * day), Domain(TWO, "db", State.RUNNING, started=99 * day)
    made.apply(DomainsRead("a", (up, young)))

    def told(now: float, booted: float) -> ChangeSet:
        return made.apply(LoadsRead("a", HostLoad(now, 0.1, booted=booted), {}))

    assert not told(100 * day, 40 * day).changed
    assert not told(100 * day, 51 * day).changed, "CPUs count a little less than the time that goes by"
    assert told(100 * day, 98 * day).changed == {ONE}
    web, db = made.domain(ONE), made.domain(TWO)
    assert web is not None
    assert db is not None
    assert (web.started, web.since, web.met) == (0.0, 0.0, 1000.0)
    assert db.started == 99 * day
    assert not told(100 * day + 3, 98 * day).changed


def test_groups_have_one_order_for_the_whole_fleet() -> None:
    made = inventory()
    made.apply(DomainsRead("a", (replace(WEB, group="shop"), replace(DB, group="build"))))
    assert made.groups() == ("build", "shop")
    before = made.groups()
    made.apply(DomainRead("a", replace(WEB, group="shop", title="x")))
    assert made.groups() is before
    made.apply(DomainsRead("b", (Domain(VmKey("b", "3"), "qa", group="qa"),)))
    made.apply(DomainGone("a", "2"))
    assert made.groups() == ("build", "qa", "shop"), "a colour stays, so that those of others do too"


# hosts


def test_a_status_greys_all_rows_of_a_host_but_a_mere_attempt_does_not() -> None:
    made = filled()
    lost = HostStatus(Phase.UNREACHABLE, 1000.0, 0.0, Problem(Reason.SILENT), 1001.0, 1)
    assert made.apply(StatusChanged("a", lost)).changed == {ONE, TWO}
    assert made.status("a").seen == 990.0, "when it was last seen is not forgotten"
    again = made.apply(StatusChanged("a", replace(lost, next_try=1003.0, attempt=2)))
    assert again == ChangeSet(hosts=frozenset({"a"}))


def test_a_host_that_goes_takes_all_that_was_known_with_it() -> None:
    made = filled()
    made.apply(loads(1.0))
    change = made.set_hosts((B,))
    assert change == ChangeSet(removed=frozenset({ONE, TWO}), hosts=frozenset({"a"}), fleet=True)
    assert made.domains() == ()
    assert (made.load(ONE), made.trace(ONE)) == (None, ())
    assert made.view("a") == HostView("a")
    made.set_hosts((A, B))
    assert not made.told("a", DomainsRead)


def test_an_edited_host_keeps_what_is_known_and_order_alone_is_a_change() -> None:
    made = filled()
    edited = replace(A, zone="north")
    assert made.set_hosts((edited, B)) == ChangeSet(hosts=frozenset({"a"}), fleet=True)
    assert len(made.domains()) == 2
    assert made.set_hosts((B, edited)) == ChangeSet(fleet=True)
    assert made.set_hosts((B, edited)) == ChangeSet()


# load


def test_load_is_kept_by_vm_and_late_answers_are_dropped() -> None:
    made = filled()
    assert made.apply(loads(10.0)) == ChangeSet(loads=frozenset({ONE}), host_loads=frozenset({"a"}))
    assert made.apply(loads(13.0)).loads == frozenset(), "the same figures"
    made.apply(loads(20.0, 0.9))
    made.apply(loads(15.0, 0.1))
    assert made.load(ONE) == Load(20.0, 0.9)


def test_a_vm_without_figures_has_none() -> None:
    made = filled()
    made.apply(loads(10.0))
    change = made.apply(LoadsRead("a", HostLoad(13.0), {}))
    assert change.loads == {ONE}
    assert made.load(ONE) is None
    assert made.apply(LoadsRead("a", HostLoad(16.0), {"9": Load(16.0)})).loads == frozenset()


def test_a_trace_has_a_point_every_ten_seconds_for_ten_minutes() -> None:
    made = filled()
    for second in range(0, 1000, 3):
        made.apply(loads(float(second), second / 1000))
    trace = made.trace(ONE)
    assert len(trace) == POINTS
    assert all(later[0] - before[0] == 12.0 for before, later in itertools.pairwise(trace))
    assert trace[-1][1] == trace[-1][0] / 1000
    made.apply(loads(2000.0, None))
    assert made.trace(ONE) == trace


# the cache


def test_what_was_last_seen_stands_until_something_is_read() -> None:
    made = inventory()
    cached = HostView("a", HostStatus(Phase.LIVE, 1.0, 700.0), HostFacts("alpha"), HostLoad(1.0), cached=False)
    change = made.restore(cached, (WEB,))
    assert change == ChangeSet(added=frozenset({ONE}), hosts=frozenset({"a"}))
    view = made.view("a")
    assert (view.status, view.load, view.cached) == (HostStatus(seen=700.0), None, True)
    assert view.facts == HostFacts("alpha")
    made.apply(DomainsRead("a", (WEB,)))
    assert not made.view("a").cached


def test_the_cache_never_covers_what_was_read() -> None:
    made = filled()
    assert made.restore(HostView("a"), (replace(WEB, name="old"),)) == ChangeSet()
    made.apply(DomainsRead("b", ()))
    assert made.restore(HostView("b"), (replace(WEB, key=VmKey("b", "1")),)) == ChangeSet(), "it has no VMs any more"
    assert made.restore(HostView("x"), ()) == ChangeSet()
    assert len(made.domains()) == 2


def test_what_is_worth_keeping_is_told_to_the_cache() -> None:
    made = filled()
    kept: list[str] = []
    made.on_read = kept.append
    made.apply(loads(1.0))
    made.apply(StatusChanged("a", HostStatus(Phase.STALE)))
    made.apply(DomainRead("a", WEB))
    assert kept == []
    made.apply(DomainRead("a", replace(WEB, title="x")))
    made.apply(FactsRead("b", HostFacts("beta")))
    assert kept == ["a", "b"]


# listening and waiting


def test_listeners_hear_every_change_until_they_leave() -> None:
    made = inventory()
    heard: list[ChangeSet] = []
    undo = made.subscribe(heard.append)
    first = made.apply(DomainsRead("a", (WEB,)))
    made.apply(DomainsRead("a", (WEB,)))
    undo()
    undo()
    made.apply(DomainGone("a", "1"))
    assert heard == [first]


def test_changes_by_many_threads_are_heard_in_their_order() -> None:
    made = inventory()
    present: set[VmKey] = set()
    wrong: list[ChangeSet] = []

    def listener(change: ChangeSet) -> None:
        if change.added & present or change.removed - present:
            wrong.append(change)
        present.difference_update(change.removed)
        present.update(change.added)

    made.subscribe(listener)

    def work() -> None:
        for _ in range(200):
            made.apply(DomainRead("a", WEB))
            made.apply(DomainGone("a", "1"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert present == {domain.key for domain in made.domains()}


def test_waiting_ends_with_the_change_the_limit_or_a_word() -> None:
    made = filled()
    timer = threading.Timer(0.05, made.apply, (StateRead("a", "1", State.OFF, 1.0),))
    timer.start()
    assert made.wait_for(ONE, lambda now: now is not None and now.state is State.OFF, 5.0)
    timer.join()
    start = time.monotonic()
    assert not made.wait_for(ONE, lambda now: now is None, 0.1)
    assert not made.wait_for(ONE, lambda now: now is None, 60.0, given_up=lambda: True)
    assert time.monotonic() - start < 2.0


# whatever happens, what is told and what is known agree

states = st.sampled_from([State.RUNNING, State.OFF, State.PAUSED])
uuids = st.sampled_from("123")
domains = st.builds(lambda u, s, n: Domain(VmKey("a", u), n, s), uuids, states, st.sampled_from("xy"))
updates = st.one_of(
    st.builds(lambda ds: DomainsRead("a", tuple({d.key: d for d in ds}.values())), st.lists(domains, max_size=3)),
    st.builds(lambda d: DomainRead("a", d), domains),
    st.builds(lambda u: DomainGone("a", u), uuids),
    st.builds(lambda u, s: StateRead("a", u, s, 7.0), uuids, states),
    st.builds(lambda u: LoadsRead("a", HostLoad(1.0), {u: Load(1.0, 0.5)}), uuids),
)


@given(st.lists(updates, max_size=12))
def test_who_follows_the_changes_knows_what_the_inventory_knows(happened: list[Update]) -> None:
    made = inventory(A)
    rows: dict[VmKey, Domain] = {}
    figures: dict[VmKey, Load | None] = {}
    for update in happened:
        change = made.apply(update)
        assert change.added.isdisjoint(rows)
        assert change.changed <= rows.keys()
        assert change.removed <= rows.keys()
        for key in change.removed:
            del rows[key]
            figures.pop(key, None)
        for key in change.added | change.changed:
            domain = made.domain(key)
            assert domain is not None
            rows[key] = domain
        for key in change.loads:
            figures[key] = made.load(key)
    assert rows == {domain.key: domain for domain in made.domains()}
    assert {key: load for key, load in figures.items() if load} == {
        key: load for key in rows if (load := made.load(key))
    }


def test_an_earlier_consoles_times_hold_only_for_the_same_run_of_the_guest() -> None:
    inventory = Inventory(clock=lambda: 1000.0)
    inventory.set_hosts([HostSpec("a", "a", "test:///a")])
    same, other, off = (Domain(VmKey("a", name), name, State.RUNNING, boot=3, started=5.0, since=5.0) for name in "sox")
    inventory.restore(HostView("a"), (same, other, off))
    inventory.apply(
        DomainsRead(
            "a",
            (
                Domain(same.key, "s", State.RUNNING, boot=3),
                Domain(other.key, "o", State.RUNNING, boot=4),
                Domain(off.key, "x", State.OFF),
            ),
        )
    )
    found = {domain.name: (domain.started, domain.since) for domain in inventory.domains()}
    assert found == {"s": (5.0, 5.0), "o": (0.0, 0.0), "x": (0.0, 0.0)}
    inventory.apply(StateRead("a", "x", State.RUNNING, 990.0))
    inventory.apply(DomainRead("a", Domain(off.key, "x", State.RUNNING, boot=9)))
    now = inventory.domain(off.key)
    assert now is not None
    assert (now.started, now.since) == (990.0, 990.0)


def test_what_was_recorded_before_goes_before_what_is_told() -> None:
    inventory = filled()
    key = inventory.domains()[0].key
    gone = VmKey(key.host, "nobody")
    inventory.recall({key: ((100.0, 0.5), (110.0, 0.6)), gone: ((100.0, 0.5),)})
    assert inventory.trace(key) == ((100.0, 0.5), (110.0, 0.6))
    assert inventory.trace(gone) == ()


def test_a_listener_that_breaks_is_the_only_one_that_misses_a_change(caplog: pytest.LogCaptureFixture) -> None:
    inventory = Inventory()
    told: list[ChangeSet] = []

    def broken(_change: ChangeSet) -> None:
        raise ValueError("broken listener")

    inventory.subscribe(broken)
    inventory.subscribe(told.append)
    inventory.set_hosts((HostSpec("h", "h", "test:///default"),))
    inventory.apply(StatusChanged("h", HostStatus(Phase.LIVE)))
    assert len(told) == 2
    assert "broken listener" in caplog.text
