"""Who is far from the rest: hosts and VMs whose figure no other comes near. Pure.

A figure stands out by its distance from the median, in units of the usual distance (the median one), so that a few extremes do
not hide each other. Rates are compared by their order of magnitude. Each measure has a floor below which nobody cares.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from statistics import median

import msgspec

from console.fleet.domains import VmKey

FEWEST = 5  # members from which on there is such a thing as the rest
FAR = 3.5  # usual distances from which on a figure stands out
TO_SIGMA = 0.6745  # the median distance of a normal spread, in standard deviations


class Scale(msgspec.Struct, frozen=True):
    """How a measure is looked at. floor: smaller figures don't stand out. apart: nor do those nearer to the median than this.

    spread: the least that counts as the usual distance. log: compared by order of magnitude.
    """

    floor: float
    apart: float
    spread: float
    log: bool = False


SCALES = {
    "host-cpu": Scale(0.5, 0.2, 0.03),
    "host-memory": Scale(0.6, 0.15, 0.03),
    "host-vcpus": Scale(1.0, 0.5, 0.1),
    "host-promised": Scale(0.8, 0.2, 0.05),
    "host-vms": Scale(10, 8, 2),
    "host-storage": Scale(0.7, 0.15, 0.03),
    "vm-cpu": Scale(0.7, 0.3, 0.05),
    "vm-disk": Scale(20 << 20, 10 << 20, 0.15, log=True),
    "vm-net": Scale(5 << 20, 2 << 20, 0.15, log=True),
    "vm-snapshots": Scale(6, 4, 1),
}
"""Shares are 0..1, ratios times, rates bytes/s."""


class Sample(msgspec.Struct, frozen=True):
    """One figure of one host (its id) or VM."""

    measure: str
    subject: VmKey | str
    value: float


class Outlier(msgspec.Struct, frozen=True):
    """A figure that stands out. usual: the median of its kind. far: how many usual distances from it."""

    measure: str
    subject: VmKey | str
    value: float
    usual: float
    far: float


def outliers(samples: Iterable[Sample], most: int) -> list[Outlier]:
    """Those that are above the rest, hosts first, then the farthest; at most two of one measure, `most` in all."""
    by: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        if math.isfinite(sample.value):
            by[sample.measure].append(sample)
    found: list[Outlier] = []
    for measure, scale in SCALES.items():
        found += sorted(_of_one(by.get(measure, []), scale), key=lambda one: -one.far)[:2]
    found.sort(key=lambda one: (not isinstance(one.subject, str), -one.far))
    return found[:most]


def _of_one(samples: list[Sample], scale: Scale) -> list[Outlier]:
    if len(samples) < FEWEST:
        return []

    values = [sample.value for sample in samples]
    usual = median(values)
    if max(values) < scale.floor or max(values) - usual < scale.apart:
        return []
    seen = [math.log10(max(value, 1.0)) for value in values] if scale.log else values
    middle = median(seen)
    spread = max(median([abs(value - middle) for value in seen]), scale.spread)
    found = []
    for sample, value in zip(samples, seen, strict=True):
        far = TO_SIGMA * (value - middle) / spread
        if far >= FAR and sample.value >= scale.floor and sample.value - usual >= scale.apart:
            found.append(Outlier(sample.measure, sample.subject, sample.value, usual, far))
    return found
