"""What an XML view shows, apart from how: lines, which parts are folded, where a text is found. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from console.libvirtxml.sections import Section, sections
from console.ui.widgets.xml_tint import carried


class XmlText(msgspec.Struct, frozen=True):
    """XML split and understood, ready to be shown. open_at: what is open at each line's start, see `xml_tint.carried`."""

    text: str = ""
    lines: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    open_at: bytes = b""


def prepare(xml: str) -> XmlText:
    """Does all that takes time; for a worker. Raises Failed where the text is no XML."""
    text = xml.rstrip("\n")
    lines = tuple(text.split("\n"))
    return XmlText(text, lines, tuple(sections(text)), carried(lines))


class Folds:
    """Which parts are folded. Lines count from 1; a folded part shows its first line only."""

    def __init__(self, xml: XmlText) -> None:
        self.sections = xml.sections
        self._starts: dict[int, Section] = {}
        for section in reversed(xml.sections):
            self._starts[section.first_line] = section  # the outermost of those that begin here
        self._folded = {
            line for line, section in self._starts.items() if (section.title, section.depth) != ("devices", 1)
        }

    def starting(self, line: int) -> Section | None:
        """The part that begins at this line."""
        return self._starts.get(line)

    def around(self, line: int) -> Section | None:
        """The part that begins at this line, else the innermost it lies in."""
        within = (s for s in self.sections if s.first_line <= line <= s.last_line)
        return self._starts.get(line) or max(within, key=lambda s: s.depth, default=None)

    def folded(self, line: int) -> bool:
        """The part that begins at this line is folded."""
        return line in self._folded

    def set_folded(self, section: Section, folded: bool) -> bool:
        """Folds or unfolds one part, those in it keep theirs; False where it was so already."""
        if self.folded(section.first_line) is folded:
            return False
        (self._folded.add if folded else self._folded.discard)(section.first_line)
        return True

    def set_all(self, folded: bool) -> None:
        self._folded = set(self._starts) if folded else set()

    def hiding(self, line: int) -> list[Section]:
        """The folded parts that hide this line, outermost first."""
        return [s for s in self.sections if s.first_line < line <= s.last_line and s.first_line in self._folded]

    def visible(self, first: int, end: int) -> Iterator[bool]:
        """For each line first ≤ n < end: is it seen."""
        hidden_to = max((s.last_line for s in self.hiding(first)), default=0)
        for line in range(first, end):
            seen = line > hidden_to
            if seen and line in self._folded:
                hidden_to = self._starts[line].last_line
            yield seen

    def take_over(self, earlier: Folds) -> None:
        """Unfolds what was unfolded in an earlier state of the same XML, found again by what it is."""
        known = {name: line for line, name in _named(earlier._starts)}
        for line, name in _named(self._starts):
            if name in known:
                (self._folded.add if earlier.folded(known[name]) else self._folded.discard)(line)


def _named(starts: dict[int, Section]) -> list[tuple[int, tuple[str, str, int, int]]]:
    """Each first line with a name of its part that survives small edits: title, summary, depth, and which of its like."""
    seen: dict[tuple[str, str, int], int] = {}
    named = []
    for line in sorted(starts):
        section = starts[line]
        kind = (section.title, section.summary, section.depth)
        seen[kind] = seen.get(kind, 0) + 1
        named.append((line, (*kind, seen[kind])))
    return named


def hits(lines: tuple[str, ...], needle: str) -> list[tuple[int, int, int]]:
    """Where `needle` is, in any case: line (from 0), start and length in Qt's 16-bit units."""
    wanted = needle.lower()
    found: list[tuple[int, int, int]] = []
    if not wanted:
        return found
    for number, line in enumerate(lines):
        low = line.lower()
        if len(low) != len(line):  # "İ" grows when lowered: such a line is searched as it stands
            low = line
        at = low.find(wanted)
        while at >= 0:
            end = at + len(wanted)
            start = utf16(line, at)
            found.append((number, start, utf16(line, end) - start))
            at = low.find(wanted, end)
    return found


def utf16(text: str, end: int) -> int:
    """How many of Qt's 16-bit units the first `end` characters take."""
    return end if text.isascii() else sum(2 if ord(char) > 0xFFFF else 1 for char in text[:end])
