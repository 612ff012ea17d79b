"""The table of hosts: what each is worth, how loaded it is, how old that is."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject

from console.fleet import uris
from console.fleet.hosts import HostSpec, Phase
from console.fleet.storage import StorageSum, stored
from console.fleet.sums import Sum, host_sum, loaded
from console.fleet.updates import ChangeSet, HostView
from console.inventory.inventory import Inventory
from console.ui.icons import phase_glyph
from console.ui.models.rows import Column, RowTable, known
from console.words import N_, _, errors, overview, states, units

_PHASE_ORDER = {
    Phase.REFUSED: 0,
    Phase.UNREACHABLE: 1,
    Phase.STALE: 2,
    Phase.CONNECTING: 3,
    Phase.OFF: 4,
    Phase.LIVE: 5,
}
NEARLY_FULL = 0.9  # of the storage
_TONES = {Phase.REFUSED: "error", Phase.UNREACHABLE: "error", Phase.STALE: "warning", Phase.CONNECTING: "accent"}


class HostRow(msgspec.Struct, frozen=True):
    """One host as of one moment."""

    spec: HostSpec
    view: HostView
    sum: Sum
    stored: StorageSum = msgspec.field(default_factory=StorageSum)

    @property
    def fresh(self) -> bool:
        return self.view.status.phase is Phase.LIVE


def state_glyph(row: HostRow) -> tuple[str, str]:
    """The glyph of a host's phase; a green dot for one that is live."""
    return phase_glyph(row.view.status.phase) or ("dot", "good")


def _vms(row: HostRow, _now: float) -> str:
    return _("{running} of {all}").format(running=units.count(row.sum.running), all=units.count(row.sum.vms))


def _age(row: HostRow, now: float) -> str:
    return states.phase_age(row.view.status, now) or ("" if row.fresh else units.NONE)


def _by_age(row: HostRow) -> tuple[int, float]:
    """Live, then the longer unheard the later, then never heard of."""
    seen = row.view.status.seen
    return (0, 0.0) if row.fresh else (1, -seen) if seen else (2, 0.0)


def _why(row: HostRow) -> str:
    problem = row.view.status.problem
    return errors.why(problem) if problem is not None else ""


def ratio(value: float | None) -> str:
    """Promised to real: "1.9×"."""
    return units.NONE if value is None else f"{units.figure(value, 2 if value < 0.995 else 1)}×"


def _versions(row: HostRow, _now: float) -> str:
    """Libvirt's version and what it drives: "9.0.0, QEMU 7.2.9"."""
    facts = row.view.facts
    if facts is None or not facts.libvirt_version:
        return units.NONE
    driver = f"{facts.hypervisor} {units.version(facts.hypervisor_version)}" if facts.hypervisor_version else ""
    return ", ".join(part for part in (units.version(facts.libvirt_version), driver) if part)


