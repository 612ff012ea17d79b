"""The newest figures in memory."""

from __future__ import annotations

import numpy as np
import pytest

from console.inventory.ring import SLOTS, Ring

NOW = 360_000_000  # slot


def put(ring: Ring, slot: int, value: float, column: int = 0, anew: bool = False) -> None:
    ring.put([slot], np.array([column]), np.full((1, ring.width), value), anew)


def cpu(ring: Ring, first: int, count: int, column: int = 0) -> list[float]:
    return ring.window(first, count, np.array([column]))[0, 0].tolist()


def test_slots_come_out_as_they_went_in_and_the_rest_are_gaps() -> None:
    ring = Ring(2)
    put(ring, NOW, 1.0)
    put(ring, NOW + 2, 3.0)
    assert cpu(ring, NOW - 1, 5) == pytest.approx([np.nan, 1.0, np.nan, 3.0, np.nan], nan_ok=True)
    assert (ring.newest, ring.oldest) == (NOW + 2, NOW + 3 - SLOTS)
    assert np.isnan(cpu(ring, NOW + SLOTS, 1)).all()  # the same row, another slot


def test_a_slot_told_more_than_once_is_the_mean() -> None:
    ring = Ring(1)
    for value in (1.0, 2.0, 6.0):
        put(ring, NOW, value)
    assert cpu(ring, NOW, 1) == [3.0]
    put(ring, NOW, np.nan)
    assert cpu(ring, NOW, 1) == [3.0]


def test_more_columns_than_at_first() -> None:
    ring = Ring(1)
    put(ring, NOW, 1.0)
    put(ring, NOW, 7.0, column=500)
    assert cpu(ring, NOW, 1) == [1.0]
    assert cpu(ring, NOW, 1, 500) == [7.0]
    assert np.flatnonzero(ring.seen()).tolist() == [0, 500]


def test_a_clock_put_back_replaces_what_it_told_before() -> None:
    ring = Ring(1)
    for slot in range(NOW, NOW + 10):
        put(ring, slot, 1.0)
    put(ring, NOW + 5, 9.0, anew=True)
    assert cpu(ring, NOW + 4, 3) == [1.0, 9.0, 1.0]


def test_a_clock_put_back_by_hours_forgets_what_it_called_later() -> None:
    ring = Ring(1)
    put(ring, NOW, 1.0)
    put(ring, NOW - 5000, 2.0)
    assert ring.newest == NOW - 5000
    assert cpu(ring, NOW - 5000, 1) == [2.0]
    assert np.isnan(cpu(ring, NOW, 1)).all()


def test_a_clock_that_jumped_ahead_leaves_a_gap() -> None:
    ring = Ring(1)
    put(ring, NOW, 1.0)
    put(ring, NOW + 50_000, 2.0)
    assert np.isnan(cpu(ring, NOW, 1)).all()  # it is no longer held
    assert cpu(ring, NOW + 50_000, 1) == [2.0]


def test_what_is_not_told_any_more_is_not_seen() -> None:
    ring = Ring(1)
    put(ring, NOW, 1.0, column=3)
    put(ring, NOW + SLOTS, 1.0, column=4)
    assert np.flatnonzero(ring.seen()).tolist() == [4]


def test_nothing_to_put() -> None:
    ring = Ring(1)
    ring.put([], np.array([0]), np.zeros((1, 1)))
    ring.put([NOW], np.array([], np.intp), np.zeros((0, 1)))
    assert ring.newest == -1
