from __future__ import annotations

from console.ui.models.runs import MOST, runs


def test_neighbours_are_told_together() -> None:
    assert runs([]) == []
    assert runs([3]) == [(3, 3)]
    assert runs([0, 1, 2, 5, 7, 8]) == [(0, 2), (5, 5), (7, 8)]


def test_many_become_one() -> None:
    assert len(runs(range(0, 2 * MOST, 2))) == MOST
    assert runs(range(0, 2 * MOST + 2, 2)) == [(0, 2 * MOST)]
