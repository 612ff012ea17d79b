from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from console.fleet.acts import Act
from console.fleet.domains import Domain, State, VmKey
from console.fleet.hosts import HostStatus, Phase
from console.fleet.updates import DomainRead, DomainsRead, StatusChanged
from console.ui.context import Context
from console.ui.dialogs.keep import KeepDialog
from console.ui.pages.vms import QUICK, VmsPage, inside, quick
from console.ui.places import Place
from tests.ui.rooms import key, vm


@pytest.fixture
def page(ctx: Context, qtbot: QtBot) -> Iterator[VmsPage]:
    made = VmsPage(ctx)
    qtbot.addWidget(made)
    made.resize(1176, 500)
    made.show()
    qtbot.waitUntil(lambda: made.model.rowCount() == 4)
    made._count()
    yield made
    made.hide()


def names(page: VmsPage) -> list[str]:
    return [row.domain.name for row in page.model.rows()]


def search(page: VmsPage, text: str, qtbot: QtBot) -> None:
    page.search.setText(text)
    qtbot.waitUntil(lambda: not page._search_timer.isActive())
    page._count()


def choose(page: VmsPage, qtbot: QtBot, *keys: VmKey) -> None:
    page.select(list(keys))
    qtbot.waitUntil(lambda: set(page.actions_.keys) == set(keys))


def test_all_vms_of_the_fleet(page: VmsPage) -> None:
    assert names(page) == ["db-01", "ldap-01", "web-01", "web-02"]
    assert page.row.of_label.text() == "4 VMs"
    assert not page.row.shown_label.isVisible()
    assert page.summary == ""


def test_search_narrows_and_counts(page: VmsPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.summed):
        search(page, "web prod", qtbot)
    assert names(page) == ["web-01"]
    assert (page.row.shown_label.text(), page.row.of_label.text()) == ("1", "of 4 VMs")
    assert page.summary == "1 of 4 VMs shown"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("web nonsense", "No VM matches “nonsense”"),
        ("web ldap", "No VM matches “web ldap”"),
    ],
)
def test_empty_search_names_the_word_that_excludes_all(page: VmsPage, qtbot: QtBot, text: str, title: str) -> None:
    search(page, text, qtbot)
    shown = [label.text() for label in page.empty.findChildren(QLabel) if label.isVisible()]
    assert shown[0] == title
    page._clear.click()
    qtbot.waitUntil(lambda: len(names(page)) == 4)
    assert page.table.isVisible()


def test_place_narrows(page: VmsPage, qtbot: QtBot) -> None:
    page.show_place(Place.host("n2"))
    assert names(page) == ["ldap-01"]
    page.show_place(Place.fleet())
    qtbot.waitUntil(lambda: len(names(page)) == 4)


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        (Place.zone("north"), {"db-01", "ldap-01", "web-01", "web-02"}),
        (Place.rack("north", "N2"), {"ldap-01"}),
        (Place("tag", "prod"), {"web-01"}),
        (Place("group", ""), {"db-01", "ldap-01", "web-01", "web-02"}),
        (Place.state(State.OFF), {"db-01"}),
    ],
)
def test_every_kind_of_place(page: VmsPage, place: Place, wanted: set[str]) -> None:
    fits = inside(place)
    assert fits is not None
    assert {row.domain.name for row in page.model.rows() if fits(row)} == wanted
    assert inside(Place.fleet()) is None


def test_quick_filters_count_and_narrow(page: VmsPage, qtbot: QtBot) -> None:
    titles = [segment.title for segment in page.bar._filters._segments]
    assert titles == ["All 4", "Running 3", "Off 1"]
    page.bar.filtered.emit("off")
    assert names(page) == ["db-01"]
    page._count()
    assert page.bar._filters._segments[0].title == "All 4"
    page.bar.filtered.emit("")
    assert len(names(page)) == 4
    assert quick("") is None
    assert quick("unknown") is None
    assert set(QUICK) == {"running", "paused", "off", "crashed", "lost"}


