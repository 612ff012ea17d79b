from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.fleet.domains import Load, State, VmKey
from console.fleet.hosts import HostLoad
from console.fleet.saved import SavedSearch
from console.fleet.updates import ChangeSet, LoadsRead, StateRead
from console.ui import saved_searches as module
from console.ui.context import Context
from console.ui.dialogs.keep import KeepDialog
from console.ui.places import Place
from console.ui.saved_searches import SavedSearches
from tests.ui.rooms import gone, room


@pytest.fixture
def ctx(monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    monkeypatch.setattr(module, "COUNT_MS", 20)
    with room() as made:
        made.services.search.save("Web", "tag:web")
        made.services.search.save("Off", "state:off")
        yield made


@pytest.fixture
def saved(ctx: Context, qtbot: QtBot) -> Iterator[SavedSearches]:
    made = SavedSearches(ctx)
    qtbot.addWidget(made)
    made.resize(264, 200)
    made.show()
    qtbot.waitUntil(lambda: made.model.face(0).figure == "2")
    yield made
    made.hide()
    qtbot.waitUntil(lambda: not made._counting)


def names(ctx: Context) -> list[str]:
    return [each.name for each in ctx.services.search.searches()]


def test_counts_follow_what_changes(saved: SavedSearches, ctx: Context, qtbot: QtBot) -> None:
    assert saved.model.face(1).figure == "1"
    ctx.inventory.apply(StateRead("n1", "uuid-web-01", State.OFF, 5.0))
    qtbot.waitUntil(lambda: saved.model.face(1).figure == "2")


def test_figures_of_load_are_only_counted_where_a_search_asks_for_them(
    saved: SavedSearches, ctx: Context, qtbot: QtBot
) -> None:
    saved._dirty = False
    saved._on_change(ChangeSet(loads=frozenset({VmKey("n1", "uuid-web-01")})))
    assert not saved._dirty
    ctx.services.search.save("Hot", "cpu>80")
    qtbot.waitUntil(lambda: saved.model.row_of("Hot") == 2 and saved._loaded)
    ctx.inventory.apply(LoadsRead("n1", HostLoad(5.0), {"uuid-web-01": Load(5.0, 0.9)}))
    qtbot.waitUntil(lambda: saved.model.face(2).figure == "1")


def test_a_click_opens_it_as_a_place(saved: SavedSearches, ctx: Context, qtbot: QtBot) -> None:
    box = saved.view.visualRect(saved.model.index(1))
    qtbot.mouseClick(saved.view.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert ctx.nav.place.spot == Place.search("Off")
    ctx.nav.open(Place.fleet())
    assert not saved.view.currentIndex().isValid()


def test_renamed_moved_and_deleted_by_key(saved: SavedSearches, ctx: Context, qtbot: QtBot) -> None:
    saved.view.setCurrentIndex(saved.model.index(0))
    qtbot.keyClick(saved.view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert names(ctx) == ["Off", "Web"]
    assert saved.view.currentIndex().data() == "Web"
    qtbot.keyClick(saved.view, Qt.Key.Key_F2)
    [dialog] = saved.window().findChildren(KeepDialog)
    ctx.nav.open(Place.search("Web"))
    dialog.field.setText("Web servers")
    assert dialog.main is not None
    dialog.main.click()
    gone(qtbot, dialog)
    qtbot.waitUntil(lambda: saved.model.row_of("Web servers") == 1)
    assert ctx.nav.place.spot == Place.search("Web servers")  # one is still there
    saved.view.setCurrentIndex(saved.model.index(1))
    qtbot.keyClick(saved.view, Qt.Key.Key_Delete)
    assert names(ctx) == ["Off"]
    assert ctx.nav.place.spot == Place.fleet()


def test_the_menu_has_it_all(saved: SavedSearches, ctx: Context) -> None:
    menu = saved.menu_for(0)
    able = {action.text(): action.isEnabled() for action in menu.actions()}
    assert able == {"Open": True, "Rename…": True, "Move up": False, "Move down": True, "Delete this search": True}
    next(action for action in menu.actions() if action.text() == "Move down").trigger()
    assert names(ctx) == ["Off", "Web"]
    menu.deleteLater()


def test_it_goes_with_the_last_one(saved: SavedSearches, ctx: Context, qtbot: QtBot) -> None:
    for name in names(ctx):
        ctx.services.search.remove(name)
    qtbot.waitUntil(lambda: not saved.isVisible())


def test_a_query_that_this_console_does_not_know_has_no_number(
    saved: SavedSearches, ctx: Context, qtbot: QtBot
) -> None:
    ctx.preferences.set(searches=(SavedSearch("Odd", "warp>9"), SavedSearch("Off", "state:off")))
    qtbot.waitUntil(lambda: saved.model.row_of("Odd") == 0 and saved.model.face(1).figure == "1")
    assert saved.model.face(0).figure == ""


def test_folded_by_hand_or_in_a_low_window(saved: SavedSearches) -> None:
    saved.fit_to(500)
    assert not saved.view.isVisible()
    saved.fit_to(900)
    assert saved.view.isVisible()
    saved.fold_button.click()
    saved.fit_to(900)
    assert not saved.view.isVisible()


def test_plus_wants_a_new_one(saved: SavedSearches, qtbot: QtBot) -> None:
    with qtbot.waitSignal(saved.new_wanted):
        saved.new_button.click()
