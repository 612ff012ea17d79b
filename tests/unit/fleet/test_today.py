from __future__ import annotations

import time

from console.fleet.domains import VmKey
from console.fleet.today import Event, day_began, of_today

NOW = 1_700_000_000.0
A, B = VmKey("h", "a"), VmKey("h", "b")


def test_midnight_is_here() -> None:
    began = day_began(NOW)
    assert time.localtime(began)[3:6] == (0, 0, 0)
    assert time.localtime(began)[:3] == time.localtime(NOW)[:3]
    assert day_began(began) == began


def test_newest_first_counted_by_kind_in_order_of_weight() -> None:
    began = day_began(NOW)
    events = [
        Event(began + 5, "vm-start", "a", "h", A),
        Event(began + 9, "vm-start", "b", "h", B),
        Event(began + 7, "vm-start", "a", "h", A),
        Event(began + 1, "vm-crash", "a", "h", A),
        Event(began - 1, "vm-stop", "a", "h", A),
        Event(began + 3, "something-else", "a"),
    ]
    today = of_today(events, began)
    assert today.counts == (("vm-crash", 1), ("vm-start", 3))
    assert [event.at - began for event in today.events] == [9, 7, 5, 1]
    assert today.keys("vm-start") == (B, A)
    assert of_today([], began).events == ()
