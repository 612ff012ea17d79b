import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.fleet.domains import State, VmKey
from console.ui.places import HISTORY, Navigation, Place

KEY = VmKey("n11", "uuid-1")


@pytest.fixture
def nav(qapp: QApplication) -> Navigation:
    return Navigation()


def test_starts_at_the_fleet(nav: Navigation) -> None:
    assert nav.place == Place.fleet()
    assert not nav.can_go_back


def test_back_and_forward(nav: Navigation) -> None:
    nav.open(Place.host("n11"))
    nav.open(Place.vm(KEY))
    nav.back()
    assert nav.place == Place.host("n11")
    assert nav.can_go_forward
    nav.forward()
    assert nav.place.key == KEY
    nav.forward()  # nowhere further
    assert nav.place.key == KEY


def test_opening_drops_what_was_ahead(nav: Navigation) -> None:
    nav.open(Place.host("n11"))
    nav.back()
    nav.open(Place.host("n12"))
    assert not nav.can_go_forward


def test_opening_where_we_are_does_nothing(nav: Navigation, qtbot: QtBot) -> None:
    nav.open(Place.host("n11"))
    with qtbot.assertNotEmitted(nav.opened):
        nav.open(Place.host("n11"))


def test_tab_is_kept_for_places_of_a_kind(nav: Navigation) -> None:
    nav.open(Place.fleet("hosts"))
    nav.open(Place.zone("north"))
    assert nav.place == Place.zone("north", "hosts")
    nav.open(Place.host("n11", "vms"))
    nav.open(Place.rack("north", "N1"))
    assert nav.place.tab == "hosts"
    nav.open(Place.host("n12"))
    assert nav.place.tab == "vms"


def test_amend_leaves_no_step(nav: Navigation) -> None:
    nav.open(Place.host("n11", "vms"))
    nav.amend(Place.host("n11", "summary"))
    nav.back()
    assert nav.place == Place.fleet()


def test_trail_has_an_end(nav: Navigation) -> None:
    for number in range(HISTORY + 20):
        nav.open(Place.host(str(number)))
    steps = 0
    while nav.can_go_back:
        nav.back()
        steps += 1
    assert steps == HISTORY - 1


def test_forgotten_place_is_left(nav: Navigation, qtbot: QtBot) -> None:
    nav.open(Place.vm(KEY, "xml"))
    nav.open(Place.host("n11"))
    nav.open(Place.vm(KEY, "summary"))
    with qtbot.waitSignal(nav.opened) as told:
        nav.forget(Place.vm(KEY))
    assert told.args[0].kind == "fleet"
    nav.back()
    assert nav.place.kind == "host"
    nav.back()
    assert nav.place.kind == "fleet"


def test_forgetting_another_place_stays_here(nav: Navigation, qtbot: QtBot) -> None:
    nav.open(Place.vm(KEY))
    nav.open(Place.host("n11"))
    with qtbot.assertNotEmitted(nav.opened):
        nav.forget(Place.vm(KEY))
    assert nav.place == Place.host("n11")
    nav.back()
    assert nav.place == Place.fleet()


def test_places_say_what_they_are() -> None:
    assert Place.vm(KEY).key == KEY
    assert Place.rack("north", "N1").inner == "N1"
    assert Place.state(State.OFF).id == "off"
    assert Place.host("n11", "vms").spot == Place.host("n11")
    assert Place.host("n11").at("vms").tab == "vms"


def test_a_search_is_a_place() -> None:
    assert Place.search("Hot").spot == Place("search", "Hot")
    assert Place.search("", "cpu>80").inner == "cpu>80"
