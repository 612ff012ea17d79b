"""Two texts line by line: what is the same, what went, what came. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import msgspec

Block = tuple[str, int, int, int, int]  # as difflib's opcodes: tag, from and to in one text, from and to in the other


class Row(msgspec.Struct, frozen=True):
    """One row of a comparison side by side. Numbers count from 1, 0 = nothing on that side.

    skipped: this many equal lines stand here instead.
    """

    old: int = 0
    new: int = 0
    before: str = ""
    after: str = ""
    same: bool = True
    skipped: int = 0


def blocks(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Difflib's opcodes, without looking at what both begin and end with: texts of 10,000 lines with few changes are quick."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    found: list[Block] = [("equal", 0, start, 0, start)] if start else []
    middle = SequenceMatcher(None, old[start : len(old) - end], new[start : len(new) - end], autojunk=False)
    if len(old) - end - start > 3000 and len(new) - end - start > 3000:
        middle = SequenceMatcher(None, old[start : len(old) - end], new[start : len(new) - end])
    for tag, one, two, three, four in middle.get_opcodes():
        found.append((tag, one + start, two + start, three + start, four + start))
    if end:
        found.append(("equal", len(old) - end, len(old), len(new) - end, len(new)))
    return found


def rows(before: str, after: str, around: int | None = 3) -> list[Row]:
    """Both texts side by side; of equal stretches only `around` lines beside a change are kept (None = all)."""
    old, new = _lines(before), _lines(after)
    found: list[Row] = []
    parts = blocks(old, new)
    for index, (tag, a, b, c, d) in enumerate(parts):
        if tag == "equal":
            equal = [Row(a + n + 1, c + n + 1, old[a + n], new[c + n]) for n in range(b - a)]
            found += _shortened(equal, around, first=index == 0, last=index == len(parts) - 1)
            continue
        for n in range(max(b - a, d - c)):
            left, right = a + n < b, c + n < d
            found.append(
                Row(
                    a + n + 1 if left else 0,
                    c + n + 1 if right else 0,
                    old[a + n] if left else "",
                    new[c + n] if right else "",
                    same=False,
                )
            )
    return found


def unified(rows: Sequence[Row]) -> list[Row]:
    """The same rows below each other: of each stretch of changes first what went, then what came."""
    found: list[Row] = []
    came: list[Row] = []
    for row in rows:
        if row.same:
            found += came
            came.clear()
            found.append(row)
            continue
        if row.old:
            found.append(Row(row.old, 0, row.before, "", same=False))
        if row.new:
            came.append(Row(0, row.new, "", row.after, same=False))
    return found + came


def patch(before: str, after: str, old: str, new: str) -> list[str]:
    """The lines of a unified diff as `diff -u` and `patch` have them; old, new: the names of the two."""
    found: list[str] = []
    one, other = _lines(before), _lines(after)
    for group in _groups(blocks(one, other)):
        found += _hunk(group, one, other)
    return [f"--- {old}", f"+++ {new}", *found] if found else []


def _groups(parts: Sequence[Block], around: int = 3) -> list[list[Block]]:
    """Changes with a few equal lines around each; those that are near each other together."""
    groups: list[list[Block]] = []
    group: list[Block] = []
    for index, (tag, a, b, c, d) in enumerate(parts):
        if tag != "equal":
            group.append((tag, a, b, c, d))
            continue
        first, last = index == 0, index == len(parts) - 1
        if first or last or b - a > 2 * around:
            if not first:
                group.append(("equal", a, min(b, a + around), c, min(d, c + around)))
                groups.append(group)
            group = [] if last else [("equal", max(a, b - around), b, max(c, d - around), d)]
        else:
            group.append((tag, a, b, c, d))
    if any(tag != "equal" for tag, *_ in group):
        groups.append(group)
    return [group for group in groups if any(tag != "equal" for tag, *_ in group)]


def _hunk(group: Sequence[Block], old: Sequence[str], new: Sequence[str]) -> list[str]:
    a, b, c, d = group[0][1], group[-1][2], group[0][3], group[-1][4]
    found = [f"@@ -{_span(a, b)} +{_span(c, d)} @@"]
    for tag, one, two, three, four in group:
        if tag == "equal":
            found += [f" {line}" for line in old[one:two]]
        else:
            found += [f"-{line}" for line in old[one:two]]
            found += [f"+{line}" for line in new[three:four]]
    return found


def _span(start: int, end: int) -> str:
    length = end - start
    return f"{start + 1}" if length == 1 else f"{start + bool(length)},{length}"


def _shortened(equal: list[Row], around: int | None, *, first: bool, last: bool) -> list[Row]:
    head, tail = (0 if first else around or 0), (0 if last else around or 0)
    if around is None or len(equal) <= head + tail + 1:
        return equal
    gap = Row(equal[head].old, equal[head].new, skipped=len(equal) - head - tail)
    return [*equal[:head], gap, *equal[len(equal) - tail :]]


def _lines(text: str) -> list[str]:
    return text.rstrip("\n").split("\n") if text else []