COLUMNS: tuple[Column[HostRow], ...] = (
    Column(
        "name",
        N_("Name"),
        lambda r, n: r.spec.name,
        lambda r: r.spec.name.casefold(),
        width=118,
        glyph=state_glyph,
        name=True,
        tip=lambda r: r.spec.uri,
    ),
    Column(
        "state",
        N_("State"),
        lambda r, n: states.phase(r.view.status.phase),
        lambda r: _PHASE_ORDER[r.view.status.phase],
        width=104,
        tone=lambda r: _TONES.get(r.view.status.phase, "text2"),
        tip=_why,
    ),
    Column(
        "age",
        N_("Age"),
        _age,
        _by_age,
        right=True,
        width=62,
        ages=True,
        tone=lambda r: _TONES.get(r.view.status.phase, ""),
    ),
    Column("zone", N_("Zone"), lambda r, n: r.spec.zone, lambda r: r.spec.zone.casefold(), width=58),
    Column("rack", N_("Rack"), lambda r, n: r.spec.rack, lambda r: r.spec.rack.casefold(), width=46),
    Column("vms", N_("VMs"), _vms, lambda r: (r.sum.running, r.sum.vms), N_("running"), right=True, width=94),
    Column(
        "cpu",
        N_("CPU"),
        lambda r, n: units.percent(r.sum.cpu),
        lambda r: known(r.sum.cpu),
        right=True,
        width=102,
        used=lambda r: r.sum.cpu,
        promised=lambda r: r.sum.vcpu_ratio,
    ),
    Column(
        "vcpus",
        N_("vCPU"),
        lambda r, n: ratio(r.sum.vcpu_ratio),
        lambda r: known(r.sum.vcpu_ratio),
        N_("promised"),
        right=True,
        width=106,
        drop=2,
    ),
    Column(
        "memory",
        N_("Memory"),
        lambda r, n: units.of(r.sum.memory_used if r.sum.memory_known else None, r.sum.memory or None),
        lambda r: known(r.sum.memory_share),
        N_("GiB"),
        right=True,
        width=152,
        used=lambda r: r.sum.memory_share,
        promised=lambda r: r.sum.memory_ratio,
    ),
    Column(
        "promised",
        N_("Memory"),
        lambda r, n: ratio(r.sum.memory_ratio),
        lambda r: known(r.sum.memory_ratio),
        N_("promised"),
        right=True,
        width=122,
        drop=2,
    ),
    Column(
        "storage",
        N_("Storage"),
        lambda r, n: units.percent(r.stored.full),
        lambda r: known(r.stored.full),
        right=True,
        width=102,
        used=lambda r: r.stored.full,
        promised=lambda r: r.stored.ratio,
        tone=lambda r: "warning" if (r.stored.full or 0.0) >= NEARLY_FULL else "",
        tip=lambda r: overview.storage_sentence(r.stored) if r.stored.capacity else "",
    ),
    Column(
        "version",
        N_("libvirt"),
        _versions,
        lambda r: (r.view.facts.libvirt_version, r.view.facts.hypervisor_version) if r.view.facts else (0, 0),
        width=128,
        drop=3,
    ),
    Column(
        "address",
        N_("Address"),
        lambda r, n: uris.split(r.spec.uri)[0],
        lambda r: r.spec.uri,
        width=90,
        mono=True,
        tip=lambda r: r.spec.uri,
    ),
)
NAMES = tuple(column.id for column in COLUMNS)


class HostTable(RowTable[HostRow]):
    """Rows are hosts of a place. `apply` takes the bridge's changes."""

    def __init__(
        self, inventory: Inventory, parent: QObject | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(COLUMNS, lambda row: row.spec.id, parent, clock, pale=lambda row: not row.fresh)
        self._inventory = inventory
        self._wanted: Callable[[HostSpec], bool] = lambda spec: True
        self._words: list[str] = []
        self._hidden = 0
        self.refresh()

    @property
    def hidden(self) -> int:
        """Hosts of the place that the search leaves out."""
        return self._hidden

    def show_only(self, wanted: Callable[[HostSpec], bool]) -> None:
        """Narrows the table to the hosts of a place."""
        self._wanted = wanted
        self.refresh()

    def set_search(self, text: str) -> None:
        """Keeps the hosts that hold every word of `text` in some column or tag."""
        self._words = text.casefold().split()
        self.refresh()

    def refresh(self) -> None:
        """Brings rows in, out and up to date with the inventory."""
        rows = [self._read(spec) for spec in self._inventory.specs() if self._wanted(spec)]
        found = [row for row in rows if self._found(row)]
        self._hidden = len(rows) - len(found)
        self.set_rows(found)

    def apply(self, change: ChangeSet) -> None:
        """Takes in what the bridge told; touches only the hosts it is about."""
        touched = set(change.hosts)
        touched.update(key.host for key in change.added | change.changed | change.removed)
        if change.fleet or (touched and self._words):
            self.refresh()
            return
        if not touched and not change.host_loads:
            return
        for number in range(self.rowCount()):
            row = self.row(number)
            if row.spec.id in touched:
                self.renew(number, self._read(row.spec))
            elif row.spec.id in change.host_loads:
                view = self._inventory.view(row.spec.id)
                self.renew(number, HostRow(row.spec, view, loaded(row.sum, view.load), row.stored))
        self.settle()

    def _read(self, spec: HostSpec) -> HostRow:
        view = self._inventory.view(spec.id)
        domains = self._inventory.domains_of(spec.id)
        return HostRow(spec, view, host_sum(view, domains), stored(spec.id, view.pools))

    def _found(self, row: HostRow) -> bool:
        if not self._words:
            return True
        text = f"{self.said(row)}\n{' '.join(row.spec.tags)}".casefold()
        return all(word in text for word in self._words)
