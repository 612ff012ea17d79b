"""The fleet at a glance: sums, troubles, busiest and forgotten over an inventory; storage and today over the real program."""

import pytest
from msgspec.structs import replace

from console.app import App
from console.fleet.acts import Act
from console.fleet.domains import Domain, Load, State, VmKey
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostFacts, HostLoad, HostSpec, HostStatus, Phase
from console.fleet.storage import VolumeKey
from console.fleet.sums import host_sum
from console.fleet.updates import DomainsRead, FactsRead, LoadsRead, StatusChanged
from console.inventory.inventory import Inventory
from console.jobs.job import JobState
from console.services.overview import FORGOTTEN_AFTER, age_of, busiest, forgotten, sum_of, troubles
from tests.conftest import eventually
from tests.unit.services.conftest import named
from tests.unit.services.test_delete import make_volumes

NOW = 2_000_000.0 + FORGOTTEN_AFTER * 3
A, B = HostSpec("a", "kvm-a", "qemu:///system"), HostSpec("b", "kvm-b", "qemu:///system")


def vm(host: str, name: str, state: State = State.RUNNING, **values: object) -> Domain:
    made = Domain(VmKey(host, f"{host}-{name}"), name, state, vcpus=4, memory_kib=1000, max_memory_kib=1000)
    return replace(made, **values)  # type: ignore[arg-type]


@pytest.fixture
def inventory() -> Inventory:
    made = Inventory(clock=lambda: NOW)
    made.set_hosts([A, B])
    for spec in (A, B):
        made.apply(StatusChanged(spec.id, HostStatus(Phase.LIVE, NOW - 60, NOW)))
    made.apply(FactsRead("a", HostFacts(cpus=8, memory_kib=4000)))
    made.apply(DomainsRead("a", (vm("a", "one"), vm("a", "two", State.PAUSED), vm("a", "three", State.OFF))))
    made.apply(DomainsRead("b", (vm("b", "four"),)))
    return made


def test_promised_is_what_started_vms_were_given_and_off_ones_promise_nothing(inventory: Inventory) -> None:
    total = host_sum(inventory.view("a"), inventory.domains_of("a"))
    assert (total.vms, total.running) == (3, 1)
    assert (total.vcpus_promised, total.vcpu_ratio) == (8, 1.0)
    assert (total.memory_promised, total.memory_ratio) == (2000, 0.5)
    assert total.cpu is None  # nothing measured yet
    assert total.memory_share is None


def test_hosts_that_told_nothing_do_not_dilute_the_shares(inventory: Inventory) -> None:
    inventory.apply(LoadsRead("a", HostLoad(NOW, 0.25, 1000), {}))
    total = sum_of(inventory, (A, B))
    assert (total.hosts, total.live, total.vms, total.running) == (2, 2, 4, 2)
    assert (total.cpu, total.memory_share) == (0.25, 0.25)
    assert total.vcpu_ratio == 1.0  # b's VM runs on CPUs nobody counted
    assert total.fresh
    assert not total.replayed


def test_empty_fleet_sums_to_nothing() -> None:
    total = sum_of(Inventory(), ())
    assert (total.hosts, total.cpu, total.memory_share, total.vcpu_ratio, total.memory_ratio) == (
        0,
        None,
        None,
        None,
        None,
    )


def test_refused_hosts_come_first_then_the_longest_silent(inventory: Inventory) -> None:
    c = HostSpec("c", "kvm-c", "qemu:///system")
    inventory.set_hosts([A, B, c])
    inventory.apply(StatusChanged("a", HostStatus(Phase.UNREACHABLE, NOW - 5, NOW - 90, Problem(Reason.SILENT))))
    inventory.apply(StatusChanged("b", HostStatus(Phase.STALE, NOW - 5, NOW - 20)))
    inventory.apply(StatusChanged("c", HostStatus(Phase.REFUSED, NOW, problem=Problem(Reason.PASSWORD))))
    assert [trouble.spec.id for trouble in troubles(inventory, inventory.specs())] == ["c", "a", "b"]
    assert not sum_of(inventory, (A,)).fresh


