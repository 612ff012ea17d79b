"""One VM as a row, and the search over rows."""

from __future__ import annotations

from collections.abc import Sequence

from console.fleet.domains import Domain, Load, State, VmKey
from console.fleet.hosts import HostSpec, HostStatus
from console.ui.icons import Age, age_of
from console.ui.models.cells import Cell
from console.words import _, states, units

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
            self._hay = _hay(self.domain, self.spec, self.status, self.taken)
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
        if self.age is Age.LIVE:
            return NEVER if self.domain.state.active or not self.domain.since else now + 60
        if not self.status.seen:
            return NEVER
        return now + (1 if now - self.status.seen < 60 else 20)


def _hay(domain: Domain, spec: HostSpec, status: HostStatus, now: float) -> str:
    words = [
        domain.name,
        states.state_words(domain, status, now),
        spec.name,
        spec.zone,
        spec.rack,
        domain.title,
        domain.description,
        domain.group,
        domain.owner,
        domain.os,
        domain.key.uuid,
        units.memory(domain.memory_kib),
        f"{domain.max_vcpus} vcpu",
        *domain.tags,
        *(address.ip for address in domain.addresses),
        *(nic.mac for nic in domain.nics),
    ]
    if domain.autostart:
        words.append(_("autostart"))
    if domain.state is State.RUNNING:
        words.append(states.state(State.RUNNING))
    return "\n".join(word for word in words if word).casefold().replace(units.NBSP, " ")


def words_of(text: str) -> tuple[str, ...]:
    """What is typed into the search field, as `matches` wants it."""
    return tuple(text.casefold().split())


def matches(row: VmRow, words: Sequence[str]) -> bool:
    """Every word is in some column of the row. The one place that decides what a search finds."""
    hay = row.hay
    for word in words:  # noqa: SIM110 - a plain loop takes half the time of all() here
        if word not in hay:
            return False
    return True
