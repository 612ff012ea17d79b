"""Measures in words."""

from __future__ import annotations

import math

import pytest

from console.files.claim import Claimant
from console.fleet.history import Measure
from console.words import stats


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        (Measure.CPU, 0.344, "34 %"),
        (Measure.PRESSURE_IO, 0.02, "2 %"),
        (Measure.MEMORY, 3 * 1024**2, "3 GiB"),
        (Measure.DISK_WRITE, 212 * 1024**2, "212 MiB/s"),
        (Measure.DISK_READ_OPS, 31.4, "31.4 /s"),
        (Measure.DISK_READ_OPS, 1234.0, "1234 /s"),
        (Measure.DISK_WRITE_OPS, 0.0, "0 /s"),
        (Measure.DISK_LATENCY, 0.00123, "1.2 ms"),
        (Measure.DISK_LATENCY, 0.00004, "0.04 ms"),
        (Measure.NET_IN, 11e6, "88 Mbit/s"),
        (Measure.NET_IN, math.nan, "–"),
        (Measure.NET_IN, None, "–"),
    ],
)
def test_values_with_their_units(measure: Measure, value: float | None, text: str) -> None:
    assert stats.value(measure, value).replace("\u00a0", " ") == text


def test_every_measure_has_a_name_of_its_own_and_a_value() -> None:
    assert len({stats.name(measure) for measure in Measure}) == len(Measure)
    assert all(stats.value(measure, 0.5) for measure in Measure)
    assert (stats.plain_unit(Measure.CPU), stats.plain_unit(Measure.NET_IN)) == ("", "B/s")


def test_whole_cpus() -> None:
    assert stats.cpus(2.44).replace("\u00a0", " ") == "2.4 CPU"
    assert stats.cpus(None) == "–"


def test_who_records_is_named() -> None:
    said = stats.recorded_elsewhere(Claimant(4711, "desk-7", 1_800_000_000.0), 1_800_000_100.0)
    assert "4711" in said
    assert "desk-7" in said
