from __future__ import annotations

import math
import time

import pytest

from console.words import units

N = units.NBSP
GIB = 1024**2  # KiB
NOW = time.mktime((2026, 11, 21, 14, 31, 2, 0, 0, -1))


@pytest.mark.parametrize(
    ("kib", "plain", "fixed"),
    [
        (16 * GIB, "16", "16.0"),
        (14.8 * GIB, "14.8", "14.8"),
        (128 * 1024, "0.1", "0.1"),
        (64 * 1024, "0.06", "0.06"),
        (0, "0", "0.0"),
        (312.4 * GIB, "312", "312.4"),
        (99.97 * GIB, "100", "100.0"),
        (None, "–", "–"),
    ],
)
def test_memory_in_gib(kib: float | None, plain: str, fixed: str) -> None:
    assert units.gib(kib) == plain
    assert units.gib(kib, fixed=True) == fixed


def test_amounts_of_amounts() -> None:
    assert units.of(14.8 * GIB, 16 * GIB) == "14.8 of 16"
    assert units.of(None, 8 * GIB) == "– of 8"
    assert units.sizes_of(51 * 1024**3, 80 * 1024**3) == f"51 of 80{N}GiB"
    assert units.sizes_of(None, 80 * 1024**3) == f"– of 80{N}GiB"
    assert units.memory(512 * 1024) == f"512{N}MiB"
    assert units.memory(None) == "–"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (528 * 1024, "528 KiB"),
        (8.2 * 1024**3, "8.2 GiB"),
        (1023.7 * 1024**3, "1 TiB"),
        (1.1 * 1024**4, "1.1 TiB"),
        (2**70, "1024 EiB"),
        (-3.1 * 1024**3, "−3.1 GiB"),
        (None, "–"),
    ],
)
def test_size(value: float | None, text: str) -> None:
    assert units.size(value) == text.replace(" ", N)


def test_rates() -> None:
    assert units.mib_s(212.4 * 1024**2) == "212"
    assert units.mib_s(4.13 * 1024**2) == "4.1"
    assert units.mib_s(9.96 * 1024**2) == "10"
    assert units.mib_s(0) == "0"
    assert units.mbit_s(912e6 / 8) == "912"
    assert units.mbit_s(6.2e6 / 8) == "6.2"
    assert units.mbit_s(None) == units.mib_s(None) == units.rate(None) == units.bitrate(None) == "–"
    assert units.rate(286 * 1024**2) == f"286{N}MiB/s"
    assert units.rate(3000 * 1024**2) == f"3000{N}MiB/s"
    assert units.rate(12 * 1024) == f"12{N}KiB/s"
    assert units.bitrate(11e6) == f"88{N}Mbit/s"
    assert units.bitrate(1500) == f"12{N}kbit/s"
    assert units.bitrate(0) == f"0{N}Mbit/s"


def test_percent_never_says_all_too_early() -> None:
    assert units.percent(0.97) == f"97{N}%"
    assert units.percent(0.999) == f"99{N}%"
    assert units.percent(1) == f"100{N}%"
    assert units.percent(0) == f"0{N}%"
    assert units.percent(None) == units.percent(math.nan) == "–"


@pytest.mark.parametrize(
    ("seconds", "text", "rough"),
    [
        (0, "0 s", "0 s"),
        (0.3, "0.3 s", "0 s"),
        (0.01, "0.1 s", "0 s"),
        (0.97, "1 s", "0 s"),
        (14, "14 s", "14 s"),
        (59.9, "1 min", "59 s"),
        (161, "2 min 41 s", "2 min"),
        (18060, "5 h 1 min", "5 h"),
        (3600, "1 h", "1 h"),
        (3605, "1 h", "1 h"),
        (41 * 86400 + 6 * 3600 + 59 * 60, "41 d 6 h", "41 d"),
        (-5, "0 s", "0 s"),
        (None, "–", "–"),
    ],
)
def test_durations_and_ages(seconds: float | None, text: str, rough: str) -> None:
    assert units.duration(seconds).replace(N, " ") == text
    assert units.age(seconds).replace(N, " ") == rough


def test_moments_are_as_short_as_they_stay_clear() -> None:
    assert units.clock(NOW) == "14:31:02"
    assert units.clock(NOW, seconds=False) == "14:31"
    assert units.moment(NOW - 3600, NOW) == "13:31"
    assert units.moment(NOW - 86400, NOW) == "20 Nov, 14:31"
    assert units.moment(NOW - 400 * 86400, NOW) == "17 Oct 2025"
    assert units.date(NOW, NOW) == "today"
    assert units.moment(0, NOW) == units.clock(0) == units.date(0, NOW) == "–"


def test_figures() -> None:
    assert units.count(12400) == "12,400"
    assert units.figure(-0.04, 1) == "0.0"
    assert units.figure(-1.5, 1) == "−1.5"
    assert units.version(9_000_000) == "9.0.0"
    assert units.version(7_002_009) == "7.2.9"
    assert units.version(0) == "–"
