"""The newest figures of many subjects in memory, five seconds a slot: one array, so that thousands cost no object each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from console.fleet.history import STEPS

STEP = STEPS[0]
SLOTS = 144  # twelve minutes
_FIRST = 64  # columns at first


class Ring:
    """Slots of STEP seconds, counted from the epoch. Not locked: its owner does that.

    width: measures of a subject. A column is one subject's; what falls out at the old end is gone.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.newest = -1  # slot
        self._numbers = np.full(SLOTS, -1, np.int64)
        self._values = np.full((SLOTS, width, _FIRST), np.nan, np.float32)
        self._counts = np.zeros((SLOTS, _FIRST), np.uint8)

    @property
    def oldest(self) -> int:
        """The oldest slot that may be held."""
        return self.newest - SLOTS + 1

    @property
    def nbytes(self) -> int:
        return self._values.nbytes + self._counts.nbytes

    def put(self, slots: Sequence[int], columns: NDArray[np.intp], values: NDArray[Any], anew: bool = False) -> None:
        """`values` (columns × measures, NaN = not known) for each of `slots`.

        A slot told again gets the mean of both, or, `anew`, the later: the clock was put back. If it was put back by more than
        is held, all is forgotten.
        """
        if not slots or not len(columns):
            return
        if slots[-1] < self.oldest:
            self._numbers[:] = -1
            self.newest = slots[-1]
        if (most := int(columns.max()) + 1) > self._counts.shape[1]:
            self._grow(most)
        for slot in slots[-SLOTS:]:
            row = slot % SLOTS
            if self._numbers[row] != slot:
                self._numbers[row] = slot
                self._values[row] = np.nan
                self._counts[row] = 0
            self.newest = max(self.newest, slot)
            counts = np.where(anew, 0, np.minimum(self._counts[row, columns], 254)) + 1
            self._counts[row, columns] = counts
            old = np.where(anew, np.float32(np.nan), self._values[row][:, columns])
            new = values.T.astype(np.float32)
            mixed = np.where(np.isnan(new), old, old + (new - old) / counts)
            self._values[row][:, columns] = np.where(np.isnan(old), new, mixed)

    def window(self, first: int, count: int, columns: NDArray[np.intp] | None = None) -> NDArray[np.float32]:
        """Slots `first` and on: columns × measures × slots; NaN where nothing is known."""
        wanted = np.arange(first, first + count)
        rows = wanted % SLOTS
        there = (self._numbers[rows] == wanted) & (wanted >= self.oldest)
        chosen = slice(None) if columns is None else columns
        found = self._values[rows][:, :, chosen].transpose(2, 1, 0)
        return np.where(there, found, np.float32(np.nan))

    def seen(self) -> NDArray[np.bool_]:
        """By column: something of it is held."""
        rows = self._numbers >= self.oldest
        there: NDArray[np.bool_] = np.any(self._counts[rows] > 0, axis=0)
        return there

    def _grow(self, most: int) -> None:
        size = max(most, self._counts.shape[1] * 5 // 4)
        values = np.full((SLOTS, self.width, size), np.nan, np.float32)
        counts = np.zeros((SLOTS, size), np.uint8)
        there = self._counts.shape[1]
        values[:, :, :there], counts[:, :there] = self._values, self._counts
        self._values, self._counts = values, counts