def test_busiest_are_running_vms_of_live_hosts(inventory: Inventory) -> None:
    loads = {"a-one": Load(NOW, 0.5), "a-two": Load(NOW, 0.9), "a-three": Load(NOW, 0.1)}
    inventory.apply(LoadsRead("a", HostLoad(NOW), loads))
    inventory.apply(LoadsRead("b", HostLoad(NOW), {"b-four": Load(NOW, 0.8)}))
    assert [domain.name for domain, _ in busiest(inventory, (A, B))] == ["four", "one"]
    inventory.apply(StatusChanged("b", HostStatus(Phase.UNREACHABLE, NOW, NOW)))
    assert [domain.name for domain, _ in busiest(inventory, (A, B))] == ["one"]
    assert busiest(inventory, (A, B), count=0) == []


def test_forgotten_needs_a_known_day(inventory: Inventory) -> None:
    old = vm("a", "old", State.OFF, since=NOW - FORGOTTEN_AFTER - 1)
    older = vm("a", "older", State.CRASHED, since=NOW - FORGOTTEN_AFTER * 2)
    young = vm("a", "young", State.OFF, since=NOW - 60)
    unknown = vm("a", "unknown", State.OFF, since=0.0)
    paused = vm("a", "paused", State.PAUSED, since=1.0)
    made = Inventory(clock=lambda: 0.0)
    made.set_hosts([A])
    made.apply(DomainsRead("a", (old, older, young, unknown, paused)))
    assert [domain.name for domain in forgotten(made, (A,), NOW)] == ["older", "old"]


def test_age_is_of_what_is_not_live() -> None:
    assert age_of(HostStatus(Phase.LIVE, 0, 5), 10) is None
    assert age_of(HostStatus(Phase.UNREACHABLE, 0, 4), 10) == 6
    assert age_of(HostStatus(Phase.UNREACHABLE), 10) is None
    assert age_of(HostStatus(Phase.STALE, 0, 12), 10) == 0  # a clock that was set back


# the service, on the real program


def test_a_look_at_the_real_thing(app: App) -> None:
    make_volumes(app, "alpha", "free.qcow2")
    app.services.hosts.refresh("alpha")

    def unseen() -> bool:
        use = app.services.storage.survey().pool("alpha", "default")
        return use is None or not use.volumes

    assert not eventually(unseen, 5)
    specs = app.inventory.specs()
    known = app.services.overview.look(specs, [specs[:1], specs[1:]])
    assert (known.total.hosts, known.total.vms) == (2, 3)
    assert (known.storage.orphans, [part.orphans for part in known.storages]) == (1, [1, 0])
    assert known.storage.capacity == sum(part.capacity for part in known.storages)
    assert (known.outliers, known.forgotten, known.idle) == ((), (), 0)


def test_what_changed_today(app: App) -> None:
    make_volumes(app, "alpha", "free.qcow2")
    specs = app.inventory.specs()
    key = VolumeKey("alpha", "default", "free.qcow2")
    assert app.services.storage.run_delete([key]).wait(10).state is JobState.SUCCEEDED
    assert app.services.storage.run_delete([key]).wait(10).state is JobState.FAILED
    assert app.services.power.act(Act.START, [named(app, "db").key]).wait(10).state is JobState.SUCCEEDED
    today = eventually_kinds(app)
    assert {"storage", "job-failed", "vm-start"} <= today
    only_beta = app.services.overview.today([spec for spec in specs if spec.id == "beta"])
    assert {event.kind for event in only_beta.events} == set()


def eventually_kinds(app: App) -> set[str]:
    """The kinds of today's events, once the start was recorded."""
    found: set[str] = set()

    def missing() -> bool:
        found.clear()
        found.update(event.kind for event in app.services.overview.today(app.inventory.specs()).events)
        return "vm-start" not in found

    eventually(missing, 8)
    return found
