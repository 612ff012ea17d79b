from __future__ import annotations

import time

from console.fleet.clones.provenance import Provenance
from console.words import origins

NOW = time.mktime((2026, 11, 21, 14, 0, 0, 0, 0, -1))


def test_where_a_vm_comes_from() -> None:
    assert origins.provenance(Provenance(), NOW) == ""
    assert origins.provenance(Provenance("win11"), NOW) == "Cloned from win11"
    whole = Provenance("win11", snapshot="clean", when=NOW - 3600, by="m.keller", linked=True)
    assert origins.provenance(whole, NOW) == "Linked to win11 at “clean”, 13:00, by m.keller"


def test_when_it_goes() -> None:
    assert origins.throw_away(Provenance("a"), NOW) == origins.thrown(Provenance("a"), NOW) == ""
    off = Provenance("a", throw_away=True)
    assert origins.throw_away(off, NOW) == "goes with its disks when it is shut down"
    assert origins.thrown(off, NOW) == "Throw-away"
    dated = Provenance("a", throw_away=True, expires=NOW + 6 * 86400)
    assert origins.throw_away(dated, NOW) == "goes with its disks when it is shut down, on 27 Nov, 14:00 at the latest"
    assert origins.throw_away(Provenance("a", expires=NOW + 6 * 86400), NOW) == "goes with its disks on 27 Nov, 14:00"
    assert origins.thrown(dated, NOW) == "Goes 27 Nov"
    assert origins.throw_away(Provenance("a", expires=NOW - 600), NOW) == "was to go with its disks 10\u00a0min ago"


def test_all_that_is_known_of_where_it_comes_from() -> None:
    whole = Provenance("win11", build="4711", note="crash", throw_away=True)
    assert origins.about(whole, NOW) == [
        "Cloned from win11",
        "Build 4711",
        "crash",
        "Goes with its disks when it is shut down",
    ]
    assert origins.about(Provenance(template=True), NOW) == [origins.about_template()]


def test_when_it_goes_in_a_word() -> None:
    assert origins.goes_at(Provenance("a"), NOW) == ""
    assert origins.goes_at(Provenance("a", expires=NOW + 3600), NOW) == "15:00"
    assert origins.goes_at(Provenance("a", expires=NOW + 6 * 86400), NOW) == "27 Nov"


def test_in_the_head_of_a_page() -> None:
    assert origins.short(Provenance(), NOW) == ""
    assert origins.short(Provenance("win11"), NOW) == "cloned from win11"
    dated = Provenance("win11", linked=True, expires=NOW + 6 * 86400)
    assert origins.short(dated, NOW) == "linked to win11, goes 27 Nov"
    assert origins.short(Provenance("win11", throw_away=True), NOW) == "cloned from win11, throw-away"


def test_beside_the_name_of_its_source() -> None:
    assert (
        origins.moment(Provenance("a", snapshot="clean", when=NOW - 3600, by="me"), NOW) == "at “clean”, 13:00, by me"
    )
    assert origins.moment(Provenance("a"), NOW) == ""
