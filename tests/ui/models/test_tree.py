"""The navigator's tree, held against a plain recount after random changes."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from console.fleet.clones.provenance import Provenance
from console.fleet.domains import Domain, State, VmKey
from console.fleet.hosts import Phase
from console.ui.models import tree as tree_module
from console.ui.models.branches import MODES, homes
from console.ui.models.lines import Node
from console.ui.models.tree import Tree
from console.ui.places import Place
from tests.ui.models.vm_fleet import Fleet, vm

ROOT = QModelIndex()


@pytest.fixture
def fleet() -> Fleet:
    made = Fleet()
    made.host("a", zone="north", rack="N1")
    made.host("b", zone="south")
    made.vms("a", [vm("a", "1", "web"), vm("a", "2", "db", State.OFF, tags=("prod", "sql")), vm("a", "3", "app")])
    made.vms("b", [vm("b", "1", "proxy", tags=("prod",), group="edge")])
    made.told()
    return made


@pytest.fixture
def tree(fleet: Fleet, qtbot: QtBot) -> Iterator[Tree]:
    made = Tree(fleet.inventory, clock=fleet.clock)
    tester = watch(made)
    made.modelReset.connect(lambda: pytest.fail("the tree must never reset"))
    settle(made, qtbot)
    yield made
    tester.deleteLater()


def watch(tree: Tree) -> QAbstractItemModelTester:
    tester = QAbstractItemModelTester(tree, QAbstractItemModelTester.FailureReportingMode.Warning)
    tester.setUseFetchMore(False)  # else it opens every branch
    return tester


def settle(tree: Tree, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not len(tree._backlog))
    qtbot.wait(1)


def tell(fleet: Fleet, tree: Tree, qtbot: QtBot) -> None:
    tree.apply(fleet.told())
    settle(tree, qtbot)


def shape(tree: Tree, index: QModelIndex = ROOT) -> list[Any]:
    """Labels and figures of all lines there are."""
    lines = []
    for row in range(tree.rowCount(index)):
        child = tree.index(row, 0, index)
        node = tree.node(child)
        assert tree.parent(child) == index
        below = shape(tree, child)
        text = f"{node.label} {node.total}" if node.kind != "vm" else node.label
        lines.append((text, below) if below else text)
    return lines


def open_branch(tree: Tree, place: Place) -> QModelIndex:
    index = tree.index_of(place)
    assert index.isValid()
    if tree.canFetchMore(index):
        tree.fetchMore(index)
    return index


def test_zones_racks_hosts_and_their_counts(tree: Tree) -> None:
    assert shape(tree) == [("Fleet 4", [("north 3", [("N1 3", ["a 3"])]), ("south 1", ["b 1"])])]


def test_vms_appear_when_their_host_is_opened(tree: Tree) -> None:
    host = tree.index_of(Place.host("a"))
    assert tree.hasChildren(host)
    assert tree.rowCount(host) == 0
    open_branch(tree, Place.host("a"))
    assert [tree.index(n, 0, host).data() for n in range(tree.rowCount(host))] == ["app", "db", "web"]
    assert not tree.canFetchMore(host)


def test_vm_is_found_and_its_branch_filled(tree: Tree) -> None:
    index = tree.index_of(Place.vm(VmKey("a", "2")))
    assert index.data() == "db"
    assert index.parent().data() == "a"
    assert not tree.index_of(Place.vm(VmKey("a", "99"))).isValid()
    assert not tree.index_of(Place.host("nowhere")).isValid()
    assert tree.index_of(Place.fleet("hosts")) == tree.fleet_index


@pytest.mark.parametrize(
    ("mode", "lines"),
    [
        ("group", [("Fleet 4", ["edge 1", "No group 3"])]),
        ("tag", [("Fleet 4", ["prod 2", "sql 1", "No tag 2"])]),
        ("state", [("Fleet 4", ["Running 3", "Off 1"])]),
    ],
)
def test_other_arrangements(tree: Tree, qtbot: QtBot, mode: str, lines: list[Any]) -> None:
    tree.set_mode(mode)
    settle(tree, qtbot)
    assert shape(tree) == lines
    tree.set_mode("place")
    settle(tree, qtbot)
    assert shape(tree)[0][1][0][0] == "north 3"


def test_unknown_arrangement_is_refused(tree: Tree) -> None:
    with pytest.raises(ValueError, match="owner"):
        tree.set_mode("owner")


def test_state_that_changes_moves_a_vm_between_branches(fleet: Fleet, tree: Tree, qtbot: QtBot) -> None:
    tree.set_mode("state")
    settle(tree, qtbot)
    running = QPersistentModelIndex(open_branch(tree, Place.state(State.RUNNING)))
    fleet.vms("b", [vm("b", "1", "proxy", State.CRASHED)])
    tell(fleet, tree, qtbot)
    assert shape(tree) == [("Fleet 4", [("Running 2", ["app", "web"]), "Crashed 1", "Off 1"])]
    assert running.isValid()


def test_branch_that_is_empty_goes(fleet: Fleet, tree: Tree, qtbot: QtBot) -> None:
    tree.set_mode("group")
    settle(tree, qtbot)
    fleet.vms("b", [])
    tell(fleet, tree, qtbot)
    assert shape(tree) == [("Fleet 3", ["No group 3"])]


def test_open_branch_follows_names_that_come_go_and_change(fleet: Fleet, tree: Tree, qtbot: QtBot) -> None:
    host = open_branch(tree, Place.host("a"))
    fleet.vms("a", [vm("a", "1", "aaa"), vm("a", "3", "app"), vm("a", "4", "new")])
    tell(fleet, tree, qtbot)
    assert [tree.index(n, 0, host).data() for n in range(tree.rowCount(host))] == ["aaa", "app", "new"]


def test_edited_host_moves_with_its_vms(fleet: Fleet, tree: Tree, qtbot: QtBot) -> None:
    fleet.host("a", zone="west", name="renamed")
    tell(fleet, tree, qtbot)
    lines = shape(tree)
    assert lines[0][0] == "Fleet 4"
    assert ("west 3", ["renamed 3"]) in lines[0][1]
    assert not any("north" in str(line) for line in lines[0][1])


def test_removed_host_goes(fleet: Fleet, tree: Tree, qtbot: QtBot) -> None:
    fleet.inventory.set_hosts([spec for spec in fleet.inventory.specs() if spec.id != "a"])
    tell(fleet, tree, qtbot)
    assert shape(tree) == [("Fleet 1", [("south 1", ["b 1"])])]


def test_host_that_is_not_live_shows_its_age(fleet: Fleet, tree: Tree, qtbot: QtBot) -> None:
    node = tree.node(tree.index_of(Place.host("a")))
    assert (tree.face(node).figure, tree.face(node).mark) == ("3", None)
    changed: list[QModelIndex] = []
    tree.dataChanged.connect(lambda first, _last, *_roles: changed.append(first))
    fleet.now += 845
    fleet.phase("a", Phase.UNREACHABLE, fleet.now - 845)
    tell(fleet, tree, qtbot)
    face = tree.face(node)
    assert (face.figure, face.mark, face.age, face.pale) == ("", ("struck", "error"), "14\u00a0min", True)
    assert tree.index_of(Place.host("a")) in changed
    vm_face = tree.face(tree.node(tree.index_of(Place.vm(VmKey("a", "1")))))
    assert vm_face.glyph == ("play-dashed", "last-known")
    changed.clear()
    tree.tick()
    assert changed == [tree.index_of(Place.host("a"))]


def test_long_branches_are_cut_and_say_so(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr(tree_module, "LINES", 5)
    fleet = Fleet()
    fleet.host("a")
    fleet.vms("a", [vm("a", str(n), f"vm-{n:02d}") for n in range(12)])
    tree = Tree(fleet.inventory, clock=fleet.clock)
    settle(tree, qtbot)
    host = open_branch(tree, Place.host("a"))
    assert tree.rowCount(host) == 6
    last = tree.node(tree.index(5, 0, host))
    assert (last.kind, last.label) == ("more", "7 more…")
    assert tree.face(last).pale
    fleet.told()
    fleet.vms("a", [vm("a", str(n), f"vm-{n:02d}") for n in range(3, 12)])
    tell(fleet, tree, qtbot)
    labels = [tree.index(n, 0, host).data() for n in range(tree.rowCount(host))]
    assert labels == ["vm-03", "vm-04", "vm-05", "vm-06", "vm-07", "4 more…"]
    assert not tree.index_of(Place.vm(VmKey("a", "11"))).isValid()
    tree.deleteLater()


def test_roles(fleet: Fleet, tree: Tree) -> None:
    host = tree.index_of(Place.host("a"))
    assert host.data(Qt.ItemDataRole.AccessibleTextRole) == "a 3"
    assert "Live" in host.data(Qt.ItemDataRole.ToolTipRole)
    line = tree.index_of(Place.vm(VmKey("a", "2")))
    assert "Off" in line.data(Qt.ItemDataRole.ToolTipRole)
    assert line.data(Qt.ItemDataRole.EditRole) is None
    assert tree.fleet_index.data(Qt.ItemDataRole.ToolTipRole) == "Fleet"


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_a_recount_after_anything(seed: int, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr(tree_module, "LINES", 12)
    luck = random.Random(seed)
    fleet = Fleet()
    for id in "abc":
        fleet.host(id, zone=luck.choice(("", "north", "south")), rack=luck.choice(("", "1")))
    tree = Tree(fleet.inventory, clock=fleet.clock)
    tester = watch(tree)
    for _step in range(30):
        id = luck.choice("abc")
        match luck.randrange(6):
            case 0 | 1 | 2:
                fleet.vms(id, {d.key: d for d in (_random_vm(luck, id) for _n in range(luck.randrange(25)))}.values())
            case 3:
                fleet.host(id, zone=luck.choice(("", "north", "south")), rack=luck.choice(("", "1", "2")))
            case 4:
                tree.set_mode(luck.choice(MODES))
            case _:
                leaves = list(tree._leaves)
                if leaves:
                    open_branch(tree, luck.choice(leaves))
        tell(fleet, tree, qtbot)
        _compare(tree, fleet)
    tester.deleteLater()
    tree.deleteLater()


def _random_vm(luck: random.Random, host: str) -> Domain:
    return vm(
        host,
        str(luck.randrange(30)),
        f"vm-{luck.randrange(15)}",
        luck.choice((State.RUNNING, State.OFF)),
        tags=tuple(luck.sample(("x", "y", "z"), luck.randrange(3))),
        group=luck.choice(("", "g", "h")),
    )


def _compare(tree: Tree, fleet: Fleet) -> None:
    wanted: dict[Place, set[VmKey]] = {}
    for domain in fleet.inventory.domains():
        for home in homes(domain, tree.mode):
            wanted.setdefault(home, set()).add(domain.key)
    fleet_node = tree.node(tree.fleet_index)
    assert fleet_node.total == len(fleet.inventory.domains())
    leaves = {node.place: node for node in _leaves(fleet_node)}
    if tree.mode == "place":
        assert leaves.keys() == {Place.host(spec.id) for spec in fleet.inventory.specs()}
    else:
        assert leaves.keys() == wanted.keys()
    for place, node in leaves.items():
        keys = wanted.get(place, set())
        assert node.members == keys
        assert node.total == len(keys)
        if node.loaded:
            _compare_lines(node, keys, fleet)


def _compare_lines(node: Node, keys: set[VmKey], fleet: Fleet) -> None:
    names = {key: domain.name for key in keys if (domain := fleet.inventory.domain(key))}
    lines = [child.label for child in node.children if child.kind == "vm"]
    assert lines == sorted(names.values(), key=str.casefold)[: tree_module.LINES]
    assert len(node.children) - len(lines) == (1 if len(keys) > tree_module.LINES else 0)
    assert all(child.row() == row for row, child in enumerate(node.children))


def _leaves(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.holds_vms:
            yield child
        else:
            yield from _leaves(child)


def test_templates_and_what_goes_are_told_apart(fleet: Fleet, tree: Tree, qtbot: QtBot) -> None:
    fleet.vms(
        "b",
        [
            vm("b", "t", "base", State.OFF, provenance=Provenance(template=True)),
            vm("b", "g", "gone-soon", provenance=Provenance("base", expires=fleet.now + 6 * 86400)),
        ],
    )
    tree.apply(fleet.told())
    settle(tree, qtbot)
    faces = {}
    for uuid in ("t", "g"):
        index = tree.index_of(Place.vm(VmKey("b", uuid)))
        faces[uuid] = tree.face(tree.node(index))
        assert tree.data(index, Qt.ItemDataRole.ToolTipRole)
    assert (faces["t"].glyph, faces["t"].mark) == (("stack", "text2"), None)
    assert (faces["g"].mark, faces["g"].age) == (("hourglass", "text3"), "21 Jan")
    assert "21 Jan" in tree.data(tree.index_of(Place.vm(VmKey("b", "g"))), Qt.ItemDataRole.AccessibleTextRole)
