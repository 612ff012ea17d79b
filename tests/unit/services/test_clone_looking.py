from __future__ import annotations

import pytest

from console.app import App
from console.fleet.clones.values import CloneOrder
from console.fleet.errors import FleetError, NotFound
from console.services.clone_looking import Looker, draws
from tests.unit.services.conftest import named
from tests.unit.services.test_delete import make_volumes


@pytest.fixture
def looker(app: App) -> Looker:
    make_volumes(app, "alpha", "db.qcow2")
    return Looker(app.gateway, app.inventory)


def test_a_second_look_keeps_what_was_shown(app: App, looker: Looker) -> None:
    order = CloneOrder(named(app, "db").key, ("a", "b"))
    first = looker.look(order)
    again = looker.look(order, first.plan)
    other = looker.look(order)
    assert [one.uuid for one in again.plan.clones] == [one.uuid for one in first.plan.clones]
    assert {one.uuid for one in other.plan.clones}.isdisjoint({one.uuid for one in first.plan.clones})
    assert first.facts.place.names == {"web", "db"}
    assert first.facts.place.networks == {"default"}
    assert all("<name>a</name>" in look.plan.clones[0].xml for look in (first, again))
    new_uuid, new_mac = draws(first.plan)
    assert [new_uuid(), new_uuid()] == [one.uuid for one in first.plan.clones]
    for draw in (new_uuid, new_mac):
        with pytest.raises(FleetError):
            draw()


def test_addresses_nobody_has(app: App, looker: Looker) -> None:
    draw = looker.new_macs()
    macs = {draw() for _ in range(2000)}
    assert len(macs) == 2000
    assert all(mac.startswith("52:54:00:") and len(mac) == 17 for mac in macs)


def test_to_another_host(app: App, looker: Looker) -> None:
    facts, text, origin = looker.facts(CloneOrder(named(app, "db").key, ("a",), host="beta"))
    assert (facts.place.host, facts.place.near, facts.place.names) == ("beta", False, {"mail"})
    assert "<name>db</name>" in text
    assert origin.cloned_from == ""


def test_a_host_or_vm_that_is_not_there(app: App, looker: Looker) -> None:
    key = named(app, "db").key
    with pytest.raises(NotFound):
        looker.look(CloneOrder(key, ("a",), host="nowhere"))
    with pytest.raises(NotFound):
        looker.look(CloneOrder(key._replace(uuid="00000000-0000-4000-8000-00000000ffff"), ("a",)))