def test_selection_is_summed_and_acted_on(page: VmsPage, ctx: Context, qtbot: QtBot) -> None:
    choose(page, qtbot, key("web-01"), key("ldap-01", "n2"))
    assert page.bar.acting
    assert page.bar._count.text() == "2 selected"
    assert page.bar._sum.text().startswith("on 2 hosts, ")
    page.actions_.action("pause").trigger()
    calls = ctx.services.power.calls  # type: ignore[attr-defined]
    assert [(name, act, set(keys)) for name, act, keys in calls] == [
        ("act", Act.PAUSE, {key("web-01"), key("ldap-01", "n2")})
    ]
    page.bar.cleared.emit()
    qtbot.waitUntil(lambda: not page.bar.acting)


def test_acts_follow_the_state_of_what_is_selected(page: VmsPage, ctx: Context, qtbot: QtBot) -> None:
    choose(page, qtbot, key("web-01"))
    assert page.actions_.action("pause").isEnabled()
    ctx.inventory.apply(DomainRead("n1", vm("web-01", State.OFF)))
    qtbot.waitUntil(lambda: not page.actions_.action("pause").isEnabled())
    assert page.actions_.action("run").isEnabled()


def test_vm_that_goes_leaves_the_selection(page: VmsPage, ctx: Context, qtbot: QtBot) -> None:
    choose(page, qtbot, key("ldap-01", "n2"))
    ctx.inventory.apply(DomainsRead("n2", ()))
    qtbot.waitUntil(lambda: page.actions_.keys == ())
    assert page.selected() == []


def test_opening_is_told(page: VmsPage, ctx: Context, qtbot: QtBot) -> None:
    with qtbot.waitSignal(ctx.acting.opening) as told:
        page.table.opened.emit(0)
    assert told.args == [key("db-01")]


def test_menu_holds_the_rows_still(page: VmsPage, qtbot: QtBot) -> None:
    choose(page, qtbot, key("web-01"))
    page._on_menu(QPoint(10, 10))
    menu = next(w for w in page.table.children() if w.metaObject().className() == "QMenu" and w.isVisible())  # type: ignore[attr-defined]
    assert page.model._held
    menu.hide()  # type: ignore[attr-defined]
    assert not page.model._held
    qtbot.waitUntil(lambda: not isValid(menu))


def test_lost_host_is_counted_with_its_age(page: VmsPage, ctx: Context, qtbot: QtBot) -> None:
    now = page.model.now()
    ctx.inventory.apply(StatusChanged("n2", HostStatus(Phase.UNREACHABLE, now, now - 845)))
    qtbot.waitUntil(lambda: any(row.domain.name == "ldap-01" and row.age == "lost" for row in page.model.rows()))
    page._count()
    assert page.row.lost_label.text().replace("\u00a0", " ") == "1 last seen 14 min ago"
    assert page.row.lost_glyph.isVisible()


def test_hidden_page_takes_changes_in_when_it_is_seen(page: VmsPage, ctx: Context, qtbot: QtBot) -> None:
    page.hide()
    ctx.inventory.apply(DomainsRead("n2", (vm("ldap-01", host="n2"), vm("late", host="n2"))))
    qtbot.waitUntil(lambda: bool(page._missed))
    assert "late" not in names(page)
    page.show()
    qtbot.waitUntil(lambda: "late" in names(page))


def test_keys_lead_from_the_search_to_the_table(page: VmsPage, qtbot: QtBot) -> None:
    page.activateWindow()
    page.focus_search()
    qtbot.keyClicks(page.search, "web")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    assert names(page) == ["web-01", "web-02"]
    qtbot.waitUntil(lambda: page.selected() == [key("web-01")])


def test_columns_button_opens_the_menu(page: VmsPage, qtbot: QtBot) -> None:
    page.columns_button.click()
    menu = next(w for w in page.children() if w.metaObject().className() == "QMenu" and w.isVisible())  # type: ignore[attr-defined]
    menu.hide()  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: not isValid(menu))


