"""The table of VMs: sorts and filters itself, in pieces that never hold up the window, and never resets."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from operator import attrgetter
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot

from console.fleet.domains import VmKey
from console.fleet.search import Query, parse
from console.fleet.subjects import Known
from console.fleet.updates import ChangeSet
from console.inventory.inventory import Inventory
from console.ui.icons import Age
from console.ui.models.backlog import Backlog
from console.ui.models.cells import Cell
from console.ui.models.runs import runs
from console.ui.models.vm_columns import COLUMNS, Looking, column_number, tooltip
from console.ui.models.vm_rows import RowSearch, VmRow
from console.words import _

KEY_ROLE = Qt.ItemDataRole.UserRole + 1  # VmKey of a row
SORT_ROLE = Qt.ItemDataRole.UserRole + 2  # what a cell sorts by

SINGLY = 4  # rows that come or go one by one; more are one change of layout

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_BY_NAME = attrgetter("name_key")


class VmTable(QAbstractTableModel):
    """Rows are VMs of the inventory, narrowed by place, search and state. Qt's thread only.

    Rows that come, go or change are taken in within slices of a few milliseconds; `filled` tells the end of each backlog.

    Signals:
        counted(): how many there are, are shown or are selected by state may be different now.
        filled(): everything told so far is shown.
        refused(QueryError): a query was given up while it looked; all is shown.
    """

    counted = Signal()
    filled = Signal()
    refused = Signal(object)

    def __init__(
        self,
        inventory: Inventory,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.time,
        known: Callable[[], Known] | None = None,
    ) -> None:
        super().__init__(parent)
        self._inventory = inventory
        self._clock = clock
        self._rows: dict[VmKey, VmRow] = {}
        self._shown: list[VmRow] = []
        self._at: dict[VmKey, int] | None = {}
        self._column = column_number("name")
        self._order = Qt.SortOrder.AscendingOrder
        self._place: Callable[[VmRow], bool] | None = None
        self._quick: Callable[[VmRow], bool] | None = None
        self._search = RowSearch(known or (lambda: Known(self._clock())), self.refused.emit)
        self._groups: dict[str, int] = {}
        self._held = False
        self._sort_due = False
        self._new: list[VmRow] = []
        self._changed: list[VmRow] = []
        self._backlog = Backlog(self._take_some, self._flush, self.filled.emit, self)
        self._host = ""
        self._by_name: list[VmRow] | None = None
        self._backlog.add(domain.key for domain in inventory.domains())

    # reading

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def row(self, number: int) -> VmRow:
        return self._shown[number]

    def key(self, number: int) -> VmKey:
        return self._shown[number].key

    def rows(self) -> Sequence[VmRow]:
        """The rows that are shown, in order."""
        return self._shown

    def row_of(self, key: VmKey) -> int:
        """Where a VM stands, -1 if it is not shown."""
        return self._positions().get(key, -1)

    def cells(self, number: int) -> list[Cell]:
        """What a row shows, one cell for each of COLUMNS; made when first wanted after a change."""
        row = self._shown[number]
        now = self._clock()
        if row.cells is None or now >= row.good_until:
            at = self._looking()
            row.cells = [column.cell(row, at) for column in COLUMNS]
            row.good_until = row.ages_at(now)
        elif row.moved:
            at = self._looking()
            row.cells = [
                column.cell(row, at) if column.live else cell for column, cell in zip(COLUMNS, row.cells, strict=True)
            ]
        row.moved = False
        return row.cells

    def _looking(self) -> Looking:
        return Looking(self._clock(), self._inventory.trace, self._groups)

    def aged(self, first: int, last: int) -> bool:
        """One of these rows shows something that time has changed."""
        now = self._clock()
        return any(row.cells is None or row.moved or now >= row.good_until for row in self._shown[first : last + 1])

    @property
    def busy(self) -> bool:
        """Something told is not shown yet."""
        return len(self._backlog) > 0

    @property
    def sorted_by(self) -> tuple[str, Qt.SortOrder]:
        return COLUMNS[self._column].id, self._order

    def now(self) -> float:
        """Epoch, of the same clock as all ages here."""
        return self._clock()

    def total(self) -> int:
        """VMs of the fleet."""
        return len(self._rows)

    def inside(self) -> list[VmRow]:
        """The rows of the place, whatever is searched for."""
        place = self._place
        return [row for row in self._rows.values() if place is None or place(row)]

    def found(self) -> list[VmRow]:
        """The rows of the place that the search finds, whatever quick filter is on."""
        return self._search.among(self.inside())

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = COLUMNS[index.column()]
        row = self._shown[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            cell = self.cells(index.row())[index.column()]
            text = ", ".join(cell.chips) if cell.chips else f"{cell.text}{cell.pale}"
            said = f"{text} {cell.mark_text}" if cell.mark_text else text
            return said if role == Qt.ItemDataRole.DisplayRole else f"{_(column.title)}: {said}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(row, column.id, self._clock(), self._inventory.heard(row.key))
        if role == KEY_ROLE:
            return row.key
        if role == SORT_ROLE:
            return column.key(row)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{_(column.title)} {_(column.unit)}" if column.unit else _(column.title)
        return None

    # choosing

    def show_place(self, place: Callable[[VmRow], bool] | None, host: str = "") -> None:
        """Narrows to the VMs of a place; None: all. With `host`, those of other hosts are not even kept."""
        self._place = place
        if host != self._host:
            self._host = host
            self._by_name = None
            self._rows = {key: row for key, row in self._rows.items() if not host or key.host == host}
            domains = self._inventory.domains_of(host) if host else self._inventory.domains()
            self._backlog.add(domain.key for domain in domains if domain.key not in self._rows)
        self._reshow()

    def set_quick(self, quick: Callable[[VmRow], bool] | None) -> None:
        """Narrows further, by a quick filter."""
        self._quick = quick
        self._reshow()

    def set_search(self, query: Query | str) -> None:
        """Narrows to the VMs that a query finds. Errors: QueryError."""
        asked = parse(query) if isinstance(query, str) else query
        if asked.text != self._search.query.text:
            self._search.query = asked
            self._reshow()

    def search_again(self) -> None:
        """What the query finds may be different by time alone: call now and then where it `ages`."""
        if self._search.query.ages and not self._held:
            self._reshow()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._order = column, order
        self._reshow()

    def hold(self, held: bool) -> None:
        """While held (a mouse button is down, a menu is open) rows do not change places."""
        self._held = held
        if not held and self._sort_due:
            self._sort_due = False
            self._reshow()

    # changing

    @Slot(object)
    def apply(self, change: ChangeSet) -> None:
        """Takes in what the bridge told."""
        if change.removed:
            self._remove(change.removed)
        self._backlog.add(change.added | change.changed)
        hosts = (spec.id for spec in self._inventory.specs()) if change.fleet else change.hosts
        for host in hosts if not self._host else {self._host} & set(hosts):
            self._backlog.add(self._touched_by(host))
        self._take_loads(change.loads)

    def _touched_by(self, host: str) -> list[VmKey]:
        """VMs of a host whose rows look different because the host does: it is another age, or was edited."""
        spec, status = self._inventory.spec(host), self._inventory.status(host)
        touched = []
        for domain in self._inventory.domains_of(host):
            row = self._rows.get(domain.key)
            if row is None or row.domain is not domain or row.spec is not spec or row.status.phase is not status.phase:
                touched.append(domain.key)
            else:
                row.status = status
                if row.age is not Age.LIVE:
                    row.cells = None
        return touched

    def _take_some(self, keys: Iterable[VmKey]) -> None:
        for key in keys:
            row = self._take(key)
            if row is not None:
                (self._changed if key in self._rows else self._new).append(row)
                self._rows[key] = row

    def _flush(self) -> None:
        new, changed = self._new, self._changed
        self._new, self._changed = [], []
        self._see_groups()
        self._bring_in(new, changed)

    def _take(self, key: VmKey) -> VmRow | None:
        """The row of a VM, up to date; None where there is nothing to show."""
        inventory = self._inventory
        if self._host and key.host != self._host:
            return None
        domain, spec = inventory.domain(key), inventory.spec(key.host)
        if domain is None or spec is None:
            return None
        status, load = inventory.status(key.host), inventory.load(key)
        row = self._rows.get(key)
        if row is None:
            return VmRow(domain, spec, status, load, self._clock())
        row.put(domain, spec, status, self._clock())
        row.put_load(load)
        return row

    def _see_groups(self) -> None:
        """Takes over the fleet's order of groups, so that everyone gives them the same colours."""
        names = self._inventory.groups()
        if len(names) != len(self._groups):
            self._groups = {name: number for number, name in enumerate(names)}
            for row in self._rows.values():
                row.cells = None

    def _bring_in(self, new: list[VmRow], changed: list[VmRow]) -> None:
        if new or changed:
            self._by_name = None
            self._become(self._ordered())
            self._tell_changed([row.key for row in changed])
            self.counted.emit()

    def _remove(self, keys: Iterable[VmKey]) -> None:
        self._backlog.drop(keys)
        self._by_name = None
        for key in keys:
            self._rows.pop(key, None)
        self._become([row for row in self._shown if row.key in self._rows])
        self.counted.emit()

    def _take_loads(self, keys: Iterable[VmKey]) -> None:
        load, rows = self._inventory.load, self._rows
        touched = []
        for key in keys:
            row = rows.get(key)
            if row is not None:
                row.put_load(load(key))
                touched.append(key)
        if not touched:
            return
        if len(touched) * 2 > len(self._rows):
            touched = list(rows)  # one range is found sooner than many
        if COLUMNS[self._column].live or self._search.query.loaded:
            if self._held:
                self._sort_due = True
            else:
                self._reshow()
        self._tell_changed(touched)

    def _tell_changed(self, keys: Collection[VmKey]) -> None:
        if not self._shown:
            return
        if len(keys) >= len(self._rows):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, len(COLUMNS) - 1))
            return
        at = self._positions()
        positions = sorted({at[key] for key in keys if key in at})
        for first, end in runs(positions):
            self.dataChanged.emit(self.index(first, 0), self.index(end, len(COLUMNS) - 1))

    # order

    def _accepts(self, row: VmRow) -> bool:
        return (self._place is None or self._place(row)) and (self._quick is None or self._quick(row))

    def _positions(self) -> dict[VmKey, int]:
        if self._at is None:
            self._at = {row.key: number for number, row in enumerate(self._shown)}
        return self._at

    def _ordered(self) -> list[VmRow]:
        """The rows to show, in order; equal ones by name."""
        if self._by_name is None:
            self._by_name = sorted(self._rows.values(), key=_BY_NAME)
        rows = self._by_name
        if self._place or self._quick:
            rows = [row for row in rows if self._accepts(row)]
        rows = self._search.among(rows)
        down = self._order == Qt.SortOrder.DescendingOrder
        column = COLUMNS[self._column]
        if column.id == "name":
            return rows[::-1] if down else rows[:]
        return sorted(rows, key=column.key, reverse=down)

    def _reshow(self) -> None:
        self._become(self._ordered())

    def _become(self, rows: list[VmRow]) -> None:
        """Shows these rows; what is selected or current stays so, wherever it moves."""
        old = self._shown
        if rows == old:
            return
        more = len(rows) - len(old)
        if 0 < more <= SINGLY:
            at = self._positions()
            if [row for row in rows if row.key in at] == old:
                self._insert([n for n, row in enumerate(rows) if row.key not in at], rows)
                return
        elif -SINGLY <= more < 0:
            stay = {row.key for row in rows}
            if [row for row in old if row.key in stay] == rows:
                self._delete([n for n, row in enumerate(old) if row.key not in stay])
                return
        self._rearrange(rows)

    def _insert(self, positions: Iterable[int], rows: Sequence[VmRow]) -> None:
        for position in positions:
            self.beginInsertRows(_ROOT, position, position)
            self._shown.insert(position, rows[position])
            self._at = None
            self.endInsertRows()

    def _delete(self, positions: Sequence[int]) -> None:
        for position in reversed(positions):
            self.beginRemoveRows(_ROOT, position, position)
            del self._shown[position]
            self._at = None
            self.endRemoveRows()

    def _rearrange(self, rows: list[VmRow]) -> None:
        self.layoutAboutToBeChanged.emit()
        old = self._shown
        kept = self.persistentIndexList()
        keys = [old[index.row()].key for index in kept]
        self._shown = rows
        self._at = None
        at = self._positions()
        self.changePersistentIndexList(
            kept,
            [
                self.index(at[key], i.column()) if key in at else QModelIndex()
                for key, i in zip(keys, kept, strict=True)
            ],
        )
        self.layoutChanged.emit()
