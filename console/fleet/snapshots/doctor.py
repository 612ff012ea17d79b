"""What is wrong with the snapshots and images of a VM, and how each is mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.fleet.snapshots.plans import SnapshotPlan
from console.fleet.snapshots.values import SnapshotFacts
from console.fleet.storing import Weight


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. code: see `findings`. files: paths; snapshots: names; bytes: on disk.

    weight: a STOP breaks something now, a WARNING will, a FACT is worth a look. repair: None where a person must decide.
    """

    code: str
    files: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    bytes: int = 0
    weight: Weight = Weight.WARNING
    values: Mapping[str, str | int] = field(default_factory=dict)
    repair: SnapshotPlan | None = None


def findings(facts: SnapshotFacts) -> tuple[Finding, ...]:
    """What is wrong, worst first."""
    raise NotImplementedError