def test_no_vms_at_all(ctx: Context, qtbot: QtBot) -> None:
    ctx.inventory.apply(DomainsRead("n1", ()))
    ctx.inventory.apply(DomainsRead("n2", ()))
    page = VmsPage(ctx)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.empty.isVisible())
    assert not page._clear.isVisible()
    page.hide()


@pytest.mark.parametrize("name", ["zwei\nZeilen", "🐧🐧", "שלום עולם", "x" * 300])
def test_odd_names_are_shown(page: VmsPage, ctx: Context, qtbot: QtBot, name: str, tmp_path: Path) -> None:
    ctx.inventory.apply(DomainRead("n2", Domain(VmKey("n2", "odd"), name, State.RUNNING)))
    qtbot.waitUntil(lambda: name in names(page))
    assert not page.table.viewport().grab().isNull()


def test_a_query_narrows_and_a_wrong_one_leaves_what_was_found(page: VmsPage, qtbot: QtBot) -> None:
    search(page, "tag:web !tag:prod", qtbot)
    assert names(page) == ["web-02"]
    search(page, "tag:web !stat:x", qtbot)
    assert names(page) == ["web-02"]
    assert page.row.wrong_text() == "There is no field “stat”. Did you mean state?"
    search(page, "web (tag:prod or state:off)", qtbot)
    assert names(page) == ["web-01"]
    assert page.row.wrong_text() == ""


def test_the_part_that_excludes_all_is_named(page: VmsPage, qtbot: QtBot) -> None:
    search(page, "web tag:nowhere state:running", qtbot)
    assert "No VM matches “tag:nowhere”" in [label.text() for label in page.empty.findChildren(QLabel)]


def test_a_pattern_that_takes_too_long_is_given_up(
    page: VmsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.fleet.query_terms.PATTERN_SECONDS", 0.0)
    search(page, "re:nothing", qtbot)
    assert len(names(page)) == 4
    assert page.row.wrong_text().startswith("This pattern could search for ever")


def test_a_search_is_kept_from_its_field(page: VmsPage, ctx: Context, qtbot: QtBot) -> None:
    search(page, "tag:web", qtbot)
    page.row.keep_button.click()
    [dialog] = page.window().findChildren(KeepDialog)
    dialog.field.setText("Web")
    dialog.main.click()
    qtbot.waitUntil(lambda: not isValid(dialog))
    assert [(each.name, each.query) for each in ctx.services.search.searches()] == [("Web", "tag:web")]


def test_a_kept_search_is_a_place_whose_query_stands_in_the_field(page: VmsPage, ctx: Context, qtbot: QtBot) -> None:
    ctx.services.search.save("Web", "tag:web")
    page.show_place(Place.search("Web"))
    qtbot.waitUntil(lambda: names(page) == ["web-01", "web-02"])
    assert page.search.text() == "tag:web"
    page.show_place(Place.zone("north"))
    qtbot.waitUntil(lambda: len(names(page)) == 4)
    assert page.search.text() == ""
    page.show_place(Place.search("", "state:off"))
    qtbot.waitUntil(lambda: names(page) == ["db-01"])
    search(page, "state:off db", qtbot)
    page.show_place(Place.fleet())
    assert page.search.text() == "state:off db"  # a person's own words stay


def test_what_a_search_finds_is_counted_by_itself(page: VmsPage, qtbot: QtBot) -> None:
    page.search.setText("tag:nowhere")
    qtbot.waitUntil(page.empty.isVisible)
    page.search.setText("tag:web")
    qtbot.waitUntil(lambda: page.table.isVisible() and page.row.shown_label.text() == "2")


def test_all_that_a_search_finds_are_named_by_the_query(page: VmsPage, ctx: Context, qtbot: QtBot) -> None:
    """So the line that does the same is short; any other choice is by name."""
    search(page, "tag:web", qtbot)
    both = (key("web-01"), key("web-02"))
    assert ctx.acting.where(both) == "tag:web"
    assert ctx.acting.where(both[:1]) == ""
    page.show_place(Place.zone("nowhere"))
    assert ctx.acting.where(()) == ""
