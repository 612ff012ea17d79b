"""One act on snapshots of many VMs, as one dry run: all or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from console.fleet.domains import VmKey
from console.fleet.snapshots.plans import Deed, SnapshotPlan, TakeOrder
from console.fleet.storing import Say, Weight


class ManyPlan(msgspec.Struct, frozen=True):
    """The plans of all of them. Of one VM there may be several, carried out in order (retention); those after the first are as
    of now, and made anew when it is their turn.

    together: the VMs stand still at one moment while it is done. safety: name of the snapshot that each gets first, so that
    all can be taken back where one fails ("" = none is needed, or none helps: a deletion). keeps: it stays afterwards.
    keep, days: of a retention, 0 = no such rule. order, start: as they were wanted of a take and a revert.
    """

    deed: Deed
    snapshot: str
    plans: tuple[SnapshotPlan, ...]
    made: float
    together: bool = False
    safety: str = ""
    keeps: bool = False
    keep: int = 0
    days: float = 0.0
    order: TakeOrder | None = None
    start: bool | None = None

    @property
    def keys(self) -> tuple[VmKey, ...]:
        """Every VM once, in order."""
        return tuple(dict.fromkeys(plan.key for plan in self.plans))

    @property
    def refused(self) -> tuple[tuple[SnapshotPlan, Say], ...]:
        """What stands in the way, of each VM: one is enough to refuse all."""
        return tuple((plan, say) for plan in self.plans for say in plan.refused)

    @property
    def warnings(self) -> tuple[tuple[SnapshotPlan, Say], ...]:
        return tuple((plan, say) for plan in self.plans for say in plan.warnings)

    @property
    def frees(self) -> int:
        return sum(plan.frees for plan in self.plans)

    @property
    def needs(self) -> int:
        return sum(plan.needs for plan in self.plans)

    @property
    def files_going(self) -> tuple[tuple[VmKey, str], ...]:
        """Every file that is deleted, once: its VM and path."""
        return tuple(dict.fromkeys((plan.key, path) for plan in self.plans for path in plan.files_going))

    def by_vm(self) -> Iterator[tuple[VmKey, tuple[SnapshotPlan, ...]]]:
        found: dict[VmKey, list[SnapshotPlan]] = {}
        for plan in self.plans:
            found.setdefault(plan.key, []).append(plan)
        return ((key, tuple(plans)) for key, plans in found.items())


def with_room(plans: Sequence[SnapshotPlan]) -> tuple[SnapshotPlan, ...]:
    """The same plans; those are refused that have room alone in a pool, but not together with the others."""
    wanted: defaultdict[tuple[str, str], int] = defaultdict(int)
    for plan in plans:
        wanted[plan.key.host, plan.pool] += max(0, plan.needs)
    found = []
    for plan in plans:
        needs = wanted[plan.key.host, plan.pool]
        if plan.pool and plan.needs > 0 and plan.needs <= plan.free < needs:
            values: dict[str, str | int] = {"name": plan.pool, "pool": plan.pool, "needs": needs, "free": plan.free}
            plan = replace(plan, says=(*plan.says, Say("no-room", values, Weight.STOP)))
        found.append(plan)
    return tuple(found)
