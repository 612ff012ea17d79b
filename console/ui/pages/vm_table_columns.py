"""Which columns the VM table has, how wide, in which order and by which one it is sorted; kept in the preferences."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QMenu, QWidget

from console.settings.preferences import PreferencesStore
from console.ui.delegates.table import Table
from console.ui.icons import icon, phase_glyph
from console.ui.models.vm_columns import COLUMNS, IDS, column_number
from console.ui.models.vm_rows import VmRow
from console.ui.models.vms import VmTable
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.words import _

SAVE_MS = 400  # after the last change
SAMPLE = 400  # rows whose texts decide how wide a column is
MARKED = "0000 14 min"  # as wide as the mark of a host that is not live
LONGEST = 12  # of them that are measured: those with the most letters are not always the widest

_WANTED: dict[str, tuple[Callable[[VmRow], str], str, int, int]] = {  # text, font, px around it, px at most
    "name": (lambda row: row.domain.name, "name", 12 + 21 + 8, 220),
    "host": (lambda row: row.spec.name + MARKED * (phase_glyph(row.status.phase) is not None), "body", 16, 190),
    "ip": (lambda row: row.ip, "body", 16, 132),
    "group": (lambda row: row.domain.group, "body", 16 + 9, 150),
    "tags": (
        lambda row: row.domain.tags[0] if row.domain.tags else "",
        "chip",
        16 + 16 + 24,
        124,
    ),  # one, and how many more
}
_DELIVERED = tuple(c.id for c in COLUMNS if c.shown)
_GROW = ("name", "host", "ip")
_GIVE = {"group": 72, "name": 112, "tags": 72, "state": 104}
"""Columns that give way when others need more than is drawn, to this width at least."""
_LEND, _BORROW = {"host": 88, "state": 104}, ("group", "tags")
"""Columns that give what they don't need, to this width at least, and those that take it where they need more."""


def _drawn(id: str) -> int:
    return theme.px(COLUMNS[column_number(id)].width)


