from __future__ import annotations

import pytest

from console.fleet.errors import NotFound, UsageError
from console.fleet.saved import SavedSearch, Searches, moved, named, removed, renamed, saved
from console.fleet.search import QueryError

HOT, OLD = SavedSearch("Hot", "cpu>80"), SavedSearch("Old", "off>30d")
BOTH: Searches = (HOT, OLD)


def names(searches: Searches) -> list[str]:
    return [each.name for each in searches]


def test_kept_at_the_end_and_replaced_in_its_place() -> None:
    assert saved(BOTH, " No   owner ", 'owner:"" ') == (HOT, OLD, SavedSearch("No owner", 'owner:""'))
    assert saved(BOTH, "hot", "cpu>90") == (SavedSearch("hot", "cpu>90"), OLD)


def test_only_what_is_understood_is_kept() -> None:
    with pytest.raises(QueryError):
        saved(BOTH, "x", "cpu>")
    with pytest.raises(UsageError):
        saved(BOTH, "  ", "cpu>1")


def test_another_name() -> None:
    assert names(renamed(BOTH, "HOT", "Busy")) == ["Busy", "Old"]
    assert names(renamed(BOTH, "hot", "HOT")) == ["HOT", "Old"]
    with pytest.raises(UsageError):
        renamed(BOTH, "hot", "old")
    with pytest.raises(UsageError):
        renamed(BOTH, "hot", "")


def test_gone_and_not_there() -> None:
    assert removed(BOTH, "Hot") == (OLD,)
    with pytest.raises(NotFound):
        removed(BOTH, "x")
    with pytest.raises(NotFound):
        renamed(BOTH, "x", "y")
    with pytest.raises(NotFound):
        moved(BOTH, "x", 1)
    assert named(BOTH, "x") is None


def test_moved_as_far_as_it_goes() -> None:
    three = (*BOTH, SavedSearch("Last", "a"))
    assert names(moved(three, "Hot", 1)) == ["Old", "Hot", "Last"]
    assert names(moved(three, "Hot", 9)) == ["Old", "Last", "Hot"]
    assert names(moved(three, "Last", -1)) == ["Hot", "Last", "Old"]
    assert names(moved(three, "Hot", -1)) == names(three)
