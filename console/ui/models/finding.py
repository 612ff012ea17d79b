"""Ranks thousands of names against a few typed letters, fast enough for every key stroke."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import IntEnum
from typing import NamedTuple

_SEPARATORS = re.compile(r"[\W_]+")


class Rank(IntEnum):
    """How well a name fits, best first."""

    EXACT = 0
    PREFIX = 1
    WORD = 2  # a word of it begins so
    WITHIN = 3
    TERMS = 4  # every typed word is somewhere in it
    LETTERS = 5  # the typed letters stand in it in this order


class Hit(NamedTuple):
    """at: which of the names as given."""

    at: int
    rank: Rank


def plain(text: str) -> str:
    """`text` in lower case with everything that separates words made one blank."""
    return _SEPARATORS.sub(" ", text.lower()).strip()


class Finder:
    """Finds among names. Among equally good ones the order they are given in decides, recent ones before the others."""

    def __init__(self, names: Sequence[str]) -> None:
        self._hays = [f" {plain(name)}" for name in names]
        self._last: tuple[str, list[int]] = ("", [])

    def __len__(self) -> int:
        return len(self._hays)

    def find(self, query: str, limit: int = 50, recent: Collection[int] = ()) -> list[Hit]:
        """The best `limit` hits. An empty query finds the recent ones, in their order, then the first ones."""
        wanted = plain(query)
        if not wanted:
            first = [*recent, *(i for i in range(min(len(self._hays), limit + len(recent))) if i not in recent)]
            return [Hit(index, Rank.PREFIX) for index in first[:limit]]
        within = self._within(wanted)
        word, hays = f" {wanted}", self._hays
        tiers: dict[Rank, list[int]] = {rank: [] for rank in Rank}
        begins = [i for i in within if hays[i].startswith(word)]
        tiers[Rank.EXACT] = exact = [i for i in begins if hays[i] == word]
        tiers[Rank.PREFIX] = [i for i in begins if hays[i] != word] if exact else begins
        if len(begins) < limit:
            taken = set(begins)
            tiers[Rank.WORD] = words = [i for i in within if word in hays[i] and i not in taken]
            taken.update(words)
            tiers[Rank.WITHIN] = [i for i in within if i not in taken] if len(taken) < limit else []
        if len(within) < limit:
            terms = wanted.split()
            if len(terms) > 1:
                taken = set(within)
                tiers[Rank.TERMS] = [i for i in self._with_all(terms) if i not in taken]
            elif not within and len(wanted) > 1:
                tiers[Rank.LETTERS] = self._with_letters(wanted, limit)
        hits: list[Hit] = []
        for rank, indexes in tiers.items():
            if recent:
                indexes = sorted(indexes, key=lambda i: i not in recent)
            hits.extend(Hit(index, rank) for index in indexes[: limit - len(hits)])
            if len(hits) >= limit:
                break
        return hits

    def _with_all(self, terms: Sequence[str]) -> list[int]:
        """Names in which every one of the words stands somewhere."""
        hays = self._hays
        left: Sequence[int] = range(len(hays))
        for term in terms:
            left = [i for i in left if term in hays[i]]
        return list(left)

    def _with_letters(self, letters: str, limit: int) -> list[int]:
        """The first names in which the letters stand in this order."""
        found: list[int] = []
        for index in self._with_all(sorted(set(letters))):
            hay, at = self._hays[index], 0
            for letter in letters:
                at = hay.find(letter, at) + 1
                if not at:
                    break
            else:
                found.append(index)
                if len(found) >= limit:
                    break
        return found

    def _within(self, wanted: str) -> list[int]:
        """Names that hold `wanted` as it is; typing on looks only at what the last letters left."""
        before, left = self._last
        hays = self._hays
        if before and before in wanted:
            found = [i for i in left if wanted in hays[i]]
        else:
            found = [i for i, hay in enumerate(hays) if wanted in hay]
        self._last = (wanted, found)
        return found


def spans(text: str, query: str) -> list[tuple[int, int]]:
    """Where the typed words stand in `text`, as (start, end), for the view to mark."""
    lower = text.lower()
    if len(lower) != len(text):
        return []  # a letter whose lower case is longer: positions would be off
    found = []
    for term in plain(query).split():
        at = lower.find(term)
        if at >= 0:
            found.append((at, at + len(term)))
    return sorted(found)
