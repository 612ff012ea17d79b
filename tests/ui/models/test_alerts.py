from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from console.fleet.alerts import Alert, AlertRule, PoolKey
from console.ui.models.alerts import FiringTable, RuleTable, firings, rulings
from tests.ui.rooms import key, room

NOW = 1_800_000_000.0
HOT = AlertRule("Hot", "cpu>95", wait=600.0)
QUIET = AlertRule("Quiet", "state:off", silent_until=-1.0)
FOUND = (
    Alert("Hot", key("web-01"), NOW - 90),
    Alert("Quiet", PoolKey("n2", "fast"), NOW - 10),
    Alert("Gone", "n1", NOW),
)


def texts(table: FiringTable | RuleTable) -> list[list[str]]:
    return [
        [str(table.index(row, column).data()).replace("\u00a0", " ") for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def test_what_fires() -> None:
    with room() as ctx:
        table = FiringTable(clock=lambda: NOW)
        tester = QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Warning)
        table.set_rows(firings(ctx.inventory, FOUND, (HOT, QUIET), NOW))
        assert texts(table) == [
            ["Hot", "web-01 on kvm-n1", "1 min", "cpu>95 for 10 min"],
            ["Quiet", "pool fast on kvm-n2", "10 s", "state:off"],
        ]
        table.sort(2, Qt.SortOrder.DescendingOrder)
        assert texts(table)[0][0] == "Hot"
        assert tester is not None


def test_what_is_watched_for() -> None:
    table = RuleTable(clock=lambda: NOW)
    table.set_rows(rulings(FOUND, (HOT, QUIET), NOW))
    assert texts(table) == [["Hot", "cpu>95 for 10 min", "1", "yes"], ["Quiet", "state:off", "1", "silent"]]
