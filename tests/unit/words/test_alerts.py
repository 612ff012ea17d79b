from __future__ import annotations

import pytest

from console.fleet.alerts import Alert, AlertRule, Kind, PoolKey, Told
from console.fleet.domains import Domain, VmKey
from console.fleet.hosts import HostSpec
from console.fleet.updates import DomainsRead
from console.inventory.inventory import Inventory
from console.words import units
from console.words.alerts import began, condition, ended, kind, now_firing, silence, subject

NOW = 1_800_000_000.0
HOT = AlertRule("Hot", "cpu>95", wait=600.0)


@pytest.fixture
def inventory() -> Inventory:
    made = Inventory()
    made.set_hosts([HostSpec("n1", "kvm-n1", "test:///1")])
    made.apply(DomainsRead("n1", tuple(Domain(VmKey("n1", f"u{n}"), f"web-{n}") for n in range(6))))
    return made


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (HOT, "cpu>95 for 10 min"),
        (AlertRule("x", "state:off"), "state:off"),
        (AlertRule("x", "", Kind.HOST_LOST, 60.0), "host lost for 1 min"),
        (AlertRule("x", "zone:north", Kind.POOL_FULL, limit=85.0), "pool over 85 %, zone:north"),
    ],
)
def test_what_a_rule_watches_for(rule: AlertRule, said: str) -> None:
    assert condition(rule).replace(units.NBSP, " ") == said


def test_every_kind_has_a_name() -> None:
    assert len({kind(each) for each in Kind}) == len(Kind)


def test_silence() -> None:
    assert silence(HOT, NOW) == ""
    assert silence(AlertRule("x", silent_until=-1), NOW) == "silent"
    assert silence(AlertRule("x", silent_until=NOW + 60), NOW).startswith("silent until ")
    assert silence(AlertRule("x", silent_until=NOW - 60), NOW) == ""


def test_subjects(inventory: Inventory) -> None:
    assert subject(inventory, VmKey("n1", "u1")) == "web-1 on kvm-n1"
    assert subject(inventory, VmKey("gone", "u9")) == "u9 on gone"
    assert subject(inventory, PoolKey("n1", "fast")) == "pool fast on kvm-n1"
    assert subject(inventory, "n1") == "kvm-n1"


def test_many_are_counted(inventory: Inventory) -> None:
    alerts = tuple(Alert("Hot", VmKey("n1", f"u{n}"), NOW) for n in range(6))
    assert began(inventory, Told(HOT, alerts[:1])) == "Hot: web-0 on kvm-n1"
    assert began(inventory, Told(HOT, alerts[:2])) == "Hot: web-0 on kvm-n1, web-1 on kvm-n1"
    said = "web-0 on kvm-n1 and 5 more"
    assert began(inventory, Told(HOT, alerts)) == f"Hot: {said}"
    assert ended(inventory, Told(HOT, (), alerts)) == f"Hot is over: {said}"
    assert now_firing(1) == "1 alert"
