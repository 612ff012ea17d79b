from __future__ import annotations

import math
import random

from console.fleet.domains import VmKey
from console.fleet.outliers import SCALES, Sample, outliers


def hosts(*values: float, measure: str = "host-cpu") -> list[Sample]:
    return [Sample(measure, f"h{number}", value) for number, value in enumerate(values)]


def test_one_far_from_the_rest_is_told_with_its_figure_and_the_usual() -> None:
    (found,) = outliers(hosts(0.2, 0.22, 0.25, 0.21, 0.9), 8)
    assert (found.subject, found.value, found.usual) == ("h4", 0.9, 0.22)
    assert found.far > 3.5


def test_few_equal_low_or_near_figures_are_no_matter() -> None:
    assert outliers(hosts(0.1, 0.1, 0.1, 0.9), 8) == []  # three are no rest
    assert outliers(hosts(0.1, 0.1, 0.1, 0.1, 0.4), 8) == []  # far, but nothing to worry about
    assert outliers(hosts(0.8, 0.85, 0.9, 0.82, 0.95), 8) == []  # all of them are busy
    assert outliers(hosts(*[0.5] * 20), 8) == []
    assert outliers(hosts(0.2, 0.2, 0.2, 0.2, math.nan, 0.2), 8) == []


def test_two_extremes_do_not_hide_each_other() -> None:
    found = outliers(hosts(0.2, 0.21, 0.22, 0.23, 0.2, 0.97, 0.99), 8)
    assert [one.subject for one in found] == ["h6", "h5"]


def test_rates_are_compared_by_magnitude() -> None:
    luck = random.Random(3)
    rates = [luck.uniform(1e4, 9e6) for _ in range(200)]
    samples = [Sample("vm-disk", VmKey("h", str(number)), rate) for number, rate in enumerate(rates)]
    assert outliers(samples, 8) == []
    found = outliers([*samples, Sample("vm-disk", VmKey("h", "x"), 3e12)], 8)
    assert [one.subject for one in found] == [VmKey("h", "x")]


def test_hosts_first_two_of_a_measure_and_no_more_than_asked() -> None:
    samples = [Sample(measure, f"{measure}{n}", 0.0) for measure in SCALES for n in range(20)]
    samples += [
        Sample(measure, f"far-{measure}-{n}", 1e13)
        for measure in SCALES
        if measure.startswith("host")
        for n in range(3)
    ]
    samples += [Sample("vm-cpu", VmKey("h", str(n)), 1e13) for n in range(3)]
    found = outliers(samples, 9)
    assert len(found) == 9
    assert not isinstance(outliers(samples, 99)[-1].subject, str)
    assert sum(one.measure == "host-cpu" for one in outliers(samples, 99)) == 2
