from console.fleet.domains import State
from console.fleet.hosts import HostSpec
from console.ui.models.branches import Branch, branch_label, branch_order, homes, place_branches
from console.ui.places import Place
from tests.ui.models.vm_fleet import vm


def shape(branches: tuple[Branch, ...]) -> list[object]:
    return [(b.label, shape(b.below)) if b.below else b.label for b in branches]


def spec(id: str, zone: str = "", rack: str = "") -> HostSpec:
    return HostSpec(id, id, "test:///x", zone=zone, rack=rack)


def test_zones_racks_and_hosts() -> None:
    specs = [spec("a", "north", "N1"), spec("b", "north", "N2"), spec("c", "north", "N1"), spec("d", "south", "S1")]
    assert shape(place_branches(specs)) == [("north", [("N1", ["a", "c"]), ("N2", ["b"])]), ("south", [("S1", ["d"])])]


def test_levels_without_a_name_are_left_out() -> None:
    specs = [spec("a"), spec("b", "north"), spec("c", "", "R7")]
    assert shape(place_branches(specs)) == [("north", ["b"]), ("R7", ["c"]), "a"]


def test_racks_of_one_name_in_two_zones_are_two() -> None:
    branches = place_branches([spec("a", "north", "1"), spec("b", "south", "1")])
    assert branches[0].below[0].place != branches[1].below[0].place


def test_homes() -> None:
    one = vm("a", "1", tags=("x", "y", "x"), group="g", state=State.OFF)
    assert homes(one, "place") == (Place.host("a"),)
    assert homes(one, "group") == (Place("group", "g"),)
    assert homes(one, "tag") == (Place("tag", "x"), Place("tag", "y"))
    assert homes(one, "state") == (Place.state(State.OFF),)
    assert homes(vm("a", "2"), "tag") == (Place("tag", ""),)


def test_order_puts_the_nameless_last_and_states_in_theirs() -> None:
    tags = [Place("tag", ""), Place("tag", "b"), Place("tag", "A")]
    assert [place.id for place in sorted(tags, key=branch_order)] == ["A", "b", ""]
    states = [Place.state(State.OFF), Place.state(State.RUNNING)]
    assert sorted(states, key=branch_order)[0].id == "running"


def test_labels() -> None:
    assert branch_label(Place("group", "")) == "No group"
    assert branch_label(Place("tag", "prod")) == "prod"
    assert branch_label(Place.state(State.CRASHED)) == "Crashed"
