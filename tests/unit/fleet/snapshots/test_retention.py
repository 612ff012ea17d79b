from __future__ import annotations

import pytest

from console.fleet.snapshots.retention import retention
from console.fleet.snapshots.values import Snapshot
from tests.unit.fleet.snapshots.host import image, vm

DAY = 86400.0
NOW = 100 * DAY
AGES = {"a": 40.0, "b": 30.0, "c": 20.0, "d": 10.0, "e": 10.0, "future": -1.0}


@pytest.mark.parametrize(
    ("keep", "days", "gone"),
    [
        (None, None, ""),
        (0, 0, ""),
        (2, None, "abcd"),
        (6, 0, ""),
        (9, None, ""),
        (0, 15, "abc"),
        (None, 10, "abc"),  # ten days old is not older
        (4, 15, "ab"),
        (1, 35, "a"),
        (0, 1000, ""),
    ],
)
def test_what_goes(keep: int | None, days: float | None, gone: str) -> None:
    snapshots = tuple(Snapshot(name, created=NOW - age * DAY) for name, age in AGES.items())
    assert retention(vm(image("/p/qa"), snapshots=snapshots), keep, days, NOW) == tuple(gone)


def test_parents_first_whatever_their_age() -> None:
    old = (Snapshot("root", created=NOW - 5 * DAY), Snapshot("child", "root", created=NOW - 9 * DAY))
    assert retention(vm(image("/p/qa"), snapshots=old), 0, 1, NOW) == ("root", "child")
    assert retention(vm(image("/p/qa"), snapshots=old), 1, 0, NOW) == ("child",)
