from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.app import App
from console.fleet.alerts import GRACE, AlertRule, Kind, PoolKey, Told
from console.fleet.domains import Domain, Load, State, VmKey
from console.fleet.errors import NotFound, UsageError
from console.fleet.hosts import HostLoad, HostSpec, HostStatus, Phase, Pool
from console.fleet.updates import DomainGone, DomainsRead, LoadsRead, PoolsRead, StatusChanged
from console.inventory.inventory import Inventory
from console.services import alerts as module
from console.services.alerts import EVERY, SETTLE, TELL_EVERY, AlertService
from console.services.search import SearchService
from console.settings.preferences import PreferencesStore
from tests.unit.services.conftest import OFF, RUNNING

START = 1_800_000_000.0


class World:
    """Two live hosts with three VMs, a service, and clocks that only move when told to."""

    def __init__(self, folder: Path) -> None:
        self.wall, self.steady = START, 100.0
        self.inventory = Inventory(clock=lambda: self.wall)
        self.inventory.set_hosts([HostSpec(id, f"kvm-{id}", "test:///x", zone=f"z-{id}") for id in ("a", "b")])
        for host, names in (("a", ("web", "db")), ("b", ("mail",))):
            self.phase(host, Phase.LIVE)
            vms = [Domain(VmKey(host, name), name, State.RUNNING, memory_kib=1 << 20) for name in names]
            self.inventory.apply(DomainsRead(host, tuple(vms)))
        self.store = PreferencesStore(folder / "preferences.toml", delay=0.0)
        search = SearchService(self.inventory, self.store, clock=lambda: self.wall)
        self.alerts = AlertService(self.inventory, self.store, search, lambda: self.wall, lambda: self.steady)
        self.said: list[str] = []
        self.alerts.subscribe(self._note)

    def _note(self, told: tuple[Told, ...]) -> None:
        for each in told:
            for sign, items in (("+", each.began), ("-", each.ended)):
                if items:
                    subjects = sorted(subject_name(item.subject) for item in items)
                    self.said.append(f"{each.rule.name}{sign}{','.join(subjects)}")

    def phase(self, host: str, phase: Phase) -> None:
        self.inventory.apply(StatusChanged(host, HostStatus(phase, self.wall, self.wall)))

    def cpu(self, **cpu: float) -> None:
        for host in ("a", "b"):
            mine = {d.key.uuid: Load(self.wall, cpu.get(d.name, 0.1)) for d in self.inventory.domains_of(host)}
            self.inventory.apply(LoadsRead(host, HostLoad(self.wall), mine))

    def go(self, seconds: float, wall: float | None = None) -> None:
        """Looks every few seconds for so long."""
        for _look in range(round(seconds / EVERY)):
            self.steady += EVERY
            self.wall += EVERY if wall is None else wall
            self.alerts.look()

    def firing(self) -> list[str]:
        return sorted(f"{alert.rule}:{subject_name(alert.subject)}" for alert in self.alerts.alerts())


def subject_name(subject: object) -> str:
    if isinstance(subject, VmKey):
        return subject.uuid
    return f"{subject.host}/{subject.name}" if isinstance(subject, PoolKey) else str(subject)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.alerts.add(AlertRule("Hot", "state:running cpu>95", wait=60.0))
    made.go(GRACE + 10)
    yield made
    made.store.close(2.0)


def test_hot_for_a_minute_is_told_once(world: World) -> None:
    world.cpu(web=0.99)
    world.go(55)
    assert world.firing() == []
    world.go(600)
    assert world.firing() == ["Hot:web"]
    assert world.said == ["Hot+web"]
    world.cpu(web=0.5)
    world.go(25)
    assert world.firing() == ["Hot:web"]
    world.go(10 + TELL_EVERY)
    assert world.firing() == []
    assert world.said == ["Hot+web", "Hot-web"]
    assert [happening.ended for happening in world.alerts.history()] == [True, False]


def test_many_at_once_are_one_telling(world: World) -> None:
    world.cpu(web=0.99, db=0.99, mail=0.99)
    world.go(80)
    assert world.said == ["Hot+db,mail,web"]


def test_one_after_the_other_is_told_at_most_once_a_minute(world: World) -> None:
    world.alerts.add(AlertRule("Busy", "cpu>50"))
    world.cpu(web=0.99)
    world.go(10)
    world.cpu(web=0.99, db=0.99)
    world.go(10)
    world.cpu(web=0.99, db=0.99, mail=0.99)
    world.go(10)
    assert world.firing() == ["Busy:db", "Busy:mail", "Busy:web"]
    assert world.said == ["Busy+web"]
    world.go(TELL_EVERY)
    assert "Busy+db,mail" in world.said


def test_a_host_that_is_lost(world: World) -> None:
    world.alerts.add(AlertRule("Lost", kind=Kind.HOST_LOST, wait=30.0))
    world.go(EVERY)
    world.phase("a", Phase.UNREACHABLE)
    world.go(15)
    world.phase("a", Phase.CONNECTING)  # it is tried again, in vain
    world.go(EVERY)
    world.phase("a", Phase.UNREACHABLE)
    world.go(20)
    assert world.said == ["Lost+a"]
    world.phase("a", Phase.LIVE)
    world.go(SETTLE + TELL_EVERY + 30)
    assert world.said == ["Lost+a", "Lost-a"]
    assert world.firing() == []


