from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.ui.alert_notes import PAGE, AlertNotes
from console.ui.context import Context
from console.ui.notify import Notifier
from console.ui.widgets.notes import Toasts
from tests.ui.alerting import Looking
from tests.ui.rooms import Noting, room


@pytest.fixture
def ctx() -> Iterator[Context]:
    with room() as made:
        yield made


@pytest.fixture
def notes(ctx: Context, qtbot: QtBot) -> Iterator[tuple[AlertNotes, Any]]:
    window = QWidget()
    qtbot.addWidget(window)
    desktop = Noting()
    notifier = Notifier(ctx, window, Toasts(window), lambda _view: None, desktop)  # type: ignore[arg-type]
    made = AlertNotes(ctx, notifier)
    yield made, desktop
    made.close()


def test_an_alert_is_told_to_the_desktop_while_nobody_looks(
    notes: tuple[AlertNotes, Any], ctx: Context, qtbot: QtBot
) -> None:
    made, desktop = notes
    with qtbot.waitSignal(made.changed):
        Looking(ctx).fire()
    qtbot.waitUntil(lambda: bool(desktop.calls))
    [(_send, note)] = desktop.calls
    assert (note.summary, note.body, note.urgent) == ("Off", "db-01 on kvm-n1", True)
    assert note.tag < 0
    made._notifier._on_click(note.tag)
    assert ctx.nav.place.spot == PAGE.spot


def test_the_bell_lists_what_is_not_silent(notes: tuple[AlertNotes, Any], ctx: Context, qtbot: QtBot) -> None:
    made, _desktop = notes
    looking = Looking(ctx)
    with qtbot.waitSignal(made.changed):
        looking.fire()
    assert [alarm.text for alarm in made.alarms()] == ["Off: db-01 on kvm-n1"]
    with qtbot.waitSignal(made.changed):
        looking.service.silence("Off", -1)
    assert made.alarms() == []


def test_what_is_over_is_told_quietly(notes: tuple[AlertNotes, Any], ctx: Context, qtbot: QtBot) -> None:
    _made, desktop = notes
    looking = Looking(ctx)
    looking.fire("Web", "name:web-01 state:running")
    ctx.inventory.set_hosts(ctx.inventory.specs()[1:])  # its host left the fleet
    looking.go(14)
    qtbot.waitUntil(lambda: len(desktop.calls) == 2)
    note = desktop.calls[1][1]
    assert (note.summary, note.urgent) == ("Web is over", False)


def test_a_desktop_that_takes_no_notes_leaves_it_to_the_window(
    notes: tuple[AlertNotes, Any], ctx: Context, qtbot: QtBot
) -> None:
    made, desktop = notes
    Looking(ctx).fire()
    qtbot.waitUntil(lambda: bool(desktop.calls))
    made._notifier._on_lost_note(desktop.calls[0][1])
    [toast] = made._notifier._toasts._shown
    assert toast.accessibleName() == "Off: db-01 on kvm-n1"
