"""One VM as a row, and the search over rows."""

from __future__ import annotations

from collections.abc import Callable

from console.fleet.domains import Domain, Load, VmKey
from console.fleet.hosts import HostSpec, HostStatus
from console.fleet.search import QueryError, parse
from console.fleet.subjects import Known
from console.ui.icons import Age, age_of
from console.ui.models.cells import Cell
from console.words.search import hay

NEVER = float("inf")


class VmRow:
    """All that is shown of one VM. Lives as long as the VM; `put` renews it.

    Attributes:
        cells: what was shown last, None once it is out of date; moved: its cells of load are. good_until: epoch at which
            it ages. taken: epoch of the last `put`.
    """

    __slots__ = (
        "_hay",
        "age",
        "cells",
        "domain",
        "good_until",
        "key",
        "load",
        "moved",
        "name_key",
        "spec",
        "status",
        "taken",
    )

    def __init__(self, domain: Domain, spec: HostSpec, status: HostStatus, load: Load | None, now: float) -> None:
        self.key: VmKey = domain.key
        self.load = load
        self.put(domain, spec, status, now)

    def put(self, domain: Domain, spec: HostSpec, status: HostStatus, now: float) -> None:
        """Takes in what is known now."""
        self.domain = domain
        self.spec = spec
        self.status = status
        self.age = age_of(status)
        self.name_key = domain.name.casefold()
        self.taken = now
        self._hay: str | None = None
        self.cells: list[Cell] | None = None
        self.moved = False
        self.good_until = 0.0

    def put_load(self, load: Load | None) -> None:
        self.load = load
        self.moved = True

    @property
    def hay(self) -> str:
        """Lower-cased text of all columns but the figures of load, for the search; made when first searched."""
        if self._hay is None:
            self._hay = hay(self.domain, self.spec, self.status, self.taken)
        return self._hay

    @property
    def cpu(self) -> float | None:
        """0..1, as last known; None for a VM that does not run."""
        return self.load.cpu if self.load is not None and self.domain.state.active else None

    @property
    def memory_used(self) -> int | None:
        """KiB the guest uses, None where it does not tell."""
        return self.load.memory_used_kib if self.load is not None and self.domain.state.active else None

    @property
    def memory_total(self) -> int:
        """KiB."""
        return self.domain.memory_kib or self.domain.max_memory_kib

    @property
    def ip(self) -> str:
        """The address to show: the first IPv4 one, else the first."""
        addresses = self.domain.addresses
        return next((a.ip for a in addresses if "." in a.ip), addresses[0].ip if addresses else "")

    def ages_at(self, now: float) -> float:
        """Epoch at which what is shown changes by itself."""
        if self.domain.provenance is not None and self.domain.provenance.expires:
            return now + (60 if self.age is Age.LIVE else 1)
        if self.age is Age.LIVE:
            return NEVER if self.domain.state.active or not self.domain.since else now + 60
        if not self.status.seen:
            return NEVER
        return now + (1 if now - self.status.seen < 60 else 20)


class RowSearch:
    """What a table is searched for.

    known: what a search knows beside the rows. refused: called with the error of a query that was given up while it looked;
    everything is found then.
    """

    def __init__(self, known: Callable[[], Known], refused: Callable[[QueryError], object]) -> None:
        self._known = known
        self._refused = refused
        self.query = parse("")

    def __bool__(self) -> bool:
        return bool(self.query)

    def among(self, rows: list[VmRow]) -> list[VmRow]:
        """The rows that are found, in their order. The one place that decides what a search of a table finds."""
        if not self.query:
            return rows
        test = self.query.matcher(self._known())
        try:
            return [row for row in rows if test(row)]
        except QueryError as error:
            self.query = parse("")
            self._refused(error)
            return rows
