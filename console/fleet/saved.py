"""Searches that were kept under a name, in the order a person gave them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from console.fleet.errors import NotFound, Reason, UsageError
from console.fleet.search import parse


class SavedSearch(msgspec.Struct, frozen=True):
    """A query under a name, which is unique whatever its case."""

    name: str
    query: str


Searches = tuple[SavedSearch, ...]


def named(searches: Sequence[SavedSearch], name: str) -> SavedSearch | None:
    low = name.strip().casefold()
    return next((saved for saved in searches if saved.name.casefold() == low), None)


def saved(searches: Searches, name: str, query: str) -> Searches:
    """With this one at the end, or in the place of the one of that name. Errors: QueryError, UsageError without a name."""
    name = _checked(name)
    parse(query)
    new, old = SavedSearch(name, query.strip()), named(searches, name)
    return tuple(new if each is old else each for each in searches) if old else (*searches, new)


def renamed(searches: Searches, name: str, new: str) -> Searches:
    """Errors: NotFound, UsageError where the new name is another's or empty."""
    old, new = _there(searches, name), _checked(new)
    other = named(searches, new)
    if other is not None and other is not old:
        raise UsageError(Reason.EXISTS, new, detail=new)
    return tuple(replace(each, name=new) if each is old else each for each in searches)


def removed(searches: Searches, name: str) -> Searches:
    """Errors: NotFound."""
    old = _there(searches, name)
    return tuple(each for each in searches if each is not old)


def moved(searches: Searches, name: str, by: int) -> Searches:
    """That many places down (or up, below 0), as far as it goes. Errors: NotFound."""
    old = _there(searches, name)
    rest = [each for each in searches if each is not old]
    at = min(max(searches.index(old) + by, 0), len(rest))
    return (*rest[:at], old, *rest[at:])


def _there(searches: Searches, name: str) -> SavedSearch:
    found = named(searches, name)
    if found is None:
        raise NotFound(Reason.GONE, name, detail=", ".join(each.name for each in searches[:5]))
    return found


def _checked(name: str) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise UsageError(Reason.OTHER, text="a search wants a name")
    return plain
