"""All that a plan for a VM's snapshots needs to know, asked of its host at one time."""

from __future__ import annotations

from collections.abc import Iterable

from console.fleet.domains import VmKey
from console.fleet.hosts import Pool
from console.fleet.snapshots.values import SnapshotFacts
from console.gateway.connection import Link


def read_facts(link: Link, key: VmKey, known: Iterable[Pool] = ()) -> SnapshotFacts:
    """Asked now; blocks. known: the host's pools as they were read before: of those that hold no file of this VM and have the
    same figures the volumes are not asked for again. Raises NotFound, Unreachable."""
    raise NotImplementedError
