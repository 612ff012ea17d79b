from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.ui.models.vm_rows import VmRow
from console.ui.pages.vm_search import ROOMY, VmSearchRow
from tests.ui.models.vm_fleet import NOW, vm


@pytest.fixture
def row(qtbot: QtBot) -> VmSearchRow:
    made = VmSearchRow(lambda _field: [], lambda: {"state:off"})
    qtbot.addWidget(made)
    made.resize(1176, made.height())
    made.show()
    return made


def test_only_a_query_that_is_understood_can_be_kept(row: VmSearchRow, qtbot: QtBot) -> None:
    assert not row.keep_button.isVisible()
    row.field.setText("tag:prod")
    assert row.keep_button.isVisible()
    with qtbot.waitSignal(row.keep_wanted):
        row.keep_button.click()
    row.field.setText("stat:x")
    assert not row.keep_button.isVisible()
    row.field.setText("state:off ")  # kept already
    assert not row.keep_button.isVisible()


def test_what_is_wrong_stands_where_the_counts_were(row: VmSearchRow) -> None:
    row.say_counts(3, 10)
    row.field.setText("stat:x")
    assert row.wrong_text() == "There is no field “stat”. Did you mean state?"
    assert row.wrong_label.isVisible()
    assert not row.of_label.isVisible()
    row.field.setText("state:off")
    assert row.wrong_text() == ""
    assert (row.shown_label.text(), row.of_label.text()) == ("3", "of 10 VMs")
    assert row.of_label.isVisible()


def test_last_seen_ones_are_counted_with_their_age(row: VmSearchRow) -> None:
    status = HostStatus(Phase.UNREACHABLE, NOW, NOW - 840)
    lost = [VmRow(vm("a", "1", "one"), HostSpec("a", "a", "test:///a"), status, None, NOW)]
    row.say_lost(lost, NOW)
    assert row.lost_label.text().replace("\u00a0", " ") == "1 last seen 14 min ago"
    row.say_lost([], NOW)
    assert not row.lost_glyph.isVisible()


def test_in_a_narrow_row_the_button_keeps_its_star(row: VmSearchRow) -> None:
    row.field.setText("a")
    assert row.keep_button.text() == "Save search"
    row.resize(ROOMY - 60, row.height())
    assert row.keep_button.text() == ""
    assert row.keep_button.toolTip() == row.keep_button.accessibleName() == "Save search"
