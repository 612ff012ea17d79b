"""What earlier runs recorded, for what is shown as of now: sparklines begin where the last run ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.fleet.domains import VmKey
from console.fleet.history import Measure
from console.inventory.inventory import Inventory
from console.inventory.traces import POINTS, STEP

if TYPE_CHECKING:
    from console.services.stats import StatsService


def recall(stats: StatsService, inventory: Inventory, now: float) -> int:
    """Gives the inventory the last ten minutes before `now` (epoch) of every VM it knows. Blocks on the disk. How many VMs
    there was something of. Errors: Failed.
    """
    known = {domain.key for domain in inventory.domains()}
    keys = [key for key in stats.subjects() if isinstance(key, VmKey) and key in known]
    if not keys:
        return 0
    told = stats.several(keys, (Measure.CPU,), now - POINTS * STEP, now, POINTS)
    points = {}
    for key in keys:
        series = told[key][Measure.CPU]
        there = series.mean == series.mean  # no NaN
        if there.any():
            middles = (series.times[there] + series.step / 2).tolist()
            points[key] = tuple(zip(middles, series.mean[there].tolist(), strict=True))
    inventory.recall(points)
    return len(points)
