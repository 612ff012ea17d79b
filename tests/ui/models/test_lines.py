from console.fleet.domains import VmKey
from console.ui.models.lines import Node, add_up, by_sort
from console.ui.places import Place


def branch(*names: str) -> Node:
    host = Node(1, Place.host("a"), "a")
    host.children = [Node(n + 2, Place.vm(VmKey("a", str(n))), name, host, sort=name) for n, name in enumerate(names)]
    return host


def test_line_knows_its_row_among_equals() -> None:
    host = branch("a", "b", "b", "b", "c")
    assert [line.row() for line in host.children] == [0, 1, 2, 3, 4]
    assert host.row() == 0
    assert by_sort(host.children[2]) == "b"


def test_only_branches_of_vms_hold_them() -> None:
    assert branch().holds_vms
    assert not Node(1, Place.zone("z"), "z").holds_vms
    assert not branch("a").children[0].holds_vms


def test_adding_up_counts_what_is_below() -> None:
    zone = Node(9, Place.zone("z"), "z")
    zone.children = [branch(), branch()]
    zone.children[0].total, zone.children[1].total = 3, 4
    assert add_up(zone) == 7
    assert zone.total == 7
