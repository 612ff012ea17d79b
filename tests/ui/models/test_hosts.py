import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostFacts, HostLoad, HostSpec, HostStatus, Phase, Pool, Volume
from console.fleet.updates import DomainsRead, FactsRead, LoadsRead, PoolsRead, StatusChanged
from console.inventory.inventory import Inventory
from console.ui.models.hosts import COLUMNS, NAMES, HostTable, ratio
from console.ui.models.rows import GLYPH_ROLE, PALE_ROLE, PROMISED_ROLE, TONE_ROLE, USED_ROLE

NOW = 1_800_000_000.0
SPECS = [
    HostSpec(f"h{n}", f"kvm-{n}", f"qemu+ssh://h{n}/system", zone="north" if n % 2 else "south", rack=f"R{n}")
    for n in range(6)
]


@pytest.fixture
def inventory() -> Inventory:
    made = Inventory(clock=lambda: NOW)
    made.set_hosts(SPECS)
    for n, spec in enumerate(SPECS):
        made.apply(StatusChanged(spec.id, HostStatus(Phase.LIVE, NOW, NOW)))
        made.apply(FactsRead(spec.id, HostFacts("h", "", "QEMU", 7002000, 9000000, cpus=8, memory_kib=16 << 20)))
        domain = Domain(VmKey(spec.id, "u"), "vm", State.RUNNING, vcpus=n * 4, memory_kib=n << 20)
        made.apply(DomainsRead(spec.id, (domain,)))
        made.apply(LoadsRead(spec.id, HostLoad(NOW, n / 10, n << 20), {}))
    return made


@pytest.fixture
def table(inventory: Inventory, qtbot: QtBot, qtmodeltester: ModelTester) -> HostTable:
    made = HostTable(inventory, clock=lambda: NOW)
    qtmodeltester.check(made)
    return made


def cell(table: HostTable, host: str, column: str, role: int = Qt.ItemDataRole.DisplayRole) -> object:
    return table.data(table.index(table.row_of(host), NAMES.index(column)), role)


def names(table: HostTable) -> list[str]:
    return [table.row(number).spec.id for number in range(table.rowCount())]


def test_a_row_says_what_is_known_of_a_host(table: HostTable) -> None:
    said = {column.id: cell(table, "h3", column.id) for column in COLUMNS}
    assert said == {
        "name": "kvm-3",
        "state": "Live",
        "age": "",
        "zone": "north",
        "rack": "R3",
        "vms": "1 of 1",
        "cpu": "30\u00a0%",
        "vcpus": "1.5×",
        "memory": "3.0 of 16",
        "promised": "0.19×",
        "storage": "–",
        "version": "9.0.0, QEMU 7.2.0",
        "address": "h3",
    }
    assert cell(table, "h3", "cpu", USED_ROLE) == 0.3
    assert cell(table, "h3", "cpu", PROMISED_ROLE) == 1.5
    assert cell(table, "h3", "zone", USED_ROLE) is None


def test_a_host_that_never_answered_shows_dashes_not_zeros(table: HostTable, inventory: Inventory) -> None:
    inventory.set_hosts([*SPECS, HostSpec("new", "new", "qemu:///system")])
    table.refresh()
    assert cell(table, "new", "version") == "–"
    assert cell(table, "new", "cpu") == "–"
    assert cell(table, "new", "memory") == "– of –"
    assert cell(table, "new", "age") == "–"


def test_sorting_keeps_the_selected_host_selected(table: HostTable) -> None:
    held = QPersistentModelIndex(table.index(table.row_of("h1"), 0))
    table.sort(NAMES.index("cpu"), Qt.SortOrder.DescendingOrder)
    assert names(table) == ["h5", "h4", "h3", "h2", "h1", "h0"]
    assert table.row(held.row()).spec.id == "h1"


def test_new_figures_move_rows_without_a_reset(table: HostTable, inventory: Inventory, qtbot: QtBot) -> None:
    table.sort(NAMES.index("cpu"), Qt.SortOrder.DescendingOrder)
    resets: list[int] = []
    table.modelReset.connect(lambda: resets.append(1))
    change = inventory.apply(LoadsRead("h0", HostLoad(NOW + 3, 0.99), {}))
    with qtbot.waitSignal(table.dataChanged):
        table.apply(change)
    assert names(table)[0] == "h0"
    assert not resets


def test_nothing_is_told_where_nothing_is_different(table: HostTable, inventory: Inventory, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(table.dataChanged):
        change = inventory.apply(StatusChanged("h1", replace(inventory.status("h1"), problem=None)))
        table.apply(change)


def test_hosts_come_and_go(table: HostTable, inventory: Inventory) -> None:
    change = inventory.set_hosts([*SPECS[2:], HostSpec("x", "aaa", "test:///default")])
    table.apply(change)
    assert names(table) == ["x", "h2", "h3", "h4", "h5"]


def test_a_place_and_a_search_narrow_it(table: HostTable) -> None:
    table.show_only(lambda spec: spec.zone == "north")
    assert names(table) == ["h1", "h3", "h5"]
    table.set_search("r3 NORTH")
    assert names(table) == ["h3"]
    assert table.hidden == 2
    table.set_search("")
    assert table.rowCount() == 3


def test_a_lost_host_has_an_age_and_sorts_by_it(table: HostTable, inventory: Inventory) -> None:
    change = inventory.apply(StatusChanged("h2", HostStatus(Phase.UNREACHABLE, NOW, NOW - 840, Problem(Reason.SILENT))))
    inventory.apply(StatusChanged("h2", HostStatus(Phase.UNREACHABLE, NOW, NOW - 840)))
    table.apply(change)
    assert cell(table, "h2", "state") == "Unreachable"
    assert cell(table, "h2", "state", TONE_ROLE) == "error"
    assert cell(table, "h2", "name", GLYPH_ROLE) == ("struck", "error")
    assert cell(table, "h2", "name", PALE_ROLE) is True
    table.sort(NAMES.index("age"), Qt.SortOrder.DescendingOrder)
    assert names(table)[0] == "h2"


def test_only_what_ages_is_repainted_by_time(table: HostTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.dataChanged) as told:
        table.tick()
    assert told.args is not None
    assert told.args[0].column() == told.args[1].column() == NAMES.index("age")


def test_ratios_below_one_have_two_places() -> None:
    assert [ratio(value) for value in (None, 0.874, 1.0, 1.94)] == ["–", "0.87×", "1.0×", "1.9×"]


def test_storage_is_used_against_promised(table: HostTable, inventory: Inventory) -> None:
    volumes = (Volume("a", "/v/a", capacity=300), Volume("b", "/v/b", allocation=50))
    pools = (Pool("vms", active=True, capacity=200, available=10, volumes=volumes), Pool("old", capacity=999))
    change = inventory.apply(PoolsRead("h1", pools))
    table.apply(change)
    assert cell(table, "h1", "storage") == "95\u00a0%"
    assert cell(table, "h1", "storage", USED_ROLE) == 0.95
    assert cell(table, "h1", "storage", PROMISED_ROLE) == 1.75
    assert cell(table, "h1", "storage", TONE_ROLE) == "warning"
    table.apply(inventory.apply(LoadsRead("h1", HostLoad(NOW + 1, 0.5, 1 << 20), {})))
    assert cell(table, "h1", "storage") == "95\u00a0%", "a newer load leaves it"
