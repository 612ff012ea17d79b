"""Two people changed the same configuration: what both did, put together line by line, and where they clash. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from console.libvirtxml.diffing import blocks


class Piece(msgspec.Struct, frozen=True):
    """A stretch of the three texts. Where only one changed it, or both alike, `lines` is what becomes of it; where they
    clash, `lines` is empty and a person chooses between theirs and mine."""

    base: tuple[str, ...]
    theirs: tuple[str, ...]
    mine: tuple[str, ...]
    lines: tuple[str, ...] = ()
    clash: bool = False


class Merge(msgspec.Struct, frozen=True):
    """All pieces in order."""

    pieces: tuple[Piece, ...]

    @property
    def clashes(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if piece.clash)

    def text(self, mine: Sequence[bool] = ()) -> str:
        """The merged text; of each clash, in order, mine (True) or theirs. Clashes that are not said are mine."""
        found: list[str] = []
        number = 0
        for piece in self.pieces:
            if not piece.clash:
                found += piece.lines
                continue
            own = mine[number] if number < len(mine) else True
            found += piece.mine if own else piece.theirs
            number += 1
        return "\n".join(found) + "\n"


def merge(base: str, theirs: str, mine: str) -> Merge:
    """What becomes of `base` when both changes are made to it."""
    old, other, own = (text.rstrip("\n").split("\n") for text in (base, theirs, mine))
    to_theirs, to_mine = _matches(old, other), _matches(old, own)
    pieces: list[Piece] = []
    a = b = c = 0
    while a < len(old) or b < len(other) or c < len(own):
        at = a
        while at < len(old) and not (at in to_theirs and at in to_mine):
            at += 1
        if at == a and a < len(old) and to_theirs[a] == b and to_mine[a] == c:
            end = a
            while end < len(old) and to_theirs.get(end) == b + end - a and to_mine.get(end) == c + end - a:
                end += 1
            lines = tuple(old[a:end])
            pieces.append(Piece(lines, lines, lines, lines))
            b, c, a = b + end - a, c + end - a, end
            continue
        ends = (len(old), len(other), len(own)) if at == len(old) else (at, to_theirs[at], to_mine[at])
        pieces += _pieces(old[a : ends[0]], other[b : ends[1]], own[c : ends[2]])
        a, b, c = ends
    return Merge(tuple(pieces))


def _matches(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """For each line of `old` that is still there its number in `new`."""
    found = {}
    for tag, a, b, c, _d in blocks(old, new):
        if tag == "equal":
            found.update({a + n: c + n for n in range(b - a)})
    return found


def _pieces(base: Sequence[str], theirs: Sequence[str], mine: Sequence[str]) -> list[Piece]:
    """One piece, or where nobody added or took away a line one for each line: neighbours do not clash."""
    whole = _piece(base, theirs, mine)
    if not whole.clash or not len(base) == len(theirs) == len(mine):
        return [whole]
    return [_piece(*([line] for line in lines)) for lines in zip(base, theirs, mine, strict=True)]


def _piece(base: Sequence[str], theirs: Sequence[str], mine: Sequence[str]) -> Piece:
    three = (tuple(base), tuple(theirs), tuple(mine))
    if three[1] == three[2] or three[2] == three[0]:
        return Piece(*three, lines=three[1])
    if three[1] == three[0]:
        return Piece(*three, lines=three[2])
    return Piece(*three, clash=True)
