from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.fleet.outliers import Outlier
from console.fleet.storage import StorageSum
from console.fleet.sums import Sum
from console.fleet.today import Event, of_today
from console.services.overview import Overview
from console.ui.pages.fleet import FleetPage
from console.ui.pages.fleet_more import FleetMore
from console.ui.places import Place
from tests.ui.rooms import SPECS, Noting, key, room, vm

WEB = key("web-01")
OUTLIERS = (Outlier("host-storage", "n2", 0.97, 0.6, 9.0), Outlier("vm-cpu", WEB, 0.95, 0.05, 5.0))
LOOK = Overview(
    Sum(),
    (),
    (),
    (vm("db-01"),),
    9e9,
    StorageSum(2, 100, 95, 250),
    (StorageSum(2, 100, 95, 250),),
    OUTLIERS,
    3,
)
TODAY = of_today(
    [
        Event(10.0, "vm-start", "web-01", "n1", WEB),
        Event(20.0, "host-lost", "kvm-n2", "n2"),
        Event(15.0, "storage", "a", "n1", text="volume.delete"),
    ],
    0.0,
)


@pytest.fixture
def ctx() -> Iterator[Any]:
    with room(overview=Noting(look=LOOK, today=TODAY)) as made:
        yield made


def test_who_stands_out_and_what_changed(ctx: Any, qtbot: QtBot) -> None:
    more = FleetMore(ctx)
    qtbot.addWidget(more)
    more.show()
    with qtbot.waitSignal(more.looked):
        more.show_hosts(Place.fleet(), SPECS, [SPECS])
    assert [more.outliers.row(n).name for n in range(2)] == ["kvm-n2", "web-01"]
    assert [more.events.row(n).event.kind for n in range(3)] == ["host-lost", "storage", "vm-start"]
    assert [link.text() for link in more.counts] == ["1 host lost", "1 start", "1 act on storage"]
    more.counts[1].click()
    assert ctx.nav.place.spot == Place.search("", f"uuid:{WEB.uuid}")
    more.outlier_view.opened.emit(more.outliers.row(1))
    assert ctx.nav.place.spot == Place.vm(WEB)
    more.event_view.opened.emit(more.events.row(0))
    assert ctx.nav.place.spot == Place.host("n2")
    assert more._idle.text() == "3 VMs run idle for 30 d"
    more._idle.click()
    assert ctx.nav.place.inner == "idle>30d state:running"


def test_it_asks_now_and_then_only(ctx: Any, qtbot: QtBot) -> None:
    more = FleetMore(ctx)
    qtbot.addWidget(more)
    more.show()
    with qtbot.waitSignal(more.looked):
        more.show_hosts(Place.fleet(), SPECS, [])
    for _ in range(5):
        more.show_hosts(Place.fleet(), SPECS, [])
    qtbot.wait(50)
    assert len([call for call in ctx.services.overview.calls if call[0] == "look"]) == 1
    with qtbot.waitSignal(more.looked):
        more.show_hosts(Place.zone("north"), SPECS[:1], [])


def test_figures_of_the_page_lead_to_their_lists(ctx: Any, qtbot: QtBot) -> None:
    page = FleetPage(ctx)
    qtbot.addWidget(page)
    page.resize(1100, 900)
    page.show_place(Place.zone("north"))
    with qtbot.waitSignal(page.more.looked):
        page.show()
    assert page.stored.text.replace("\u00a0", " ") == "2.50× 250 B of 100 B"
    assert "2.50×" in page.zones[0].load.texts()[2]
    qtbot.mouseClick(page.vms, Qt.MouseButton.LeftButton)
    assert ctx.nav.place.inner == "zone:north state:running"
    qtbot.keyClick(page.given, Qt.Key.Key_Return)
    assert ctx.nav.place.inner == "zone:north state:active"
    page.stored.clicked.emit()
    assert ctx.nav.place == Place.zone("north", "storage")
    page.zones[0].hosts.click()
    assert ctx.nav.place.tab == "hosts"
    assert page._all_forgotten.text().replace("\u00a0", " ") == "1 VM off for more than 30 d"
    page._all_forgotten.click()
    assert ctx.nav.place.inner == "zone:north off>30d"


def test_nothing_is_said_to_be_nothing(qtbot: QtBot) -> None:
    with room() as ctx:
        more = FleetMore(ctx)
        qtbot.addWidget(more)
        more.show()
        with qtbot.waitSignal(more.looked):
            more.show_hosts(Place.fleet(), SPECS, [])
        assert more._event_list.none.text() == "Nothing yet."
        assert more._outlier_list.none.isVisible()