class VmTableColumns(QObject):
    """Looks after the columns of one table. `fit` after anything that changes the room or the longest texts."""

    def __init__(self, table: Table, model: VmTable, preferences: PreferencesStore) -> None:
        super().__init__(table)
        self.table, self.model, self._preferences = table, model, preferences
        kept = preferences.value
        self._widths = {id: theme.px(width) for id, width in kept.widths.items()}
        self._chosen = {id for id in kept.columns if id in IDS} or set(_DELIVERED)
        self._fitting = False
        self._timer = QTimer(self, interval=SAVE_MS, singleShot=True)
        self._timer.timeout.connect(self._save)
        self._fit_timer = QTimer(self, interval=0, singleShot=True)
        self._fit_timer.timeout.connect(self.fit)
        table.set_row_height(HEIGHTS["row-compact" if kept.compact else "row"])
        self._arrange(kept.columns)
        head = table.horizontalHeader()
        head.sectionClicked.connect(self._on_head)
        head.sectionResized.connect(self._on_resized)
        head.sectionMoved.connect(lambda *_moved: self._timer.start())
        self._sort_as_before()

    def _on_head(self, section: int) -> None:
        id, order = self.model.sorted_by
        column = COLUMNS[section]
        down = order == Qt.SortOrder.AscendingOrder if column.id == id else column.down
        self.sort_by(column.id, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder)
        self._timer.start()

    def _sort_as_before(self) -> None:
        id, _blank, way = self._preferences.value.layout.get("sort", "name").partition(" ")
        order = Qt.SortOrder.DescendingOrder if way == "down" else Qt.SortOrder.AscendingOrder
        self.sort_by(id if id in IDS else "name", order)

    def _arrange(self, ids: Iterable[str]) -> None:
        """Puts the heads in this order; the name always leads, columns not named follow."""
        head = self.table.horizontalHeader()
        for visual, id in enumerate(["name", *(id for id in ids if id in IDS and id != "name")]):
            head.moveSection(head.visualIndex(column_number(id)), visual)

    def _save(self) -> None:
        """Keeps columns, widths and order for the next start."""
        head = self.table.horizontalHeader()
        order = [COLUMNS[head.logicalIndex(visual)].id for visual in range(len(COLUMNS))]
        shown = tuple(id for id in order if id in self._chosen)
        id, way = self.model.sorted_by
        layout = dict(self._preferences.value.layout)
        layout["sort"] = f"{id} down" if way == Qt.SortOrder.DescendingOrder else id
        self._preferences.set(
            columns=() if shown == _DELIVERED else shown,
            widths={id: round(width / theme.scale) for id, width in self._widths.items()},
            layout=layout,
        )

    def sort_by(self, id: str, order: Qt.SortOrder) -> None:
        number = column_number(id)
        self.model.sort(number, order)
        self.table.horizontalHeader().setSortIndicator(number, order)

    def menu(self, parent: QWidget) -> QMenu:
        """Which columns are there, which one sorts."""
        menu = QMenu(parent)
        sorting = menu.addMenu(icon("sort-down", "text2"), _("Sort by"))
        sorted_id, _order = self.model.sorted_by
        for number, column in enumerate(COLUMNS):
            action = sorting.addAction(_(column.title))
            action.setCheckable(True)
            action.setChecked(column.id == sorted_id)
            action.triggered.connect(lambda _checked=False, section=number: self._on_head(section))
        menu.addSeparator()
        for column in COLUMNS[1:]:  # the name always stays
            action = menu.addAction(_(column.title))
            action.setCheckable(True)
            action.setChecked(column.id in self._chosen)
            action.toggled.connect(lambda on, id=column.id: self._choose(id, on))
        menu.addSeparator()
        menu.addAction(_("As delivered")).triggered.connect(self._reset)
        return menu

    def _choose(self, id: str, on: bool) -> None:
        (self._chosen.add if on else self._chosen.discard)(id)
        self.fit()
        self._timer.start()

    def _reset(self) -> None:
        self._chosen = set(_DELIVERED)
        self._widths.clear()
        self._arrange(IDS)
        self.fit()
        self._timer.start()

    def _on_resized(self, section: int, _old: int, new: int) -> None:
        if not self._fitting and section != self._last_shown():
            self._widths[COLUMNS[section].id] = new
            self._timer.start()

    def _last_shown(self) -> int:
        head = self.table.horizontalHeader()
        sections = [head.logicalIndex(visual) for visual in range(len(COLUMNS))]
        return next((n for n in reversed(sections) if not head.isSectionHidden(n)), 0)

    def fit_soon(self) -> None:
        """`fit`, in a turn of the loop of its own."""
        self._fit_timer.start()

    def fit(self) -> None:
        """Sets widths, and leaves out what has no room: Disk and Net first, then Snaps, Tags, Group."""
        room = self.table.viewport().width()
        widths = self._widths_for([c.id for c in COLUMNS if c.id in self._chosen], room)
        head = self.table.horizontalHeader()
        self._fitting = True
        for number, column in enumerate(COLUMNS):
            hidden = column.id not in widths
            if head.isSectionHidden(number) != hidden:
                head.setSectionHidden(number, hidden)
            if not hidden and head.sectionSize(number) != widths[column.id]:
                head.resizeSection(number, widths[column.id])
        self._fitting = False

    def _widths_for(self, ids: list[str], room: int) -> dict[str, int]:
        """Of the columns that fit into `room`. As drawn, wider for long names and addresses, narrower where that helps."""
        wanted = {id: self._wanted_width(id) for id in ids}
        for dropped in range(5):
            some = [id for id in ids if not 0 < COLUMNS[column_number(id)].drops <= dropped]
            widths = {id: self._widths.get(id) or max(_drawn(id), wanted[id] if id in _GROW else 0) for id in some}
            over = sum(widths.values()) - room
            for id, least in _GIVE.items():
                if over > 0 and id in widths and id not in self._widths:
                    need = 0 if id == "tags" else wanted[id]
                    given = min(over, max(0, widths[id] - max(theme.px(least), need)))
                    widths[id] -= given
                    over -= given
            if over <= 0:
                break
        self._lend(widths, wanted, room)
        return widths

    def _lend(self, widths: dict[str, int], wanted: dict[str, int], room: int) -> None:
        """Gives what some columns have to spare to those whose texts are cut; as wide together as before."""
        spare = max(0, room - sum(widths.values()))  # the last column takes it
        for taker in _BORROW:
            if taker not in widths or taker in self._widths:
                continue
            lacks = wanted[taker] - widths[taker] - (spare if taker == list(widths)[-1] else 0)
            for giver, least in _LEND.items():
                if lacks > 0 and giver in widths and giver not in self._widths:
                    floor = max(theme.px(least), wanted[giver]) if giver in _WANTED else theme.px(least)
                    given = min(lacks, max(0, widths[giver] - floor))
                    widths[giver] -= given
                    widths[taker] += given
                    lacks -= given

    def _wanted_width(self, id: str) -> int:
        """What the longest text of a column needs, within limits; 0 where that is not asked."""
        if id not in _WANTED:
            return 0
        read, font, around, most = _WANTED[id]
        longest = sorted({read(row) for row in self.model.rows()[:SAMPLE]}, key=len)[-LONGEST:]
        metrics = theme.metrics(font)
        return min(
            theme.px(most), max((metrics.horizontalAdvance(text) for text in longest), default=0) + theme.px(around)
        )
