"""The table of VMs, held against the plainest way to say what it must show."""

import random
from collections.abc import Iterator
from itertools import pairwise

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from console.fleet.domains import Load, State, VmKey
from console.fleet.hosts import Phase
from console.fleet.search import QueryError
from console.ui.icons import Age
from console.ui.models import backlog
from console.ui.models.vm_columns import COLUMNS, column_number
from console.ui.models.vms import KEY_ROLE, SORT_ROLE, VmTable
from tests.ui.models.vm_fleet import Fleet, vm

UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


@pytest.fixture
def fleet() -> Fleet:
    made = Fleet()
    made.host("a", zone="north")
    made.host("b", zone="south")
    made.vms("a", [vm("a", "1", "zeta"), vm("a", "2", "alpha", State.OFF), vm("a", "3", "mid", tags=("prod",))])
    made.vms("b", [vm("b", "1", "beta", group="g2"), vm("b", "9", "omega", group="g1")])
    made.loads("a", **{"1": 0.9, "3": 0.1})
    made.loads("b", **{"1": 0.5, "9": 0.7})
    made.told()
    return made


@pytest.fixture
def table(fleet: Fleet, qtbot: QtBot) -> Iterator[VmTable]:
    made = VmTable(fleet.inventory, clock=fleet.clock)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Warning)
    qtbot.waitUntil(lambda: not made.busy)
    made.modelReset.connect(lambda: pytest.fail("the table must never reset"))
    yield made
    tester.deleteLater()


def names(table: VmTable) -> list[str]:
    return [row.domain.name for row in table.rows()]