def test_only_the_hosts_that_a_query_means_and_that_were_there(world: World) -> None:
    world.inventory.set_hosts([*world.inventory.specs(), HostSpec("c", "kvm-c", "test:///c", zone="z-b")])
    world.phase("c", Phase.UNREACHABLE)  # never seen: the bell says so, an alert would cry at each start
    world.alerts.add(AlertRule("Lost", "zone:z-b", kind=Kind.HOST_LOST))
    world.go(EVERY)
    for host in ("a", "b"):
        world.phase(host, Phase.UNREACHABLE)
    world.go(30)
    assert world.said == ["Lost+b"]


def test_no_flood_after_a_reconnect(world: World) -> None:
    world.cpu(web=0.99)
    world.go(80)
    assert world.said == ["Hot+web"]
    world.phase("a", Phase.UNREACHABLE)
    world.go(900)
    assert world.firing() == ["Hot:web"]  # nothing is known: it neither ends nor begins
    world.phase("a", Phase.LIVE)
    world.cpu(web=0.99, db=0.99)  # the first figures after a while are wild
    world.go(SETTLE)
    world.cpu(web=0.99)
    world.go(300)
    assert world.said == ["Hot+web"]


def test_no_flood_after_the_computer_slept(world: World) -> None:
    world.alerts.add(AlertRule("Lost", kind=Kind.HOST_LOST))
    world.alerts.add(AlertRule("Busy", "cpu>50"))
    world.go(EVERY)
    world.wall += 8 * 3600
    for host in ("a", "b"):
        world.phase(host, Phase.UNREACHABLE)
    world.cpu(web=0.99, db=0.99, mail=0.99)
    world.go(GRACE / 2)
    for host in ("a", "b"):
        world.phase(host, Phase.LIVE)
    world.cpu()
    world.go(300)
    assert world.said == []


def test_clocks_that_jump(world: World) -> None:
    world.cpu(web=0.99)
    world.go(30)
    world.wall -= 86400
    world.go(40)
    assert world.said == ["Hot+web"]  # the steady clock counts
    world.wall += 3 * 86400
    world.go(GRACE + 100)
    assert world.said == ["Hot+web"]


def test_a_pool_that_is_nearly_full(world: World) -> None:
    def pools(available: int) -> None:
        world.inventory.apply(
            PoolsRead("a", (Pool("fast", active=True, capacity=100, available=available), Pool("cold")))
        )

    world.alerts.add(AlertRule("Full", kind=Kind.POOL_FULL, limit=85.0))
    pools(16)
    world.go(20)
    assert world.firing() == []
    pools(15)
    world.go(20)
    assert world.said == ["Full+a/fast"]
    pools(60)
    world.go(TELL_EVERY + 30)
    assert world.said[-1] == "Full-a/fast"


def test_silence_and_what_still_fires_after_it(world: World) -> None:
    world.alerts.silence("hot", world.wall + 300)
    world.cpu(web=0.99)
    world.go(200)
    assert world.firing() == ["Hot:web"]
    assert world.said == []
    world.go(200)
    assert world.said == ["Hot+web"]
    world.alerts.silence("Hot", -1)
    world.cpu()
    world.go(300)
    assert world.said == ["Hot+web"]
    with pytest.raises(NotFound):
        world.alerts.silence("cold", 0)


def test_what_is_gone_ends(world: World) -> None:
    world.cpu(web=0.99, mail=0.99)
    world.go(80)
    world.inventory.apply(DomainGone("a", "web"))
    world.go(EVERY)
    assert world.firing() == ["Hot:mail"]
    world.inventory.set_hosts([spec for spec in world.inventory.specs() if spec.id == "a"])
    world.go(EVERY)
    assert world.firing() == []


def test_rules_come_change_and_go(world: World) -> None:
    world.cpu(web=0.99)
    world.go(80)
    world.alerts.add(AlertRule("Hot", "cpu>50"))  # another rule of that name begins anew
    world.go(EVERY + TELL_EVERY)
    assert world.firing() == ["Hot:web"]
    world.alerts.remove("HOT")
    world.go(EVERY)
    assert world.firing() == []
    assert world.alerts.rules() == ()
    with pytest.raises(NotFound):
        world.alerts.remove("Hot")
    with pytest.raises(UsageError):
        world.alerts.add(AlertRule("Nothing"))


def test_a_rule_nobody_understands_disturbs_no_other(world: World) -> None:
    world.store.set(alerts=(AlertRule("Odd", "warp>9"), *world.alerts.rules()))
    world.cpu(web=0.99)
    world.go(80)
    assert world.said == ["Hot+web"]


def test_a_slow_pattern_disturbs_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.fleet.query_terms.PATTERN_SECONDS", 0.0)
    world.alerts.add(AlertRule("Slow", "re:x"))
    world.cpu(web=0.99)
    world.go(80)
    assert world.said == ["Hot+web"]


def test_the_programs_own_thread_looks(
    open_app: Callable[[dict[str, dict[str, int]]], App], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY", 0.02)
    monkeypatch.setattr("console.fleet.alerts.GRACE", 0.1)
    monkeypatch.setattr(module, "SETTLE", 0.1)
    app = open_app({"alpha": {"web": RUNNING, "db": OFF}})
    app.services.alerts._pace._quiet = 0.0
    app.services.alerts.add(AlertRule("Off", "state:off"))
    app.services.alerts.start()
    until = time.monotonic() + 10
    while not app.services.alerts.alerts() and time.monotonic() < until:
        time.sleep(0.02)
    [alert] = app.services.alerts.alerts()
    domain = app.inventory.domain(alert.subject)  # type: ignore[arg-type]
    assert domain is not None
    assert domain.name == "db"
