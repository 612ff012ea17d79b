from __future__ import annotations

from console.cli.snapshot_tree import twigs
from console.fleet.snapshots.values import Snapshot


def drawn(*snapshots: Snapshot) -> list[str]:
    return [f"{twig.drawn} {twig.snapshot.name if twig.snapshot else 'now'}" for twig in twigs(snapshots)]


def test_a_vm_without_any() -> None:
    assert drawn() == ["○ now"]


def test_the_way_to_now_is_straight_and_branches_stand_beside_it() -> None:
    assert drawn(
        Snapshot("clean"),
        Snapshot("agent", "clean"),
        Snapshot("german", "agent"),
        Snapshot("4698", "agent"),
        Snapshot("4711", "agent"),
        Snapshot("crash", "4698"),
        Snapshot("by hand", "4711"),
        Snapshot("wizard", "4711", current=True),
        Snapshot("later", "wizard"),
    ) == [
        "● clean",
        "● agent",
        "├─● german",
        "├─● 4698",
        "│ ● crash",
        "● 4711",
        "├─● by hand",
        "● wizard",
        "├─● later",
        "○ now",
    ]


def test_where_now_goes_on_from_none_it_stands_alone() -> None:
    assert drawn(Snapshot("a"), Snapshot("b", "a"), Snapshot("c")) == ["● a", "● b", "● c", "○ now"]


def test_a_branch_within_a_branch() -> None:
    assert drawn(
        Snapshot("a", current=True), Snapshot("b", "a"), Snapshot("c", "b"), Snapshot("d", "b"), Snapshot("e", "d")
    ) == ["● a", "├─● b", "│ ├─● c", "│ ● d", "│ ● e", "○ now"]


def test_a_parent_that_is_not_there_and_one_that_is_its_own_are_survived() -> None:
    assert drawn(Snapshot("a", "gone"), Snapshot("b", "a", current=True)) == ["● a", "● b", "○ now"]
    assert drawn(Snapshot("a", "b", current=True), Snapshot("b", "a")) == ["● a", "├─● b", "○ now"]


def test_a_thousand_in_a_row() -> None:
    chain = [Snapshot(f"s{number}", f"s{number - 1}" if number else "") for number in range(3000)]
    assert len(drawn(*chain)) == 3001
