"""A short list of VMs with what they use now; a row opens its VM."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from console.fleet.domains import Domain, Load, VmKey
from console.ui.context import Context
from console.ui.icons import Age, age_of, vm_glyph
from console.ui.models.cells import Spark
from console.ui.models.rows import Column, RowTable, known
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.labels import label
from console.ui.widgets.row_view import RowView
from console.words import N_, _, states, units


class VmLine(msgspec.Struct, frozen=True):
    """One VM of the list, as of one moment."""

    key: VmKey
    domain: Domain
    host: str
    age: Age
    said: str
    load: Load | None = None


def _memory_share(line: VmLine) -> float | None:
    load = line.load
    if load is None or load.memory_used_kib is None or not load.memory_kib:
        return None
    return load.memory_used_kib / load.memory_kib


def _disk(load: Load | None) -> float | None:
    return None if load is None or load.disk_read is None else load.disk_read + (load.disk_write or 0.0)


def _net(load: Load | None) -> float | None:
    return None if load is None or load.net_in is None else load.net_in + (load.net_out or 0.0)


_NAME: Column[VmLine] = Column(
    "name",
    N_("Name"),
    lambda r, n: r.domain.name,
    lambda r: r.domain.name.casefold(),
    width=146,
    glyph=lambda r: vm_glyph(r.domain, r.age),
    name=True,
)
_HOST: Column[VmLine] = Column("host", N_("Host"), lambda r, n: r.host, lambda r: r.host.casefold(), width=88)
_SAID: Column[VmLine] = Column(
    "state", N_("State"), lambda r, n: r.said, lambda r: r.domain.since or 0.0, width=110, tone=lambda r: "text2"
)
_LOAD: tuple[Column[VmLine], ...] = (
    Column(
        "cpu",
        N_("CPU"),
        lambda r, n: units.percent(r.load.cpu if r.load else None),
        lambda r: known(r.load.cpu if r.load else None),
        right=True,
        width=104,
        used=lambda r: r.load.cpu if r.load else None,
    ),
    Column(
        "memory",
        N_("Memory"),
        lambda r, n: units.of(r.load.memory_used_kib if r.load else None, r.domain.memory_kib),
        lambda r: known(_memory_share(r)),
        N_("GiB"),
        right=True,
        width=144,
        used=_memory_share,
    ),
    Column(
        "disk",
        N_("Disk"),
        lambda r, n: units.mib_s(_disk(r.load)),
        lambda r: known(_disk(r.load)),
        N_("MiB/s"),
        right=True,
        width=92,
        drop=2,
    ),
    Column(
        "net",
        N_("Net"),
        lambda r, n: units.mbit_s(_net(r.load)),
        lambda r: known(_net(r.load)),
        N_("Mbit/s"),
        right=True,
        width=92,
        drop=2,
    ),
)
_OWNER: Column[VmLine] = Column(
    "owner", N_("Owner"), lambda r, n: r.domain.owner or units.NONE, lambda r: r.domain.owner, width=90, drop=1
)


class VmList(QWidget):
    """Signals:
    opened(VmKey): the row that was chosen.
    """

    opened = Signal(object)

    def __init__(self, ctx: Context, parent: QWidget | None = None, *, idle: bool = False, host: bool = False) -> None:
        """idle: VMs that are off, with since when and whose; host: with the host they are on."""
        super().__init__(parent)
        self._ctx = ctx
        place = (_HOST,) if host else ()
        cpu = replace(_LOAD[0], width=116, spark=lambda line: Spark(line.key, ctx.inventory.trace(line.key)))
        load = (_NAME, *place, cpu, *_LOAD[1:])
        columns = (replace(_NAME, width=176), *place, _SAID, _OWNER) if idle else load
        self.table: RowTable[VmLine] = RowTable(
            columns, lambda line: line.key, self, pale=lambda line: line.age is Age.LOST
        )
        self.view: RowView[VmLine] = RowView(self.table, _("VMs"))
        self.view.opened.connect(lambda line: self.opened.emit(line.key))
        order = Qt.SortOrder.AscendingOrder if idle else Qt.SortOrder.DescendingOrder
        self.view.sortByColumn(1 + len(place), order)  # off for longest, or most CPU
        self._none = label("", tone="text3", wrap=True)
        self._none.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._none.setContentsMargins(theme.px(8), theme.px(8), 0, 0)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._none)

    def show_vms(self, vms: Sequence[tuple[Domain, Load | None]], none: str, now: float = 0.0) -> None:
        """Shows these; `none` is said where there are none."""
        self.table.set_rows(self._line(domain, load, now) for domain, load in vms)
        self._none.setText(none)
        self._stack.setCurrentIndex(0 if vms else 1)
        self.setMinimumHeight(theme.px(HEIGHTS["head"] + max(1, len(vms)) * HEIGHTS["row"]) + 2)

    def _line(self, domain: Domain, load: Load | None, now: float) -> VmLine:
        inventory = self._ctx.inventory
        spec, status = inventory.spec(domain.key.host), inventory.status(domain.key.host)
        said = states.state_words(domain, status, now) if now else ""
        return VmLine(domain.key, domain, spec.name if spec else "", age_of(status), said, load)
