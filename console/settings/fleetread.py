"""What the fleet file says: its hosts, and what is wrong in it by line and column."""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

import msgspec
from msgspec.structs import replace

from console.fleet import uris
from console.fleet.hosts import HostSpec
from console.settings import fleettext
from console.settings.fleettext import Block, Value


class Fault(StrEnum):
    """What can be wrong in the file. After each, the keys of FileProblem.values; `host` is the host's name, if it has one."""

    SYNTAX = "syntax"  # text: the reader's words
    WRONG_TYPE = "wrong-type"  # key, wanted: text, texts or switch
    NO_URI = "no-uri"
    BAD_URI = "bad-uri"  # uri, flaw (fleet.uris.Flaw), suggestion ("" = none)
    PASSWORD = "password"  # suggestion: the URI without it
    BAD_NAME = "bad-name"  # control characters, or empty
    NAME_TAKEN = "name-taken"  # line: of the host that has it
    ID_TAKEN = "id-taken"  # id, line
    NOT_HOSTS = "not-hosts"  # `host` is something else than [[host]] tables
    NOT_UTF8 = "not-utf8"
    UNREADABLE = "unreadable"  # text: the system's words


class FileProblem(msgspec.Struct, frozen=True):
    """One thing that is wrong. line, column: from 1, 0 = of no one place. left_out: this host is not in the fleet for it."""

    line: int
    column: int
    code: Fault
    values: Mapping[str, str | int] = msgspec.field(default_factory=dict)
    host: str = ""
    left_out: bool = True


class FleetFile(msgspec.Struct, frozen=True):
    """What could be read of a fleet file, and what could not."""

    specs: tuple[HostSpec, ...] = ()
    problems: tuple[FileProblem, ...] = ()


TEXTS = frozenset(("name", "uri", "zone", "rack", "reach", "keyfile", "pkipath", "id"))
SWITCHES = frozenset(("read_only", "autoconnect", "verify"))
HARMLESS = frozenset(("zone", "rack", "reach", "tags"))  # a host with a wrong one of these is shown without it
_AT = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)\Z")


def read(text: str) -> FleetFile:
    """Reads a fleet file. What is wrong costs the host it stands in (see HARMLESS), never the others."""
    text = text.removeprefix("\ufeff")
    reader = _Reader(text)
    try:
        data = _loads(text)
    except tomllib.TOMLDecodeError as error:
        reader.read_blocks(error)
    else:
        reader.read_tables(data.get("host", []))
    return reader.result()


def _loads(text: str) -> dict[str, Any]:
    """Errors: TOMLDecodeError, also for what is nested deeper than the reader can follow."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("Nested too deeply (at line 1, column 1)") from None


def values_of(spec: HostSpec) -> dict[str, Value | None]:
    """The keys of a host's table, in the order they are written; None where nothing needs saying."""
    values: dict[str, Value | None] = {
        "name": spec.name,
        "uri": spec.uri,
        "zone": spec.zone or None,
        "rack": spec.rack or None,
        "tags": list(spec.tags) or None,
        "reach": spec.reach or None,
        "read_only": spec.read_only or None,
        "autoconnect": None if spec.autoconnect else False,
        "keyfile": spec.keyfile or None,
        "pkipath": spec.pkipath or None,
        "verify": None if spec.verify else False,
    }
    if spec.id != slug(spec.name):
        values["id"] = spec.id
    return values


def slug(name: str) -> str:
    """The id a host gets from its name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9._]+", "-", plain).strip("-.")
    return plain or f"host-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def free_id(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or with a number after it where it is taken."""
    number, free = 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted}-{number}"
    return free


def printable(name: str) -> bool:
    """A name that can stand in one line; emoji and any script may."""
    return bool(name.strip()) and (
        name.isprintable() or not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in name)
    )


