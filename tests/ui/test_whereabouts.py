from collections.abc import Iterator

import pytest

from console.fleet.domains import VmKey
from console.fleet.hosts import HostStatus, Phase
from console.fleet.updates import StatusChanged
from console.ui.context import Context
from console.ui.places import Place
from console.ui.whereabouts import alarms, crumbs
from tests.ui.rooms import key, room


@pytest.fixture
def ctx() -> Iterator[Context]:
    with room() as context:
        yield context


def test_steps_lead_back_and_the_last_does_not(ctx: Context) -> None:
    steps = crumbs(ctx, Place.vm(key("web-01")), "vm")
    assert [step.text for step in steps] == ["Fleet", "north", "N1", "kvm-n1", "web-01"]
    assert steps[-1].go is None
    assert steps[2].go is not None
    steps[2].go()
    assert ctx.nav.place.spot == Place.rack("north", "N1")


def test_pages_of_the_fleet_have_their_names(ctx: Context) -> None:
    assert [step.text for step in crumbs(ctx, Place.fleet("vms"), "vms")] == ["Fleet", "Virtual machines"]
    assert [step.text for step in crumbs(ctx, Place.fleet(), "first-run")] == ["Fleet"]
    assert [step.text for step in crumbs(ctx, Place("tasks"), "tasks")] == ["Fleet", "Tasks"]
    assert [step.text for step in crumbs(ctx, Place("tag", ""), "vms")] == ["Fleet", "No tag"]


def test_what_is_gone_is_named_by_its_id(ctx: Context) -> None:
    steps = crumbs(ctx, Place.vm(VmKey("gone", "uuid-x")), "vm")
    assert [step.text for step in steps] == ["Fleet", "gone", "uuid-x"]


def test_hosts_that_want_attention(ctx: Context) -> None:
    assert alarms(ctx, 9.0) == []
    ctx.inventory.apply(StatusChanged("n1", HostStatus(Phase.REFUSED, 5.0, 5.0)))
    ctx.inventory.apply(StatusChanged("n2", HostStatus(Phase.STALE, 5.0, 5.0)))
    (alarm,) = alarms(ctx, 9.0)
    assert "kvm-n1" in alarm.text
    alarm.open()
    assert ctx.nav.place.spot == Place.host("n1")
