import time

import pytest

from console.fleet.domains import Address, Load, Nic, State
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.search import QueryError, parse
from console.fleet.subjects import Known
from console.ui.icons import Age
from console.ui.models.vm_rows import NEVER, RowSearch, VmRow
from console.words.search import TEXTS
from tests.ui.models.vm_fleet import NOW, vm

SPEC = HostSpec("n11", "kvm-n11", "test:///x", zone="north", rack="N1")
LIVE = HostStatus(Phase.LIVE, NOW, NOW)


def row(status: HostStatus = LIVE, load: Load | None = None, **more: object) -> VmRow:
    return VmRow(vm("n11", "u-1", "Shop-DB-01", **more), SPEC, status, load, NOW)


def finds(one: VmRow, text: str) -> bool:
    search = RowSearch(lambda: Known(NOW, shows=TEXTS.shows), pytest.fail)
    search.query = parse(text)
    return search.among([one]) == [one]


@pytest.mark.parametrize(
    "typed",
    [
        "shop-db",
        "SHOP",
        "kvm-n11 shop",
        "north",
        "N1",
        "running",
        "10.20.1.31",
        "20.1.3",
        "u-1",
        "prod",
        "shop ha",
        "m.keller",
        "debian",
        "primary",
        "4 gib",
        "2 vcpu",
        "autostart",
        "52:54:00",
        "",
        "  ",
    ],
)
def test_found_by_any_column(typed: str) -> None:
    found = row(
        ip="10.20.1.31",
        tags=("prod", "db"),
        group="shop ha",
        owner="m.keller",
        os="Debian 12",
        description="The primary",
        max_vcpus=2,
        autostart=True,
        nics=(Nic("52:54:00:01:02:03"),),
    )
    assert finds(found, typed)


@pytest.mark.parametrize("typed", ["south", "shop south", "10.20.1.32", "paused"])
def test_not_found_by_what_it_has_not(typed: str) -> None:
    assert not finds(row(ip="10.20.1.31"), typed)


def test_ten_thousand_rows_are_searched_in_thirty_milliseconds() -> None:
    rows = [VmRow(vm("n11", f"u-{n}", f"vm-{n:05d}", tags=("prod",)), SPEC, LIVE, None, NOW) for n in range(10_000)]
    search = RowSearch(lambda: Known(NOW), pytest.fail)
    search.query = parse("prod vm-09 kvm-n1")
    best = 9.0
    for _attempt in range(5):
        start = time.perf_counter()
        found = len(search.among(rows))
        best = min(best, time.perf_counter() - start)
    assert found == 1000
    assert best < 0.03


def test_a_query_that_is_given_up_finds_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.fleet.query_terms.PATTERN_SECONDS", 0.0)
    refused: list[QueryError] = []
    search = RowSearch(lambda: Known(NOW), refused.append)
    search.query = parse("re:x")
    rows = [row(), row()]
    assert search.among(rows) is rows
    assert not search
    assert len(refused) == 1


def test_shown_figures_are_found() -> None:
    one = row(load=Load(NOW, 0.97, memory_used_kib=3 << 20))
    assert finds(one, '"97 %"')
    one.put_load(Load(NOW, 0.12))
    assert not finds(one, "97")
    assert finds(one, "12")


def test_figures_are_those_of_a_vm_that_runs() -> None:
    load = Load(NOW, 0.5, memory_used_kib=3 << 20, memory_kib=4 << 20)
    assert row(load=load).cpu == 0.5
    assert row(load=load).memory_used == 3 << 20
    assert row(load=load, state=State.OFF).cpu is None
    assert row(load=load, state=State.OFF).memory_used is None
    assert row().cpu is None


def test_memory_is_not_known_where_the_guest_does_not_tell() -> None:
    assert row(load=Load(NOW, 0.5, None, 4 << 20)).memory_used is None


def test_first_ipv4_address_is_shown() -> None:
    assert row(addresses=(Address("fe80::1"), Address("10.0.0.7"))).ip == "10.0.0.7"
    assert row(addresses=(Address("fe80::1"),)).ip == "fe80::1"
    assert row().ip == ""


def test_age_follows_the_host() -> None:
    assert row().age is Age.LIVE
    assert row(HostStatus(Phase.STALE, NOW, NOW)).age is Age.STALE
    assert row(HostStatus(Phase.UNREACHABLE, NOW, NOW)).age is Age.LOST


@pytest.mark.parametrize(
    ("status", "more", "ages"),
    [
        (LIVE, {}, NEVER),
        (LIVE, {"state": State.OFF, "since": NOW - 5}, NOW + 60),
        (HostStatus(Phase.STALE, NOW, NOW - 30), {}, NOW + 1),
        (HostStatus(Phase.UNREACHABLE, NOW, NOW - 3000), {}, NOW + 20),
        (HostStatus(Phase.UNREACHABLE, NOW, 0.0), {}, NEVER),
    ],
)
def test_says_when_it_ages(status: HostStatus, more: dict[str, object], ages: float) -> None:
    assert row(status, **more).ages_at(NOW) == ages


def test_new_load_outdates_the_cells_of_load_only() -> None:
    one = row()
    one.cells = []
    one.put_load(Load(NOW, 0.1))
    assert (one.cells, one.moved) == ([], True)


def test_names_with_newlines_and_emoji_are_found() -> None:
    odd = VmRow(vm("n11", "u", "zwei\nzeilen 🐧 שלום"), SPEC, LIVE, None, NOW)
    assert finds(odd, "🐧 שלום zeilen")
