from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from console.fleet.alerts import AlertRule, PoolKey
from console.ui.context import Context
from console.ui.dialogs.alert import AlertDialog
from console.ui.pages.alerts import SUGGESTED, AlertsPage, place_of
from console.ui.places import Place
from tests.ui.alerting import Looking
from tests.ui.rooms import gone, key


@pytest.fixture
def page(ctx: Context, qtbot: QtBot) -> Iterator[AlertsPage]:
    made = AlertsPage(ctx)
    qtbot.addWidget(made)
    made.resize(1100, 600)
    made.show()
    yield made
    made.hide()


def trigger(menu: QMenu, *path: str) -> None:
    for text in path[:-1]:
        menu = next(m for m in menu.findChildren(QMenu) if m.title() == text)
    next(action for action in menu.actions() if action.text() == path[-1]).trigger()


def test_without_rules_it_asks_what_to_watch(page: AlertsPage, ctx: Context, qtbot: QtBot) -> None:
    assert page.empty.isVisible()
    page._take_suggested()
    qtbot.waitUntil(page.rules_view.isVisible)
    assert [rule.name for rule in ctx.services.alerts.rules()] == [rule.name for rule in SUGGESTED]
    assert page._quiet.isVisible()


def test_what_fires_is_listed_and_opened(page: AlertsPage, ctx: Context, qtbot: QtBot) -> None:
    looking = Looking(ctx)
    looking.fire()
    qtbot.waitUntil(lambda: page.firing.rowCount() == 1)
    assert page.firing.row(0).subject == "db-01 on kvm-n1"
    assert page.rules.row(0).firing == 1
    page.firing_view.select(0)
    qtbot.keyClick(page.firing_view, Qt.Key.Key_Return)
    assert ctx.nav.place.spot == Place.vm(key("db-01"))
    looking.service.remove("off")
    looking.go()
    qtbot.waitUntil(page.empty.isVisible)


def test_while_little_fires_the_rules_come_right_below(page: AlertsPage, ctx: Context, qtbot: QtBot) -> None:
    ctx.services.alerts.add(AlertRule("Hot", "cpu>95"))
    page.resize(900, 700)
    page.show()
    page.refresh()
    qtbot.waitUntil(lambda: page.rules_view.isVisible())
    assert page.rules_view.mapTo(page, QPoint(0, 0)).y() < 170


def test_silence_by_menu(page: AlertsPage, ctx: Context, qtbot: QtBot) -> None:
    looking = Looking(ctx)
    looking.fire()
    qtbot.waitUntil(lambda: page.firing.rowCount() == 1)
    menu = page.firing_menu([page.firing.row(0)])
    trigger(menu, "Silence", "For 8 hours")
    qtbot.waitUntil(lambda: page.firing.row(0).silent)
    [rule] = ctx.services.alerts.rules()
    assert rule.silent_until == pytest.approx(looking.service.now() + 28800)
    trigger(menu, "Silence", "For good")
    assert ctx.services.alerts.rules()[0].silent_until == -1
    trigger(menu, "Silence", "Tell again")
    assert ctx.services.alerts.rules()[0].silent_until == 0
    menu.deleteLater()


def test_a_rule_is_changed_shown_and_deleted(page: AlertsPage, ctx: Context, qtbot: QtBot) -> None:
    looking = Looking(ctx)
    looking.fire()
    qtbot.waitUntil(lambda: page.rules.rowCount() == 1)
    menu = page.rules_menu([page.rules.row(0)])
    trigger(menu, "Show what it finds")
    assert ctx.nav.place.spot == Place.search("", "state:off")
    trigger(menu, "Change…")
    [dialog] = page.window().findChildren(AlertDialog)
    assert dialog.query.text() == "state:off"
    dialog.reject()
    gone(qtbot, dialog)
    menu.deleteLater()
    page.rules_view.setFocus()
    page.rules_view.select(0)
    qtbot.keyClick(page.rules_view, Qt.Key.Key_Delete)
    assert ctx.services.alerts.rules() == ()
    qtbot.waitUntil(page.empty.isVisible)


def test_where_a_subject_is_looked_at() -> None:
    assert place_of("n1") == Place.host("n1")
    assert place_of(PoolKey("n1", "fast")) == Place.host("n1", "storage")
