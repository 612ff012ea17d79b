from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.fleet.hosts import HostSpec
from console.fleet.places import by_place


def spec(number: int, zone: str = "", rack: str = "") -> HostSpec:
    return HostSpec(str(number), f"h{number}", "test:///default", zone, rack)


def test_zones_and_racks_in_the_order_of_the_file_the_unnamed_last() -> None:
    zones = by_place(
        [spec(1), spec(2, "s", "S2"), spec(3, "n", "N1"), spec(4, "s"), spec(5, "s", "S1"), spec(6, "", "R")]
    )
    assert [(z.name, [(r.name, [h.id for h in r.hosts]) for r in z.racks]) for z in zones] == [
        ("s", [("S2", ["2"]), ("S1", ["5"]), ("", ["4"])]),
        ("n", [("N1", ["3"])]),
        ("", [("R", ["6"]), ("", ["1"])]),
    ]


def test_no_hosts_no_zones() -> None:
    assert by_place([]) == ()


@given(st.lists(st.tuples(st.sampled_from(["", "n", "s"]), st.sampled_from(["", "1", "2"])), max_size=20))
def test_every_host_stands_once_where_it_says(places: list[tuple[str, str]]) -> None:
    specs = [spec(number, *place) for number, place in enumerate(places)]
    zones = by_place(specs)
    standing = [(zone.name, rack.name, host) for zone in zones for rack in zone.racks for host in rack.hosts]
    assert sorted(host.id for _, _, host in standing) == sorted(host.id for host in specs)
    assert all((host.zone, host.rack) == (zone, rack) for zone, rack, host in standing)
    assert len({zone.name for zone in zones}) == len(zones)
