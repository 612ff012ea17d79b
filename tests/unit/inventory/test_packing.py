"""Figures as 16 bits, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.inventory.packing import GAP, coded, decoded, packed, reduced, shelf_bytes, shelf_of, unpacked


@given(st.floats(1e-9, 9e12))
def test_a_value_comes_back_within_a_two_thousandth(value: float) -> None:
    assert float(decoded(coded(np.array(value)))) == pytest.approx(value, rel=0.0005)


def test_nothing_gaps_and_what_is_out_of_range() -> None:
    codes = coded(np.array([0.0, np.nan, -5.0, 1e-12, 1e20, np.inf]))
    assert codes.tolist() == [0, GAP, 0, 0, GAP - 1, GAP - 1]
    values = decoded(codes)
    assert values[0] == 0
    assert np.isnan(values[1])


@given(st.lists(st.floats(0, 1e12), min_size=2, max_size=20))
def test_codes_keep_the_order(values: list[float]) -> None:
    codes = coded(np.array(sorted(values))).tolist()
    assert codes == sorted(codes)


def test_bins_become_one_of_what_is_known() -> None:
    nan = np.nan
    mean = np.array([[1.0, 3.0, nan, 5.0, nan, nan]])
    low, middle, high = reduced(mean - 0.5, mean, mean + 0.5, 2)
    assert middle[0, :2].tolist() == [2.0, 5.0]
    assert low[0, :2].tolist() == [0.5, 4.5]
    assert high[0, :2].tolist() == [3.5, 5.5]
    assert np.isnan([low[0, 2], middle[0, 2], high[0, 2]]).all()


def test_a_block_comes_back_whole() -> None:
    luck = np.random.default_rng(7)
    mean = coded(luck.random((10, 60)) * 1e6)
    low, high = coded(decoded(mean) * 0.5), coded(decoded(mean) * 3)
    for part in (low, mean, high):
        part[:, 20:30] = GAP
    data = packed(low, mean, high)
    for was, now in zip((low, mean, high), unpacked(data, 10), strict=True):
        assert (was == now).all()
    assert len(data) < 3 * mean.nbytes


def test_a_low_above_its_mean_does_not_turn_the_block_round() -> None:
    low, mean, high = unpacked(
        packed(coded(np.full((1, 2), 7.0)), coded(np.full((1, 2), 5.0)), coded(np.zeros((1, 2)))), 1
    )
    assert (low == mean).all()
    assert (high == mean).all()


@pytest.mark.parametrize("data", [b"", b"no block", b"x\x9c\x03\x00"])
def test_what_is_no_block_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpacked(data, 10)


def test_a_shelf_comes_back_whole() -> None:
    codes = np.arange(2 * 10 * 6, dtype=np.uint16).reshape(2, 10, 6)
    subjects, found = shelf_of(shelf_bytes(np.array([5, 70_000], np.uint32), codes))
    assert subjects.tolist() == [5, 70_000]
    assert (found == codes).all()


@pytest.mark.parametrize("data", [b"", b"1234567", bytes(8), b"\x01\0\0\0\x0a\0\0\0"])
def test_what_is_no_shelf_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        shelf_of(data)
