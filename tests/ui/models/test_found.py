from __future__ import annotations

import pytest

from console.fleet.domains import VmKey
from console.fleet.search import parse
from console.services.search import SearchService
from console.ui.models.found import find_places
from console.ui.places import Place
from console.words.search import TEXTS
from tests.ui.models.vm_fleet import Fleet, vm


@pytest.fixture
def fleet() -> Fleet:
    made = Fleet()
    made.host("a", zone="north")
    made.host("b", zone="south")
    made.vms("a", [vm("a", "1", "web"), vm("a", "2", "app"), vm("a", "3", "zap", tags=("web",), ip="10.4.7.12")])
    made.vms("b", [vm("b", "1", "my-web"), vm("b", "2", "db")])
    return made


def found(fleet: Fleet, text: str, limit: int = 10) -> tuple[list[Place], int]:
    search = SearchService(fleet.inventory, texts=TEXTS, clock=fleet.clock)
    return find_places(fleet.inventory, search, parse(text), limit)


def test_hosts_then_names_that_begin_so_then_names_then_the_rest(fleet: Fleet) -> None:
    places, count = found(fleet, "web")
    assert places == [Place.vm(VmKey("a", "1")), Place.vm(VmKey("b", "1")), Place.vm(VmKey("a", "3"))]
    assert count == 3
    assert found(fleet, "a")[0][0] == Place.host("a")


def test_by_address_and_by_field(fleet: Fleet) -> None:
    assert found(fleet, "10.4.7.12") == ([Place.vm(VmKey("a", "3"))], 1)
    assert found(fleet, "zone:south")[0] == [Place.host("b"), Place.vm(VmKey("b", "2")), Place.vm(VmKey("b", "1"))]


def test_only_so_many_but_all_are_counted(fleet: Fleet) -> None:
    places, count = found(fleet, "state:running", 2)
    assert (len(places), count) == (2, 5)


def test_nothing_typed_or_nothing_like_it(fleet: Fleet) -> None:
    assert found(fleet, "") == found(fleet, "no such thing") == ([], 0)
