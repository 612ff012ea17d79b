"""Rows that changed, as the fewest ranges worth telling a view of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

MOST = 40  # ranges for one change before they become one


def runs(positions: Sequence[int]) -> list[tuple[int, int]]:
    """(first, last) of each run of neighbours among positions in rising order; one that spans all where there are many."""
    if not positions:
        return []
    starts = [positions[0], *(b for a, b in pairwise(positions) if b != a + 1)]
    ends = [*(a for a, b in pairwise(positions) if b != a + 1), positions[-1]]
    return list(zip(starts, ends, strict=True)) if len(starts) <= MOST else [(positions[0], positions[-1])]