def tell(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    table.apply(fleet.told())
    qtbot.waitUntil(lambda: not table.busy)


def test_starts_by_name(table: VmTable) -> None:
    assert names(table) == ["alpha", "beta", "mid", "omega", "zeta"]
    assert table.rowCount() == 5
    assert table.columnCount() == len(COLUMNS)
    assert table.sorted_by == ("name", UP)


def test_sorts_by_load_and_follows_it(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    table.sort(column_number("cpu"), DOWN)
    assert names(table) == ["zeta", "omega", "beta", "mid", "alpha"]
    fleet.now += 3
    fleet.loads("b", **{"1": 0.99, "9": 0.01})
    tell(fleet, table, qtbot)
    assert names(table) == ["beta", "zeta", "mid", "omega", "alpha"]


def test_equal_rows_stand_by_name_in_both_directions(table: VmTable) -> None:
    table.sort(column_number("snaps"), UP)
    assert names(table) == sorted(names(table))
    table.sort(column_number("snaps"), DOWN)
    assert names(table) == sorted(names(table))


def test_rows_stay_where_they_are_while_held(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    table.sort(column_number("cpu"), DOWN)
    table.hold(True)
    before = names(table)
    fleet.now += 3
    fleet.loads("b", **{"1": 0.99, "9": 0.01})
    tell(fleet, table, qtbot)
    assert names(table) == before
    table.hold(False)
    assert names(table)[0] == "beta"


def test_search_place_and_quick_filter_add_up(table: VmTable) -> None:
    table.set_search("a")
    assert "omega" in names(table)
    table.show_place(lambda row: row.spec.zone == "north")
    assert names(table) == ["alpha", "mid", "zeta"]
    table.set_quick(lambda row: row.domain.state is State.OFF)
    assert names(table) == ["alpha"]
    assert {row.domain.name for row in table.found()} == {"alpha", "mid", "zeta"}  # whatever quick filter is on
    assert len(table.inside()) == 3
    assert table.total() == 5
    table.set_search("")
    table.set_quick(None)
    table.show_place(None)
    assert table.rowCount() == 5


def test_vm_that_comes_goes_to_its_place(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    inserted: list[int] = []
    table.rowsInserted.connect(lambda _parent, first, _last: inserted.append(first))
    fleet.vms("b", [vm("b", "1", "beta"), vm("b", "9", "omega"), vm("b", "5", "gamma")])
    tell(fleet, table, qtbot)
    assert names(table) == ["alpha", "beta", "gamma", "mid", "omega", "zeta"]
    assert inserted == [2]


def test_vm_that_goes_takes_only_its_row(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    removed: list[int] = []
    table.rowsRemoved.connect(lambda _parent, first, _last: removed.append(first))
    fleet.vms("b", [vm("b", "9", "omega")])
    tell(fleet, table, qtbot)
    assert names(table) == ["alpha", "mid", "omega", "zeta"]
    assert removed == [1]


def test_renamed_vm_moves_and_stays_current(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    current = QPersistentModelIndex(table.index(table.row_of(VmKey("b", "1")), 2))
    fleet.vms("b", [vm("b", "1", "zz-last"), vm("b", "9", "omega")])
    tell(fleet, table, qtbot)
    assert names(table)[-1] == "zz-last"
    assert (current.row(), current.column()) == (4, 2)


def test_selection_follows_rows_and_leaves_hidden_ones(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    selection = QItemSelectionModel(table)
    flags = QItemSelectionModel.SelectionFlag
    for uuid in ("1", "2"):
        selection.select(table.index(table.row_of(VmKey("a", uuid)), 0), flags.Select | flags.Rows)

    def chosen() -> list[str]:
        return sorted(table.row(index.row()).domain.name for index in selection.selectedRows())

    table.sort(column_number("cpu"), DOWN)
    assert chosen() == ["alpha", "zeta"]
    table.set_search("zeta")
    assert chosen() == ["zeta"]
    table.set_search("")
    assert chosen() == ["zeta"]


def test_only_changed_rows_are_told(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    ranges: list[tuple[int, int]] = []
    table.dataChanged.connect(lambda first, last, *_roles: ranges.append((first.row(), last.row())))
    fleet.now += 3
    fleet.loads("b", **{"1": 0.2, "9": 0.2})
    tell(fleet, table, qtbot)
    assert ranges == [(1, 1), (3, 3)]  # beta, omega


def test_new_load_makes_only_its_cells_anew(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    number = table.row_of(VmKey("b", "1"))
    before = table.cells(number)
    fleet.loads("b", **{"1": 0.2, "9": 0.2})
    tell(fleet, table, qtbot)
    after = table.cells(table.row_of(VmKey("b", "1")))
    for column, old, new in zip(COLUMNS, before, after, strict=True):
        assert column.live or old is new, column.id
    assert "20" in after[column_number("cpu")].text
    assert after == [column.cell(table.row(number), table._looking()) for column in COLUMNS]


def test_lost_host_greys_its_rows_and_no_others(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    fleet.phase("a", Phase.UNREACHABLE, fleet.now - 10)
    tell(fleet, table, qtbot)
    ages = {row.domain.name: row.age for row in table.rows()}
    assert ages == {"alpha": Age.LOST, "mid": Age.LOST, "zeta": Age.LOST, "beta": Age.LIVE, "omega": Age.LIVE}
    state = table.index(names(table).index("zeta"), column_number("state"))
    assert state.data() == "Was running"


def test_edited_host_shows_its_new_name(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    fleet.host("a", zone="west", name="renamed")
    tell(fleet, table, qtbot)
    assert {row.spec.name for row in table.rows()} == {"renamed", "b"}
    table.set_search("renamed")
    assert len(names(table)) == 3


def test_removed_host_takes_its_vms(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    fleet.inventory.set_hosts([spec for spec in fleet.inventory.specs() if spec.id != "a"])
    tell(fleet, table, qtbot)
    assert names(table) == ["beta", "omega"]


def test_ages_are_said_anew_when_time_passes(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    fleet.phase("a", Phase.STALE, fleet.now)
    tell(fleet, table, qtbot)
    host = table.index(names(table).index("zeta"), column_number("host"))
    first = host.data()
    assert not table.aged(host.row(), host.row())
    fleet.now += 30
    assert table.aged(host.row(), host.row())
    assert host.data() != first
    assert "30" in host.data()


def test_table_of_one_host_keeps_no_others(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    table.show_place(lambda row: row.key.host == "b", "b")
    assert table.total() == 2
    fleet.vms("a", [vm("a", "77", "late")])
    tell(fleet, table, qtbot)
    assert table.total() == 2
    table.show_place(None)
    qtbot.waitUntil(lambda: not table.busy)
    assert names(table) == ["beta", "late", "omega"]


def test_groups_are_numbered_by_name(fleet: Fleet, table: VmTable, qtbot: QtBot) -> None:
    column = column_number("group")
    bands = {row.domain.group: table.cells(n)[column].band for n, row in enumerate(table.rows()) if row.domain.group}
    assert bands == {"g1": 0, "g2": 1}
    fleet.vms("a", [vm("a", "1", "zeta", group="a-first")])
    tell(fleet, table, qtbot)
    bands = {row.domain.group: table.cells(n)[column].band for n, row in enumerate(table.rows())}
    assert bands == {"a-first": 0, "g1": 1, "g2": 2}


def test_roles(table: VmTable) -> None:
    index = table.index(0, column_number("name"))
    assert index.data(KEY_ROLE) == VmKey("a", "2")
    assert index.data(SORT_ROLE) == "alpha"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Name: alpha"
    assert "alpha" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert table.index(0, 0).data(Qt.ItemDataRole.EditRole) is None
    assert table.headerData(column_number("memory"), Qt.Orientation.Horizontal) == "Memory GiB"
    assert table.headerData(0, Qt.Orientation.Vertical) is None


def test_many_at_once_come_in_slices(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "SHOW_S", 0.0)
    fleet = Fleet()
    fleet.host("a")
    fleet.told()
    table = VmTable(fleet.inventory, clock=fleet.clock)
    steps: list[int] = []
    table.counted.connect(lambda: steps.append(table.rowCount()))
    fleet.vms("a", [vm("a", str(n), f"vm-{n:05d}") for n in range(4000)])
    table.apply(fleet.told())
    assert table.rowCount() == 0  # not in the turn that told it
    qtbot.waitUntil(lambda: table.rowCount() == 4000, timeout=20_000)
    assert len(steps) > 2
    assert names(table) == sorted(names(table))
    deleted = table
    deleted.deleteLater()


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_the_plain_way_after_anything(seed: int, qtbot: QtBot) -> None:
    """Random changes, sorts and searches; then rows, order and persistent indexes must be those of a plain recount."""
    luck = random.Random(seed)
    fleet = Fleet()
    for host in "abc":
        fleet.host(host, zone=luck.choice(("north", "south")))
    table = VmTable(fleet.inventory, clock=fleet.clock)
    watched: dict[VmKey, QPersistentModelIndex] = {}
    words = ""
    for _step in range(40):
        host = luck.choice("abc")
        match luck.randrange(6):
            case 0 | 1:
                count = luck.choice((0, 2, 5, 30))
                fleet.vms(host, [_random_vm(luck, host) for _n in range(count)])
            case 2:
                fleet.now += 3
                cpus = {d.key.uuid: luck.choice((0.1, 0.5, luck.random())) for d in fleet.inventory.domains_of(host)}
                fleet.loads(host, **cpus)
            case 3:
                fleet.phase(host, luck.choice((Phase.LIVE, Phase.STALE, Phase.UNREACHABLE)))
            case 4:
                table.sort(luck.randrange(len(COLUMNS)), luck.choice((UP, DOWN)))
            case _:
                words = luck.choice(("", "vm-1", "prod", "running", "vm-1 prod"))
                table.set_search(words)
        tell(fleet, table, qtbot)
        _compare(table, fleet, words)
        for key, index in watched.items():
            row = table.row_of(key)
            if index.isValid():
                assert index.row() == row
        watched = {row.key: QPersistentModelIndex(table.index(n, 0)) for n, row in enumerate(table.rows())}
    table.deleteLater()


def _random_vm(luck: random.Random, host: str):  # noqa: ANN202
    number = luck.randrange(40)
    return vm(
        host,
        str(number),
        f"vm-{luck.randrange(20)}",
        luck.choice((State.RUNNING, State.OFF, State.CRASHED)),
        tags=luck.choice(((), ("prod",), ("prod", "db"))),
        snapshots=luck.randrange(3),
        group=luck.choice(("", "g", "h")),
    )


def _figures(load: Load | None) -> Load | None:
    """Without its stamp: a load that only grew older is not told."""
    return load and replace(load, stamp=0.0)


def test_a_query_of_load_follows_the_load(qtbot: QtBot) -> None:
    fleet = Fleet()
    fleet.host("a")
    fleet.vms("a", [vm("a", "1", "busy"), vm("a", "2", "idle")])
    table = VmTable(fleet.inventory, clock=fleet.clock)
    qtbot.waitUntil(lambda: not table.busy)
    table.set_search("cpu>80 or off>1h")
    assert table.rowCount() == 0
    fleet.told()
    fleet.loads("a", **{"1": 0.9, "2": 0.1})
    table.apply(fleet.told())
    assert [row.domain.name for row in table.rows()] == ["busy"]
    fleet.loads("a", **{"1": 0.2, "2": 0.1})
    table.apply(fleet.told())
    assert table.rowCount() == 0
    fleet.vms("a", [vm("a", "2", "idle", State.OFF, since=fleet.now)])
    table.apply(fleet.told())
    qtbot.waitUntil(lambda: not table.busy)
    assert table.rowCount() == 0
    fleet.now += 7200
    table.search_again()
    assert [row.domain.name for row in table.rows()] == ["idle"]


def test_a_wrong_query_changes_nothing(qtbot: QtBot) -> None:
    fleet = Fleet()
    fleet.host("a")
    fleet.vms("a", [vm("a", "1", "one")])
    table = VmTable(fleet.inventory, clock=fleet.clock)
    qtbot.waitUntil(lambda: not table.busy)
    with pytest.raises(QueryError):
        table.set_search("cpu>")
    assert table.rowCount() == 1


def _compare(table: VmTable, fleet: Fleet, words: str) -> None:
    domains = {domain.key: domain for domain in fleet.inventory.domains()}
    rows = list(table.rows())
    assert all(row.domain is domains[row.key] for row in rows)
    assert all(_figures(row.load) == _figures(fleet.inventory.load(row.key)) for row in rows)
    assert {row.key for row in table.inside()} == domains.keys()
    assert {row.key for row in rows} == {
        r.key for r in table.inside() if all(word in r.hay for word in words.casefold().split())
    }
    id, order = table.sorted_by
    key = COLUMNS[column_number(id)].key
    keys = [key(row) for row in rows]
    assert keys == sorted(keys, reverse=order == DOWN)
    if id != "name":
        for one, other in pairwise(rows):
            if key(one) == key(other):
                assert one.name_key <= other.name_key
    assert [table.row_of(row.key) for row in rows] == list(range(len(rows)))
