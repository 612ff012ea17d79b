import time

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.fleet.domains import Domain, Load, State
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostFacts, HostLoad, HostStatus, Phase
from console.fleet.updates import DomainRead, FactsRead, LoadsRead, StatusChanged
from console.services.overview import FORGOTTEN_AFTER
from console.ui.context import Context
from console.ui.pages.fleet import FleetPage
from console.ui.places import Place
from tests.ui.pages.conftest import DB, Desk
from tests.ui.rooms import key


@pytest.fixture
def page(ctx: Context, qtbot: QtBot) -> FleetPage:
    made = FleetPage(ctx)
    qtbot.addWidget(made)
    made.resize(1176, 800)
    made.show_place(Place.fleet())
    return made


def measure(ctx: Context, replayed: bool = False) -> None:
    now = time.time()
    for host, cpu in (("n1", 0.5), ("n2", 0.25)):
        ctx.inventory.apply(FactsRead(host, HostFacts(cpus=16, memory_kib=64 << 20)))
        loads = {"uuid-web-01": Load(now, 0.9), "uuid-web-02": Load(now, 0.4)} if host == "n1" else {}
        ctx.inventory.apply(LoadsRead(host, HostLoad(now, cpu, 16 << 20, replayed), loads))


def test_totals_are_of_all_hosts(page: FleetPage, ctx: Context) -> None:
    measure(ctx)
    page.show()
    assert page.hosts.text == "2 of 2 all of them"
    assert page.vms.text == "3 of 4"
    assert page.cpu.text.replace("\u00a0", " ") == "38 % of 32 threads"
    assert page.memory.text.replace("\u00a0", " ") == "25 % of 128 GiB"
    assert not page.replayed.isVisible()
    assert page._fine.isVisible()


def test_what_is_not_known_is_not_zero(page: FleetPage) -> None:
    page.show()
    assert page.cpu.text == "–"
    assert page.memory.text == "–"
    assert "not known yet" in page.zones[0].load.texts()[0]


def test_replayed_load_is_said(page: FleetPage, ctx: Context) -> None:
    measure(ctx, replayed=True)
    page.show()
    assert page.replayed.isVisible()


def test_the_busiest_come_first_and_open(page: FleetPage, ctx: Context, qtbot: QtBot) -> None:
    measure(ctx)
    page.show()
    table = page.busiest.table
    assert [table.row(n).domain.name for n in range(table.rowCount())] == ["web-01", "web-02"]
    page.busiest.view.select(0)
    page.busiest.view.setFocus()
    qtbot.keyClick(page.busiest.view, Qt.Key.Key_Return)
    assert ctx.nav.place.spot == Place.vm(key("web-01"))


def test_a_host_in_trouble_says_why_and_can_be_tried(page: FleetPage, ctx: Context, qtbot: QtBot) -> None:
    page.show()
    now = time.time()
    status = HostStatus(Phase.UNREACHABLE, now, now - 840, Problem(Reason.SILENT), now + 22)
    ctx.inventory.apply(StatusChanged("n2", status))
    qtbot.waitUntil(lambda: len(page.troubles) == 1, timeout=3000)
    text = page.troubles[0].text.replace("\u00a0", " ")
    assert text.startswith("kvm-n2: It did not answer in time. Unreachable, seen ")
    page.troubles[0].button.click()
    assert ("try_now", "n2") in ctx.services.hosts.calls  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: page.hosts.text == "1 of 2 1 not live", timeout=3000)
    ctx.inventory.apply(StatusChanged("n2", HostStatus(Phase.LIVE, now, now)))
    qtbot.waitUntil(lambda: not page.troubles, timeout=3000)


def test_vms_that_are_off_for_long_are_listed(page: FleetPage, ctx: Context) -> None:
    since = time.time() - FORGOTTEN_AFTER * 2
    ctx.inventory.apply(DomainRead("n1", Domain(key("db-01"), "db-01", State.OFF, since=since, owner="m.keller")))
    page.show()
    table = page.forgotten.table
    assert [table.row(n).domain.name for n in range(table.rowCount())] == ["db-01"]
    assert table.row(0).said.replace("\u00a0", " ") == "Off for 60 d"


def test_a_zone_shows_its_racks_and_a_row_leads_there(page: FleetPage, ctx: Context) -> None:
    page.show()
    page.zones[0].name.click()
    assert ctx.nav.place.spot == Place.zone("north")
    page.show_place(Place.zone("north"))
    assert [zone.name.text() for zone in page.zones] == ["N1", "N2"]
    assert page._zones_head._text.text() == "By rack"
    page.show_place(Place.rack("north", "N1"))
    assert page.hosts.text == "1 of 1 all of them"
    assert not any(zone.name.isVisible() for zone in page.zones)


def test_sums_wait_for_each_other(page: FleetPage, ctx: Context, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    page.show()
    count: list[int] = []
    monkeypatch.setattr(page, "refresh", lambda: count.append(1))
    for _ in range(20):
        measure(ctx)
        qtbot.wait(10)
    qtbot.wait(1300)
    assert 1 <= len(count) <= 2


def test_a_large_fleet_is_summed_on_a_worker(
    page: FleetPage, ctx: Context, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.ui.pages.fleet.AT_ONCE", 1)
    page.show()
    assert page.vms.text == "–"
    page.refresh()
    page.refresh()  # one at a time
    qtbot.waitUntil(lambda: page.vms.text == "3 of 4", timeout=3000)
    page.show_place(Place.rack("north", "N2"))
    page.refresh()
    qtbot.waitUntil(lambda: page.vms.text == "1 of 1", timeout=3000)


def test_the_real_thing(desk: Desk, qtbot: QtBot) -> None:
    page = FleetPage(desk.ctx)
    qtbot.addWidget(page)
    page.show_place(Place.fleet())
    page.show()
    assert page.vms.text == "1 of 2"
    assert page.vcpus.text.replace("\u00a0", " ") == "0.50× 4 on 8 threads"
    assert page.zones[0].name.text() == "north"
    assert desk.vm(DB).name == "shop-db-01"
