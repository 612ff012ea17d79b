from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.app import App
from console.fleet.domains import Address, Disk, Domain, State, VmKey
from console.fleet.errors import NotFound
from console.fleet.hosts import HostLoad, HostSpec, HostStatus, Phase, Pool
from console.fleet.saved import SavedSearch
from console.fleet.search import QueryError, parse
from console.fleet.subjects import Texts, no_figures
from console.fleet.updates import DomainRead, DomainsRead, LoadsRead, PoolsRead, StatusChanged
from console.inventory.inventory import Inventory
from console.services.search import SearchService
from console.settings.preferences import PreferencesStore
from console.words.search import TEXTS
from tests.bench.load_search import LIMIT_MS, QUERIES, fleet
from tests.unit.fleet.query_fleet import NOW, load
from tests.unit.services.conftest import OFF, RUNNING


@pytest.fixture
def inventory() -> Inventory:
    made = Inventory(clock=lambda: NOW)
    made.set_hosts(
        [HostSpec("a", "alpha", "test:///a", zone="north", tags=("old",)), HostSpec("b", "beta", "test:///b")]
    )
    for host in ("a", "b"):
        made.apply(StatusChanged(host, HostStatus(Phase.LIVE, NOW, NOW)))
    made.apply(DomainsRead("a", (vm("a", "web", tags=("prod",)), vm("a", "db", State.OFF))))
    made.apply(DomainsRead("b", (vm("b", "mail", tags=("prod", "lab"), addresses=(Address("10.4.7.12"),)),)))
    return made


def vm(host: str, name: str, state: State = State.RUNNING, **more: object) -> Domain:
    return Domain(VmKey(host, f"uuid-{name}"), name, state, **more)  # type: ignore[arg-type]


@pytest.fixture
def search(inventory: Inventory, tmp_path: Path) -> Iterator[SearchService]:
    store = PreferencesStore(tmp_path / "preferences.toml", delay=0.0)
    yield SearchService(inventory, store, clock=lambda: NOW + 600)
    store.close(2.0)


def names(keys: list[VmKey]) -> list[str]:
    return [key.uuid.removeprefix("uuid-") for key in keys]


def test_found_as_known_now(search: SearchService, inventory: Inventory) -> None:
    assert names(search.find("tag:prod")) == ["web", "mail"]
    assert names(search.find(parse("10.4.7.12"))) == ["mail"]
    inventory.apply(DomainRead("a", vm("a", "db", State.OFF, tags=("prod",))))
    assert names(search.find("tag:prod")) == ["web", "db", "mail"]
    inventory.set_hosts([spec for spec in inventory.specs() if spec.id == "a"])
    assert names(search.find("")) == ["web", "db"]


def test_only_among_some(search: SearchService) -> None:
    assert names(search.find("tag:prod", among=[VmKey("b", "uuid-mail")])) == ["mail"]


def test_load_and_state_of_the_host_are_those_of_now(search: SearchService, inventory: Inventory) -> None:
    assert search.find("cpu>80") == []
    inventory.apply(LoadsRead("a", HostLoad(NOW), {"uuid-web": load(0.9)}))
    assert names(search.find("cpu>80")) == ["web"]
    inventory.apply(LoadsRead("a", HostLoad(NOW), {"uuid-web": load(0.3)}))
    assert search.find("cpu>80") == []
    inventory.apply(StatusChanged("b", HostStatus(Phase.UNREACHABLE, NOW, NOW)))
    assert names(search.find("state:last-seen age>5min")) == ["mail"]


def test_several_queries_in_one_look(search: SearchService) -> None:
    found = search.found_by([parse("tag:prod"), parse("state:off"), parse("")])
    assert [names(keys) for keys in found] == [["web", "mail"], ["db"], ["web", "db", "mail"]]


def test_history_says_who_is_idle(search: SearchService) -> None:
    assert search.find("idle>30d") == []
    search.idle_since = {VmKey("a", "uuid-web"): NOW - 40 * 86400}.get
    assert names(search.find("idle>30d")) == ["web"]


def test_pools_of_the_host_are_known(search: SearchService, inventory: Inventory) -> None:
    inventory.apply(PoolsRead("a", (Pool("fast", path="/srv/fast"),)))
    inventory.apply(DomainRead("a", vm("a", "web", disks=(Disk("vda", "/srv/fast/x"),))))
    assert names(search.find("pool:fast")) == ["web"]


def test_texts_are_made_beforehand(inventory: Inventory) -> None:
    made: list[str] = []

    def hay(domain: Domain, _spec: HostSpec, _status: HostStatus) -> str:
        made.append(domain.name)
        return domain.name

    search = SearchService(inventory, texts=Texts(hay, no_figures))
    search.warm()
    assert sorted(made) == ["db", "mail", "web"]
    assert names(search.find("web")) == ["web"]
    assert len(made) == 3


def test_hosts(search: SearchService) -> None:
    assert search.hosts("zone:north or name:beta") == ["a", "b"]
    assert search.hosts("tag:old") == ["a"]


def test_a_wrong_query_is_refused(search: SearchService) -> None:
    for ask in (search.find, search.hosts, search.excluding):
        with pytest.raises(QueryError):
            ask("cpu>")


def test_what_excludes_all(search: SearchService) -> None:
    assert search.excluding("tag:prod zone:south") == "zone:south"
    assert search.excluding("web mail") == ""


def test_values_for_completion_come_by_how_many_have_them(search: SearchService) -> None:
    assert search.values("tag") == ["prod", "lab"]
    assert search.values("host") == ["alpha", "beta"]
    assert search.values("zone") == ["north"]
    assert search.values("cpu") == search.values("nothing") == []


def test_searches_are_kept_in_order(search: SearchService, tmp_path: Path) -> None:
    search.save("Hot", "cpu>80")
    search.save("Old", "off>30d")
    search.rename("hot", "Busy")
    search.move("Old", -1)
    assert search.searches() == (SavedSearch("Old", "off>30d"), SavedSearch("Busy", "cpu>80"))
    search.remove("Old")
    with pytest.raises(NotFound):
        search.remove("Old")
    with pytest.raises(QueryError):
        search.save("Bad", "cpu>")
    assert search._preferences is not None
    search._preferences.close(2.0)
    again = PreferencesStore(tmp_path / "preferences.toml")
    assert again.value.searches == (SavedSearch("Busy", "cpu>80"),)
    again.close(2.0)


def test_the_program_has_one(open_app: Callable[[dict[str, dict[str, int]]], App]) -> None:
    app = open_app({"alpha": {"web-1": RUNNING, "web-2": OFF}, "beta": {"db": RUNNING}})
    found = app.services.search.find("host:alpha running")  # in the words of the window
    assert [domain.name for key in found if (domain := app.inventory.domain(key))] == ["web-1"]
    until = time.monotonic() + 5
    while len(app.services.search.find("pool:default")) < 3 and time.monotonic() < until:
        time.sleep(0.05)  # pools are read last
    assert len(app.services.search.find("pool:default")) == 3


def test_ten_thousand_vms_are_searched_at_once() -> None:
    inventory = fleet(random.Random(5))
    search = SearchService(inventory, texts=TEXTS)
    search.find("web 97")
    for query in QUERIES:
        took = []
        for _attempt in range(4):
            start = time.thread_time()
            search.find(query)
            took.append((time.thread_time() - start) * 1000)
        assert min(took) <= 2 * LIMIT_MS, query  # the benchmark holds the limit; here others may be at work
