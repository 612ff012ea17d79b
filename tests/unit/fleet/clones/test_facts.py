from __future__ import annotations

from console.fleet.clones.facts import Notes, Place
from console.fleet.hosts import Pool
from console.fleet.storing import Weight


def test_each_thing_is_said_once() -> None:
    notes = Notes()
    notes.warn("mac-kept", name="a")
    notes.warn("mac-kept", name="a")
    notes.warn("mac-kept", name="b")
    notes.stop("no-room", bytes=1, free=0, pool="p")
    said = list(notes.says.values())
    assert [(say.code, say.weight) for say in said] == [
        ("mac-kept", Weight.WARNING),
        ("mac-kept", Weight.WARNING),
        ("no-room", Weight.STOP),
    ]


def test_pools_by_name() -> None:
    place = Place("h", frozenset(), (Pool("a"), Pool("b")))
    assert place.pool("b") == Pool("b")
    assert place.pool("c") is None
