from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.fleet.domains import State
from console.fleet.hosts import HostStatus, Phase
from console.fleet.updates import StatusChanged
from console.ui import navigator as navigator_module
from console.ui.context import Context
from console.ui.navigator import Navigator
from console.ui.places import Place
from tests.ui.rooms import key, room


@pytest.fixture
def ctx() -> Iterator[Context]:
    with room() as context:
        yield context


@pytest.fixture
def nav(ctx: Context, qtbot: QtBot) -> Iterator[Navigator]:
    made = Navigator(ctx)
    qtbot.addWidget(made)
    made.resize(264, 600)
    made.show()
    qtbot.waitUntil(lambda: made.tree.node(made.tree.fleet_index).total == 4)
    yield made
    made._tick_timer.stop()


def test_zones_and_racks_of_a_small_fleet_stand_open(nav: Navigator) -> None:
    for place in (Place.fleet(), Place.zone("north"), Place.rack("north", "N1")):
        assert nav.view.isExpanded(nav.tree.index_of(place))
    assert not nav.view.isExpanded(nav.tree.index_of(Place.host("n1")))


def test_click_opens_the_place(nav: Navigator, ctx: Context, qtbot: QtBot) -> None:
    box = nav.view.visualRect(nav.tree.index_of(Place.host("n2")))
    qtbot.mouseClick(nav.view.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    qtbot.waitUntil(lambda: ctx.nav.place.spot == Place.host("n2"))


def test_keys_rest_before_a_page_opens(nav: Navigator, ctx: Context, qtbot: QtBot) -> None:
    opened: list[Place] = []
    ctx.nav.opened.connect(lambda place: opened.append(place))
    nav.view.setFocus()
    nav.view.setCurrentIndex(nav.tree.fleet_index)
    for _step in range(3):
        qtbot.keyClick(nav.view, Qt.Key.Key_Down)
    assert opened == []
    qtbot.waitUntil(lambda: bool(opened))
    assert [place.spot for place in opened] == [Place.host("n1")]


def test_place_opened_elsewhere_is_marked(nav: Navigator, ctx: Context) -> None:
    ctx.nav.open(Place.vm(key("ldap-01", "n2")))
    assert nav.view.currentIndex().data() == "ldap-01"
    assert nav.view.isExpanded(nav.tree.index_of(Place.host("n2")))


def test_search_lists_hosts_and_vms(nav: Navigator, ctx: Context, qtbot: QtBot) -> None:
    qtbot.keyClicks(nav.search, "web")
    names = [nav.found.index(row, 0).data() for row in range(nav.found.rowCount())]
    assert names == ["web-01", "web-02"]
    assert nav.list.isVisible()
    qtbot.keyClick(nav.search, Qt.Key.Key_Return)
    assert ctx.nav.place.key == key("web-01")


def test_search_goes_on_with_the_keys(nav: Navigator, ctx: Context, qtbot: QtBot) -> None:
    nav.activateWindow()
    qtbot.keyClicks(nav.search, "0")
    qtbot.keyClick(nav.search, Qt.Key.Key_Down)
    qtbot.keyClick(nav.list, Qt.Key.Key_Down)
    assert nav.list.currentIndex().row() == 1
    qtbot.keyClick(nav.list, Qt.Key.Key_Return)
    assert ctx.nav.place.kind == "vm"
    qtbot.keyClick(nav.search, Qt.Key.Key_Escape)
    assert nav.view.isVisible()


def test_search_says_what_is_missing_or_left_out(nav: Navigator, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    nav.search.setText("nothing like it")
    assert nav.hint.text() == "No host or VM matches “nothing”"
    nav.search.setText("web stat:x")
    assert nav.hint.text() == "There is no field “stat”. Did you mean state?"
    monkeypatch.setattr(navigator_module, "FOUND", 2)
    nav.search.setText("0")
    assert nav.hint.text() == "2 more…"
    nav.search.clear()
    assert not nav.hint.isVisible()
    nav.list.viewport().grab()


def test_found_lines_are_painted(nav: Navigator) -> None:
    nav.search.setText("kvm")
    image = nav.list.viewport().grab().toImage()
    colors = {image.pixelColor(x, 13).name() for x in range(10, 120)}
    assert len(colors) > 3


def test_empty_fleet_says_where_hosts_will_be(ctx: Context, nav: Navigator, qtbot: QtBot) -> None:
    ctx.inventory.set_hosts(())
    qtbot.waitUntil(lambda: nav.hint.isVisible())
    assert nav.hint.text() == "Hosts appear here, by zone and rack."


def test_arrangement_is_chosen_and_told(nav: Navigator, qtbot: QtBot) -> None:
    with qtbot.waitSignal(nav.mode_changed) as told:
        nav.modes._choose(3)
    assert told.args == ["state"]
    qtbot.waitUntil(lambda: nav.tree.index_of(Place.state(State.OFF)).isValid())
    assert nav.label_of(Place.state(State.OFF)) == "Off"
    nav.set_mode("group")
    assert nav.modes.current() == "group"


def test_vm_and_host_have_their_menus(nav: Navigator, ctx: Context) -> None:
    menu = nav.menu_for(Place.vm(key("db-01")))
    assert [a.text() for a in menu.actions() if a.text()][:2] == ["Run", "Pause"]
    assert menu.actions()[0].isEnabled()
    menu.deleteLater()
    menu = nav.menu_for(Place.host("n1"))
    assert "Disconnect" in [a.text() for a in menu.actions()]
    menu.deleteLater()
    menu = nav.menu_for(Place.zone("north"))
    offered = {a.text(): a for a in menu.actions() if a.text()}
    assert list(offered) == ["Connect", "Refresh", "Disconnect", "Shut down all guests…", "Open"]
    offered["Open"].trigger()
    assert ctx.nav.place.spot == Place.zone("north")
    menu.deleteLater()


def test_host_that_is_lost_shows_it(nav: Navigator, ctx: Context, qtbot: QtBot) -> None:
    ctx.inventory.apply(StatusChanged("n1", HostStatus(Phase.UNREACHABLE, 5.0, 5.0)))
    node = nav.tree.node(nav.tree.index_of(Place.host("n1")))
    qtbot.waitUntil(lambda: nav.tree.face(node).mark == ("struck", "error"))


def test_line_that_counts_more_leads_to_the_table(
    nav: Navigator, ctx: Context, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.ui.models.tree.LINES", 2)
    host = nav.tree.index_of(Place.host("n1"))
    nav.view.setExpanded(host, True)
    last = nav.tree.index(2, 0, host)
    assert last.data() == "1 more…"
    nav._on_opened(last)
    assert ctx.nav.place == Place.host("n1", "vms")


def test_a_query_finds_hosts_and_vms_by_anything(nav: Navigator) -> None:
    def found(text: str) -> list[str]:
        nav.search.setText(text)
        return [nav.found.face(row).label for row in range(nav.found.rowCount())]

    assert found("kvm-n2") == ["kvm-n2", "ldap-01"]
    assert found("zone:north !web !db") == ["kvm-n1", "kvm-n2", "ldap-01"]
    assert found("tag:prod") == ["web-01"]
    assert found("front shop") == ["web-01"]  # its description
    assert found("state:off") == ["db-01"]


def test_kept_searches_stand_below_the_tree(nav: Navigator, ctx: Context, qtbot: QtBot) -> None:
    assert not nav.saved.isVisible()
    ctx.services.search.save("Web", "tag:web")
    qtbot.waitUntil(nav.saved.isVisible)
    ctx.nav.open(Place.search("Web"))
    assert nav.saved.view.currentIndex().data() == "Web"
    assert not nav.view.currentIndex().isValid()
    ctx.nav.open(Place.zone("north"))
    assert not nav.saved.view.currentIndex().isValid()
