"""The table of hosts. Sorts and filters itself, moves single rows, and never resets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from console.fleet.hosts import HostSpec, Phase
from console.fleet.updates import ChangeSet, HostView
from console.inventory.inventory import Inventory
from console.ui.models.figures import Sum, host_sum
from console.words import N_, _, states, units

HOST_ROLE = Qt.ItemDataRole.UserRole + 1  # HostRow of this row
USED_ROLE = Qt.ItemDataRole.UserRole + 2  # 0..1 for a bar before the text, or None
PROMISED_ROLE = Qt.ItemDataRole.UserRole + 3  # 0.. for the pale part of the bar, or None

_PHASE_ORDER = {
    Phase.REFUSED: 0,
    Phase.UNREACHABLE: 1,
    Phase.STALE: 2,
    Phase.CONNECTING: 3,
    Phase.OFF: 4,
    Phase.LIVE: 5,
}

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


@dataclass(frozen=True, slots=True)
class HostRow:
    """One host as of one moment."""

    spec: HostSpec
    view: HostView
    sum: Sum

    @property
    def fresh(self) -> bool:
        return self.view.status.phase is Phase.LIVE


@dataclass(frozen=True, slots=True)
class Column:
    """A column: text for the cell, key to sort by, head, unit in a paler ink, width in px at 1×, and who drops first.

    used, promised: 0..1 of a bar. ages: the text changes with time alone.
    """

    id: str
    title: str
    text: Callable[[HostRow, float], str]
    key: Callable[[HostRow], Any]
    unit: str = ""
    right: bool = False
    width: int = 90
    used: Callable[[HostRow], float | None] | None = None
    promised: Callable[[HostRow], float | None] | None = None
    ages: bool = False


def _number(value: float | None) -> tuple[int, float]:
    """Unknown sorts below everything known."""
    return (0, 0.0) if value is None else (1, value)


def _vms(row: HostRow, _now: float) -> str:
    return _("{running} of {all}").format(running=units.count(row.sum.running), all=units.count(row.sum.vms))


def _by_age(row: HostRow) -> tuple[int, float]:
    """Live, then the longer unheard the later, then never heard of."""
    seen = row.view.status.seen
    return (0, 0.0) if row.fresh else (1, -seen) if seen else (2, 0.0)


def _age(row: HostRow, now: float) -> str:
    return states.phase_age(row.view.status, now) or ("" if row.fresh else units.NONE)


def ratio(value: float | None) -> str:
    """Promised to real: "1.9×"."""
    return units.NONE if value is None else f"{units.figure(value, 2 if value < 0.995 else 1)}×"


def _hypervisor(row: HostRow, _now: float) -> str:
    facts = row.view.facts
    if facts is None or not facts.hypervisor_version:
        return units.NONE
    return f"{facts.hypervisor} {units.version(facts.hypervisor_version)}"


COLUMNS: tuple[Column, ...] = (
    Column("name", N_("Name"), lambda r, n: r.spec.name, lambda r: r.spec.name.casefold(), width=150),
    Column(
        "state",
        N_("State"),
        lambda r, n: states.phase(r.view.status.phase),
        lambda r: _PHASE_ORDER[r.view.status.phase],
        width=104,
    ),
    Column("age", N_("Age"), _age, _by_age, right=True, width=64, ages=True),
    Column("zone", N_("Zone"), lambda r, n: r.spec.zone, lambda r: r.spec.zone.casefold(), width=76),
    Column("rack", N_("Rack"), lambda r, n: r.spec.rack, lambda r: r.spec.rack.casefold(), width=64),
    Column("vms", N_("VMs"), _vms, lambda r: (r.sum.running, r.sum.vms), N_("running"), right=True, width=96),
    Column(
        "cpu",
        N_("CPU"),
        lambda r, n: units.percent(r.sum.cpu),
        lambda r: _number(r.sum.cpu),
        right=True,
        width=110,
        used=lambda r: r.sum.cpu,
        promised=lambda r: r.sum.vcpu_ratio,
    ),
    Column(
        "vcpus",
        N_("vCPU"),
        lambda r, n: ratio(r.sum.vcpu_ratio),
        lambda r: _number(r.sum.vcpu_ratio),
        N_("promised"),
        right=True,
        width=104,
    ),
    Column(
        "memory",
        N_("Memory"),
        lambda r, n: units.of(r.sum.memory_used if r.sum.memory_known else None, r.sum.memory or None),
        lambda r: _number(r.sum.memory_share),
        N_("GiB"),
        right=True,
        width=156,
        used=lambda r: r.sum.memory_share,
        promised=lambda r: r.sum.memory_ratio,
    ),
    Column(
        "promised",
        N_("Memory"),
        lambda r, n: ratio(r.sum.memory_ratio),
        lambda r: _number(r.sum.memory_ratio),
        N_("promised"),
        right=True,
        width=124,
    ),
    Column(
        "libvirt",
        N_("libvirt"),
        lambda r, n: units.version(r.view.facts.libvirt_version) if r.view.facts else units.NONE,
        lambda r: r.view.facts.libvirt_version if r.view.facts else 0,
        width=72,
    ),
    Column(
        "hypervisor",
        N_("Hypervisor"),
        _hypervisor,
        lambda r: (r.view.facts.hypervisor, r.view.facts.hypervisor_version) if r.view.facts else ("", 0),
        width=104,
    ),
    Column("address", N_("Address"), lambda r, n: r.spec.uri, lambda r: r.spec.uri, width=240),
)
NAMES = tuple(column.id for column in COLUMNS)


class HostTable(QAbstractTableModel):
    """Rows are hosts. `apply` takes the bridge's changes; `tick` renews what ages."""

    def __init__(
        self, inventory: Inventory, parent: QObject | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(parent)
        self._inventory = inventory
        self._clock = clock
        self._rows: list[HostRow] = []
        self._column = 0
        self._order = Qt.SortOrder.AscendingOrder
        self._wanted: Callable[[HostSpec], bool] = lambda spec: True
        self._needle = ""
        self._hidden = 0
        self.refresh()

    # reading

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def row(self, number: int) -> HostRow:
        return self._rows[number]

    def row_of(self, host: str) -> int:
        """The row a host stands in, -1 where it is not shown."""
        return next((number for number, row in enumerate(self._rows) if row.spec.id == host), -1)

    @property
    def hidden(self) -> int:
        """Hosts of the place that the search leaves out."""
        return self._hidden

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], COLUMNS[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row, self._clock())
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ToolTipRole:
                return row.spec.uri if column.id == "name" else None
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{_(column.title)}: {column.text(row, self._clock())}"
            case _ if role == HOST_ROLE:
                return row
            case _ if role == USED_ROLE:
                return column.used(row) if column.used else None
            case _ if role == PROMISED_ROLE:
                return column.promised(row) if column.promised else None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{_(column.title)} {_(column.unit)}".rstrip()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    # choosing

    def show_only(self, wanted: Callable[[HostSpec], bool]) -> None:
        """Narrows the table to the hosts of a place."""
        self._wanted = wanted
        self.refresh()

    def set_search(self, text: str) -> None:
        """Keeps the hosts that hold every word of `text` in some column."""
        self._needle = text.casefold().strip()
        self.refresh()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._order = column, order
        self._reorder()

    @property
    def sorted_by(self) -> tuple[int, Qt.SortOrder]:
        return self._column, self._order

    # changing

    def refresh(self) -> None:
        """Brings rows in, out and up to date with the inventory."""
        self._take(self._read(spec) for spec in self._inventory.specs() if self._wanted(spec))

    def apply(self, change: ChangeSet) -> None:
        """Takes in what the bridge told; touches only the hosts it is about."""
        if change.fleet:
            self.refresh()
            return
        touched = set(change.hosts | change.host_loads)
        touched.update(key.host for key in change.added | change.changed | change.removed)
        if self._needle and touched:
            self.refresh()
            return
        if not touched:
            return
        for number, row in enumerate(self._rows):
            if row.spec.id in touched:
                self._renew(number, self._read(row.spec))
        self._reorder()

    def tick(self) -> None:
        """Ages are repainted; call about once a second while the table is seen."""
        if self._rows:
            for number, column in enumerate(COLUMNS):
                if column.ages:
                    self.dataChanged.emit(self.index(0, number), self.index(len(self._rows) - 1, number))

    def _read(self, spec: HostSpec) -> HostRow:
        view = self._inventory.view(spec.id)
        return HostRow(spec, view, host_sum(view, self._inventory.domains_of(spec.id)))

    def _found(self, row: HostRow) -> bool:
        if not self._needle:
            return True
        now = self._clock()
        text = "\n".join((*(column.text(row, now) for column in COLUMNS), *row.spec.tags)).casefold()
        return all(word in text for word in self._needle.split())

    def _renew(self, number: int, row: HostRow) -> None:
        if row != self._rows[number]:
            self._rows[number] = row
            self.dataChanged.emit(self.index(number, 0), self.index(number, len(COLUMNS) - 1))

    def _take(self, rows: Iterable[HostRow]) -> None:
        every = list(rows)
        new = {row.spec.id: row for row in every if self._found(row)}
        self._hidden = len(every) - len(new)
        for number in range(len(self._rows) - 1, -1, -1):
            if self._rows[number].spec.id not in new:
                self.beginRemoveRows(QModelIndex(), number, number)
                del self._rows[number]
                self.endRemoveRows()
        for number, row in enumerate(self._rows):
            self._renew(number, new.pop(row.spec.id))
        if new:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(new) - 1)
            self._rows.extend(new.values())
            self.endInsertRows()
        self._reorder()

    def _reorder(self) -> None:
        key = COLUMNS[self._column].key
        down = self._order == Qt.SortOrder.DescendingOrder
        ordered = sorted(self._rows, key=lambda row: row.spec.name.casefold())
        ordered.sort(key=key, reverse=down)
        if all(a is b for a, b in zip(ordered, self._rows, strict=True)):
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        place = {row.spec.id: number for number, row in enumerate(ordered)}
        after = [self.index(place[self._rows[index.row()].spec.id], index.column()) for index in before]
        self._rows = ordered
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()
