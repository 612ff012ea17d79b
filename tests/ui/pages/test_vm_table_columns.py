from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.domains import Address
from console.settings.preferences import Preferences
from console.ui.delegates.table import Table
from console.ui.models.vm_columns import COLUMNS, IDS, column_number
from console.ui.models.vms import VmTable
from console.ui.pages.vm_table_columns import VmTableColumns
from console.ui.theme import theme
from console.ui.widgets.chips import fitting
from tests.ui.models.vm_fleet import Fleet, vm
from tests.ui.rooms import Kept

DOWN, UP = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder
DELIVERED = [column.id for column in COLUMNS if column.shown]


class Bench:
    def __init__(
        self,
        qtbot: QtBot,
        preferences: Preferences | None = None,
        width: int = 1168,
        ip: str = "",
        **more: Any,
    ) -> None:
        fleet = Fleet()
        fleet.host("a")
        addresses = (Address(ip),) if ip else ()
        fleet.vms("a", [vm("a", str(n), f"vm-{n}", addresses=addresses, **more) for n in range(5)])
        self.box = QWidget()
        qtbot.addWidget(self.box)
        self.table = Table(COLUMNS, "VMs", self.box)
        self.model = VmTable(fleet.inventory, self.table, fleet.clock)
        self.table.setModel(self.model)
        self.kept = Kept(preferences)
        self.columns = VmTableColumns(self.table, self.model, self.kept)  # type: ignore[arg-type]
        self.box.resize(width, 300)
        self.box.show()
        qtbot.waitUntil(lambda: self.model.rowCount() == 5)
        self.resize(width)

    def resize(self, width: int) -> None:
        self.table.resize(width, 300)
        self.columns.fit()

    def shown(self) -> list[str]:
        head = self.table.horizontalHeader()
        order = [head.logicalIndex(visual) for visual in range(head.count())]
        return [IDS[number] for number in order if not head.isSectionHidden(number)]

    def width(self, id: str) -> int:
        return self.table.horizontalHeader().sectionSize(column_number(id))

    def save(self) -> Preferences:
        self.columns._save()
        return self.kept.value


def action(menu: QMenu, text: str) -> QAction:
    return next(a for a in menu.actions() if a.text() == text)


def test_delivered_columns_fit_a_window_of_1440(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    assert bench.shown() == DELIVERED
    assert bench.width("name") == 154
    assert sum(bench.width(id) for id in DELIVERED) == 1168


@pytest.mark.parametrize(
    ("width", "gone"),
    [
        (1044, {"disk", "net"}),
        (870, {"disk", "net", "snaps"}),
        (810, {"disk", "net", "snaps", "tags"}),
        (690, {"disk", "net", "snaps", "tags", "group"}),
    ],
)
def test_narrow_window_drops_what_matters_least(qtbot: QtBot, width: int, gone: set[str]) -> None:
    bench = Bench(qtbot, width=width)
    assert set(DELIVERED) - set(bench.shown()) == gone
    bench.resize(1168)
    assert bench.shown() == DELIVERED


def test_long_address_is_given_room_before_anything_drops(qtbot: QtBot) -> None:
    bench = Bench(qtbot, ip="192.168.122.101")
    assert bench.shown() == DELIVERED
    assert bench.width("ip") > 110
    assert bench.width("group") < 114


def test_a_column_with_room_to_spare_lends_it_to_cut_groups_and_tags(qtbot: QtBot) -> None:
    bench = Bench(qtbot, ip="fd00:20:1::1:141", group="booking-db ha", tags=("booking", "prod"))
    chips = bench.width("tags") - 16
    assert fitting(("booking", "prod"), chips) == 1
    assert bench.width("group") >= theme.metrics("body").horizontalAdvance("booking-db ha") + 25
    assert bench.width("host") < 128
    assert sum(bench.width(id) for id in DELIVERED) == 1168
    plain = Bench(qtbot)
    assert plain.width("host") == 128, "nobody needs it"


def test_rest_of_a_wide_window_goes_to_the_last_column(qtbot: QtBot) -> None:
    bench = Bench(qtbot, width=1900)
    assert bench.width("tags") > 700
    assert bench.width("name") == 154


def test_click_on_a_head_sorts_and_turns(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    head = bench.table.horizontalHeader()
    head.sectionClicked.emit(column_number("cpu"))
    assert bench.model.sorted_by == ("cpu", DOWN)  # what is hot comes first
    head.sectionClicked.emit(column_number("cpu"))
    assert bench.model.sorted_by == ("cpu", UP)
    head.sectionClicked.emit(column_number("host"))
    assert bench.model.sorted_by == ("host", UP)
    assert head.sortIndicatorSection() == column_number("host")


def test_menu_chooses_columns_and_sorts(qtbot: QtBot) -> None:
    bench = Bench(qtbot, width=1500)
    menu = bench.columns.menu(bench.box)
    action(menu, "Owner").setChecked(True)
    action(menu, "IP").setChecked(False)
    assert "owner" in bench.shown()
    assert "ip" not in bench.shown()
    sorting = menu.actions()[0].menu()
    assert isinstance(sorting, QMenu)
    action(sorting, "Snaps").trigger()
    assert bench.model.sorted_by[0] == "snaps"
    assert "Name" not in [a.text() for a in menu.actions()]  # it always stays
    action(menu, "As delivered").trigger()
    assert bench.shown() == DELIVERED


def test_choices_are_kept_for_the_next_start(qtbot: QtBot) -> None:
    bench = Bench(qtbot, width=1500)
    bench.columns._choose("owner", True)
    bench.columns._choose("net", False)
    head = bench.table.horizontalHeader()
    head.moveSection(head.visualIndex(column_number("tags")), 1)
    head.resizeSection(column_number("host"), 177)
    bench.columns.sort_by("memory", DOWN)
    kept = bench.save()
    again = Bench(qtbot, kept, width=1500)
    assert again.shown() == bench.shown()
    assert again.shown()[:2] == ["name", "tags"]
    assert "owner" in again.shown()
    assert "net" not in again.shown()
    assert again.width("host") == 177
    assert again.model.sorted_by == ("memory", DOWN)


def test_as_delivered_is_kept_as_nothing(qtbot: QtBot) -> None:
    assert Bench(qtbot).save().columns == ()


def test_unknown_names_in_the_preferences_do_no_harm(qtbot: QtBot) -> None:
    bench = Bench(qtbot, Preferences(columns=("colour", "name", "ip"), layout={"sort": "colour down"}))
    assert bench.shown() == ["name", "ip"]
    assert bench.model.sorted_by[0] == "name"


def test_compact_rows(qtbot: QtBot) -> None:
    assert Bench(qtbot, Preferences(compact=True)).table.rowHeight(0) == 24
