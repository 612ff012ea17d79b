"""The parts of a domain's XML, for reading it folded. Lines are counted from 1, in the text as it stands."""

from __future__ import annotations

from xml.parsers import expat

import msgspec

from console.fleet.errors import Failed, Reason

_OWN = (
    "name",
    "dev",
    "file",
    "volume",
    "address",
    "type",
    "model",
    "mode",
    "bus",
    "network",
    "bridge",
    "path",
    "value",
)


class Section(msgspec.Struct, frozen=True):
    """A part that can be folded: an element of more than one line, at most three deep.

    title: the element's name. summary: what tells it from its like ("vda qcow2 /srv/web1.qcow2"), "" if nothing does.
    depth: 1 for children of the root, 2 for devices, 3 for what is in them.
    """

    title: str
    first_line: int
    last_line: int
    summary: str = ""
    depth: int = 1


class _Open(msgspec.Struct):
    title: str
    line: int
    words: list[str]


class _Reader:
    """Follows expat through the text, keeping what is open and what was closed."""

    def __init__(self, max_depth: int) -> None:
        self.found: list[Section] = []
        self._max_depth = max_depth
        self._open: list[_Open] = []
        self._text: list[str] = []
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, xml: str) -> None:
        self._parser.Parse(xml.encode("utf-8", "replace"), True)

    def _doctype(self, *_: object) -> None:
        raise Failed(Reason.OTHER, "domain", text="XML with a DOCTYPE is refused")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        words = [value for key in _OWN if (value := attributes.get(key))]
        for outer in self._open[2:]:
            outer.words += words
        self._open.append(_Open(name, self._parser.CurrentLineNumber, words))

    def _end(self, name: str) -> None:
        depth = len(self._open) - 1
        this = self._open.pop()
        if depth >= 2 and (own := "".join(self._text).strip()) and "\n" not in own:
            self._open[-1].words.append(own)
        self._text.clear()
        last = self._parser.CurrentLineNumber
        if 1 <= depth <= self._max_depth and last > this.line:
            title = name.rpartition(":")[2]
            self.found.append(Section(title, this.line, last, _summary(this.words), depth))


def _summary(words: list[str]) -> str:
    """The first few different words of a part, as one short line."""
    short = " ".join(list(dict.fromkeys(" ".join(word.split()) for word in words))[:4])
    return short if len(short) <= 80 else short[:79] + "…"


def sections(xml: str, max_depth: int = 3) -> list[Section]:
    """The parts of `xml` that can be folded, in the order of their first lines, outer before inner.

    Raises Failed where the text is no XML or brings a DOCTYPE.
    """
    reader = _Reader(max_depth)
    try:
        reader.read(xml)
    except expat.ExpatError as error:
        raise Failed(Reason.OTHER, "domain", text=f"not XML: {error}") from None
    return sorted(reader.found, key=lambda part: (part.first_line, -part.last_line))