class _Reader:
    """Gathers hosts and problems. A host's place is its block, or in a well-formed file its number until one is needed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._blocks: list[Block] | None = None
        self._problems: list[FileProblem] = []
        self._found: list[tuple[HostSpec, Block | int]] = []  # spec.id as written, "" = not
        self._names: dict[str, Block | int] = {}

    def result(self) -> FleetFile:
        specs = tuple(self._with_ids())
        return FleetFile(specs, tuple(sorted(self._problems, key=lambda p: (p.line, p.column))))

    def read_blocks(self, error: tomllib.TOMLDecodeError) -> None:
        """A malformed file, block by block."""
        told = False
        for block in fleettext.split(self._text):
            try:
                data = _loads(block.text)
            except tomllib.TOMLDecodeError as inner:
                told = True
                self._syntax(inner, block)
            else:
                if block.is_host:
                    self._host(data["host"][0], block)
        if not told:  # each part is right by itself: the same table twice, for example
            self._syntax(error, Block(self._text, 1, 1, False))

    def _syntax(self, error: tomllib.TOMLDecodeError, block: Block) -> None:
        found = _AT.search(str(error))
        if found and found[1]:
            line, column = block.line + int(found[1]) - 1, int(found[2])
        else:
            lines = block.text.rstrip().split("\n")
            line, column = block.line + len(lines) - 1, len(lines[-1]) + 1
        name = re.search(r"^\s*name\s*=\s*\"([^\"\n]+)\"", block.text, re.MULTILINE) if block.is_host else None
        values = {"text": _AT.sub("", str(error))}
        self._problems.append(FileProblem(line, column, Fault.SYNTAX, values, name[1] if name else "", block.is_host))

    def read_tables(self, tables: object) -> None:
        """A well-formed file."""
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            found = re.search(r"^[ \t]*(\[[ \t]*)?host\b", self._text, re.MULTILINE)
            line = self._text.count("\n", 0, found.start()) + 1 if found else 1
            self._problems.append(FileProblem(line, 1, Fault.NOT_HOSTS))
            return
        for number, table in enumerate(tables):
            self._host(table, number)

    def _host(self, table: dict[str, Any], place: Block | int) -> None:
        name = table.get("name", "")
        known, wrong = _checked(table)
        for key, wanted in wrong.items():
            values = {"key": key, "wanted": wanted}
            self._problem(Fault.WRONG_TYPE, place, key, name, values, left_out=key not in HARMLESS)
        if not wrong.keys() <= HARMLESS:
            return
        if "uri" not in known:
            self._problem(Fault.NO_URI, place, "uri", name)
            return
        uri = known["uri"]
        typed = uris.read(uri, uris.Way.URI)
        if typed.flaw is uris.Flaw.PASSWORD:
            self._problem(Fault.PASSWORD, place, "uri", name, {"suggestion": uris.suggestion(uri)})
        elif typed.flaw is not None:
            values = {"uri": uris.masked(uri), "flaw": typed.flaw.value, "suggestion": uris.suggestion(uri)}
            self._problem(Fault.BAD_URI, place, "uri", name, values)
        else:
            self._take({"id": "", "name": typed.name or typed.uri, **known, "uri": typed.uri}, place)

    def _take(self, known: dict[str, Any], place: Block | int) -> None:
        name = known["name"]
        if not printable(name):
            self._problem(Fault.BAD_NAME, place, "name", name)
        elif name in self._names:
            self._problem(Fault.NAME_TAKEN, place, "name", name, {"line": self._line(self._names[name])})
        else:
            self._names[name] = place
            self._found.append((HostSpec(**known), place))

    def _with_ids(self) -> list[HostSpec]:
        """Ids that are written come first; then names in their order."""
        places: dict[str, Block | int] = {}
        ids: list[str] = []
        for spec, place in self._found:
            given = spec.id
            if given in places:
                values: dict[str, str | int] = {"id": given, "line": self._line(places[given])}
                self._problem(Fault.ID_TAKEN, place, "id", spec.name, values, left_out=False)
                given = ""
            elif given:
                places[given] = place
            ids.append(given)
        taken = set(places)
        specs = []
        for (spec, _), given in zip(self._found, ids, strict=True):
            own = given or free_id(slug(spec.name), taken)
            taken.add(own)
            specs.append(replace(spec, id=own))
        return specs

    def _problem(
        self,
        code: Fault,
        place: Block | int,
        key: str,
        name: object,
        values: Mapping[str, str | int] | None = None,
        left_out: bool = True,
    ) -> None:
        block = self._block(place)
        line, column = block.place(key) if block else (0, 0)
        host = name if isinstance(name, str) else ""
        self._problems.append(FileProblem(line, column, code, values or {}, host, left_out))

    def _line(self, place: Block | int) -> int:
        block = self._block(place)
        return block.header if block else 0

    def _block(self, place: Block | int) -> Block | None:
        """None where the hosts are not laid out as [[host]] tables, one below the other."""
        if isinstance(place, Block):
            return place
        if self._blocks is None:
            self._blocks = [block for block in fleettext.split(self._text) if block.is_host]
        return self._blocks[place] if place < len(self._blocks) else None


def _checked(table: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of keys that are ours and right; and for the wrong ones what is wanted."""
    known: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for key, value in table.items():
        if key in TEXTS:
            wanted, fits = "text", isinstance(value, str)
        elif key in SWITCHES:
            wanted, fits = "switch", isinstance(value, bool)
        elif key == "tags":
            wanted, fits = "texts", isinstance(value, list) and all(isinstance(tag, str) for tag in value)
            value = tuple(value) if fits else value
        else:
            continue
        if fits:
            known[key] = value
        else:
            wrong[key] = wanted
    return known, wrong
