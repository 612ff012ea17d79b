"""Figures of load as bytes: 16 bits a value on a logarithmic scale, right within 0.04 %. Needs numpy: imported when first used.

A code is 0 for nothing, GAP for not known, else 1 + the logarithm. Codes keep the order of their values.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint16]
Floats = NDArray[np.float64]

GAP = 0xFFFF
_LEAST, _MOST = 1e-9, 1e13  # from a nanosecond to more than any rate
_LOG = np.log2(_LEAST)
_PER = (GAP - 2) / (np.log2(_MOST) - _LOG)


def _table() -> Floats:
    values: Floats = np.exp2((np.arange(GAP + 1, dtype=np.float64) - 1) / _PER + _LOG)
    values[0], values[GAP] = 0.0, np.nan
    return values


_VALUES = _table()


def coded(values: NDArray[Any]) -> Codes:
    """Values (any shape; NaN = gap, below a nanosecond = nothing) as codes."""
    with np.errstate(divide="ignore", invalid="ignore"):
        codes = np.rint((np.log2(values) - _LOG) * _PER) + 1
    codes = np.where(values >= _LEAST, np.clip(codes, 1, GAP - 1), 0)
    codes = np.where(np.isnan(values), GAP, codes)
    return codes.astype(np.uint16)


def decoded(codes: Codes) -> Floats:
    """The values of codes; NaN for gaps."""
    found: Floats = _VALUES[codes]
    return found


def reduced(low: Floats, mean: Floats, high: Floats, by: int) -> tuple[Floats, Floats, Floats]:
    """`by` bins (last axis) become one: least, mean and most of what is known; a bin of gaps stays a gap."""
    shape = (*mean.shape[:-1], mean.shape[-1] // by, by)
    known = ~np.isnan(mean).reshape(shape)
    count = known.sum(axis=-1)
    total = np.where(known, mean.reshape(shape), 0.0).sum(axis=-1)
    least = np.where(known, low.reshape(shape), np.inf).min(axis=-1)
    most = np.where(known, high.reshape(shape), -np.inf).max(axis=-1)
    there = count > 0
    middle = np.divide(total, count, out=np.full(count.shape, np.nan), where=there)
    return np.where(there, least, np.nan), middle, np.where(there, most, np.nan)


def packed(low: Codes, mean: Codes, high: Codes) -> bytes:
    """One subject's block (each measures × bins) as compressed bytes: the mean, and how far low and high are from it."""
    gap = mean == GAP
    below = np.where(gap, 0, np.maximum(mean.astype(np.int32) - low, 0))
    above = np.where(gap, 0, np.maximum(high.astype(np.int32) - mean, 0))
    parts = np.stack((mean, below, above)).astype("<u2")
    return zlib.compress(parts.reshape(-1).view(np.uint8).reshape(-1, 2).T.tobytes(), 1)


def unpacked(data: bytes, width: int, places: Sequence[int] | None = None) -> tuple[Codes, Codes, Codes]:
    """What `packed` made bytes of, each measures × bins: all `width`, or those at `places`. Errors: ValueError where it is none."""
    try:
        raw = np.frombuffer(zlib.decompress(data), np.uint8).reshape(2, 3, width, -1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if places is not None:
        raw = raw[:, :, places]
    parts = raw[0] | raw[1].astype(np.uint16) << 8
    mean = parts[0].astype(np.uint16)
    gap = mean == GAP
    low = np.where(gap, GAP, mean - np.minimum(mean, parts[1])).astype(np.uint16)
    high = np.where(gap, GAP, np.minimum(mean.astype(np.int32) + parts[2], GAP - 1)).astype(np.uint16)
    return low, mean, high


def shelf_bytes(subjects: NDArray[np.uint32], codes: Codes) -> bytes:
    """Many subjects of one shelf at one time: how many, and of how many measures; their numbers; subject × measure × rest."""
    head = np.array((len(subjects), codes.shape[1]), "<u4")
    return head.tobytes() + subjects.astype("<u4").tobytes() + codes.astype("<u2").tobytes()


def shelf_of(data: bytes) -> tuple[NDArray[np.uint32], Codes]:
    """Subjects, and their codes as subject × measure × rest. Errors: ValueError where it is no shelf."""
    count, width = np.frombuffer(data, "<u4", 2) if len(data) >= 8 else (0, 0)
    end = 8 + 4 * int(count)
    if not count or not width or len(data) <= end:
        raise ValueError("no shelf")
    subjects = np.frombuffer(data, "<u4", count, 8)
    return subjects, np.frombuffer(data, "<u2", offset=end).reshape(int(count), int(width), -1)
